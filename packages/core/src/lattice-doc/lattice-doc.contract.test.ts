/** Lattice documents keep the contract of formats and engines: with a relay that knows the type, and with one that does not. */
import { describe, test } from 'vitest';
import { parseDocumentKind } from '../id/index.ts';
import {
  awMap,
  awSet,
  type Lattice,
  lwwRegister,
  mvRegister,
  pnCounter,
  product,
  stringLeaf,
  valueLeaf,
} from '../lattice/index.ts';
import { checkFormat, type DocumentSubject, type Seeded } from '../testing/index.ts';
import { type ChangeSource, type LatticeDocument, latticeDocument } from './lattice-document.ts';
import { latticeFormats } from './lattice-formats.ts';

const RUNS = Number(process.env['CONTRACT_RUNS'] ?? 40);
const WORDS = ['red', 'green', 'blue'];

type Change<S> = (state: S, source: ChangeSource, random: Seeded) => S;

function subjectOf<S, V>(type: Lattice<S, V>, change: Change<S>): DocumentSubject<LatticeDocument<S, V>> {
  return {
    open: latticeDocument(type),
    change: (document, random) => {
      for (let i = random.int(3); i > 0; i--)
        document.mutate((state, source) => change(state, source, random));
    },
    value: (document) => document.value,
  };
}

const note = product({
  title: mvRegister(stringLeaf),
  tags: awSet(stringLeaf),
  votes: pnCounter,
  pinned: lwwRegister(valueLeaf),
});
const notes = awMap(stringLeaf, note);

const notesSubject = subjectOf(notes, (state, source, random) => {
  const key = random.pick(['n1', 'n2', 'n3']);
  if (random.chance(0.2)) return notes.remove(state, key);
  return notes.update(state, source, key, ({ title, tags, votes }, dots) => {
    const word = random.pick(WORDS);
    switch (random.int(5)) {
      case 0:
        return note.delta({ title: note.fields.title.set(title, dots.next(), word) });
      case 1:
        return note.delta({ tags: note.fields.tags.add(tags, dots.next(), word) });
      case 2:
        return note.delta({ tags: note.fields.tags.remove(tags, word) });
      case 3:
        return note.delta({ votes: note.fields.votes.add(votes, dots, random.between(-2, 2)) });
      default:
        return note.delta({ pinned: note.fields.pinned.set(undefined, source.now(), random.chance(0.5)) });
    }
  });
});

const appTags = { ...awSet(stringLeaf), descriptor: 'app:tags' };

const appTagsSubject = subjectOf(appTags, (state, source, random) => {
  const tag = random.pick(WORDS);
  return random.chance(0.7) ? appTags.add(state, source.next(), tag) : appTags.remove(state, tag);
});

describe('lattice documents keep the contract', () => {
  test('of a map of records', () => checkFormat(notesSubject, { runs: RUNS }));

  test("of an app's own type", () => checkFormat(appTagsSubject, { runs: RUNS }));

  test("of an app's own type, on a relay that does not know it", () => {
    const format = latticeFormats().formatOf(parseDocumentKind('lattice/app:tags'));
    checkFormat({ ...appTagsSubject, format }, { runs: RUNS });
  });
});
