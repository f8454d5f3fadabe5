import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalBytes } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';
import { messagesOf, NO_FRAGMENTS, type Reassembly, receiveMessage } from './fragments.ts';
import type { BatchId, Frame } from './frame.ts';
import { encodeFrame } from './frame-codec.ts';
import {
  DEFAULT_SESSION_LIMITS,
  MIN_FRAGMENT_BYTES,
  MIN_MESSAGE_BYTES,
  PREFERRED_MESSAGE_BYTES,
} from './limits.ts';

const LIMIT = 1_000_000;

const push = (length: number): Frame => ({
  type: 'push',
  channel: 3,
  batch: 7 as BatchId,
  update: Uint8Array.from({ length }, (_, i) => i % 251),
});

/** The frames that come out of these messages. */
function received(messages: readonly Uint8Array[], limit = LIMIT): readonly Frame[] {
  let state: Reassembly = NO_FRAGMENTS;
  const frames: Frame[] = [];
  for (const message of messages) {
    const next = receiveMessage(state, message, limit);
    state = next.state;
    if (next.frame !== undefined) frames.push(next.frame);
  }
  return frames;
}

const fragment = (total: number, index: number, bytes: number): Uint8Array =>
  encodeFrame({ type: 'fragment', total, index, bytes: new Uint8Array(bytes) });

function refusal(messages: readonly Uint8Array[], limit = LIMIT): string {
  try {
    received(messages, limit);
  } catch (error) {
    if (error instanceof CausewayError) return error.message;
    throw error;
  }
  return 'none';
}

describe('C9: a frame above maxMessageBytes', () => {
  test('travels in messages that are not, and comes out as it was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200_000 }),
        fc.integer({ min: MIN_MESSAGE_BYTES, max: 50_000 }),
        (size, max) => {
          const bytes = encodeFrame(push(size));
          const messages = messagesOf(bytes, max);
          for (const message of messages) expect(message.length).toBeLessThanOrEqual(max);
          const frames = received(messages);
          expect(frames.length).toBe(1);
          for (const frame of frames) expect(equalBytes(encodeFrame(frame), bytes)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('is one message, the frame itself, when it just fits', () => {
    const bytes = encodeFrame(push(20_000));
    expect(messagesOf(bytes, bytes.length)).toEqual([bytes]);
    expect(messagesOf(bytes, bytes.length - 1).length).toBe(2);
  });

  test('is cut where a slow link needs it, though the relay would take more at once', () => {
    const messages = messagesOf(encodeFrame(push(200_000)), DEFAULT_SESSION_LIMITS.maxMessageBytes);
    expect(messages.map((message) => message.length > PREFERRED_MESSAGE_BYTES)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('lets whole frames stand between its fragments', () => {
    const [first, ...rest] = messagesOf(encodeFrame(push(40_000)), MIN_MESSAGE_BYTES);
    if (first === undefined) throw new Error('no fragments');
    const ping = encodeFrame({ type: 'ping' });
    const frames = received([first, ping, ...rest]);
    expect(frames.map(({ type }) => type)).toEqual(['ping', 'push']);
  });

  test.each<[string, readonly Uint8Array[], RegExp]>([
    ['that begin in the middle', [fragment(5000, 1, 2000)], /fragment 1 came where 0 was due/],
    ['that skip one', [fragment(9000, 0, 2000), fragment(9000, 2, 2000)], /fragment 2 came where 1 was due/],
    [
      'that begin anew',
      [fragment(9000, 0, 2000), fragment(9000, 0, 2000)],
      /fragment 0 came where 1 was due/,
    ],
    [
      'that change the total',
      [fragment(9000, 0, 2000), fragment(9001, 1, 2000)],
      /a total of 9001 after one of 9000/,
    ],
    [
      'that hold more than the total',
      [fragment(3000, 0, 2000), fragment(3000, 1, 2000)],
      /4000 bytes of a frame of 3000/,
    ],
    ['above the limit', [fragment(LIMIT + 1, 0, 2000)], /above the limit of 1000000/],
    ['needlessly small', [fragment(9000, 0, MIN_FRAGMENT_BYTES - 1)], /a fragment of 1023 bytes/],
    ['of no frame', [fragment(2000, 0, 2000)], /no frame has tag 0/],
    [
      'of fragments',
      messagesOf(
        encodeFrame({ type: 'fragment', total: 5, index: 0, bytes: new Uint8Array(20_000) }),
        MIN_MESSAGE_BYTES,
      ),
      /a fragment inside fragments/,
    ],
  ])('is refused in fragments %s', (_, messages, expected) => {
    expect(refusal(messages)).toMatch(expected);
  });
});
