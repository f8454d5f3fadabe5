/**
 * Replica id: one writer for the life of its store, a random 53-bit integer. Using an id again with a history that has
 * forked corrupts documents, so whoever keeps ids keeps them under a lock. Leaves out: the pool of ids (client).
 */
import type { Codec } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';

declare const brand: unique symbol;
export type ReplicaId = number & { readonly [brand]: 'ReplicaId' };

/** The number as a replica id; `decode/invalid` unless it is an integer from 1 to 2^53 - 1. */
export function parseReplicaId(value: number): ReplicaId {
  if (!isReplicaId(value)) {
    throw new CausewayError(
      'decode/invalid',
      { what: 'replica id', detail: String(value) },
      `${value} is no replica id: take an integer from 1 to 2^53 - 1`,
    );
  }
  return value;
}

/** A fresh id from `random`, which gives unsigned 32-bit integers (crypto in apps, a seeded source in tests). */
export function randomReplicaId(random: () => number): ReplicaId {
  const high = random() & 0x1f_ffff;
  const low = random() >>> 0;
  const value = high * 0x1_0000_0000 + low;
  return parseReplicaId(value === 0 ? 1 : value);
}

export const replicaIdCodec: Codec<ReplicaId> = {
  write: (writer, id) => void writer.varint(id),
  read: (reader) => parseReplicaId(reader.varint()),
};

function isReplicaId(value: number): value is ReplicaId {
  return Number.isSafeInteger(value) && value >= 1;
}
