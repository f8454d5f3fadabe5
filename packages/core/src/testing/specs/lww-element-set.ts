/** An element is in if the operation on it with the greatest hybrid time is an addition, whoever knew of whom. */
import type { LwwElementSet, LwwElementSetState } from '../../lattice/lww-element-set.ts';
import { byTime } from '../history.ts';
import type { Specification } from '../specification.ts';

export interface LwwElementSetCommand {
  readonly do: 'add' | 'remove';
  readonly element: string;
}

const ELEMENTS = ['a', 'b', 'c'];

export function lwwElementSetSpecification(
  set: LwwElementSet<string>,
): Specification<LwwElementSetState<string>, readonly string[], LwwElementSetCommand> {
  return {
    holdsAcrossGaps: true,
    command: (random) => ({ do: random.pick(['add', 'add', 'remove']), element: random.pick(ELEMENTS) }),
    apply: (state, command, { time }) => set[command.do](state, time, command.element),
    expected: (operations) =>
      ELEMENTS.filter((element) => {
        const onElement = operations.filter(({ command }) => command.element === element);
        return byTime(onElement).at(-1)?.command.do === 'add';
      }),
  };
}
