/**
 * Version vector: for each replica the length of the unbroken prefix of its dots that was seen, so `7 → 3` stands for
 * the dots 7.1, 7.2 and 7.3. Parker et al. 1983; it cannot say "7.5 without 7.4": that is a causal context. Values are
 * immutable; an operation that changes nothing returns its first argument.
 */
import type { Codec } from '../bytes/index.ts';
import { invariant } from '../error.ts';
import { type Dot, dot, type ReplicaId, replicaIdCodec } from '../id/index.ts';

declare const brand: unique symbol;

/** Last seq by replica, never 0: replicas of which nothing was seen are left out. */
export type VersionVector = ReadonlyMap<ReplicaId, number> & { readonly [brand]: 'VersionVector' };

/** How two things stand in causal order: `before` says that everything in the first is in the second, but not the reverse. */
export type CausalOrder = 'equal' | 'before' | 'after' | 'concurrent';

/**
 * Entries that one vector or context in bytes may have. Far more than fit in any message, so message limits bind first;
 * it is here so that no count is taken on trust.
 */
export const MAX_CAUSAL_ENTRIES = 2 ** 24;

export const emptyVector: VersionVector = brandVector(new Map());

/** The vector with these entries; seqs of 0 are left out, the higher of two for one replica holds. `decode/invalid` unless all are integers from 0. */
export function vectorOf(entries: Iterable<readonly [ReplicaId, number]>): VersionVector {
  const seqs = new Map<ReplicaId, number>();
  for (const [replica, seq] of entries) {
    if (seq === 0) continue;
    const last = dot(replica, seq).seq;
    seqs.set(replica, Math.max(last, seqs.get(replica) ?? 0));
  }
  return brandVector(seqs);
}

/** The last seq seen of `replica`; 0 when none. */
export function lastSeqInVector(vector: VersionVector, replica: ReplicaId): number {
  return vector.get(replica) ?? 0;
}

/** The dot of `replica` that follows what was seen. */
export function nextDotInVector(vector: VersionVector, replica: ReplicaId): Dot {
  return dot(replica, lastSeqInVector(vector, replica) + 1);
}

export function vectorHas(vector: VersionVector, { replica, seq }: Dot): boolean {
  return seq <= lastSeqInVector(vector, replica);
}

/**
 * The vector with the `count` dots from `first` on. They must follow on from what was seen, or overlap it: a gap is an
 * InvariantError, because a vector that skips over a gap claims dots that it never saw.
 */
export function advanceVector(vector: VersionVector, first: Dot, count = 1): VersionVector {
  const seen = lastSeqInVector(vector, first.replica);
  invariant(first.seq <= seen + 1, 'causality/no-gap', () => `${first.replica}.${first.seq} after ${seen}`);
  const last = first.seq + count - 1;
  return last <= seen ? vector : brandVector(new Map(vector).set(first.replica, last));
}

/** What either has seen. */
export function mergeVectors(a: VersionVector, b: VersionVector): VersionVector {
  let merged: Map<ReplicaId, number> | undefined;
  for (const [replica, seq] of b) {
    if (seq <= lastSeqInVector(a, replica)) continue;
    merged ??= new Map(a);
    merged.set(replica, seq);
  }
  return merged === undefined ? a : brandVector(merged);
}

export function compareVectors(a: VersionVector, b: VersionVector): CausalOrder {
  return causalOrder(coversVector(b, a), coversVector(a, b));
}

/** The order of two things, from whether the first is in the second and the second in the first. */
export function causalOrder(firstInSecond: boolean, secondInFirst: boolean): CausalOrder {
  if (firstInSecond) return secondInFirst ? 'equal' : 'before';
  return secondInFirst ? 'after' : 'concurrent';
}

/** Entries by ascending replica. */
export const vectorCodec: Codec<VersionVector> = {
  write: (writer, vector) => {
    writer.varint(vector.size);
    for (const replica of [...vector.keys()].sort(byNumber)) {
      replicaIdCodec.write(writer, replica);
      writer.varint(lastSeqInVector(vector, replica));
    }
  },
  read: (reader) => {
    const count = reader.count(MAX_CAUSAL_ENTRIES, 'version vector entries', 2);
    const seqs = new Map<ReplicaId, number>();
    let previous = 0;
    for (let i = 0; i < count; i++) {
      const replica = replicaIdCodec.read(reader);
      if (replica <= previous) throw reader.invalid('version vector entries out of order');
      previous = replica;
      seqs.set(replica, dot(replica, reader.varint()).seq);
    }
    return brandVector(seqs);
  },
};

function coversVector(whole: VersionVector, part: VersionVector): boolean {
  for (const [replica, seq] of part) {
    if (seq > lastSeqInVector(whole, replica)) return false;
  }
  return true;
}

function byNumber(a: number, b: number): number {
  return a - b;
}

function brandVector(seqs: ReadonlyMap<ReplicaId, number>): VersionVector {
  return seqs as VersionVector;
}
