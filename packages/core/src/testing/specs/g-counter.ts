/** The sum of all increments. */
import type { GCounter, GCounterState } from '../../lattice/g-counter.ts';
import type { Specification } from '../specification.ts';

/** A command is the amount. */
export function gCounterSpecification(counter: GCounter): Specification<GCounterState, number, number> {
  return {
    // A delta holds all that its replica has counted.
    holdsAcrossGaps: false,
    command: (random) => random.int(4),
    apply: (state, amount, { dots }) => counter.increment(state, dots, amount),
    expected: (operations) => operations.reduce((sum, { command }) => sum + command, 0),
  };
}
