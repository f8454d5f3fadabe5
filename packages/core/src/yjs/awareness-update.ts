/**
 * An update of the y-protocols awareness protocol: states of some clients, each with a clock. A session's presence state
 * of a Yjs document is such an update of just one client, so that a relay can show it to a y-websocket client as it is.
 *
 *   #clients (client clock json)*        json: UTF-8 text of an object, or `null` for a client that has gone
 */
import { type Codec, decode, encode } from '../bytes/index.ts';
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

const awarenessUpdateCodec: Codec<readonly AwarenessEntry[]> = {
  write: (writer, entries) => {
    writer.varint(entries.length);
    for (const { client, clock, json } of entries) writer.varint(client).varint(clock).string(json);
  },
  read: (reader) => {
    const count = reader.count(MAX_AWARENESS_CLIENTS, 'clients in an awareness update', MIN_ENTRY_BYTES);
    return Array.from({ length: count }, () => {
      const client = reader.varint();
      const clock = reader.varintUpTo(MAX_AWARENESS_CLOCK, 'awareness clock');
      const json = reader.string(MAX_AWARENESS_JSON_BYTES, 'awareness state');
      if (!isState(json)) throw reader.invalid('an awareness state that is neither an object nor null');
      return { client, clock, json };
    });
  },
};

function isState(json: string): boolean {
  if (depthOfJson(json) > MAX_VALUE_DEPTH) return false;
  const parsed = parseJson(json);
  return parsed !== undefined && typeof parsed.value === 'object' && !Array.isArray(parsed.value);
}
