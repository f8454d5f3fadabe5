import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { lwwElementSetSpecification } from '../testing/specs/lww-element-set.ts';
import { stringLeaf } from './leaf.ts';
import { lwwElementSet } from './lww-element-set.ts';

const lattice = lwwElementSet(stringLeaf);
const specification = lwwElementSetSpecification(lattice);

it('keeps the laws of a lattice', () => {
  checkLaws(lattice, specification);
});

it('means what its specification says', () => {
  checkSpecification(lattice, specification);
});
