/**
 * The bytes of frames: a tag, then for frames about a document the channel, then the body; the last byte field of a frame
 * runs to the frame's end. docs/protocol.md lists them byte by byte. Leaves out: frames larger than a message (fragments.ts).
 *
 *   ┌─────┬──────────────────┬───────────────────────────────────┐
 *   │ tag │ channel (varint) │ body: the same for every channel  │   a fanned-out body is encoded once (`shareFrame`)
 *   └─────┴──────────────────┴───────────────────────────────────┘
 */
import { Reader, Writer } from '../bytes/index.ts';
import { CausewayError, InvariantError } from '../error.ts';
import { parseBatchId } from './batch-id.ts';
import type {
  Access,
  ChannelCloseCode,
  ClientChannelFrame,
  Frame,
  FrameOf,
  NackCode,
  Position,
  RelayChannelFrame,
  SessionLimits,
} from './frame.ts';
import { PROTOCOL_VERSION } from './frame.ts';
import {
  MAX_CHANNEL,
  MAX_ERROR_CODE_BYTES,
  MAX_KIND_FIELD_BYTES,
  MAX_MESSAGE_TEXT_BYTES,
  MAX_NAME_FIELD_BYTES,
  MAX_RELAY_NAME_BYTES,
  MAX_TOKEN_BYTES,
  MIN_MESSAGE_BYTES,
} from './limits.ts';

/** The first byte of each frame. */
export const FRAME_TAGS: Readonly<Record<Frame['type'], number>> = {
  hello: 0x01,
  welcome: 0x02,
  error: 0x03,
  ping: 0x04,
  pong: 0x05,
  token: 0x06,
  refresh: 0x07,
  fragment: 0x08,
  open: 0x10,
  opened: 0x11,
  updates: 0x12,
  have: 0x13,
  push: 0x14,
  ack: 0x15,
  nack: 0x16,
  presence: 0x17,
  close: 0x18,
};

export const NACK_CODES: Readonly<Record<NackCode, number>> = {
  permission: 1,
  invalid: 2,
  'too-large': 3,
  quota: 4,
  rate: 5,
  storage: 6,
};

export const CHANNEL_CLOSE_CODES: Readonly<Record<ChannelCloseCode, number>> = {
  done: 1,
  name: 2,
  'unknown-kind': 3,
  'kind-mismatch': 4,
  forbidden: 5,
  'too-many': 6,
  storage: 7,
  deleted: 8,
};

/** A frame encoded once for any number of channels: all of it but the channel number. */
export interface SharedFrame {
  readonly tag: number;
  readonly body: Uint8Array;
}

/** The frame's bytes. Texts for humans are cut at their limits; anything else out of range throws InvariantError. */
export function encodeFrame(frame: Frame): Uint8Array {
  const writer = new Writer(32).u8(FRAME_TAGS[frame.type]);
  if ('channel' in frame) {
    const tail = writeChannelBody(writer.varint(frame.channel), frame);
    return joined(writer, tail);
  }
  return joined(writer, writeConnectionBody(writer, frame));
}

/** The frame that these bytes are; `decode/*` on anything else. Byte fields are views on `bytes`, not copies. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const reader = new Reader(bytes, 'frame');
  const tag = reader.u8();
  const read = readerOfTag.get(tag);
  if (read === undefined) throw reader.invalid(`no frame has tag ${tag}`);
  const frame = read(reader);
  reader.end();
  return frame;
}

/** Encodes a frame for many channels; the `channel` in it is left out. */
export function shareFrame(frame: FrameOf<'updates' | 'presence'>): SharedFrame {
  const writer = new Writer(32);
  return { tag: FRAME_TAGS[frame.type], body: joined(writer, writeChannelBody(writer, frame)) };
}

