// The load's updates are what Yjs takes them for, and what it makes of them is read right.
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { reach, typed } from './updates.ts';

test('Yjs reads them as typing, one character each', () => {
  const doc = new Y.Doc();
  for (let clock = 0; clock < 300; clock++) Y.applyUpdate(doc, typed(5, clock));
  expect(doc.getText('t').toString()).toBe('x'.repeat(300));
});

test('how far an update reaches is read of single and of merged ones', () => {
  const updates = [0, 1, 2].map((clock) => typed(200, clock));
  const doc = new Y.Doc();
  for (const update of [...updates, typed(7, 0)]) Y.applyUpdate(doc, update);
  expect(updates.map(reached)).toEqual([[[200, 1]], [[200, 2]], [[200, 3]]]);
  expect(reached(Y.encodeStateAsUpdate(doc))).toEqual([
    [200, 3],
    [7, 1],
  ]);
});

function reached(update: Uint8Array): readonly (readonly [number, number])[] {
  const ends: [number, number][] = [];
  reach(update, (client, end) => ends.push([client, end]));
  return ends;
}
