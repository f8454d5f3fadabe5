import { it } from 'vitest';
import { checkLaws } from '../testing/lattice-laws.ts';
import { checkSpecification } from '../testing/specification.ts';
import { awMapSpecification } from '../testing/specs/aw-map.ts';
import { awSetSpecification } from '../testing/specs/aw-set.ts';
import { mvRegisterSpecification } from '../testing/specs/mv-register.ts';
import { pnCounterSpecification } from '../testing/specs/pn-counter.ts';
import { productSpecification } from '../testing/specs/product.ts';
import { awMap } from './aw-map.ts';
import { awSet } from './aw-set.ts';
import { stringLeaf } from './leaf.ts';
import { mvRegister } from './mv-register.ts';
import { pnCounter } from './pn-counter.ts';
import { product } from './product.ts';

const note = product({ title: mvRegister(stringLeaf), tags: awSet(stringLeaf) });
const noteSpecification = productSpecification(note, {
  title: mvRegisterSpecification(note.fields.title),
  tags: awSetSpecification(note.fields.tags),
});
const notes = awMap(stringLeaf, note);
const notesSpecification = awMapSpecification(notes, noteSpecification);

const votes = awMap(stringLeaf, pnCounter);
const votesSpecification = awMapSpecification(votes, pnCounterSpecification(pnCounter));

const folders = awMap(stringLeaf, notes);
const foldersSpecification = awMapSpecification(folders, notesSpecification);

it('a map of products keeps the laws of a lattice', () => {
  checkLaws(notes, notesSpecification);
});

it('a map of products means what its specification says', () => {
  checkSpecification(notes, notesSpecification);
});

it('a map of maps keeps the laws of a lattice', () => {
  checkLaws(folders, foldersSpecification);
});

it('a map of maps means what its specification says', () => {
  checkSpecification(folders, foldersSpecification);
});

it('a map of counters keeps the laws of a lattice', () => {
  checkLaws(votes, votesSpecification);
});

it('a map of counters means what its specification says', () => {
  checkSpecification(votes, votesSpecification);
});
