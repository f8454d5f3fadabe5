// From what the two pages noted to the way of each keystroke. Pure.

import { type BatchId, decodeFrame } from '@causeway/core/sync';
import * as Y from 'yjs';
import type { ShownText, TypingLog } from './page-watch.ts';

/** Milliseconds from the key event. */
export interface Journey {
  /** The push was sent; the client sends what its own disk has. */
  readonly sentMs: number;
  /** The acknowledgement came; the relay sends it when its disk has the edit. */
  readonly ackedMs: number;
  /** The letter was in the other page. */
  readonly shownMs: number;
}

/** The ways of the first `count` keystrokes, each of which must have typed one letter into one note and arrived everywhere. */
export const journeysOf = (typing: TypingLog, shown: readonly ShownText[], count: number): Journey[] => {
  const { pushes, acks } = pushesOf(typing);
  return Array.from({ length: count }, (_, i) => {
    const pressed = typing.keys[i];
    const push = pushes.find(({ letters }) => letters > i);
    const acked = push && acks.get(push.batch);
    const inOther = shown.find(({ length }) => length > i);
    if (pressed === undefined || push === undefined || acked === undefined || inOther === undefined) {
      throw new Error(`keystroke ${i} was lost on the way; type more slowly, or mend the bench`);
    }
    return { sentMs: push.at - pressed, ackedMs: acked - pressed, shownMs: inOther.at - pressed };
  });
};

interface Push {
  readonly at: number;
  readonly batch: BatchId;
  /** Letters in this push and all before it. */
  readonly letters: number;
}

/** The pushes of a note's text in order, and when each batch was acknowledged. */
const pushesOf = ({ frames }: TypingLog): { pushes: readonly Push[]; acks: ReadonlyMap<BatchId, number> } => {
  const texts = new Set<number>();
  const pushes: Push[] = [];
  const acks = new Map<BatchId, number>();
  let letters = 0;
  for (const { at, bytes } of frames) {
    const frame = decodeFrame(Uint8Array.from(bytes));
    if (frame.type === 'open' && frame.name.startsWith('note/')) texts.add(frame.channel);
    if (!('channel' in frame && texts.has(frame.channel))) continue;
    if (frame.type === 'ack') acks.set(frame.batch, at);
    if (frame.type !== 'push') continue;
    letters += lettersIn(frame.update);
    pushes.push({ at, batch: frame.batch, letters });
  }
  return { pushes, acks };
};

/** How many letters a Yjs update inserts. */
const lettersIn = (update: Uint8Array): number => {
  let letters = 0;
  for (const struct of Y.decodeUpdate(update).structs) {
    if (struct instanceof Y.Item && struct.content instanceof Y.ContentString) letters += struct.length;
  }
  return letters;
};
