/**
 * Dot stores: the kernel of all causal types (Almeida, Shoker, Baquero 2018, "Delta State Replicated Data Types", section 7).
 * A dot store holds what is live, each part of it under the dot of the operation that put it there; the causal context
 * beside it (causal.ts) says which dots were ever seen. A removal only takes dots out of the store: the context remembers
 * them, so nothing else has to be kept.
 *
 *                          live in b          seen by b, not live      unseen by b
 *   live in a              stays              goes: b removed it       stays: new to b
 *   seen by a, not live    goes               -                        -
 *   unseen by a            comes: new to a    -                        -
 *
 * Three stores make all types:
 *
 *   DotSet        dots                                      "something was done here"
 *   DotFun<V>     dots, each with a value
 *   DotMap<K, S>  keys, each with a dot store that is not empty
 *
 * All are plain arrays in ascending order, so that equal stores have equal bytes and views come out in order. A join is
 * linear in both and shares all entries that it does not change.
 */
import type { Codec } from '../bytes/index.ts';
import { type CausalContext, contextHas, countShared, MAX_CAUSAL_ENTRIES } from '../causality/index.ts';
import { compareDots, type Dot } from '../id/index.ts';
import type { Leaf } from './leaf.ts';

/** The functions of one kind of dot store. */
export interface DotStore<S> {
  readonly empty: S;
  isEmpty(store: S): boolean;

  /** The live dots. */
  dots(store: S): readonly Dot[];

  /** What is live after a join, by the table above. Returns `a` itself when nothing changes. */
  join(a: S, seenByA: CausalContext, b: S, seenByB: CausalContext): S;

  /** `dots` is the codec for the dots of the context that the store stands beside. */
  codec(dots: Codec<Dot>): Codec<S>;
}

/** Ascending. */
export type DotSet = readonly Dot[];

export const dotSet: DotStore<DotSet> = dotList(
  (dot) => dot,
  (a) => a,
  (dots) => dots,
);

export interface DotValue<V> {
  readonly dot: Dot;
  readonly value: V;
}

/** Ascending by dot. */
export type DotFun<V> = readonly DotValue<V>[];

/** How the values of a DotFun are joined and written; a lattice is one. */
export interface DotFunValues<V> {
  /** For two values under one dot. They are equal unless replica ids were used twice; a join keeps even those replicas equal. */
  join(a: V, b: V): V;
  readonly codec: Codec<V>;
}

export function dotFun<V>(values: DotFunValues<V>): DotStore<DotFun<V>> {
  return dotList(
    (item) => item.dot,
    (a, b) => {
      const value = values.join(a.value, b.value);
      return value === a.value ? a : { dot: a.dot, value };
    },
    (dots) => ({
      write: (writer, { dot, value }) => {
        dots.write(writer, dot);
        values.codec.write(writer, value);
      },
      read: (reader) => ({ dot: dots.read(reader), value: values.codec.read(reader) }),
    }),
  );
}

/** Plain values for a DotFun: of two under one dot the greater holds. */
export function leafValues<T>(leaf: Leaf<T>): DotFunValues<T> {
  return { join: (a, b) => (leaf.compare(a, b) < 0 ? b : a), codec: leaf.codec };
}

export interface DotMapEntry<K, S> {
  readonly key: K;
  readonly store: S;
}

/** Ascending by key; no empty stores. */
export type DotMap<K, S> = readonly DotMapEntry<K, S>[];

export interface DotMapStore<K, S> extends DotStore<DotMap<K, S>> {
  /** The store at a key, the empty one when the key is not there. */
  at(map: DotMap<K, S>, key: K): S;
}

/** Up to here a join looks the keys of the other side up, if it can tell that no other key changes; else it walks both. */
const FEW_KEYS = 16;

/**
 * A join with a few keys costs little more than a copy of the array when the other side has seen no dot of this side but
 * those at its keys: the case of a change made with knowledge of all that is here.
 */
