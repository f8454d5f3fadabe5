/** Max is the greatest number that was put in, Min the least. */
import type { Extremum, ExtremumState } from '../../lattice/max.ts';
import type { Specification } from '../specification.ts';

/** `most` is Math.max or Math.min. */
export function extremumSpecification(
  lattice: Extremum<number>,
  most: (...values: number[]) => number,
): Specification<ExtremumState<number>, number | undefined, number> {
  return {
    holdsAcrossGaps: true,
    command: (random) =>
      random.pick([
        random.between(-100, 100),
        random.unit(),
        Number.MAX_SAFE_INTEGER,
        2 ** 60,
        Number.NEGATIVE_INFINITY,
      ]),
    apply: (state, value) => lattice.put(state, value),
    expected: (operations) =>
      operations.length === 0 ? undefined : most(...operations.map(({ command }) => command)),
  };
}
