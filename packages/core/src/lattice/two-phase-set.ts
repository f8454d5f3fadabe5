/**
 * Two-phase set: an element can be added and then removed, once; a removed one never comes back. For ids that are
 * never used again; otherwise take an add-wins set. Shapiro et al. 2011, specification 12.
 *
 *   A's operation on e    B's, concurrent    both then have
 *   add                   add                e
 *   add                   remove             -       for ever; removing needs no addition seen
 *   remove                remove             -       for ever
 */

import { type Entries, type EntryValues, entryMap } from './entry-map.ts';
import type { Lattice } from './lattice.ts';
import { booleanLeaf, type Leaf } from './leaf.ts';

/** Whether the element was removed; a removed one stays as its own tombstone. */
export type TwoPhaseSetState<T> = Entries<T, boolean>;

/** Views as the elements that are in it, in ascending order. */
export interface TwoPhaseSet<T> extends Lattice<TwoPhaseSetState<T>, readonly T[]> {
  /** Does nothing when the element was removed. */
  add(state: TwoPhaseSetState<T>, element: T): TwoPhaseSetState<T>;
  remove(state: TwoPhaseSetState<T>, element: T): TwoPhaseSetState<T>;
  has(state: TwoPhaseSetState<T>, element: T): boolean;
}

const removed: EntryValues<boolean> = { codec: booleanLeaf.codec, join: (a, b) => a || b };

export function twoPhaseSet<T>(leaf: Leaf<T>): TwoPhaseSet<T> {
  const elements = entryMap(leaf, removed);
  return {
    ...elements,
    descriptor: `2p-set(${leaf.name})`,
    view: (state) => state.filter(({ value }) => !value).map(({ key }) => key),
    lastSeq: () => 0,
    add: (_state, element) => [{ key: leaf.canonical(element), value: false }],
    remove: (_state, element) => [{ key: leaf.canonical(element), value: true }],
    has: (state, element) => elements.at(state, leaf.canonical(element)) === false,
  };
}
