/**
 * Add-wins map of lattices: an update of the value at a key and a removal of the key made at the same time leave the key
 * there, with all of the value that the update had seen. Almeida et al. 2018, section 7.4, with another treatment of the
 * values (docs/decisions/), so that any lattice can be one.
 *
 *   A   update k: title x ──┬── remove k ───────────┬── k has title x and tag t: B's update had seen the title
 *                           │                       │
 *   B                       └── update k: tag t ────┴── the same
 *
 *   store       key → dot of an update → the whole value as that update left it
 *   update      one new dot, which carries the values at the key joined, plus the change, and replaces their dots
 *   remove      drops the dots at the key, and with them every byte of the value
 *   reading     joins what concurrent updates left; the next update does so for good
 *
 * Values join without any context from outside, so they need no more than to be lattices.
 */
import type { Dot } from '../id/index.ts';
import { type Causal, causal } from './causal.ts';
import { type DotFun, type DotMap, dotFun, dotMap } from './dot-store.ts';
import type { DotSource, Lattice } from './lattice.ts';
import type { Leaf } from './leaf.ts';

export type AwMapState<K, S> = Causal<DotMap<K, DotFun<S>>>;

/** Views as a map from key to the view of its value, in ascending order of keys. */
export interface AwMap<K, S, V> extends Lattice<AwMapState<K, S>, ReadonlyMap<K, V>> {
  /** The state of the value at a key; undefined when the key is not there. */
  get(state: AwMapState<K, S>, key: K): S | undefined;

  /**
   * `change` gets the state at the key, or bottom, and returns a delta of it, taking the dots it needs from the source it
   * is given. An update puts the key there even if its delta is bottom.
   */
  update(
    state: AwMapState<K, S>,
    dots: DotSource,
    key: K,
    change: (value: S, dots: DotSource) => S,
  ): AwMapState<K, S>;

  remove(state: AwMapState<K, S>, key: K): AwMapState<K, S>;
}

export function awMap<K, S, V>(keys: Leaf<K>, values: Lattice<S, V>): AwMap<K, S, V> {
  const updates = dotFun(values);
  const stores = dotMap(keys, updates);
  const { delta, ...lattice } = causal(stores);
  const at = (state: AwMapState<K, S>, key: K): DotFun<S> => stores.at(state.store, keys.canonical(key));
  const joined = (entries: DotFun<S>): S =>
    entries.map((entry) => entry.value).reduce(values.join, values.bottom);
  return {
    ...lattice,
    descriptor: `aw-map(${keys.name},${values.descriptor})`,
    get: (state, key) => {
      const entries = at(state, key);
      return entries.length === 0 ? undefined : joined(entries);
    },
    update: (state, dots, key, change) => {
      const entries = at(state, key);
      const before = joined(entries);
      const source = lastOf(dots);
      const value = values.join(before, change(before, source));
      const update = { dot: source.last() ?? dots.next(), value };
      return delta([{ key: keys.canonical(key), store: [update] }], updates.dots(entries));
    },
    remove: (state, key) => delta([], updates.dots(at(state, key))),
    view: (state) => new Map(state.store.map(({ key, store }) => [key, values.view(joined(store))])),
    lastSeq: (state, replica) => {
      const inValues = state.store.flatMap(({ store }) =>
        store.map(({ value }) => values.lastSeq(value, replica)),
      );
      return inValues.reduce((a, b) => Math.max(a, b), lattice.lastSeq(state, replica));
    },
  };
}

/**
 * The source, and the last dot taken from it. An update goes by the last dot that its change took inside the value, if it
 * took any: the two stand in different stores. So an update costs one dot, repeated changes of one field have adjoining
 * dots, which a context keeps as one range, and no dot inside is above the map's own, which outlives it in the context.
 */
function lastOf(dots: DotSource): DotSource & { last(): Dot | undefined } {
  let last: Dot | undefined;
  return {
    replica: dots.replica,
    next: () => {
      last = dots.next();
      return last;
    },
    last: () => last,
  };
}
