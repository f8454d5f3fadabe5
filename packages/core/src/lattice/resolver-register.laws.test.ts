import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { resolverRegisterSpecification } from '../testing/specs/mv-register.ts';
import { stringLeaf } from './leaf.ts';
import { resolverRegister } from './resolver-register.ts';

const longest = (values: readonly [string, ...string[]]): string => values.join(' or ');
const register = resolverRegister(stringLeaf, longest);

it('keeps the laws of a lattice', () => {
  checkLaws(register, resolverRegisterSpecification(register, longest));
});

it('means what its specification says', () => {
  checkSpecification(register, resolverRegisterSpecification(register, longest));
});
