/**
 * Entry map: keys with values that only grow, the kernel of all types without dots in a context: counters, grow-only and
 * two-phase sets, last-writer-wins element sets. A key once there stays, and values at one key join.
 *
 *   { k: 3, m: 1 }  ⊔  { k: 2, n: 5 }  =  { k: 3, m: 1, n: 5 }        with join = max
 *
 * A plain array in ascending order of keys, so that equal maps have equal bytes and views come out in order. A small delta
 * joins in its own size times the logarithm of the map's when it adds nothing, else in the size of both.
 */
import type { Codec } from '../bytes/index.ts';
import { MAX_CAUSAL_ENTRIES } from '../causality/index.ts';

export interface Entry<K, V> {
  readonly key: K;
  readonly value: V;
}

/** Ascending by key, each key once. */
export type Entries<K, V> = readonly Entry<K, V>[];

export interface EntryKeys<K> {
  readonly codec: Codec<K>;
  compare(a: K, b: K): number;
}

export interface EntryValues<V> {
  readonly codec: Codec<V>;
  /** Least upper bound; `a` itself when `b` adds nothing. */
  join(a: V, b: V): V;
}

export interface EntryMap<K, V> {
  readonly bottom: Entries<K, V>;
  readonly codec: Codec<Entries<K, V>>;
  join(a: Entries<K, V>, b: Entries<K, V>): Entries<K, V>;
  summary(entries: Entries<K, V>): Entries<K, V>;
  /** The entries that would add something to the holder's. */
  since(entries: Entries<K, V>, holder: Entries<K, V>): Entries<K, V>;
  /** The value at a key; undefined when it is not there. */
  at(entries: Entries<K, V>, key: K): V | undefined;
}

export function entryMap<K, V>(keys: EntryKeys<K>, values: EntryValues<V>): EntryMap<K, V> {
  const at = (entries: Entries<K, V>, key: K): V | undefined => {
    const entry = entries[firstFrom(entries, key, keys)];
    return entry !== undefined && keys.compare(entry.key, key) === 0 ? entry.value : undefined;
  };
  const adds = (entries: Entries<K, V>, { key, value }: Entry<K, V>): boolean => {
    const known = at(entries, key);
    return known === undefined || values.join(known, value) !== known;
  };
  return {
    bottom: [],
    codec: entriesCodec(keys, values.codec),
    join: (a, b) => {
      const added = b.filter((entry) => adds(a, entry));
      return added.length === 0 ? a : merged(a, added, keys, values);
    },
    summary: (entries) => entries,
    since: (entries, holder) => entries.filter((entry) => adds(holder, entry)),
    at,
  };
}

function merged<K, V>(
  a: Entries<K, V>,
  b: Entries<K, V>,
  keys: EntryKeys<K>,
  values: EntryValues<V>,
): Entries<K, V> {
  const all: Entry<K, V>[] = [];
  let next = 0;
  for (const mine of a) {
    let theirs = b[next];
    for (; theirs !== undefined && keys.compare(theirs.key, mine.key) < 0; theirs = b[++next])
      all.push(theirs);
    if (theirs !== undefined && keys.compare(theirs.key, mine.key) === 0) {
      all.push({ key: mine.key, value: values.join(mine.value, theirs.value) });
      next++;
    } else all.push(mine);
  }
  return all.concat(b.slice(next));
}

/** Index of the first entry whose key is not below this one; the length when all are below. */
function firstFrom<K>(entries: Entries<K, unknown>, key: K, keys: EntryKeys<K>): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && keys.compare(entry.key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function entriesCodec<K, V>(keys: EntryKeys<K>, values: Codec<V>): Codec<Entries<K, V>> {
  return {
    write: (writer, entries) => {
      writer.varint(entries.length);
      for (const { key, value } of entries) {
        keys.codec.write(writer, key);
        values.write(writer, value);
      }
    },
    read: (reader) => {
      const count = reader.count(MAX_CAUSAL_ENTRIES, 'entries');
      const entries: Entry<K, V>[] = [];
      for (let i = 0; i < count; i++) {
        const key = keys.codec.read(reader);
        const previous = entries.at(-1);
        if (previous !== undefined && keys.compare(previous.key, key) >= 0)
          throw reader.invalid('entries out of order');
        entries.push({ key, value: values.read(reader) });
      }
      return entries;
    },
  };
}
