/**
 * The change feed, and the difference between two versions, against a mirror: a plain model that knows nothing of the document
 * but the changes it is given, and has to hold at every step what the document holds.
 */
import { describe, expect, test } from 'vitest';
import type { Value } from '../bytes/value.ts';
import { type Dot, parseReplicaId } from '../id/index.ts';
import { valueKey } from '../op/add-wins-set.ts';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import type { ContainerChange, ContainerChanges } from './change.ts';
import { createDocument, type TypedDocument } from './document.ts';
import type { RecordView } from './record-view.ts';
import { counter, list, listOf, map, mapOf, record, register, schema, set, text, tree } from './schema.ts';
import { UndoManager } from './undo.ts';
import { changesBetween } from './version-changes.ts';

const part = {
  name: register<string>(),
  body: text(),
  votes: counter(),
  tags: set<Value>(),
  flags: map<number>(),
  steps: list<number>(),
  outline: tree({ label: register<string>() }),
};
const Board = schema({ ...part, parts: mapOf(record(part)), rows: listOf(record(part)) });

type BoardDocument = TypedDocument<(typeof Board)['fields']>;
type Part = RecordView<typeof part>;

/** A node below its parent, or the top. */
type Children = Map<string | undefined, string[]>;

class Mirror {
  readonly texts = new Map<string, string>();
  readonly lists = new Map<string, Value[]>();
  readonly maps = new Map<string, Map<string, unknown>>();
  readonly counters = new Map<string, number>();
  readonly sets = new Map<string, Set<string>>();
  readonly trees = new Map<string, Children>();

  take(changes: ContainerChanges): void {
    for (const change of changes.values()) this.#fold(change, JSON.stringify(change.path));
  }

  #fold(change: ContainerChange, at: string): void {
    switch (change.type) {
      case 'text': {
        let held = this.texts.get(at) ?? '';
        for (const { index, removed, inserted } of change.edits)
          held = held.slice(0, index) + inserted + held.slice(index + removed);
        this.texts.set(at, held);
        break;
      }
      case 'list': {
        const held = this.lists.get(at) ?? [];
        this.lists.set(at, held);
        for (const edit of change.edits) {
          if (edit.do === 'insert') held.splice(edit.index, 0, ...edit.items);
          if (edit.do === 'delete') expect(held.splice(edit.index, edit.items.length)).toEqual(edit.items);
          if (edit.do === 'move') held.splice(edit.to, 0, ...held.splice(edit.from, 1));
          if (edit.do === 'set') {
            expect(held[edit.index]).toEqual(edit.from);
            held[edit.index] = edit.to;
          }
        }
        break;
      }
      case 'map': {
        const held = this.maps.get(at) ?? new Map<string, unknown>();
        this.maps.set(at, held);
        for (const { key, from, to } of change.edits) {
          const before: unknown = held.get(key) ?? { is: 'absent' };
          expect(before).toEqual(from);
          held.set(key, to);
        }
        break;
      }
      case 'counter':
        expect(this.counters.get(at) ?? 0).toBe(change.from);
        this.counters.set(at, change.to);
        break;
      case 'set': {
        const held = this.sets.get(at) ?? new Set<string>();
        this.sets.set(at, held);
        for (const value of change.removed) expect(held.delete(valueKey(value))).toBe(true);
        for (const value of change.added) {
          expect(held.has(valueKey(value))).toBe(false);
          held.add(valueKey(value));
        }
        break;
      }
      case 'tree': {
        const held: Children = this.trees.get(at) ?? new Map<string | undefined, string[]>();
        this.trees.set(at, held);
        for (const { node, from } of change.edits) {
          if (from === undefined) continue;
          const siblings = held.get(from.parent) ?? [];
          expect(siblings).toContain(node);
          siblings.splice(siblings.indexOf(node), 1);
        }
        for (const { node, to } of change.edits) {
          if (to === undefined) continue;
          const siblings = held.get(to.parent) ?? [];
          held.set(to.parent, siblings);
          siblings.splice(to.at, 0, node);
        }
      }
    }
  }
}

/** That the mirror holds what the document does. */
function compare(mirror: Mirror, board: BoardDocument, why: string): void {
  const check = (path: readonly string[], of: Part): void => {
    const at = (field: string): string => JSON.stringify([...path, field]);
    expect(mirror.texts.get(at('body')) ?? '', why).toBe(of.body.toString());
    expect(mirror.lists.get(at('steps')) ?? [], why).toEqual(of.steps.toJSON());
    expect(mirror.counters.get(at('votes')) ?? 0, why).toBe(of.votes.value);
    expect([...(mirror.sets.get(at('tags')) ?? [])].sort(), why).toEqual(
      of.tags.toJSON().map(valueKey).sort(),
    );
    expect(valuesIn(mirror.maps.get(at('flags'))), why).toEqual(of.flags.toJSON());
    const registers = valuesIn(mirror.maps.get(JSON.stringify(path)));
    expect(registers['name'], why).toBe(of.name.value);
    const children = mirror.trees.get(at('outline')) ?? new Map<string | undefined, string[]>();
    const seen = of.outline.toJSON();
    for (const parent of new Set([undefined, ...seen.map(({ id }) => id)])) {
      const wanted = seen.filter((node) => node.parent === parent).map(({ id }) => id);
      expect(children.get(parent) ?? [], why).toEqual(wanted);
    }
  };
  check([], board as unknown as Part);
  for (const key of board.parts.keys()) check(['parts', key], board.parts.get(key) as Part);
  const rows = mirror.lists.get(JSON.stringify(['rows'])) ?? [];
  expect(rows.length, why).toBe(board.rows.length);
  // An item is what the container of its element is called.
  for (const [i, item] of rows.entries())
    check(['rows', String(item).replace(',', '.')], board.rows.get(i) as Part);
}

