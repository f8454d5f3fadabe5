import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { gCounterSpecification } from '../testing/specs/g-counter.ts';
import { gCounter } from './g-counter.ts';

const specification = gCounterSpecification(gCounter);

it('keeps the laws of a lattice', () => {
  checkLaws(gCounter, specification);
});

it('means what its specification says', () => {
  checkSpecification(gCounter, specification);
});
