import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { rwSetSpecification } from '../testing/specs/rw-set.ts';
import { stringLeaf } from './leaf.ts';
import { rwSet } from './rw-set.ts';

const set = rwSet(stringLeaf);

it('keeps the laws of a lattice', () => {
  checkLaws(set, rwSetSpecification(set));
});

it('means what its specification says', () => {
  checkSpecification(set, rwSetSpecification(set));
});
