/** An element is in if one of the latest operations on it is an addition; `clear` is a removal of every element. */
import type { AwSet, AwSetState } from '../../lattice/aw-set.ts';
import type { Specification } from '../specification.ts';
import { latest, operationsOn } from './operations.ts';

export type AwSetCommand =
  | { readonly do: 'add' | 'remove'; readonly element: string }
  | { readonly do: 'clear' };

const ELEMENTS = ['a', 'b', 'c'];

export function awSetSpecification(
  set: AwSet<string>,
): Specification<AwSetState<string>, readonly string[], AwSetCommand> {
  return {
    holdsAcrossGaps: true,
    command: (random) =>
      random.chance(0.1)
        ? { do: 'clear' }
        : { do: random.pick(['add', 'add', 'remove']), element: random.pick(ELEMENTS) },
    apply: (state, command, { dots }) => {
      if (command.do === 'add') return set.add(state, dots.next(), command.element);
      return command.do === 'remove' ? set.remove(state, command.element) : set.clear(state);
    },
    expected: (operations) =>
      ELEMENTS.filter((element) => {
        const onElement = operationsOn(operations, (command) =>
          command.do === 'clear' || command.element === element ? command.do : undefined,
        );
        return latest(onElement).some(({ command }) => command === 'add');
      }),
  };
}
