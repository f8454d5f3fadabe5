import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { lwwRegisterSpecification } from '../testing/specs/lww-register.ts';
import { stringLeaf } from './leaf.ts';
import { lwwRegister } from './lww-register.ts';

const lattice = lwwRegister(stringLeaf);
const specification = lwwRegisterSpecification(lattice);

it('keeps the laws of a lattice', () => {
  checkLaws(lattice, specification);
});

it('means what its specification says', () => {
  checkSpecification(lattice, specification);
});
