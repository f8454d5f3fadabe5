import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { extremumSpecification } from '../testing/specs/extremum.ts';
import { numberLeaf } from './leaf.ts';
import { max } from './max.ts';

const lattice = max(numberLeaf);
const specification = extremumSpecification(lattice, Math.max);

it('keeps the laws of a lattice', () => {
  checkLaws(lattice, specification);
});

it('means what its specification says', () => {
  checkSpecification(lattice, specification);
});
