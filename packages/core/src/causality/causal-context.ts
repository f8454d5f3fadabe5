/**
 * Causal context: the set of all dots that a state has seen, whether what they named is still there or not. Unlike a
 * version vector it may have gaps, because deltas overtake each other.
 *
 *   replica 7:   1 2 3 4 . . 7 8 . 10        ranges [1..4] [7..8] [10..10]
 *                ───┬───     ─┬─   ┬         5, 6 and 9 are unseen
 *                prefix    beyond gaps
 *
 * Ranges join only where they touch. To fold 7 and 8 into the prefix while 5 and 6 are missing would claim that those
 * were seen, and every join would then take the elements they name for removed. Values are immutable; an operation
 * that changes nothing returns its first argument. Almeida, Shoker, Baquero 2018, section 7.
 */
import type { Codec, Reader, Writer } from '../bytes/index.ts';
import { compareDots, type Dot, dot, type ReplicaId, replicaIdCodec } from '../id/index.ts';
import {
  type CausalOrder,
  causalOrder,
  MAX_CAUSAL_ENTRIES,
  type VersionVector,
  vectorOf,
} from './version-vector.ts';

declare const brand: unique symbol;

/** first, last, first, last, …: inclusive, ascending, at least one unseen seq between two ranges; never empty in a context. */
type Ranges = readonly number[];

export type CausalContext = ReadonlyMap<ReplicaId, Ranges> & { readonly [brand]: 'CausalContext' };

export const emptyContext: CausalContext = brandContext(new Map());

/** The context of exactly these dots, in any order, with repeats. */
export function contextOf(dots: Iterable<Dot>): CausalContext {
  const ranges = new Map<ReplicaId, number[]>();
  for (const { replica, seq } of [...dots].sort(compareDots)) {
    const known = ranges.get(replica);
    if (known === undefined) ranges.set(replica, [seq, seq]);
    else append(known, seq, seq);
  }
  return brandContext(ranges);
}

/** The context of everything that a version vector stands for. */
export function contextOfVector(vector: VersionVector): CausalContext {
  return brandContext(new Map([...vector].map(([replica, last]) => [replica, [1, last]])));
}

/** The unbroken prefix of each replica: what is left when all beyond gaps is forgotten. */
export function prefixOf(context: CausalContext): VersionVector {
  return vectorOf([...context].map(([replica, ranges]) => [replica, ranges[0] === 1 ? at(ranges, 1) : 0]));
}

/** Whether the context is no more than its prefix. */
export function isGapless(context: CausalContext): boolean {
  for (const ranges of context.values()) {
    if (ranges.length > 2 || ranges[0] !== 1) return false;
  }
  return true;
}

/** In O(log ranges of the replica). */
export function contextHas(context: CausalContext, { replica, seq }: Dot): boolean {
  const ranges = context.get(replica);
  return ranges !== undefined && seq <= at(ranges, rangeFrom(ranges, seq) + 1);
}

/** The highest seq seen of `replica`, also beyond gaps; 0 when none. */
export function lastSeqInContext(context: CausalContext, replica: ReplicaId): number {
  return context.get(replica)?.at(-1) ?? 0;
}

/** A dot of `replica` that is higher than all it has used as far as this context knows. */
export function nextDotInContext(context: CausalContext, replica: ReplicaId): Dot {
  return dot(replica, lastSeqInContext(context, replica) + 1);
}

export function addToContext(context: CausalContext, { replica, seq }: Dot): CausalContext {
  return mergeContexts(context, brandContext(new Map([[replica, [seq, seq]]])));
}

/** The dots that either has seen. Linear in the ranges of the replicas that `b` names. */
export function mergeContexts(a: CausalContext, b: CausalContext): CausalContext {
  let merged: Map<ReplicaId, Ranges> | undefined;
  for (const [replica, ranges] of b) {
    const known = a.get(replica);
    if (known !== undefined && coversRanges(known, ranges)) continue;
    merged ??= new Map(a);
    merged.set(replica, known === undefined ? ranges : mergeRanges(known, ranges));
  }
  return merged === undefined ? a : brandContext(merged);
}

/** The dots that `a` has seen and `b` has not. */
export function subtractContexts(a: CausalContext, b: CausalContext): CausalContext {
  let rest: Map<ReplicaId, Ranges> | undefined;
  for (const [replica, ranges] of b) {
    const known = a.get(replica);
    if (known === undefined) continue;
    const left = subtractRanges(known, ranges);
    if (left === known) continue;
    rest ??= new Map(a);
    if (left.length === 0) rest.delete(replica);
    else rest.set(replica, left);
  }
  return rest === undefined ? a : brandContext(rest);
}

/** How many dots both have seen. */
export function countShared(a: CausalContext, b: CausalContext): number {
  let shared = 0;
  for (const [replica, ranges] of b) shared += countSharedIn(a.get(replica) ?? [], ranges);
  return shared;
}

/**
 * The context with the gaps of `replica` that lie above seq `above`, and below something seen, counted as seen. For a
 * replica that knows that it used those dots elsewhere; for anyone else this is the classic bug.
 */
