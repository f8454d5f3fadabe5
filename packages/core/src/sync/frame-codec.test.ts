import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CausewayError, InvariantError } from '../error.ts';
import type { BatchId, ChannelCloseCode, Frame, NackCode } from './frame.ts';
import {
  CHANNEL_CLOSE_CODES,
  decodeFrame,
  encodeFrame,
  encodeShared,
  FRAME_TAGS,
  NACK_CODES,
  shareFrame,
} from './frame-codec.ts';
import {
  DEFAULT_SESSION_LIMITS,
  MAX_CHANNEL,
  MAX_MESSAGE_TEXT_BYTES,
  MAX_NAME_FIELD_BYTES,
  MIN_MESSAGE_BYTES,
} from './limits.ts';

const natural = fc.maxSafeNat();
const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const channel = fc.integer({ min: 1, max: MAX_CHANNEL });
const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: 'binary', maxLength: 100 });
const access = fc.constantFrom('read' as const, 'write' as const);
const batch = positive.map((id) => id as BatchId);

const frames: { readonly [T in Frame['type']]: fc.Arbitrary<Extract<Frame, { type: T }>> } = {
  hello: fc.record({
    type: fc.constant('hello'),
    protocol: fc.constant(1),
    token: fc.option(text, { nil: undefined }),
  }),
  welcome: fc.record({
    type: fc.constant('welcome'),
    protocol: fc.constant(1),
    relay: fc.string({ maxLength: 60 }),
    session: positive,
    limits: fc.record({
      maxMessageBytes: fc.integer({ min: MIN_MESSAGE_BYTES, max: Number.MAX_SAFE_INTEGER }),
      maxUpdateBytes: positive,
      maxChannels: positive,
      maxPresenceBytes: natural,
      idleMs: positive,
    }),
  }),
  error: fc.record({
    type: fc.constant('error'),
    closeCode: fc.integer({ min: 0, max: 4999 }),
    code: fc.string({ maxLength: 60, unit: 'grapheme-ascii' }),
    message: text,
  }),
  ping: fc.record({ type: fc.constant('ping') }),
  pong: fc.record({ type: fc.constant('pong') }),
  token: fc.record({ type: fc.constant('token'), expiresInMs: natural }),
  refresh: fc.record({ type: fc.constant('refresh'), token: text }),
  fragment: fc.record({ type: fc.constant('fragment'), total: positive, index: natural, bytes }),
  open: fc.record({
    type: fc.constant('open'),
    channel,
    name: text,
    kind: text,
    access,
    position: fc.option(fc.record({ epoch: natural, offset: natural }), { nil: undefined }),
    version: bytes,
  }),
  opened: fc.record({
    type: fc.constant('opened'),
    channel,
    resumed: fc.boolean(),
    epoch: natural,
    head: natural,
    access,
  }),
  updates: fc
    .tuple(channel, fc.integer({ min: 0, max: 2 ** 52 }), fc.integer({ min: 1, max: 2 ** 51 }), bytes)
    .map(([on, after, count, update]) => ({
      type: 'updates',
      channel: on,
      after,
      upTo: after + count,
      update,
    })),
  have: fc.record({ type: fc.constant('have'), channel, version: bytes }),
  push: fc.record({ type: fc.constant('push'), channel, batch, update: bytes }),
  ack: fc.record({ type: fc.constant('ack'), channel, batch, offset: positive }),
  nack: fc.record({
    type: fc.constant('nack'),
    channel,
    batch,
    code: fc.constantFrom(...(Object.keys(NACK_CODES) as NackCode[])),
    message: text,
  }),
  presence: fc.record({ type: fc.constant('presence'), channel, session: natural, state: bytes }),
  close: fc.record({
    type: fc.constant('close'),
    channel,
    code: fc.constantFrom(...(Object.keys(CHANNEL_CLOSE_CODES) as ChannelCloseCode[])),
    message: text,
  }),
};

const anyFrame = fc.oneof(...Object.values<fc.Arbitrary<Frame>>(frames));

const codeOf = (input: readonly number[]): string => {
  try {
    decodeFrame(Uint8Array.from(input));
  } catch (error) {
    if (error instanceof CausewayError) return error.code;
    throw error;
  }
  return 'no error';
};

