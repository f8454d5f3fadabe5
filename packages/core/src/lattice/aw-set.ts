/**
 * Add-wins observed-remove set without tombstones: a removal takes away the additions that its replica has seen, so an
 * addition made at the same time stays. Bieniusa et al. 2012, "An Optimized Conflict-free Replicated Set"; Almeida et al. 2018.
 *
 *   A's operation on e    B's, concurrent    both then have
 *   add                   add                e
 *   add                   remove             e       the removal had not seen the addition
 *   remove                remove             -
 */
import type { Dot } from '../id/index.ts';
import { type Causal, causal } from './causal.ts';
import { type DotMap, type DotSet, dotMap, dotSet } from './dot-store.ts';
import type { Lattice } from './lattice.ts';
import type { Leaf } from './leaf.ts';

export type AwSetState<T> = Causal<DotMap<T, DotSet>>;

/** Views as the elements in ascending order. */
export interface AwSet<T> extends Lattice<AwSetState<T>, readonly T[]> {
  /** Adding what is there already is not idle: it stays then even if the earlier additions are removed concurrently. */
  add(state: AwSetState<T>, dot: Dot, element: T): AwSetState<T>;
  remove(state: AwSetState<T>, element: T): AwSetState<T>;

  /** Removes every element seen. */
  clear(state: AwSetState<T>): AwSetState<T>;
  has(state: AwSetState<T>, element: T): boolean;
}

export function awSet<T>(leaf: Leaf<T>): AwSet<T> {
  const stores = dotMap(leaf, dotSet);
  const { delta, ...lattice } = causal(stores);
  const at = (state: AwSetState<T>, element: T): DotSet => stores.at(state.store, leaf.canonical(element));
  return {
    ...lattice,
    descriptor: `aw-set(${leaf.name})`,
    add: (state, dot, element) => delta([{ key: leaf.canonical(element), store: [dot] }], at(state, element)),
    remove: (state, element) => delta([], at(state, element)),
    clear: (state) => delta([], stores.dots(state.store)),
    has: (state, element) => at(state, element).length > 0,
    view: (state) => state.store.map((entry) => entry.key),
  };
}
