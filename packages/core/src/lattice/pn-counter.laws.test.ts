import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { pnCounterSpecification } from '../testing/specs/pn-counter.ts';
import { pnCounter } from './pn-counter.ts';

const specification = pnCounterSpecification(pnCounter);

it('keeps the laws of a lattice', () => {
  checkLaws(pnCounter, specification);
});

it('means what its specification says', () => {
  checkSpecification(pnCounter, specification);
});
