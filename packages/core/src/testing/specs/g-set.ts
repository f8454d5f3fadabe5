/** An element is in if it was ever added. */
import type { GSet, GSetState } from '../../lattice/g-set.ts';
import type { Specification } from '../specification.ts';

const ELEMENTS = ['', 'a', 'b', 'c', 'ä', '\u{1f600}'];

/** A command is the element to add. */
export function gSetSpecification(
  set: GSet<string>,
): Specification<GSetState<string>, readonly string[], string> {
  return {
    holdsAcrossGaps: true,
    command: (random) => random.pick(ELEMENTS),
    apply: (state, element) => set.add(state, element),
    expected: (operations) =>
      ELEMENTS.filter((element) => operations.some(({ command }) => command === element)),
  };
}
