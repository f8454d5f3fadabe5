import { describe, expect, expectTypeOf, test } from 'vitest';
import { CausewayError } from '../error.ts';
import { dot, parseReplicaId } from '../id/index.ts';
import { createDocument, type TypedDocument } from './document.ts';
import { OpLog, type PlainOp } from './op-log.ts';
import { list, listOf, record, register, schema, text } from './schema.ts';
import { decodeUpdate } from './snapshot-codec.ts';
import { encodeUpdate } from './update-codec.ts';

const Board = schema({
  steps: list<string>(),
  rows: listOf(record({ name: register<string>(), body: text() })),
});

type BoardDocument = TypedDocument<(typeof Board)['fields']>;

let wallMs = 1_700_000_000_000;

function open(replica: number): BoardDocument {
  return createDocument(Board, { replica: parseReplicaId(replica), now: () => wallMs++ });
}

/** Two boards that edit without a word, and then tell each other everything. */
function apart(before: (board: BoardDocument) => void, edits: (a: BoardDocument, b: BoardDocument) => void) {
  const [a, b] = [open(1), open(2)];
  before(a);
  b.apply(a.save());
  edits(a, b);
  const [ofA, ofB] = [a.save(), b.save()];
  a.apply(ofB);
  b.apply(ofA);
  expect(b.toJSON()).toEqual(a.toJSON());
  return a;
}

describe('a list of values', () => {
  test('has an element that two have moved where the later put it, once', () => {
    const board = apart(
      ({ steps }) => steps.push('x', 'a', 'b', 'c'),
      (a, b) => {
        a.steps.move(0, 1);
        b.steps.move(0, 3);
      },
    );
    expect(board.steps.toJSON()).toEqual(['a', 'b', 'c', 'x']);
  });

  test('knows an element by one name wherever it stands, and what else it was set to', () => {
    const board = apart(
      ({ steps }) => steps.push('x', 'a'),
      (a, b) => {
        a.steps.set(0, 'early');
        b.steps.set(0, 'late');
        b.steps.move(0, 1);
      },
    );
    expect([board.steps.get(1), board.steps.conflicts(1), board.steps.idAt(1)]).toEqual([
      'late',
      ['early'],
      '1.1',
    ]);
    expectTypeOf(board.steps.get(0)).toEqualTypeOf<string | undefined>();
    expect([board.steps.get(2), board.steps.idAt(2), board.steps.conflicts(2)]).toEqual([
      undefined,
      undefined,
      [],
    ]);
  });

  test('gives the same array until it changes, and refuses what reaches beyond it', () => {
    const { steps, rows } = open(1);
    steps.push('a', 'b');
    const before = steps.toJSON();
    rows.push();
    expect(steps.toJSON()).toBe(before);
    for (const edit of [
      () => steps.insert(3, 'x'),
      () => steps.delete(1, 2),
      () => steps.set(2, 'x'),
      () => steps.move(0, 2),
      // @ts-expect-error no value
      () => steps.push(undefined),
    ])
      expect(edit).toThrow(CausewayError);
    expect(steps.toJSON()).toBe(before);
    steps.clear();
    expect(steps.length).toBe(0);
  });
});

describe('a list of records', () => {
  test('keeps a record whole when it is moved by one and written by another', () => {
    const board = apart(
      ({ rows }) => {
        rows.push().name.set('one');
        rows.push().name.set('two');
      },
      (a, b) => {
        a.rows.move(0, 1);
        b.rows.get(0)?.body.insert(0, 'text of one');
      },
    );
    expect(board.rows.toJSON()).toEqual([
      { name: 'two', body: '' },
      { name: 'one', body: 'text of one' },
    ]);
    const row = board.rows.get(1);
    board.rows.move(1, 0);
    expect(board.rows.get(0)).toBe(row);
  });

  test('tells where an edit was made', () => {
    const board = open(1);
    board.rows.push();
    const paths: unknown[] = [];
    board.onChange(({ containers }) => paths.push(...containers.values()));
    board.rows.get(0)?.name.set('one');
    const edits = [{ key: 'name', from: { is: 'absent' }, to: { is: 'value', value: 'one' } }];
    expect(paths).toEqual([{ type: 'map', path: ['rows', '1.1'], edits }]);
  });
});

describe('what was forged', () => {
  const [writer, forger] = [parseReplicaId(1), parseReplicaId(7)];

  /** An event of a replica that has seen the first three dots: an insertion of two, and a move's slot or a set. */
  function forged(op: PlainOp, slot: number | undefined, cut = false): Uint8Array {
    const ops = new OpLog();
    const steps = ops.meet({ at: 'root', type: 'list', name: 'steps' });
    if (slot !== undefined) ops.insertValues(steps, 0, slot, [undefined]);
    const count = slot === undefined ? 1 : 2;
    ops.plain(steps, count - 1, op);
    const lengths = [{ seq: 1, length: cut ? 1 : count }];
    const parents = [dot(writer, 4)];
    const run = { replica: forger, seq: 1, count, parents, lengths, times: [], position: 0 };
    return encodeUpdate({ runs: [run], ops, length: count });
  }

  test.each<[string, PlainOp, number | undefined]>([
    ['a set of an element that is not known', { kind: 0, target: dot(forger, 9), value: 'x' }, undefined],
    ['a set of a slot', { kind: 0, target: dot(writer, 3), value: 'x' }, undefined],
    ['a set of what inserted nothing', { kind: 0, target: dot(writer, 4), value: 'x' }, undefined],
    ['a move of the slot itself', { kind: 1, target: dot(forger, 1) }, 0],
    ['a move of a slot', { kind: 1, target: dot(writer, 3) }, 0],
    ['a move to beyond the end', { kind: 1, target: dot(writer, 1) }, 9],
  ])('changes nothing that is read: %s', (_what, op, slot) => {
    const board = open(1);
    board.steps.push('a', 'b');
    board.steps.move(0, 1);
    board.apply(forged(op, slot));
    expect(board.steps.toJSON()).toEqual(['b', 'a']);
    board.steps.move(0, 1);
    board.steps.push('c');
    expect(board.steps.toJSON()).toEqual(['a', 'b', 'c']);
    const other = open(2);
    other.apply(board.save());
    expect(other.steps.toJSON()).toEqual(['a', 'b', 'c']);
  });

  test('is no update when an event begins within a move', () => {
    const move: PlainOp = { kind: 1, target: dot(writer, 1) };
    expect(() => decodeUpdate(forged(move, 0, true))).toThrow(/begins within a move/);
    expect(decodeUpdate(forged(move, 0)).length).toBe(2);
  });
});
