/**
 * Enable-wins flag: on if some enabling was not seen by any disabling, so of the two made at the same time the enabling
 * wins. Off at first. Almeida et al. 2018.
 *
 *   A         B, concurrent    both then read
 *   enable    disable          on
 */
import type { Dot } from '../id/index.ts';
import { type Causal, causal } from './causal.ts';
import { type DotSet, dotSet } from './dot-store.ts';
import type { Lattice } from './lattice.ts';

export type EwFlagState = Causal<DotSet>;

export interface EwFlag extends Lattice<EwFlagState, boolean> {
  /** Enabling what is on already is not idle: it wins over a concurrent disabling. */
  enable(state: EwFlagState, dot: Dot): EwFlagState;
  disable(state: EwFlagState): EwFlagState;
}

export const ewFlag: EwFlag = makeEwFlag();

function makeEwFlag(): EwFlag {
  const { delta, ...lattice } = causal(dotSet);
  return {
    ...lattice,
    descriptor: 'ew-flag',
    enable: (state, dot) => delta([dot], state.store),
    disable: (state) => delta([], state.store),
    view: (state) => state.store.length > 0,
  };
}