export function dotMap<K, S>(keys: Leaf<K>, inner: DotStore<S>): DotMapStore<K, S> {
  const compare = (a: DotMapEntry<K, S>, b: DotMapEntry<K, S>): number => keys.compare(a.key, b.key);
  const withStore = (entry: DotMapEntry<K, S>, store: S): DotMapEntry<K, S> | undefined => {
    if (store === entry.store) return entry;
    return inner.isEmpty(store) ? undefined : { key: entry.key, store };
  };
  const at = (map: DotMap<K, S>, key: K): S => {
    const entry = map[firstFrom(map, (other) => keys.compare(other.key, key))];
    return entry !== undefined && keys.compare(entry.key, key) === 0 ? entry.store : inner.empty;
  };
  return {
    empty: [],
    isEmpty: (map) => map.length === 0,
    dots: (map) => map.flatMap((entry) => inner.dots(entry.store)),
    at,
    join: (a, seenByA, b, seenByB) => {
      const rules: MergeRules<DotMapEntry<K, S>> = {
        compare,
        onlyA: (entry) => withStore(entry, inner.join(entry.store, seenByA, inner.empty, seenByB)),
        onlyB: (entry) => withStore(entry, inner.join(inner.empty, seenByA, entry.store, seenByB)),
        both: (mine, theirs) => withStore(mine, inner.join(mine.store, seenByA, theirs.store, seenByB)),
      };
      const replaced = (entry: DotMapEntry<K, S>): number =>
        inner.dots(at(a, entry.key)).filter((dot) => contextHas(seenByB, dot)).length;
      const isLocal =
        b.length <= FEW_KEYS &&
        countShared(seenByA, seenByB) === b.reduce((sum, entry) => sum + replaced(entry), 0);
      return isLocal ? mergeFew(a, b, rules) : mergeSorted(a, b, rules);
    },
    codec: (dots) => {
      const stores = inner.codec(dots);
      return sortedCodec<DotMapEntry<K, S>>('keys of a dot map', compare, {
        write: (writer, { key, store }) => {
          keys.codec.write(writer, key);
          stores.write(writer, store);
        },
        read: (reader) => {
          const key = keys.codec.read(reader);
          const store = stores.read(reader);
          if (inner.isEmpty(store)) throw reader.invalid('a key without dots');
          return { key, store };
        },
      });
    },
  };
}

/** What DotSet and DotFun share: items, one for each dot. */
function dotList<T extends object>(
  dotOf: (item: T) => Dot,
  join: (a: T, b: T) => T,
  codec: (dots: Codec<Dot>) => Codec<T>,
): DotStore<readonly T[]> {
  const compare = (a: T, b: T): number => compareDots(dotOf(a), dotOf(b));
  return {
    empty: [],
    isEmpty: (items) => items.length === 0,
    dots: (items) => items.map(dotOf),
    join: (a, seenByA, b, seenByB) =>
      mergeSorted(a, b, {
        compare,
        onlyA: (item) => (contextHas(seenByB, dotOf(item)) ? undefined : item),
        onlyB: (item) => (contextHas(seenByA, dotOf(item)) ? undefined : item),
        both: join,
      }),
    codec: (dots) => sortedCodec('dots of a dot store', compare, codec(dots)),
  };
}

interface MergeRules<T> {
  compare(a: T, b: T): number;
  onlyA(item: T): T | undefined;
  onlyB(item: T): T | undefined;
  both(a: T, b: T): T | undefined;
}

/** Both ascending lists as one; undefined leaves an item out. Returns `a` itself when the outcome is the same items. */
function mergeSorted<T extends object>(a: readonly T[], b: readonly T[], rules: MergeRules<T>): readonly T[] {
  const merged: T[] = [];
  let same = true;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const mine = a[i];
    const theirs = b[j];
    const order = mine === undefined ? 1 : theirs === undefined ? -1 : rules.compare(mine, theirs);
    if (order <= 0) i++;
    if (order >= 0) j++;
    let item: T | undefined;
    if (mine !== undefined && theirs !== undefined && order === 0) item = rules.both(mine, theirs);
    else if (mine !== undefined && order < 0) item = rules.onlyA(mine);
    else if (theirs !== undefined) item = rules.onlyB(theirs);
    if (item !== (order <= 0 ? mine : undefined)) same = false;
    if (item !== undefined) merged.push(item);
  }
  return same ? a : merged;
}

/** What mergeSorted gives when the items of `a` that have no like in `b` stay as they are; walks only through `b`. */
function mergeFew<T extends object>(a: readonly T[], b: readonly T[], rules: MergeRules<T>): readonly T[] {
  let merged: T[] | undefined;
  for (const theirs of b) {
    const items: readonly T[] = merged ?? a;
    const place = firstFrom(items, (item) => rules.compare(item, theirs));
    const next = items[place];
    const mine = next !== undefined && rules.compare(next, theirs) === 0 ? next : undefined;
    const item = mine === undefined ? rules.onlyB(theirs) : rules.both(mine, theirs);
    if (item === mine) continue;
    merged ??= [...a];
    merged.splice(place, mine === undefined ? 0 : 1, ...(item === undefined ? [] : [item]));
  }
  return merged ?? a;
}

/** A count and the items, which must be strictly ascending. */
function sortedCodec<T>(what: string, compare: (a: T, b: T) => number, item: Codec<T>): Codec<readonly T[]> {
  return {
    write: (writer, items) => {
      writer.varint(items.length);
      for (const each of items) item.write(writer, each);
    },
    read: (reader) => {
      const count = reader.count(MAX_CAUSAL_ENTRIES, what, 2);
      const items: T[] = [];
      for (let i = 0; i < count; i++) {
        const next = item.read(reader);
        const previous = items.at(-1);
        if (previous !== undefined && compare(previous, next) >= 0)
          throw reader.invalid(`${what} out of order`);
        items.push(next);
      }
      return items;
    },
  };
}

/** Index of the first item that does not come before the place that `compare` looks for; the length when all do. */
function firstFrom<T>(items: readonly T[], compare: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && compare(item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
