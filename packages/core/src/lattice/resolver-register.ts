/**
 * Resolver register: a multi-value register that the app reads through its own function of the concurrent values.
 *
 *   resolve = max        A  set 3 ──┬── reads 5 ── set 4 ── reads 4        the concurrent 3 and 5 are resolved;
 *                        B  set 5 ──┘                                      a later 4 replaces both
 *
 * The function is applied only on reading, never in a join, so replicas stay convergent whatever it does; they also read the
 * same if it is a function of its argument alone. Its name is not part of the descriptor: a relay joins states without it.
 */
import type { Lattice } from './lattice.ts';
import type { Leaf } from './leaf.ts';
import { type MvRegister, type MvRegisterState, mvRegister } from './mv-register.ts';

/** One value out of the concurrent ones, given ascending, each once, at least one. */
export type Resolve<T, V> = (values: readonly [T, ...T[]]) => V;

/** Views as the resolved value; undefined when never set or cleared. Mutators are those of the multi-value register. */
export interface ResolverRegister<T, V>
  extends Lattice<MvRegisterState<T>, V | undefined>,
    Pick<MvRegister<T>, 'set' | 'clear'> {}

export function resolverRegister<T, V>(leaf: Leaf<T>, resolve: Resolve<T, V>): ResolverRegister<T, V> {
  const register = mvRegister(leaf);
  return {
    ...register,
    descriptor: `resolver-register(${leaf.name})`,
    view: (state) => {
      const [first, ...others] = register.view(state);
      return first === undefined ? undefined : resolve([first, ...others]);
    },
  };
}
