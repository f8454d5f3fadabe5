/** The values of the latest operations, in ascending order, each once; a `clear` has none. */
import type { MvRegister, MvRegisterState } from '../../lattice/mv-register.ts';
import type { Resolve, ResolverRegister } from '../../lattice/resolver-register.ts';
import type { Operation } from '../history.ts';
import type { Specification } from '../specification.ts';
import { latest } from './operations.ts';

export type RegisterCommand = { readonly do: 'set'; readonly value: string } | { readonly do: 'clear' };

export function mvRegisterSpecification(
  register: Pick<MvRegister<string>, 'set' | 'clear'>,
): Specification<MvRegisterState<string>, readonly string[], RegisterCommand> {
  return {
    holdsAcrossGaps: true,
    command: (random) =>
      random.chance(0.1) ? { do: 'clear' } : { do: 'set', value: random.pick(['', 'x', 'y', 'z']) },
    apply: (state, command, { dots }) =>
      command.do === 'set' ? register.set(state, dots.next(), command.value) : register.clear(state),
    expected: latestValues,
  };
}

/** What the app's function makes of the latest values; undefined when there are none. */
export function resolverRegisterSpecification<V>(
  register: ResolverRegister<string, V>,
  resolve: Resolve<string, V>,
): Specification<MvRegisterState<string>, V | undefined, RegisterCommand> {
  return {
    ...mvRegisterSpecification(register),
    expected: (operations) => {
      const [first, ...others] = latestValues(operations);
      return first === undefined ? undefined : resolve([first, ...others]);
    },
  };
}

function latestValues(operations: readonly Operation<RegisterCommand>[]): readonly string[] {
  const values = latest(operations).flatMap(({ command }) => (command.do === 'set' ? [command.value] : []));
  return [...new Set(values)].sort();
}
