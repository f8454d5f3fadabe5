import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { freshSeed, Seeded } from '../testing/index.ts';
import { holdsUpdate } from './holds-update.ts';

test('a document holds every update that went into it, and none that did not', () => {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const text = doc.getText();
  text.insert(0, 'hello');
  const before = Y.encodeStateAsUpdate(doc);
  text.delete(1, 2);
  const deleted = Y.encodeStateAsUpdate(doc);
  text.insert(0, 'x');
  const whole = Y.encodeStateAsUpdate(doc);
  for (const update of [...updates, before, deleted, whole]) expect(holdsUpdate(whole, update)).toBe(true);
  expect(holdsUpdate(before, deleted)).toBe(false);
  expect(holdsUpdate(deleted, whole)).toBe(false);
  expect(holdsUpdate(Uint8Array.of(0, 0), Uint8Array.of(0, 0))).toBe(true);
});

test('what is held changes nothing, and what changes something is not held', () => {
  const seed = freshSeed();
  const random = new Seeded(seed);
  for (let round = 0; round < 200; round++) {
    const docs = [new Y.Doc(), new Y.Doc()] as const;
    for (const doc of docs) doc.clientID = 1 + random.int(1000);
    for (let step = 0; step < 20; step++) {
      const doc = random.int(2) === 0 ? docs[0] : docs[1];
      const text = doc.getText();
      if (text.length > 2 && random.int(3) === 0) text.delete(random.int(text.length - 1), 1);
      else text.insert(random.int(text.length + 1), 'ab');
      if (random.int(4) === 0) Y.applyUpdate(docs[1], Y.encodeStateAsUpdate(docs[0]));
    }
    const [whole, update] = [docs[1], docs[0]].map((doc) => Y.encodeStateAsUpdate(doc));
    if (whole === undefined || update === undefined) throw new Error('two documents');
    const merged = new Y.Doc();
    Y.applyUpdate(merged, whole);
    const before = Y.snapshot(merged);
    Y.applyUpdate(merged, update);
    const changed = !Y.equalSnapshots(before, Y.snapshot(merged));
    expect(holdsUpdate(whole, update), `seed ${seed}`).toBe(!changed);
  }
});
