/** The sum of all amounts. */
import type { PnCounter, PnCounterState } from '../../lattice/pn-counter.ts';
import type { Specification } from '../specification.ts';

/** A command is the amount. */
export function pnCounterSpecification(counter: PnCounter): Specification<PnCounterState, number, number> {
  return {
    // A delta holds all that its replica has counted.
    holdsAcrossGaps: false,
    command: (random) => random.between(-3, 3),
    apply: (state, amount, { dots }) => counter.add(state, dots, amount),
    expected: (operations) => operations.reduce((sum, { command }) => sum + command, 0),
  };
}
