/**
 * State vector of Yjs: for each client the clock that is expected next, which is the version of a Yjs document. It counts
 * unbroken prefixes only, and no deletions: documents with equal state vectors may differ in what is deleted.
 *
 *   #clients (client clock)*      here always sorted, greatest client first, and without clocks of 0
 */
import { type Codec, encode, Reader } from '../bytes/index.ts';
import type { Version, VersionOrder } from '../format/index.ts';

export type StateVector = ReadonlyMap<number, number>;

const stateVectorCodec: Codec<StateVector> = {
  write: (writer, vector) => {
    const entries = [...vector].filter(([, clock]) => clock > 0).sort(([a], [b]) => b - a);
    writer.varint(entries.length);
    for (const [client, clock] of entries) writer.varint(client).varint(clock);
  },
  read: (reader) => {
    const count = reader.count(reader.left, 'clients in a state vector', 2);
    const vector = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      const client = reader.varint();
      if (vector.has(client)) throw reader.invalid(`client ${client} twice`);
      vector.set(client, reader.varint());
    }
    return vector;
  },
};

export function encodeStateVector(vector: StateVector): Version {
  return encode(stateVectorCodec, vector) as Version;
}

/** Clients in any order, as Yjs has written them at times; no bytes at all hold nothing. */
export function decodeStateVector(bytes: Uint8Array): StateVector {
  if (bytes.length === 0) return new Map();
  const reader = new Reader(bytes, 'Yjs state vector');
  const vector = stateVectorCodec.read(reader);
  reader.end();
  return vector;
}

export function compareStateVectors(a: StateVector, b: StateVector): VersionOrder {
  const aHasMore = hasMore(a, b);
  const bHasMore = hasMore(b, a);
  if (aHasMore) return bHasMore ? 'concurrent' : 'after';
  return bHasMore ? 'before' : 'equal';
}

function hasMore(a: StateVector, b: StateVector): boolean {
  for (const [client, clock] of a) if (clock > (b.get(client) ?? 0)) return true;
  return false;
}