describe('the frame codec', () => {
  test.each(Object.keys(frames) as Frame['type'][])('reads a %s frame back as it was', (type) => {
    fc.assert(
      fc.property(frames[type] as fc.Arbitrary<Frame>, (frame) => {
        expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
      }),
    );
  });

  test('gives each frame a tag of its own', () => {
    const tags = Object.values(FRAME_TAGS);
    expect(new Set(tags).size).toBe(tags.length);
  });

  test('encodes a shared frame on a channel as if it were encoded for that channel alone', () => {
    fc.assert(
      fc.property(fc.oneof(frames.updates, frames.presence), channel, (frame, other) => {
        expect(encodeShared(shareFrame(frame), other)).toEqual(encodeFrame({ ...frame, channel: other }));
      }),
    );
  });

  test('cuts a text for people at its limit, at the end of a character', () => {
    const long = `${'x'.repeat(MAX_MESSAGE_TEXT_BYTES - 1)}ü and more`;
    const frame = decodeFrame(encodeFrame({ type: 'close', channel: 1, code: 'storage', message: long }));
    expect(frame).toMatchObject({ message: 'x'.repeat(MAX_MESSAGE_TEXT_BYTES - 1) });
  });

  test('takes no copy of the update that it reads', () => {
    const encoded = encodeFrame({ type: 'have', channel: 1, version: Uint8Array.of(1, 2, 3) });
    const frame = decodeFrame(encoded);
    expect(frame.type === 'have' && frame.version.buffer).toBe(encoded.buffer);
  });

  test('reads the version in a hello of the future, whatever follows it', () => {
    expect(decodeFrame(Uint8Array.of(1, 9, 0xff, 0xff, 0xff))).toEqual({
      type: 'hello',
      protocol: 9,
      token: undefined,
    });
  });

  test('refuses to write updates that do not advance', () => {
    const update = new Uint8Array(0);
    expect(() => encodeFrame({ type: 'updates', channel: 1, after: 4, upTo: 4, update })).toThrow(
      InvariantError,
    );
  });

  test.each<[string, string, readonly number[]]>([
    ['nothing', 'decode/truncated', []],
    ['an unknown tag', 'decode/invalid', [0x7f]],
    ['a welcome of another version', 'decode/version', [2, 2, 0]],
    ['a byte after a ping', 'decode/trailing', [4, 0]],
    ['channel 0', 'decode/invalid', [0x13, 0]],
    ['a channel above 2^32 - 1', 'decode/limit', [0x13, 0x80, 0x80, 0x80, 0x80, 0x10]],
    ['a needlessly long channel', 'decode/invalid', [0x13, 0x81, 0x00]],
    ['batch 0', 'decode/invalid', [0x14, 1, 0]],
    ['ack of offset 0', 'decode/invalid', [0x15, 1, 1, 0]],
    ['updates of no entries', 'decode/invalid', [0x12, 1, 5, 0]],
    [
      'an offset above 2^53 - 1',
      'decode/invalid',
      [0x12, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 1],
    ],
    ['an unknown nack code', 'decode/invalid', [0x16, 1, 1, 99, 0]],
    ['an unknown channel close code', 'decode/invalid', [0x18, 1, 0, 0]],
    ['a flag of 2', 'decode/invalid', [0x11, 1, 2, 1, 1, 1]],
    ['a close code above 4999', 'decode/limit', [3, 0x88, 0x27, 0, 0]],
    ['a name of 2^40 bytes', 'decode/limit', [0x10, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]],
    ['a name that ends early', 'decode/truncated', [0x10, 1, 5, 0x61]],
    ['a token that is not UTF-8', 'decode/invalid', [7, 1, 0xff]],
    ['a fragment of nothing', 'decode/invalid', [8, 0, 0]],
  ])('answers %s with %s', (_, code, input) => {
    expect(codeOf(input)).toBe(code);
  });

  test('refuses limits under which the first frames would not fit', () => {
    const limits = { ...DEFAULT_SESSION_LIMITS, maxMessageBytes: MIN_MESSAGE_BYTES - 1 };
    const welcome = encodeFrame({ type: 'welcome', protocol: 1, relay: '', session: 1, limits });
    expect(codeOf([...welcome])).toBe('decode/invalid');
  });

  test('lets a name through that is too long to be one, so that only its channel is closed', () => {
    const name = 'n'.repeat(MAX_NAME_FIELD_BYTES);
    const open: Frame = {
      type: 'open',
      channel: 1,
      name,
      kind: 'yjs',
      access: 'read',
      position: undefined,
      version: new Uint8Array(0),
    };
    expect(decodeFrame(encodeFrame(open))).toEqual(open);
    expect(codeOf([...encodeFrame({ ...open, name: `${name}n` })])).toBe('decode/limit');
  });
});

describe('the frame codec, given hostile bytes,', () => {
  /** Bytes that are read are those that would have been written: there is one way to say a frame. */
  const isFrameOrRefused = (input: Uint8Array): void => {
    let frame: Frame;
    try {
      frame = decodeFrame(input);
    } catch (error) {
      expect(CausewayError.inFamily(error, 'decode'), String(error)).toBe(true);
      return;
    }
    if (frame.type !== 'hello' || frame.protocol === 1) expect(encodeFrame(frame)).toEqual(input);
  };

  test('takes them as a frame or throws decode/*', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 0, maxLength: 60 }), isFrameOrRefused), {
      numRuns: 3000,
    });
  });

  test('does so behind every tag', () => {
    const tagged = fc.tuple(fc.constantFrom(...Object.values(FRAME_TAGS)), fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(tagged, ([tag, rest]) => isFrameOrRefused(Uint8Array.of(tag, ...rest))),
      { numRuns: 3000 },
    );
  });

  test('does so for frames that were cut, extended or changed in a byte', () => {
    const damage = fc.tuple(
      anyFrame,
      fc.nat(),
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom('cut', 'add', 'set'),
    );
    fc.assert(
      fc.property(damage, ([frame, where, byte, how]) => {
        const good = [...encodeFrame(frame)];
        const at = where % good.length;
        if (how === 'cut') good.length = at;
        else if (how === 'add') good.splice(at, 0, byte);
        else good[at] = byte;
        isFrameOrRefused(Uint8Array.from(good));
      }),
      { numRuns: 3000 },
    );
  });
});
