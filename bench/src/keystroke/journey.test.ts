import { encodeFrame, parseBatchId } from '@causeway/core/sync';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { journeysOf } from './journey.ts';
import type { TypingLog } from './page-watch.ts';

/** Two pushes, of one letter and of two, among frames of other documents. */
const typing = (): TypingLog => {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const text = doc.getText('text');
  text.insert(0, 'a');
  text.insert(1, 'bc');
  const [one = new Uint8Array(), two = one] = updates;
  const first = parseBatchId(1);
  const second = parseBatchId(2);
  const open = (channel: number, name: string) =>
    encodeFrame({
      type: 'open',
      ...{ channel, name, kind: 'yjs', access: 'write', position: undefined, version: new Uint8Array() },
    });
  const noted = (at: number, sent: boolean, bytes: Uint8Array) => ({ at, sent, bytes: [...bytes] });
  return {
    keys: [10, 110, 120],
    frames: [
      noted(1, true, open(1, 'list')),
      noted(2, true, open(2, 'note/1')),
      noted(5, true, encodeFrame({ type: 'push', channel: 1, batch: second, update: one })),
      noted(12, true, encodeFrame({ type: 'push', channel: 2, batch: first, update: one })),
      noted(17, false, encodeFrame({ type: 'ack', channel: 2, batch: first, offset: 1 })),
      noted(124, true, encodeFrame({ type: 'push', channel: 2, batch: second, update: two })),
      noted(128, false, encodeFrame({ type: 'ack', channel: 2, batch: second, offset: 2 })),
    ],
  };
};

test('each keystroke goes with the push that holds its letter, that push with its ack', () => {
  const shown = [
    { at: 20, length: 1 },
    { at: 131, length: 3 },
  ];
  expect(journeysOf(typing(), shown, 3)).toEqual([
    { sentMs: 2, ackedMs: 7, shownMs: 10 },
    { sentMs: 14, ackedMs: 18, shownMs: 21 },
    { sentMs: 4, ackedMs: 8, shownMs: 11 },
  ]);
});

test('a keystroke that did not arrive is an error, not a short journey', () => {
  expect(() => journeysOf(typing(), [{ at: 20, length: 1 }], 2)).toThrow('keystroke 1 was lost');
});
