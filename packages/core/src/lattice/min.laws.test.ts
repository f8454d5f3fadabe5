import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { extremumSpecification } from '../testing/specs/extremum.ts';
import { numberLeaf } from './leaf.ts';
import { min } from './min.ts';

const lattice = min(numberLeaf);
const specification = extremumSpecification(lattice, Math.min);

it('keeps the laws of a lattice', () => {
  checkLaws(lattice, specification);
});

it('means what its specification says', () => {
  checkSpecification(lattice, specification);
});
