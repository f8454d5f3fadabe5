import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { Seeded, seedsOfRuns } from '../testing/seeded.ts';
import { collectYjs } from './collect.ts';
import { yjsFormat } from './yjs-format.ts';

/** Every update of these edits. */
function updatesOf(edit: (doc: Y.Doc) => void, client = 1): Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = client;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  edit(doc);
  return updates;
}

test('10,000 characters typed and deleted leave less than 100 bytes', () => {
  const updates = updatesOf((doc) => {
    const text = doc.getText('t');
    for (let i = 0; i < 10_000; i++) text.insert(i, 'x');
    text.delete(0, 10_000);
  });
  const merged = yjsFormat.merge(updates);
  const collected = collectYjs(merged);
  expect(merged.length).toBeGreaterThan(10_000);
  expect(collected.length).toBeLessThan(100);
  expect(yjsFormat.compare(yjsFormat.versionOf(collected), yjsFormat.versionOf(merged))).toBe('equal');
  expect(collectYjs(collected)).toEqual(collected);
});

test('what waits for a part that has not come is left as it is', () => {
  const [first, ...later] = updatesOf((doc) => {
    const text = doc.getText('t');
    text.insert(0, 'a');
    text.insert(1, 'b'.repeat(100));
    text.delete(1, 100);
  });
  const waiting = yjsFormat.merge(later);
  expect(collectYjs(waiting)).toBe(waiting);
  const whole = yjsFormat.merge([first as Uint8Array, waiting]);
  expect(collectYjs(whole).length).toBeLessThan(whole.length);
});

test('who was offline meanwhile finds their place, and all are equal in the end', () => {
  for (const seed of seedsOfRuns({}, 40)) {
    const random = new Seeded(seed);
    const docs = [1, 2, 3].map((client) => {
      const doc = new Y.Doc();
      doc.clientID = client;
      return doc;
    });
    const edit = (doc: Y.Doc): void => {
      const text = doc.getText('t');
      const map = doc.getMap('m');
      if (random.chance(0.5)) text.insert(random.int(text.length + 1), random.pick(['ab', 'cde', 'f']));
      else if (text.length > 0) text.delete(random.int(text.length), 1);
      if (random.chance(0.3)) map.set(random.pick(['k', 'l']), random.int(9));
      if (random.chance(0.1)) map.delete('k');
    };
    let stored = yjsFormat.empty;
    for (let round = 0; round < 8; round++) {
      for (const doc of docs) for (let i = random.int(6); i > 0; i--) edit(doc);
      // Some come by and go again; what is kept is collected in between.
      for (const doc of docs) {
        if (random.chance(0.4)) continue;
        stored = yjsFormat.merge([stored, Y.encodeStateAsUpdate(doc)]);
        if (random.chance(0.6)) stored = collectYjs(stored);
        Y.applyUpdate(doc, stored);
      }
    }
    for (const doc of docs) stored = yjsFormat.merge([stored, Y.encodeStateAsUpdate(doc)]);
    for (const doc of docs) Y.applyUpdate(doc, collectYjs(stored));
    const seen = docs.map((doc) => [doc.getText('t').toString(), doc.getMap('m').toJSON()]);
    for (const each of seen) expect(each, `seed ${seed}`).toEqual(seen[0]);
  }
});
