import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { contentOfUpdate } from './update-content.ts';

test('an update is shown as what it inserts and how much it deletes', () => {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, 'Hello');
  const before = Y.encodeStateVector(doc);
  doc.getText('body').insert(5, ', world');
  doc.getText('body').delete(0, 2);
  doc.getMap('meta').set('votes', 3);
  doc.getMap('meta').set('nested', new Y.Map());
  expect(contentOfUpdate(Y.encodeStateAsUpdate(doc, before))).toEqual({
    inserted: [', world', 3],
    deleted: 2,
  });
});

test('bytes that are no update are refused', () => {
  expect(() => contentOfUpdate(Uint8Array.of(9, 9, 9))).toThrow('decode/');
});
