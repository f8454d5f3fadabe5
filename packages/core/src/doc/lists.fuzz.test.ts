/**
 * Lists in documents that are cut off from each other: all come to read the same, what the change feed tells is what
 * happened, and neither saving and loading nor a transaction that fails changes what is read.
 */
import { describe, expect, test } from 'vitest';
import { parseReplicaId } from '../id/index.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import type { ContainerChange, DocumentChange } from './change.ts';
import { createDocument, loadDocument, type TypedDocument } from './document.ts';
import { list, listOf, record, register, schema, text } from './schema.ts';

const Board = schema({
  note: text(),
  steps: list<number>(),
  rows: listOf(record({ name: register<number>(), cells: list<number>() })),
});

type BoardDocument = TypedDocument<(typeof Board)['fields']>;

let wallMs = 1_700_000_000_000;

function siteOf(replica: number): { readonly replica: ReturnType<typeof parseReplicaId>; now(): number } {
  return { replica: parseReplicaId(replica), now: () => wallMs++ };
}

function open(replica: number): BoardDocument {
  return createDocument(Board, siteOf(replica));
}

function editRandomly(random: Seeded, { steps, rows, note }: BoardDocument): void {
  const step = random.int(Math.max(1, steps.length));
  const row = random.int(Math.max(1, rows.length));
  const ofSteps: (() => void)[] = [
    () => steps.delete(step),
    () => steps.set(step, random.int(99)),
    () => steps.move(step, random.int(steps.length)),
    () => steps.move(step, random.int(steps.length)),
  ];
  const ofRows: (() => void)[] = [
    () => rows.delete(row),
    () => rows.move(row, random.int(rows.length)),
    () => rows.get(row)?.cells.push(random.int(99)),
  ];
  const edits: (() => void)[] = [
    () => steps.insert(random.int(steps.length + 1), random.int(99)),
    () => steps.insert(random.int(steps.length + 1), 7, 8, 9),
    () => rows.insert(random.int(rows.length + 1)).name.set(random.int(99)),
    () => note.insert(0, 'n'),
    ...(steps.length > 0 ? ofSteps : []),
    ...(rows.length > 0 ? ofRows : []),
  ];
  random.pick(edits)();
}

/** What a reader has that only hears of the edits of `steps`. */
function patched(before: readonly number[], change: ContainerChange | undefined): readonly number[] {
  const after: unknown[] = [...before];
  for (const edit of change?.type === 'list' ? change.edits : []) {
    switch (edit.do) {
      case 'insert':
        after.splice(edit.index, 0, ...edit.items);
        break;
      case 'delete':
        expect(after.splice(edit.index, edit.items.length)).toEqual(edit.items);
        break;
      case 'set':
        expect(after.splice(edit.index, 1, edit.to)).toEqual([edit.from]);
        break;
      case 'move':
        expect(after.splice(edit.from, 1)).toEqual([edit.item]);
        after.splice(edit.to, 0, edit.item);
    }
  }
  return after as readonly number[];
}

function stepsOf({ containers }: DocumentChange): ContainerChange | undefined {
  return [...containers.values()].find(({ path }) => path[0] === 'steps');
}

function play(random: Seeded): void {
  const boards = Array.from({ length: 3 }, (_, i) => open(i + 1));
  const heard = boards.map((): readonly number[] => []);
  const listen = (at: number): void => {
    (boards[at] as BoardDocument).onChange((change) => {
      heard[at] = patched(heard[at] ?? [], stepsOf(change));
    });
  };
  for (const at of boards.keys()) listen(at);
  for (let step = random.between(10, 50); step > 0; step--) {
    const at = random.int(boards.length);
    const board = boards[at] as BoardDocument;
    const draw = random.int(10);
    if (draw < 6) {
      board.transact(() => {
        for (let i = random.pick([1, 1, 2, 4]); i > 0; i--) editRandomly(random, board);
      });
    } else if (draw < 8) board.apply(random.pick(boards).save());
    else if (draw < 9) {
      const before = board.toJSON();
      const told = heard[at];
      const fail = (): void =>
        board.transact(() => {
          for (let i = 0; i < 3; i++) editRandomly(random, board);
          throw new RangeError('no');
        });
      expect(fail).toThrow(RangeError);
      expect(board.toJSON()).toEqual(before);
      expect(heard[at]).toBe(told);
    } else {
      const again = loadDocument(Board, board.save(), siteOf(at + 1));
      boards[at] = again;
      listen(at);
      if (random.chance(0.5)) expect(again.toJSON()).toEqual(board.toJSON());
    }
    expect((boards[at] as BoardDocument).steps.toJSON()).toEqual(heard[at]);
  }
  for (const board of boards) for (const other of boards) board.apply(other.save());
  for (const [at, board] of boards.entries()) {
    expect(board.toJSON()).toEqual((boards[0] as BoardDocument).toJSON());
    expect(heard[at]).toEqual(board.steps.toJSON());
  }
}

describe('lists in documents', () => {
  test('come to read the same everywhere, as told, saved or taken back', () => {
    for (const seed of seedsOfRuns({}, 120)) {
      try {
        play(new Seeded(seed));
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
    }
  });
});