export function closeGapsInContext(context: CausalContext, replica: ReplicaId, above: number): CausalContext {
  const ranges = context.get(replica);
  if (ranges === undefined) return context;
  const closed: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const isAbove = i > 0 && at(ranges, i - 1) >= above;
    append(closed, isAbove ? at(ranges, i - 1) : at(ranges, i), at(ranges, i + 1));
  }
  return closed.length === ranges.length ? context : brandContext(new Map(context).set(replica, closed));
}

export function compareContexts(a: CausalContext, b: CausalContext): CausalOrder {
  return causalOrder(coversContext(b, a), coversContext(a, b));
}

/**
 * Replicas ascending; of each its ranges as unseen seqs before the range and length of the range, both less what they
 * must at least be. Touching, overlapping and unsorted ranges have no bytes at all.
 */
export const contextCodec: Codec<CausalContext> = {
  write: (writer, context) => {
    writer.varint(context.size);
    for (const replica of replicasOf(context)) {
      replicaIdCodec.write(writer, replica);
      writeRanges(writer, context.get(replica) ?? []);
    }
  },
  read: (reader) => {
    const count = reader.count(MAX_CAUSAL_ENTRIES, 'causal context entries', 4);
    const context = new Map<ReplicaId, Ranges>();
    let previous = 0;
    for (let i = 0; i < count; i++) {
      const replica = replicaIdCodec.read(reader);
      if (replica <= previous) throw reader.invalid('causal context entries out of order');
      previous = replica;
      context.set(replica, readRanges(reader));
    }
    return brandContext(context);
  },
};

/** The replicas of which something was seen, ascending. */
export function replicasOf(context: CausalContext): readonly ReplicaId[] {
  return [...context.keys()].sort((a, b) => a - b);
}

function writeRanges(writer: Writer, ranges: Ranges): void {
  writer.varint(ranges.length / 2);
  let lowest = 1;
  for (let i = 0; i < ranges.length; i += 2) {
    const first = at(ranges, i);
    const last = at(ranges, i + 1);
    writer.varint(first - lowest).varint(last - first);
    lowest = last + 2;
  }
}

function readRanges(reader: Reader): Ranges {
  const count = reader.count(MAX_CAUSAL_ENTRIES, 'ranges of a causal context', 2);
  if (count === 0) throw reader.invalid('a replica without ranges');
  const ranges: number[] = [];
  let lowest = 1;
  for (let i = 0; i < count; i++) {
    const first = lowest + reader.varint();
    const last = first + reader.varint();
    if (last > Number.MAX_SAFE_INTEGER) throw reader.invalid('a range that ends above 2^53 - 1');
    ranges.push(first, last);
    lowest = last + 2;
  }
  return ranges;
}

function coversContext(whole: CausalContext, part: CausalContext): boolean {
  for (const [replica, ranges] of part) {
    const known = whole.get(replica);
    if (known === undefined || !coversRanges(known, ranges)) return false;
  }
  return true;
}

/** Whether each range of `part` lies in one of `whole`: touching ranges are one, so it cannot lie across two. */
function coversRanges(whole: Ranges, part: Ranges): boolean {
  for (let i = 0; i < part.length; i += 2) {
    if (at(part, i + 1) > at(whole, rangeFrom(whole, at(part, i)) + 1)) return false;
  }
  return true;
}

function mergeRanges(a: Ranges, b: Ranges): Ranges {
  const merged: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (j >= b.length || (i < a.length && at(a, i) <= at(b, j))) {
      append(merged, at(a, i), at(a, i + 1));
      i += 2;
    } else {
      append(merged, at(b, j), at(b, j + 1));
      j += 2;
    }
  }
  return merged;
}

function countSharedIn(a: Ranges, b: Ranges): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const last = Math.min(at(a, i + 1), at(b, j + 1));
    shared += Math.max(0, last - Math.max(at(a, i), at(b, j)) + 1);
    if (at(a, i + 1) === last) i += 2;
    else j += 2;
  }
  return shared;
}

function subtractRanges(a: Ranges, b: Ranges): Ranges {
  const rest: number[] = [];
  let cut = false;
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let first = at(a, i);
    const last = at(a, i + 1);
    while (j < b.length && at(b, j + 1) < first) j += 2;
    for (let k = j; k < b.length && at(b, k) <= last; k += 2) {
      cut = true;
      if (at(b, k) > first) rest.push(first, at(b, k) - 1);
      first = at(b, k + 1) + 1;
    }
    if (first <= last) rest.push(first, last);
  }
  return cut ? rest : a;
}

/** Adds a range that starts no earlier than the last one; joins the two where they touch. */
function append(ranges: number[], first: number, last: number): void {
  const end = ranges.length - 1;
  const previous = ranges[end];
  if (previous !== undefined && first <= previous + 1) ranges[end] = Math.max(previous, last);
  else ranges.push(first, last);
}

/** Index of the last range that starts at or before `seq`; of no range when there is none, so that its end reads as 0. */
function rangeFrom(ranges: Ranges, seq: number): number {
  let low = 0;
  let high = ranges.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(ranges, 2 * middle) <= seq) low = middle + 1;
    else high = middle;
  }
  return 2 * (low - 1);
}

function at(ranges: Ranges, index: number): number {
  return ranges[index] ?? 0;
}

function brandContext(ranges: ReadonlyMap<ReplicaId, Ranges>): CausalContext {
  return ranges as CausalContext;
}
