import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { gSetSpecification } from '../testing/specs/g-set.ts';
import { gSet } from './g-set.ts';
import { stringLeaf } from './leaf.ts';

const lattice = gSet(stringLeaf);
const specification = gSetSpecification(lattice);

it('keeps the laws of a lattice', () => {
  checkLaws(lattice, specification);
});

it('means what its specification says', () => {
  checkSpecification(lattice, specification);
});
