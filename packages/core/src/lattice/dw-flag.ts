/**
 * Disable-wins flag: on if all the latest operations are enablings, so of an enabling and a disabling made at the same time
 * the disabling wins. Off at first, unlike the flag of Almeida et al. 2018, which is its enable-wins flag with on and off
 * swapped and so begins as on.
 *
 *   A         B, concurrent    both then read
 *   enable    disable          off
 */
import type { Dot } from '../id/index.ts';
import { type Causal, causal } from './causal.ts';
import { type DotFun, dotFun, leafValues } from './dot-store.ts';
import type { Lattice } from './lattice.ts';
import { booleanLeaf } from './leaf.ts';

/** The latest operations: true an enabling, false a disabling. */
export type DwFlagState = Causal<DotFun<boolean>>;

export interface DwFlag extends Lattice<DwFlagState, boolean> {
  enable(state: DwFlagState, dot: Dot): DwFlagState;
  disable(state: DwFlagState, dot: Dot): DwFlagState;
}

export const dwFlag: DwFlag = makeDwFlag();

function makeDwFlag(): DwFlag {
  const latest = dotFun(leafValues(booleanLeaf));
  const { delta, ...lattice } = causal(latest);
  return {
    ...lattice,
    descriptor: 'dw-flag',
    enable: (state, dot) => delta([{ dot, value: true }], latest.dots(state.store)),
    disable: (state, dot) => delta([{ dot, value: false }], latest.dots(state.store)),
    view: (state) => state.store.length > 0 && state.store.every((each) => each.value),
  };
}
