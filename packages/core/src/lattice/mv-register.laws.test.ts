import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { mvRegisterSpecification } from '../testing/specs/mv-register.ts';
import { stringLeaf } from './leaf.ts';
import { mvRegister } from './mv-register.ts';

const register = mvRegister(stringLeaf);

it('keeps the laws of a lattice', () => {
  checkLaws(register, mvRegisterSpecification(register));
});

it('means what its specification says', () => {
  checkSpecification(register, mvRegisterSpecification(register));
});
