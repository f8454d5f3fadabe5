/** An element is in if it was ever added and never removed. */
import type { TwoPhaseSet, TwoPhaseSetState } from '../../lattice/two-phase-set.ts';
import type { Specification } from '../specification.ts';

export interface TwoPhaseSetCommand {
  readonly do: 'add' | 'remove';
  readonly element: string;
}

const ELEMENTS = ['a', 'b', 'c', 'd', 'e', 'f'];

export function twoPhaseSetSpecification(
  set: TwoPhaseSet<string>,
): Specification<TwoPhaseSetState<string>, readonly string[], TwoPhaseSetCommand> {
  return {
    holdsAcrossGaps: true,
    command: (random) => ({
      do: random.pick(['add', 'add', 'add', 'remove']),
      element: random.pick(ELEMENTS),
    }),
    apply: (state, command) => set[command.do](state, command.element),
    expected: (operations) => {
      const was = (verb: TwoPhaseSetCommand['do'], element: string): boolean =>
        operations.some(({ command }) => command.do === verb && command.element === element);
      return ELEMENTS.filter((element) => was('add', element) && !was('remove', element));
    },
  };
}
