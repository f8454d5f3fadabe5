/** An element is in if there are operations on it and the latest are all additions. */
import type { RwSet, RwSetState } from '../../lattice/rw-set.ts';
import type { Specification } from '../specification.ts';
import { latest, operationsOn } from './operations.ts';

export interface RwSetCommand {
  readonly do: 'add' | 'remove';
  readonly element: string;
}

const ELEMENTS = ['a', 'b', 'c'];

export function rwSetSpecification(
  set: RwSet<string>,
): Specification<RwSetState<string>, readonly string[], RwSetCommand> {
  return {
    holdsAcrossGaps: true,
    command: (random) => ({ do: random.pick(['add', 'add', 'remove']), element: random.pick(ELEMENTS) }),
    apply: (state, command, { dots }) => set[command.do](state, dots.next(), command.element),
    expected: (operations) =>
      ELEMENTS.filter((element) => {
        const last = latest(
          operationsOn(operations, (command) => (command.element === element ? command.do : undefined)),
        );
        return last.length > 0 && last.every(({ command }) => command === 'add');
      }),
  };
}
