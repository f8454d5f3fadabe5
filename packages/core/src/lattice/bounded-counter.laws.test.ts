import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { boundedCounterSpecification } from '../testing/specs/bounded-counter.ts';
import { boundedCounter } from './bounded-counter.ts';

const specification = boundedCounterSpecification(boundedCounter);

it('keeps the laws of a lattice', () => {
  checkLaws(boundedCounter, specification);
});

it('means what its specification says', () => {
  checkSpecification(boundedCounter, specification);
});
