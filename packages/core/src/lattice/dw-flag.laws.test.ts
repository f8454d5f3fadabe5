import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { dwFlagSpecification } from '../testing/specs/flags.ts';
import { dwFlag } from './dw-flag.ts';

it('keeps the laws of a lattice', () => {
  checkLaws(dwFlag, dwFlagSpecification(dwFlag));
});

it('means what its specification says', () => {
  checkSpecification(dwFlag, dwFlagSpecification(dwFlag));
});
