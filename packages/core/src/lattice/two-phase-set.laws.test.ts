import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { twoPhaseSetSpecification } from '../testing/specs/two-phase-set.ts';
import { stringLeaf } from './leaf.ts';
import { twoPhaseSet } from './two-phase-set.ts';

const lattice = twoPhaseSet(stringLeaf);
const specification = twoPhaseSetSpecification(lattice);

it('keeps the laws of a lattice', () => {
  checkLaws(lattice, specification);
});

it('means what its specification says', () => {
  checkSpecification(lattice, specification);
});
