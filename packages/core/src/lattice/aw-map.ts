/**
 * Add-wins map of lattices: an update of the value at a key and a removal of the key made at the same time leave the key
 * there, with all of the value that the update had seen. Almeida et al. 2018, section 7.4, with another treatment of the
 * values, so that any lattice can be one.
 *
 *   A   update k: title x ──┬── remove k ───────────┬── k has title x and tag t: B's update had seen the title
 *                           │                       │
 *   B                       └── update k: tag t ────┴── the same
 *
 *   store       key → dot of an update → the whole value as that update left it
 *   update      one new dot, which carries the values at the key joined, plus the change, and replaces their dots
 *   remove      drops the dots at the key, and with them every byte of the value
 *   reading     joins what concurrent updates left; the next update does so for good
 *   lost        of each replica the highest dot that was in a value when it was removed
 *
 * Values join without any context from outside, so they need no more than to be lattices. What a removal drops may come
 * back in part, by an update that had seen only some of it. A replica then sees less of what it did itself than others
 * may still know, and `lost` tells it: with dots up to there it does not count on (account.ts), nor close gaps. Above, it has
 * everything that it ever did at a key, so gaps among its own dots in the value are dots that it used elsewhere; it closes
 * them, and contexts in values have one range for each replica and removal instead of one for each change.
 *
 * An update goes by the last dot that its change took inside the value, if it took any: the two stand in different stores.
 * So most updates cost one dot, and none inside is above the map's own, which outlives it in the context. The map has seen
 * all dots that were taken inside, so that its context has no gaps there.
 *
 * Removals and updates are to be made by a replica that has the whole past of what it has. A delta that has overtaken what
 * it builds on can leave `lost` too low; then a count may be absorbed, or a part that came back be taken for replaced.
 */
import {
  emptyVector,
  lastSeqInVector,
  mergeVectors,
  replicasOf,
  type VersionVector,
  vectorCodec,
  vectorOf,
} from '../causality/index.ts';
import type { Dot, ReplicaId } from '../id/index.ts';
import { type Causal, causal } from './causal.ts';
import { type DotFun, type DotMap, dotFun, dotMap } from './dot-store.ts';
import type { DotSource, Lattice } from './lattice.ts';
import type { Leaf } from './leaf.ts';

export interface AwMapState<K, S> extends Causal<DotMap<K, DotFun<S>>> {
  readonly lost: VersionVector;
}

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
  const base = causal(stores);
  const at = (state: AwMapState<K, S>, key: K): DotFun<S> => stores.at(state.store, keys.canonical(key));
  const joined = ([first, ...others]: DotFun<S>): S =>
    others.reduce(
      (value, other) => values.join(value, other.value),
      first === undefined ? values.bottom : first.value,
    );
  const lastSeqIn = (entries: DotFun<S>, replica: ReplicaId): number =>
    entries.reduce((last, { value }) => Math.max(last, values.lastSeq(value, replica)), 0);
  return {
    descriptor: `aw-map(${keys.name},${values.descriptor})`,
    bottom: { ...base.bottom, lost: emptyVector },
    join: (a, b) => {
      const lost = mergeVectors(a.lost, b.lost);
      const both = base.join(a, b);
      return both === a && lost === a.lost ? a : { store: both.store, context: both.context, lost };
    },
    summary: (state) => ({ ...base.summary(state), lost: state.lost }),
    since: (state, holder) => {
      const isKnown = mergeVectors(holder.lost, state.lost) === holder.lost;
      return { ...base.since(state, holder), lost: isKnown ? emptyVector : state.lost };
    },
    codec: {
      write: (writer, state) => {
        base.codec.write(writer, state);
        vectorCodec.write(writer, state.lost);
      },
      read: (reader) => ({ ...base.codec.read(reader), lost: vectorCodec.read(reader) }),
    },
    lastSeq: (state, replica) =>
      state.store.reduce(
        (last, { store }) => Math.max(last, lastSeqIn(store, replica)),
        Math.max(base.lastSeq(state, replica), lastSeqInVector(state.lost, replica)),
      ),
    closeGaps: (state, replica, above) => {
      const closed = base.closeGaps(state, replica, above);
      return closed === state ? state : { ...state, context: closed.context };
    },
    eachTime: (state, visit) => {
      for (const { store } of state.store) for (const { value } of store) values.eachTime?.(value, visit);
    },
    view: (state) => new Map(state.store.map(({ key, store }) => [key, values.view(joined(store))])),
    get: (state, key) => {
      const entries = at(state, key);
      return entries.length === 0 ? undefined : joined(entries);
    },
    update: (state, dots, key, change) => {
      const entries = at(state, key);
      const before = joined(entries);
      const lostUpTo = Math.max(lastSeqInVector(state.lost, dots.replica), dots.lostUpTo ?? 0);
      const taken: Dot[] = [];
      const after = values.join(
        before,
        change(before, { replica: dots.replica, lostUpTo, next: () => keep(dots.next(), taken) }),
      );
      const value = values.closeGaps?.(after, dots.replica, lostUpTo) ?? after;
      const update = { dot: taken.at(-1) ?? dots.next(), value };
      const content = [{ key: keys.canonical(key), store: [update] }];
      return { ...base.delta(content, [...updates.dots(entries), ...taken]), lost: emptyVector };
    },
    remove: (state, key) => {
      const entries = at(state, key);
      const lost = replicasOf(state.context).map(
        (replica) => [replica, lastSeqIn(entries, replica)] as const,
      );
      return { ...base.delta([], updates.dots(entries)), lost: vectorOf(lost) };
    },
  };
}

function keep(dot: Dot, taken: Dot[]): Dot {
  taken.push(dot);
  return dot;
}
