/** The value of the write with the greatest hybrid time, whoever knew of whom. */
import type { LwwRegister, LwwRegisterState } from '../../lattice/lww-register.ts';
import { byTime } from '../history.ts';
import type { Specification } from '../specification.ts';

/** A command is the value to write. */
export function lwwRegisterSpecification(
  register: LwwRegister<string>,
): Specification<LwwRegisterState<string>, string | undefined, string> {
  return {
    holdsAcrossGaps: true,
    command: (random) => random.pick(['', 'x', 'y', 'z']),
    apply: (state, value, { time }) => register.set(state, time, value),
    expected: (operations) => byTime(operations).at(-1)?.command,
  };
}
