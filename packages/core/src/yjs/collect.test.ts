// Collecting with real Yjs documents: small in the end, and harmless to whoever is behind, offline, or about to undo.
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { CausewayError } from '../error.ts';
import { Seeded } from '../testing/index.ts';
import { collect } from './collect.ts';
import { yjsFormat } from './yjs-format.ts';

test('10,000 characters typed and deleted end under 100 bytes', () => {
  const { doc, updates } = recorded(1);
  const text = doc.getText();
  for (let at = 0; at < 10_000; at++) text.insert(at, 'x');
  for (let left = 10_000; left > 0; left--) text.delete(left - 1, 1);
  const merged = yjsFormat.merge(updates);
  const collected = collect(merged);
  expect(merged.length).toBeGreaterThan(10_000);
  expect(collected.length).toBeLessThan(100);
  expect(yjsFormat.compare(yjsFormat.versionOf(collected), yjsFormat.versionOf(merged))).toBe('equal');
});

test('what was typed into deleted content meanwhile, offline, converges', () => {
  const one = recorded(1);
  const two = recorded(2);
  one.doc.getText().insert(0, 'shared text');
  const list = one.doc.getArray('list');
  list.insert(0, [new Y.Map([['title', 'first']])]);
  sync(one.doc, two.doc);

  one.doc.getText().delete(2, 6);
  list.delete(0, 1);
  two.doc.getText().insert(5, ' new ');
  const map = two.doc.getArray('list').get(0);
  if (!(map instanceof Y.Map)) throw new Error('no map');
  map.set('title', 'changed');
  map.set('more', new Y.Text('nested'));

  const relay = collect(yjsFormat.merge(one.updates));
  // The other comes back: it is sent what the relay has, and sends what it has.
  Y.applyUpdate(two.doc, relay);
  const whole = yjsFormat.merge([relay, ...two.updates]);
  Y.applyUpdate(one.doc, whole);
  expect(one.doc.toJSON()).toEqual(two.doc.toJSON());
  const again = collect(whole);
  expect(read(again)).toEqual(two.doc.toJSON());
  expect(read(again)['']).toBe('sh new ext');
});

test('an undo manager brings back what was collected elsewhere', () => {
  const one = recorded(1);
  const text = one.doc.getText();
  text.insert(0, 'to be or not to be');
  const undo = new Y.UndoManager(text);
  text.delete(2, 7);
  let relay = collect(yjsFormat.merge(one.updates));
  const before = one.updates.length;
  undo.undo();
  relay = yjsFormat.merge([relay, ...one.updates.slice(before)]);
  expect(read(relay)['']).toBe('to be or not to be');
  expect(read(collect(relay))['']).toBe('to be or not to be');
});

test('structs and deletions that wait for others stay, and come in when those come', () => {
  const { doc, updates } = recorded(1);
  const text = doc.getText();
  text.insert(0, 'a');
  text.insert(1, 'b');
  text.insert(2, 'c');
  text.delete(1, 1);
  text.delete(2 - 1, 1);
  const [first, second, ...later] = updates;
  if (first === undefined || second === undefined) throw new Error('no updates');
  const other = recorded(2);
  other.doc.getText('other').insert(0, 'x'.repeat(100));
  other.doc.getText('other').delete(0, 100);
  const waiting = collect(yjsFormat.merge([first, ...later, ...other.updates]));
  expect(waiting.length).toBeLessThan(100);
  expect(read(yjsFormat.merge([waiting, second]))['']).toBe(text.toString());
  expect(read(collect(yjsFormat.merge([waiting, second])))['']).toBe(text.toString());
});

test('collected at any time, merged in any order: every replica ends the same', () => {
  const seed = 20;
  for (let round = 0; round < 60; round++) {
    const random = new Seeded(seed + round);
    const replicas = [recorded(1), recorded(2), recorded(3)];
    let relay = yjsFormat.empty;
    const sent = replicas.map(() => 0);
    for (let step = 0; step < 80; step++) {
      const index = random.int(3);
      const replica = replicas[index];
      if (replica === undefined) continue;
      edit(replica.doc, random);
      if (random.int(4) === 0) {
        Y.applyUpdate(
          replica.doc,
          yjsFormat.diff(relay, yjsFormat.parseVersion(Y.encodeStateVector(replica.doc))),
        );
        relay = yjsFormat.merge([relay, ...replica.updates.slice(sent[index])]);
        sent[index] = replica.updates.length;
      }
      if (random.int(6) === 0) relay = collect(relay);
    }
    for (const [index, { updates }] of replicas.entries())
      relay = yjsFormat.merge([relay, ...updates.slice(sent[index])]);
    relay = collect(relay);
    for (const { doc } of replicas) Y.applyUpdate(doc, relay);
    const views = replicas.map(({ doc }) => JSON.stringify(doc.toJSON()));
    expect(new Set(views), `seed ${seed + round}`).toEqual(new Set([JSON.stringify(read(relay))]));
  }
});

test('bytes that are no update throw as merging them does', () => {
  const hostile = new Uint8Array(64).fill(250);
  expect(() => collect(hostile)).toThrow(CausewayError);
});

interface Recorded {
  readonly doc: Y.Doc;
  readonly updates: Uint8Array[];
}

/** A document and its own changes, one by one. */
function recorded(client: number): Recorded {
  const doc = new Y.Doc();
  doc.clientID = client;
  for (const name of ['', 'other']) doc.getText(name);
  doc.getArray('list');
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array, _: unknown, __: Y.Doc, transaction: Y.Transaction) => {
    if (transaction.local) updates.push(update);
  });
  return { doc, updates };
}

function edit(doc: Y.Doc, random: Seeded): void {
  const text = doc.getText();
  const list = doc.getArray('list');
  const where = random.int(text.length + 1);
  switch (random.int(5)) {
    case 0:
    case 1:
      text.insert(where, 'abcdefg'.slice(random.int(6)));
      break;
    case 2:
      text.delete(where, random.int(text.length - where + 1));
      break;
    case 3:
      list.insert(random.int(list.length + 1), [new Y.Map([['n', random.int(100)]])]);
      break;
    default: {
      const at = random.int(list.length + 1);
      const map = list.length === 0 ? undefined : list.get(Math.min(at, list.length - 1));
      if (map instanceof Y.Map && random.int(2) === 0) map.set('n', new Y.Text(`${random.int(9)}`));
      else if (at < list.length) list.delete(at, 1);
    }
  }
}

function sync(one: Y.Doc, two: Y.Doc): void {
  Y.applyUpdate(two, Y.encodeStateAsUpdate(one));
  Y.applyUpdate(one, Y.encodeStateAsUpdate(two));
}

function read(update: Uint8Array): Record<string, unknown> {
  const { doc } = recorded(99);
  Y.applyUpdate(doc, update);
  return doc.toJSON();
}
