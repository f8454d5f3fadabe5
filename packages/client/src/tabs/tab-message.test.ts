import { parseDocumentKind, parseDocumentName, parseReplicaId } from '@causeway/core/id';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTabMessage, type TabMessage } from './tab-message.ts';

const CHANGED: TabMessage = {
  type: 'changed',
  from: parseReplicaId(5),
  name: parseDocumentName('note'),
  kind: parseDocumentKind('yjs'),
  update: Uint8Array.of(1),
};

test('messages of this software are understood', () => {
  for (const message of [
    CHANGED,
    { type: 'writing', from: parseReplicaId(5) },
    { type: 'deleted', name: 'note' },
    { type: 'wiped' },
  ]) {
    expect(parseTabMessage(structuredClone(message))).toEqual(message);
  }
});

test('messages with a part that is missing or wrong are not', () => {
  for (const part of ['from', 'name', 'kind', 'update'] as const) {
    expect(parseTabMessage({ ...CHANGED, [part]: undefined })).toBeUndefined();
    expect(parseTabMessage({ ...CHANGED, [part]: '' })).toBeUndefined();
  }
  expect(parseTabMessage({ type: 'deleted' })).toBeUndefined();
  expect(parseTabMessage({ type: 'writing', from: 'me' })).toBeUndefined();
  expect(parseTabMessage({ type: 'other', name: 'note' })).toBeUndefined();
});

test('whatever else is posted is not, and does no harm', () => {
  fc.assert(
    fc.property(fc.anything(), (data) => {
      expect(parseTabMessage(data)).toBeUndefined();
    }),
  );
});
