/**
 * Messages of y-websocket, one to a WebSocket message: the sync and awareness protocols of y-protocols behind a number
 * that says which. Leaves out: when a message may come (session.ts), what is in an update (core/yjs).
 *
 *   0 0 bytes       sync step 1: a state vector; asks for what is beyond it
 *   0 1 bytes       sync step 2: the answer, an update
 *   0 2 bytes       an update
 *   1 bytes         an awareness update
 *   2 0 string      permission denied, and why
 *   3               asks for awareness
 */
import { CausewayError } from '@causeway/core';
import { Reader, Writer } from '@causeway/core/bytes';
import { frameHeadBytes, writeFrameHead } from '../websocket-frame.ts';

export type YjsMessage =
  | { readonly type: 'step-1'; readonly vector: Uint8Array }
  | { readonly type: 'step-2'; readonly update: Uint8Array }
  | { readonly type: 'update'; readonly update: Uint8Array }
  | { readonly type: 'awareness'; readonly update: Uint8Array }
  | { readonly type: 'query-awareness' }
  /** A message of a kind that an app made for itself, or one that only servers send. */
  | { readonly type: 'other' };

const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;
const QUERY_AWARENESS = 3;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;
const PERMISSION_DENIED = 0;

/** The update that changes nothing: what a peer sends that has nothing. */
export const EMPTY_UPDATE: Uint8Array = Uint8Array.of(0, 0);

/** The message that these bytes are; `decode/*` when they are none. Byte fields are views on `bytes`. */
export function decodeYjsMessage(bytes: Uint8Array): YjsMessage {
  const reader = new Reader(bytes, 'y-websocket message');
  const type = reader.varint();
  if (type === QUERY_AWARENESS) return { type: 'query-awareness' };
  if (type === AWARENESS) return { type: 'awareness', update: lastField(reader) };
  if (type !== SYNC) return { type: 'other' };
  const step = reader.varintUpTo(UPDATE, 'kind of sync message');
  const field = lastField(reader);
  if (step === STEP_1) return { type: 'step-1', vector: field };
  return { type: step === STEP_2 ? 'step-2' : 'update', update: field };
}

/** Published clients read the first message of a WebSocket message and pass over the rest: whoever sends more would lose it. */
function lastField(reader: Reader): Uint8Array {
  const field = reader.raw(reader.varint());
  reader.end();
  return field;
}

export function step1Message(vector: Uint8Array): Uint8Array {
  return message(SYNC, STEP_1, vector);
}

export function step2Message(update: Uint8Array): Uint8Array {
  return message(SYNC, STEP_2, update);
}

/** Step 2 in a WebSocket frame. */
export function step2Frame(update: Uint8Array): Uint8Array {
  return syncFrames(STEP_2, [update]);
}

/** An update in a WebSocket frame. */
export function updateFrame(update: Uint8Array): Uint8Array {
  return syncFrames(UPDATE, [update]);
}

export function updateMessage(update: Uint8Array): Uint8Array {
  return message(SYNC, UPDATE, update);
}

export function awarenessMessage(update: Uint8Array): Uint8Array {
  return new Writer(update.length + 8).varint(AWARENESS).bytes(update).finish();
}

export function deniedMessage(reason: string): Uint8Array {
  return new Writer(64).varint(AUTH).varint(PERMISSION_DENIED).string(reason).finish();
}

function message(type: number, step: number, field: Uint8Array): Uint8Array {
  return new Writer(field.length + 16).varint(type).varint(step).bytes(field).finish();
}

/** The updates as update messages, each in a WebSocket frame of its own, in one piece: written to any number of sockets as it is. */
export function updateFrames(updates: readonly Uint8Array[]): Uint8Array {
  return syncFrames(UPDATE, updates);
}

function syncFrames(step: number, updates: readonly Uint8Array[]): Uint8Array {
  let total = 0;
  for (const update of updates) {
    const length = updateMessageBytes(update);
    total += frameHeadBytes(length) + length;
  }
  const frames = Buffer.allocUnsafe(total);
  let at = 0;
  for (const update of updates) {
    at = writeFrameHead(frames, at, updateMessageBytes(update));
    frames[at] = SYNC;
    frames[at + 1] = step;
    at = writeLength(frames, at + 2, update.length);
    frames.set(update, at);
    at += update.length;
  }
  return frames;
}

function updateMessageBytes(update: Uint8Array): number {
  let length = 3;
  for (let rest = update.length; rest > 0x7f; rest >>>= 7) length++;
  return length + update.length;
}

function writeLength(target: Uint8Array, start: number, length: number): number {
  let at = start;
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at++] = rest;
  return at;
}

/** An update above the bound of one message. */
export function updateTooLarge(bytes: number, limit: number): CausewayError<'decode/limit'> {
  return new CausewayError(
    'decode/limit',
    { what: 'update', value: bytes, limit },
    `${bytes} bytes in one update; this relay takes ${limit}`,
  );
}
