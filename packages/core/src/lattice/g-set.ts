/**
 * Grow-only set: what anyone has added is in it, for ever. Shapiro et al. 2011, specification 11.
 *
 *   A   add x ──┬── {x, y}
 *               │
 *   B   add y ──┴── {x, y}
 */
import { type Entries, type EntryValues, entryMap } from './entry-map.ts';
import type { Lattice } from './lattice.ts';
import type { Leaf } from './leaf.ts';

export type GSetState<T> = Entries<T, true>;

/** Views as the elements in ascending order. */
export interface GSet<T> extends Lattice<GSetState<T>, readonly T[]> {
  add(state: GSetState<T>, element: T): GSetState<T>;
  has(state: GSetState<T>, element: T): boolean;
}

/** That a key is there says it all: no bytes. */
const presence: EntryValues<true> = { codec: { write: () => {}, read: () => true }, join: (a) => a };

export function gSet<T>(leaf: Leaf<T>): GSet<T> {
  const elements = entryMap(leaf, presence);
  return {
    ...elements,
    descriptor: `g-set(${leaf.name})`,
    view: (state) => state.map(({ key }) => key),
    lastSeq: () => 0,
    add: (_state, element) => [{ key: leaf.canonical(element), value: true }],
    has: (state, element) => elements.at(state, leaf.canonical(element)) !== undefined,
  };
}
