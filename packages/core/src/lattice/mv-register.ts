/**
 * Multi-value register: a write replaces the values that its writer saw; concurrent writes all stay, until a later write
 * replaces them. Shapiro et al. 2011, specification 10; as a causal type Almeida et al. 2018.
 *
 *   A   set x ──────────┬─ reads [x, y] ── set z ──┬─ reads [z]
 *                       │                          │
 *   B   set y ──────────┴──────────────────────────┴─ reads [z]
 */
import type { Dot } from '../id/index.ts';
import { type Causal, causal } from './causal.ts';
import { type DotFun, dotFun, leafValues } from './dot-store.ts';
import type { Lattice } from './lattice.ts';
import type { Leaf } from './leaf.ts';

export type MvRegisterState<T> = Causal<DotFun<T>>;

/** Views as the concurrent values in ascending order, each once; empty when never set or cleared. */
export interface MvRegister<T> extends Lattice<MvRegisterState<T>, readonly T[]> {
  set(state: MvRegisterState<T>, dot: Dot, value: T): MvRegisterState<T>;

  /** Takes the values seen away; a concurrent `set` stays. */
  clear(state: MvRegisterState<T>): MvRegisterState<T>;
}

export function mvRegister<T>(leaf: Leaf<T>): MvRegister<T> {
  const stores = dotFun(leafValues(leaf));
  const { delta, ...lattice } = causal(stores);
  return {
    ...lattice,
    descriptor: `mv-register(${leaf.name})`,
    set: (state, dot, value) => delta([{ dot, value: leaf.canonical(value) }], stores.dots(state.store)),
    clear: (state) => delta([], stores.dots(state.store)),
    view: (state) => {
      const values = state.store.map((entry) => entry.value).sort(leaf.compare);
      return values.filter((value, i) => values.findIndex((other) => leaf.compare(other, value) === 0) === i);
    },
  };
}
