/**
 * An update of the y-protocols awareness protocol: states of some clients, each with a clock. A session's presence state
 * of a Yjs document is such an update of just one client, so that a relay can show it to a y-websocket client as it is.
 *
 *   #clients (client clock json)*        json: UTF-8 text of an object, or `null` for a client that has gone
 */
import { type Codec, decode, encode, Reader } from '../bytes/index.ts';
import { depthOfJson, MAX_VALUE_DEPTH, parseJson } from './json.ts';

export interface AwarenessEntry {
  /** The Yjs client id. */
  readonly client: number;
  /** Grows with every state of this client. */
  readonly clock: number;
  /** JSON text of an object, or `null`. */
  readonly json: string;
}

/** A selection with a name, colours and a picture's address takes some 500 bytes. */
export const MAX_AWARENESS_JSON_BYTES = 65_536;
/** Far beyond what any client reaches at one state a millisecond, and far enough from 2^53 to count on. */
export const MAX_AWARENESS_CLOCK = 2 ** 40;
/** An update from a provider names one client, or all that a server knows. */
const MAX_AWARENESS_CLIENTS = 10_000;
const MIN_ENTRY_BYTES = 4;

export function encodeAwarenessUpdate(entries: readonly AwarenessEntry[]): Uint8Array {
  return encode(awarenessUpdateCodec, entries);
}

/** The entries of an update from a peer; `decode/*` unless every state in it is an object or null. */
export function decodeAwarenessUpdate(update: Uint8Array): readonly AwarenessEntry[] {
  return decode(awarenessUpdateCodec, update, 'awareness update');
}

/**
 * The first entry of a client that `wanted` picks, or undefined. The others are passed over unread: an update from a provider
 * repeats everybody's state. `decode/*` unless what is read is sound.
 */
export function findAwarenessEntry(
  update: Uint8Array,
  wanted: (client: number) => boolean,
): AwarenessEntry | undefined {
  const reader = new Reader(update, 'awareness update');
  for (let left = readCount(reader); left > 0; left--) {
    const client = reader.varint();
    if (wanted(client)) return readState(reader, client);
    reader.varintUpTo(MAX_AWARENESS_CLOCK, 'awareness clock');
    reader.skip(reader.varintUpTo(MAX_AWARENESS_JSON_BYTES, 'awareness state'));
  }
  reader.end();
  return undefined;
}

const awarenessUpdateCodec: Codec<readonly AwarenessEntry[]> = {
  write: (writer, entries) => {
    writer.varint(entries.length);
    for (const { client, clock, json } of entries) writer.varint(client).varint(clock).string(json);
  },
  read: (reader) => Array.from({ length: readCount(reader) }, () => readState(reader, reader.varint())),
};

function readCount(reader: Reader): number {
  return reader.count(MAX_AWARENESS_CLIENTS, 'clients in an awareness update', MIN_ENTRY_BYTES);
}

/** An entry after its client. */
function readState(reader: Reader, client: number): AwarenessEntry {
  const clock = reader.varintUpTo(MAX_AWARENESS_CLOCK, 'awareness clock');
  const json = reader.string(MAX_AWARENESS_JSON_BYTES, 'awareness state');
  if (!isState(json)) throw reader.invalid('an awareness state that is neither an object nor null');
  return { client, clock, json };
}

function isState(json: string): boolean {
  if (depthOfJson(json) > MAX_VALUE_DEPTH) return false;
  const parsed = parseJson(json);
  return parsed !== undefined && typeof parsed.value === 'object' && !Array.isArray(parsed.value);
}