function valuesIn(entries: ReadonlyMap<string, unknown> | undefined): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, entry] of entries ?? [])
    if (typeof entry === 'object' && entry !== null && 'value' in entry) values[key] = entry.value;
  return values;
}

function editPart(random: Seeded, of: Part): void {
  const { body, steps, outline } = of;
  const nodes = outline.toJSON().flatMap(({ id }) => outline.get(id) ?? []);
  const edits: (() => void)[] = [
    () => body.insert(random.int(body.length + 1), random.pick(['a', 'bc', '😀'])),
    () => body.delete(0, Math.min(body.length, random.int(4))),
    () => steps.insert(random.int(steps.length + 1), random.int(9), random.int(9)),
    () => steps.length > 0 && steps.delete(random.int(steps.length)),
    () => steps.length > 0 && steps.set(random.int(steps.length), random.int(9)),
    () => steps.length > 0 && steps.move(random.int(steps.length), random.int(steps.length)),
    () => of.votes.add(random.pick([1, -2])),
    () => of.votes.set(random.int(3)),
    () => of.tags.add(random.pick<Value>(['x', 'y', 1, [1, 'z']])),
    () => of.tags.delete(random.pick<Value>(['x', 'y', 1, [1, 'z']])),
    () => of.flags.set(random.pick(['p', 'q']), random.int(5)),
    () => of.flags.delete(random.pick(['p', 'q'])),
    () => of.name.set(random.pick(['n', 'm'])),
    () => outline.create(random.int(outline.children.length + 1)),
    () => nodes.length > 0 && random.pick(nodes).create(),
    () => nodes.length > 0 && random.pick(nodes).delete(),
    () => {
      if (nodes.length === 0) return;
      const [node, parent] = [random.pick(nodes), random.pick([undefined, ...nodes])];
      let above = parent;
      while (above !== undefined && above.id !== node.id) above = above.parent;
      if (above !== undefined || parent?.isInSight === false) return;
      const siblings = (parent?.children ?? outline.children).filter(({ id }) => id !== node.id);
      node.move(parent, random.int(siblings.length + 1));
    },
  ];
  random.pick(edits)();
}

function edit(random: Seeded, board: BoardDocument): void {
  const dice = random.int(10);
  if (dice === 0) board.rows.insert(random.int(board.rows.length + 1));
  else if (dice === 1 && board.rows.length > 0) board.rows.move(0, random.int(board.rows.length));
  else if (dice < 4 && board.rows.length > 0)
    editPart(random, board.rows.get(random.int(board.rows.length)) as Part);
  else if (dice < 6) editPart(random, board.parts.make(random.pick(['one', 'two'])));
  else editPart(random, board as unknown as Part);
}

interface Played {
  readonly boards: readonly BoardDocument[];
  /** Of the first board, as they were in the course of time. */
  readonly versions: readonly (readonly Dot[])[];
}

/** Three that edit, undo, hear of each other late and in part, each with a mirror. */
function play(seed: number): Played {
  const random = new Seeded(seed);
  const updates: Uint8Array[][] = [[], [], []];
  const versions: (readonly Dot[])[] = [[]];
  const boards = updates.map((told, index) => {
    let now = 1000 * index;
    const board = createDocument(Board, {
      replica: parseReplicaId(index + 1),
      now: () => (now += random.int(30)),
    });
    board.onUpdate((update) => told.push(update));
    return board;
  });
  const mirrors = boards.map((board) => {
    const mirror = new Mirror();
    board.onChange(({ containers }) => mirror.take(containers));
    return mirror;
  });
  const undos = boards.map(({ native }) => new UndoManager(native));
  const taken = boards.map(() => [0, 0, 0]);
  for (let step = 0; step < 60; step++) {
    const at = random.int(boards.length);
    const board = boards[at] as BoardDocument;
    const dice = random.int(10);
    if (dice < 6)
      board.transact(() => {
        for (let i = random.between(1, 4); i > 0; i--) edit(random, board);
      });
    else if (dice === 6) undos[at]?.undo();
    else if (dice === 7) undos[at]?.redo();
    else {
      const from = random.int(boards.length);
      const known = taken[at] as number[];
      const all = updates[from] as Uint8Array[];
      const until = Math.min(all.length, (known[from] as number) + random.between(1, 6));
      for (const update of from === at ? [] : all.slice(known[from], until)) board.apply(update);
      known[from] = until;
    }
    if (at === 0) versions.push(board.native.frontier);
    compare(mirrors[at] as Mirror, board, `seed ${seed}, step ${step}, board ${at}`);
  }
  return { boards, versions };
}

describe('a mirror that is told every change', () => {
  test('holds what the document holds, at every step', () => {
    for (const seed of seedsOfRuns({}, 120)) play(seed);
  });
});

describe('the difference between two versions', () => {
  test('makes of a mirror of the one a mirror of the other, to and fro', () => {
    for (const seed of seedsOfRuns({}, 25)) {
      const { boards, versions } = play(seed);
      const { native } = boards[0] as BoardDocument;
      const random = new Seeded(seed);
      const mirror = new Mirror();
      let at: readonly Dot[] = [];
      for (let i = 0; i < 8; i++) {
        const next = random.pick(versions);
        mirror.take(changesBetween(native, at, next));
        at = next;
        const past = (boards[0] as BoardDocument).fork({ replica: parseReplicaId(99), now: () => 0 }, at);
        compare(mirror, past, `seed ${seed}, difference ${i}`);
      }
    }
  });
});