/** The bytes of a shared frame on this channel: one allocation and one copy. */
export function encodeShared(shared: SharedFrame, channel: number): Uint8Array {
  const channelBytes = varintLength(channel);
  const bytes = new Uint8Array(1 + channelBytes + shared.body.length);
  bytes[0] = shared.tag;
  let rest = channel;
  for (let i = 1; i < channelBytes; i++) {
    bytes[i] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[channelBytes] = rest;
  bytes.set(shared.body, 1 + channelBytes);
  return bytes;
}

/** Writes the body; returns the byte field that ends the frame, to be copied only once. */
function writeChannelBody(writer: Writer, frame: ClientChannelFrame | RelayChannelFrame): Uint8Array {
  switch (frame.type) {
    case 'open':
      writer.string(frame.name).string(frame.kind).u8(accessByte(frame.access));
      writePosition(writer, frame.position);
      return frame.version;
    case 'opened':
      writer
        .u8(frame.resumed ? 1 : 0)
        .varint(frame.epoch)
        .varint(frame.head)
        .u8(accessByte(frame.access));
      return NOTHING;
    case 'updates':
      if (frame.upTo <= frame.after) {
        throw new InvariantError('sync/updates-advance', `updates after ${frame.after} up to ${frame.upTo}`);
      }
      writer.varint(frame.after).varint(frame.upTo - frame.after);
      return frame.update;
    case 'have':
      return frame.version;
    case 'push':
      writer.varint(frame.batch);
      return frame.update;
    case 'ack':
      writer.varint(frame.batch).varint(frame.offset);
      return NOTHING;
    case 'nack':
      writer.varint(frame.batch).u8(NACK_CODES[frame.code]);
      writeText(writer, frame.message, MAX_MESSAGE_TEXT_BYTES);
      return NOTHING;
    case 'presence':
      writer.varint(frame.session);
      return frame.state;
    case 'close':
      writer.u8(CHANNEL_CLOSE_CODES[frame.code]);
      writeText(writer, frame.message, MAX_MESSAGE_TEXT_BYTES);
      return NOTHING;
  }
}

function writeConnectionBody(
  writer: Writer,
  frame: Exclude<Frame, ClientChannelFrame | RelayChannelFrame>,
): Uint8Array {
  switch (frame.type) {
    case 'hello':
      writer.varint(frame.protocol);
      if (frame.token === undefined) writer.u8(0);
      else writer.u8(1).string(frame.token);
      return NOTHING;
    case 'welcome':
      writer.varint(frame.protocol);
      writeText(writer, frame.relay, MAX_RELAY_NAME_BYTES);
      writer.varint(frame.session);
      writeLimits(writer, frame.limits);
      return NOTHING;
    case 'token':
      writer.varint(frame.expiresInMs);
      return NOTHING;
    case 'refresh':
      writer.string(frame.token);
      return NOTHING;
    case 'error':
      writer.varint(frame.closeCode);
      writeText(writer, frame.code, MAX_ERROR_CODE_BYTES);
      writeText(writer, frame.message, MAX_MESSAGE_TEXT_BYTES);
      return NOTHING;
    case 'ping':
    case 'pong':
      return NOTHING;
    case 'fragment':
      writer.varint(frame.total).varint(frame.index);
      return frame.bytes;
  }
}

const FRAME_READERS: { readonly [T in Frame['type']]: (reader: Reader) => FrameOf<T> } = {
  hello: (reader) => {
    const protocol = reader.varint();
    if (protocol !== PROTOCOL_VERSION) {
      // What follows is laid out in a way this version does not know; the number alone is enough to refuse.
      reader.rest();
      return { type: 'hello', protocol, token: undefined };
    }
    const token = readFlag(reader, 'hello token flag') ? reader.string(MAX_TOKEN_BYTES, 'token') : undefined;
    return { type: 'hello', protocol, token };
  },
  welcome: (reader) => {
    const protocol = reader.varint();
    if (protocol !== PROTOCOL_VERSION) {
      throw new CausewayError(
        'decode/version',
        { what: 'welcome', found: protocol, supported: PROTOCOL_VERSION },
        `the relay speaks protocol version ${protocol}, this client ${PROTOCOL_VERSION}: update the older one`,
      );
    }
    const relay = reader.string(MAX_RELAY_NAME_BYTES, 'relay name');
    const session = readPositive(reader, 'session');
    return { type: 'welcome', protocol, relay, session, limits: readLimits(reader) };
  },
  error: (reader) => ({
    type: 'error',
    closeCode: reader.varintUpTo(4999, 'close code'),
    code: reader.string(MAX_ERROR_CODE_BYTES, 'error code'),
    message: reader.string(MAX_MESSAGE_TEXT_BYTES, 'error message'),
  }),
  ping: () => ({ type: 'ping' }),
  pong: () => ({ type: 'pong' }),
  token: (reader) => ({ type: 'token', expiresInMs: reader.varint() }),
  refresh: (reader) => ({ type: 'refresh', token: reader.string(MAX_TOKEN_BYTES, 'token') }),
  fragment: (reader) => ({
    type: 'fragment',
    total: readPositive(reader, 'fragment total'),
    index: reader.varint(),
    bytes: reader.rest(),
  }),
  open: (reader) => ({
    type: 'open',
    channel: readChannel(reader),
    name: reader.string(MAX_NAME_FIELD_BYTES, 'document name'),
    kind: reader.string(MAX_KIND_FIELD_BYTES, 'document kind'),
    access: readAccess(reader),
    position: readPosition(reader),
    version: reader.rest(),
  }),
  opened: (reader) => ({
    type: 'opened',
    channel: readChannel(reader),
    resumed: readFlag(reader, 'resumed flag'),
    epoch: reader.varint(),
    head: reader.varint(),
    access: readAccess(reader),
  }),
  updates: (reader) => {
    const channel = readChannel(reader);
    const after = reader.varint();
    const upTo = after + readPositive(reader, 'count of entries');
    if (!Number.isSafeInteger(upTo)) throw reader.invalid('an offset above 2^53 - 1');
    return { type: 'updates', channel, after, upTo, update: reader.rest() };
  },
  have: (reader) => ({ type: 'have', channel: readChannel(reader), version: reader.rest() }),
  push: (reader) => ({
    type: 'push',
    channel: readChannel(reader),
    batch: parseBatchId(reader.varint()),
    update: reader.rest(),
  }),
  ack: (reader) => ({
    type: 'ack',
    channel: readChannel(reader),
    batch: parseBatchId(reader.varint()),
    offset: readPositive(reader, 'offset'),
  }),
  nack: (reader) => ({
    type: 'nack',
    channel: readChannel(reader),
    batch: parseBatchId(reader.varint()),
    code: readCode(reader, nackCodeOfByte, 'nack code'),
    message: reader.string(MAX_MESSAGE_TEXT_BYTES, 'nack message'),
  }),
  presence: (reader) => ({
    type: 'presence',
    channel: readChannel(reader),
    session: reader.varint(),
    state: reader.rest(),
  }),
  close: (reader) => ({
    type: 'close',
    channel: readChannel(reader),
    code: readCode(reader, closeCodeOfByte, 'channel close code'),
    message: reader.string(MAX_MESSAGE_TEXT_BYTES, 'close message'),
  }),
};

const readerOfTag = new Map<number, (reader: Reader) => Frame>();
for (const type of typedKeys(FRAME_TAGS)) readerOfTag.set(FRAME_TAGS[type], FRAME_READERS[type]);

const nackCodeOfByte = inverse(NACK_CODES);
const closeCodeOfByte = inverse(CHANNEL_CLOSE_CODES);

const NOTHING = new Uint8Array(0);
const textEncoder = new TextEncoder();

function joined(head: Writer, tail: Uint8Array): Uint8Array {
  return tail.length === 0 ? head.finish() : head.joinedWith(tail);
}

function writePosition(writer: Writer, position: Position | undefined): void {
  if (position === undefined) writer.u8(0);
  else writer.u8(1).varint(position.epoch).varint(position.offset);
}

function readPosition(reader: Reader): Position | undefined {
  return readFlag(reader, 'position flag') ? { epoch: reader.varint(), offset: reader.varint() } : undefined;
}

function writeLimits(writer: Writer, limits: SessionLimits): void {
  writer.varint(limits.maxMessageBytes).varint(limits.maxUpdateBytes).varint(limits.maxChannels);
  writer.varint(limits.maxPresenceBytes).varint(limits.idleMs);
}

function readLimits(reader: Reader): SessionLimits {
  const maxMessageBytes = reader.varint();
  if (maxMessageBytes < MIN_MESSAGE_BYTES) {
    throw reader.invalid(`maxMessageBytes of ${maxMessageBytes} is below ${MIN_MESSAGE_BYTES}`);
  }
  return {
    maxMessageBytes,
    maxUpdateBytes: readPositive(reader, 'maxUpdateBytes'),
    maxChannels: readPositive(reader, 'maxChannels'),
    maxPresenceBytes: reader.varint(),
    idleMs: readPositive(reader, 'idleMs'),
  };
}

/** Text for humans, cut at a character's end when it is too long: better short than a frame that the peer must refuse. */
function writeText(writer: Writer, text: string, maxBytes: number): void {
  const bytes = new Uint8Array(Math.min(maxBytes, text.length * 3));
  writer.bytes(bytes.subarray(0, textEncoder.encodeInto(text, bytes).written));
}

function readChannel(reader: Reader): number {
  const channel = reader.varintUpTo(MAX_CHANNEL, 'channel');
  if (channel === 0) throw reader.invalid('channel 0: channels count from 1');
  return channel;
}

function readPositive(reader: Reader, what: string): number {
  const value = reader.varint();
  if (value === 0) throw reader.invalid(`${what} is 0`);
  return value;
}

function readFlag(reader: Reader, what: string): boolean {
  const byte = reader.u8();
  if (byte > 1) throw reader.invalid(`${what} is ${byte}, neither 0 nor 1`);
  return byte === 1;
}

function accessByte(access: Access): number {
  return access === 'write' ? 1 : 0;
}

function readAccess(reader: Reader): Access {
  return readFlag(reader, 'access') ? 'write' : 'read';
}

function readCode<C>(reader: Reader, codes: ReadonlyMap<number, C>, what: string): C {
  const byte = reader.u8();
  const code = codes.get(byte);
  if (code === undefined) throw reader.invalid(`${byte} is no ${what}`);
  return code;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

function inverse<K extends string>(table: Readonly<Record<K, number>>): ReadonlyMap<number, K> {
  return new Map(typedKeys(table).map((key) => [table[key], key]));
}

function typedKeys<K extends string>(table: Readonly<Record<K, number>>): readonly K[] {
  return Object.keys(table) as K[];
}
