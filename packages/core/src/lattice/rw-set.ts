/**
 * Remove-wins set: an element is in if all the latest operations on it are additions, so of an addition and a removal made
 * at the same time the removal wins, even a removal of what its replica has never seen. Bieniusa et al. 2012; in the form of
 * Almeida et al. 2018, where an operation replaces the operations on the same element that it has seen.
 *
 *   A's operation on e    B's, concurrent    both then have
 *   add                   add                e
 *   add                   remove             -       until someone who has seen the removal adds again
 *   remove                remove             -
 *
 * There are no tombstones of additions, but a removed element keeps the dot of its removal until it is added again: without
 * it nothing would be left to win over an addition that comes late.
 */
import type { Dot } from '../id/index.ts';
import { type Causal, causal } from './causal.ts';
import { type DotFun, type DotMap, dotFun, dotMap, leafValues } from './dot-store.ts';
import type { Lattice } from './lattice.ts';
import { booleanLeaf, type Leaf } from './leaf.ts';

/** By element its latest operations: true an addition, false a removal. */
export type RwSetState<T> = Causal<DotMap<T, DotFun<boolean>>>;

/** Views as the elements in ascending order. */
export interface RwSet<T> extends Lattice<RwSetState<T>, readonly T[]> {
  add(state: RwSetState<T>, dot: Dot, element: T): RwSetState<T>;
  remove(state: RwSetState<T>, dot: Dot, element: T): RwSetState<T>;
  has(state: RwSetState<T>, element: T): boolean;
}

export function rwSet<T>(leaf: Leaf<T>): RwSet<T> {
  const latest = dotFun(leafValues(booleanLeaf));
  const stores = dotMap(leaf, latest);
  const { delta, ...lattice } = causal(stores);
  const at = (state: RwSetState<T>, element: T): DotFun<boolean> =>
    stores.at(state.store, leaf.canonical(element));
  const put = (state: RwSetState<T>, dot: Dot, element: T, value: boolean): RwSetState<T> =>
    delta([{ key: leaf.canonical(element), store: [{ dot, value }] }], latest.dots(at(state, element)));
  const isIn = (operations: DotFun<boolean>): boolean =>
    operations.length > 0 && operations.every((each) => each.value);
  return {
    ...lattice,
    descriptor: `rw-set(${leaf.name})`,
    add: (state, dot, element) => put(state, dot, element, true),
    remove: (state, dot, element) => put(state, dot, element, false),
    has: (state, element) => isIn(at(state, element)),
    view: (state) => state.store.filter((entry) => isIn(entry.store)).map((entry) => entry.key),
  };
}
