import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { awSetSpecification } from '../testing/specs/aw-set.ts';
import { awSet } from './aw-set.ts';
import { stringLeaf } from './leaf.ts';

const set = awSet(stringLeaf);

it('keeps the laws of a lattice', () => {
  checkLaws(set, awSetSpecification(set));
});

it('means what its specification says', () => {
  checkSpecification(set, awSetSpecification(set));
});
