import { describe, expect, test } from 'vitest';
import { parseReplicaId } from '../id/index.ts';
import { createDocument, loadDocument, type TypedDocument } from './document.ts';
import type { Position } from './position.ts';
import { list, listOf, map, record, register, schema, text, tree } from './schema.ts';

const Board = schema({
  title: register<string>(),
  flags: map<number>(),
  body: text(),
  steps: list<string>(),
  rows: listOf(record({ name: register<string>() })),
  outline: tree({ label: register<string>() }),
});

type BoardDocument = TypedDocument<(typeof Board)['fields']>;

function open(replica: number, nowMs = replica): BoardDocument {
  return createDocument(Board, { replica: parseReplicaId(replica), now: () => nowMs });
}

function meet(...boards: readonly BoardDocument[]): void {
  for (const board of boards) for (const other of boards) if (other !== board) board.apply(other.save());
}

describe('a position in a list', () => {
  test('stays with its item when others insert, delete and move', () => {
    const [a, b] = [open(1), open(2)];
    a.steps.push('one', 'two', 'three');
    meet(a, b);
    const behindTwo = a.steps.positionAt(2);
    const beforeThree = a.steps.positionAt(2, 'right');
    b.steps.insert(2, 'between');
    b.steps.delete(0);
    meet(a, b);
    expect(a.steps.toJSON()).toEqual(['two', 'between', 'three']);
    expect([a.steps.indexOf(behindTwo), a.steps.indexOf(beforeThree)]).toEqual([1, 2]);
    b.steps.move(0, 2);
    meet(a, b);
    expect(a.steps.toJSON()).toEqual(['between', 'three', 'two']);
    expect(a.steps.indexOf(behindTwo)).toBe(3);
  });

  test('stays where its item was when that is deleted', () => {
    const a = open(1);
    a.steps.push('one', 'two', 'three');
    const [before, behind] = [a.steps.positionAt(1, 'right'), a.steps.positionAt(2)];
    a.steps.delete(1);
    expect([a.steps.indexOf(before), a.steps.indexOf(behind)]).toEqual([1, 1]);
    a.steps.insert(0, 'zero');
    expect(a.steps.indexOf(before)).toBe(2);
  });

  test('is plain data that goes to others and through a store', () => {
    const a = open(1);
    a.rows.push().name.set('first');
    a.rows.push().name.set('second');
    const position: Position = JSON.parse(JSON.stringify(a.rows.positionAt(1)));
    const b = loadDocument(Board, a.save(), { replica: parseReplicaId(2), now: () => 0 });
    expect(b.rows.indexOf(position)).toBe(1);
    expect(open(3).rows.indexOf(position)).toBeUndefined();
    expect([a.rows.positionAt(0), a.rows.positionAt(2, 'right')]).toEqual([
      { side: 'left', element: undefined },
      { side: 'right', element: undefined },
    ]);
    expect(() => a.rows.positionAt(3)).toThrow('decode/invalid');
  });
});

describe('who wrote what', () => {
  test('of a list, in rows of one author', () => {
    const [a, b] = [open(1, 1000), open(2, 2000)];
    a.steps.push('one', 'two');
    meet(a, b);
    b.steps.insert(1, 'between');
    meet(a, b);
    expect(a.steps.authors()).toEqual([
      { index: 0, count: 1, first: { replica: 1, seq: 1 }, wallMs: 1000 },
      { index: 1, count: 1, first: { replica: 2, seq: 1 }, wallMs: 2000 },
      { index: 2, count: 1, first: { replica: 1, seq: 2 }, wallMs: 1000 },
    ]);
  });

  test('of a register and of a key, with what was written at the same time', () => {
    const [a, b] = [open(1, 1000), open(2, 2000)];
    a.title.set('Milk');
    b.title.set('Eggs');
    b.flags.set('f', 1);
    a.flags.set('f', 2);
    meet(a, b);
    expect(a.title.written).toEqual([
      { value: 'Eggs', first: { replica: 2, seq: 1 }, wallMs: 2000 },
      { value: 'Milk', first: { replica: 1, seq: 1 }, wallMs: 1000 },
    ]);
    expect(a.flags.written('f').map(({ value }) => value)).toEqual([1, 2]);
    a.title.set('Both');
    expect(a.title.written.map(({ value }) => value)).toEqual(['Both']);
    a.flags.delete('f');
    expect(a.flags.written('f')).toMatchObject([{ value: undefined }]);
    expect(a.flags.written('g')).toEqual([]);
  });

  test('of a node of a tree, which is found again by its name', () => {
    const [a, b] = [open(1, 1000), open(2, 2000)];
    const node = a.outline.create();
    meet(a, b);
    expect(b.outline.get(node.id)?.author).toEqual({ first: { replica: 1, seq: 1 }, wallMs: 1000 });
    b.outline.get(node.id)?.delete();
    expect(b.outline.get(node.id)?.isInSight).toBe(false);
    expect(b.outline.get('9.9')).toBeUndefined();
  });
});
