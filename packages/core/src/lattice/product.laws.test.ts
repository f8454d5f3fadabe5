import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { awSetSpecification } from '../testing/specs/aw-set.ts';
import { dwFlagSpecification } from '../testing/specs/flags.ts';
import { mvRegisterSpecification } from '../testing/specs/mv-register.ts';
import { productSpecification } from '../testing/specs/product.ts';
import { awSet } from './aw-set.ts';
import { dwFlag } from './dw-flag.ts';
import { stringLeaf } from './leaf.ts';
import { mvRegister } from './mv-register.ts';
import { product } from './product.ts';

const note = product({ title: mvRegister(stringLeaf), tags: awSet(stringLeaf), locked: dwFlag });
const specification = productSpecification(note, {
  title: mvRegisterSpecification(note.fields.title),
  tags: awSetSpecification(note.fields.tags),
  locked: dwFlagSpecification(dwFlag),
});

it('keeps the laws of a lattice', () => {
  checkLaws(note, specification);
});

it('means what its specification says', () => {
  checkSpecification(note, specification);
});
