import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { ewFlagSpecification } from '../testing/specs/flags.ts';
import { ewFlag } from './ew-flag.ts';

it('keeps the laws of a lattice', () => {
  checkLaws(ewFlag, ewFlagSpecification(ewFlag));
});

it('means what its specification says', () => {
  checkSpecification(ewFlag, ewFlagSpecification(ewFlag));
});
