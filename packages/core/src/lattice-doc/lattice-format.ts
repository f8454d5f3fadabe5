/**
 * Updates of a lattice as an UpdateFormat: merging is joining. Two formats for one kind of bytes (update-bag.ts): one for
 * whoever has the type, one for a relay that has not, of a document whose type is an app's own. Leaves out: the live
 * document (lattice-document.ts).
 */
import { decode, encode, equalBytes } from '../bytes/index.ts';
import type { UpdateFormat, Version } from '../format/index.ts';
import { type DocumentKind, parseDocumentKind } from '../id/index.ts';
import type { Lattice } from '../lattice/lattice.ts';
import { readBag, writeBag } from './update-bag.ts';

/** The bytes of the empty version: whoever holds nothing, or cannot say what it holds. */
const NO_VERSION = new Uint8Array() as Version;

/** An UpdateFormat whose updates can be had as states of their lattice. */
export interface LatticeFormat<S> extends UpdateFormat {
  /** The change that an update is, as one state; `decode/*` unless it is an update of this format. */
  stateOf(update: Uint8Array): S;
  updateOf(state: S): Uint8Array;
  versionOfState(state: S): Version;
}

export function kindOfLattice(descriptor: string): DocumentKind {
  return parseDocumentKind(`lattice/${descriptor}`);
}

/** The format of documents of this type: an update is one state, a version the summary of a state. */
export function latticeFormat<S>(type: Lattice<S>): LatticeFormat<S> {
  const updateOf = (state: S): Uint8Array => {
    const bytes = encode(type.codec, state);
    return writeBag(equalBytes(bytes, bytesOfBottom) ? [] : [bytes]);
  };
  const stateOf = (update: Uint8Array): S =>
    readBag(update)
      .map((bytes) => decode(type.codec, bytes, `state of ${type.descriptor}`))
      .reduce(type.join, type.bottom);
  const summaryOf = (version: Version): S =>
    version.length === 0 ? type.bottom : decode(type.codec, version, `version of ${type.descriptor}`);
  const versionOfState = (state: S): Version => encode(type.codec, type.summary(state)) as Version;
  const bytesOfBottom = encode(type.codec, type.bottom);
  return {
    kind: kindOfLattice(type.descriptor),
    empty: updateOf(type.bottom),
    stateOf,
    updateOf,
    versionOfState,
    validate: (update) => void stateOf(update),
    versionOf: (update) => versionOfState(stateOf(update)),
    parseVersion: (bytes) => versionOfState(summaryOf(bytes as Version)),
    compare: (a, b) => {
      const [ofA, ofB] = [encode(type.codec, summaryOf(a)), encode(type.codec, summaryOf(b))];
      if (equalBytes(ofA, ofB)) return 'equal';
      const both = encode(type.codec, type.join(summaryOf(a), summaryOf(b)));
      if (equalBytes(both, ofB)) return 'before';
      return equalBytes(both, ofA) ? 'after' : 'concurrent';
    },
    merge: (updates) => updateOf(updates.map(stateOf).reduce(type.join, type.bottom)),
    diff: (update, since) => updateOf(type.since(stateOf(update), summaryOf(since))),
  };
}

/** The format for a relay that cannot read the states: it keeps them all, and brings everyone all of them. */
export function unresolvedLatticeFormat(kind: DocumentKind): UpdateFormat {
  return {
    kind,
    empty: writeBag([]),
    validate: (update) => void readBag(update),
    versionOf: (update) => {
      readBag(update);
      return NO_VERSION;
    },
    // A client that has the type says what it holds; here that means nothing.
    parseVersion: (bytes) => bytes as Version,
    compare: (a, b) => (equalBytes(a, b) ? 'equal' : 'concurrent'),
    merge: (updates) => writeBag(updates.flatMap(readBag)),
    diff: (update) => writeBag(readBag(update)),
  };
}
