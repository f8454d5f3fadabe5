/**
 * Updates of native documents as an UpdateFormat: joined, cut and compared as bytes, without a document. A version is a
 * version vector, and covers deletions too, since they have dots. Leaves out: the live document (native-engine.ts).
 */
import { decode, encode } from '../bytes/index.ts';
import {
  compareVectors,
  emptyVector,
  lastSeqInVector,
  type VersionVector,
  vectorCodec,
} from '../causality/index.ts';
import { composeBatches, decodeUpdate, EMPTY_UPDATE, encodeUpdate, vectorOfBatch } from '../doc/index.ts';
import { CausewayError } from '../error.ts';
import type { FormatFamily, UpdateFormat, Version } from '../format/index.ts';
import { type DocumentKind, parseDocumentKind } from '../id/index.ts';

export const NATIVE_KIND: DocumentKind = parseDocumentKind('native');

export const nativeFormat: UpdateFormat = {
  kind: NATIVE_KIND,
  empty: EMPTY_UPDATE,

  validate: (update) => void decodeUpdate(update),

  versionOf: (update) => versionOfVector(vectorOfBatch(decodeUpdate(update))),

  parseVersion: (bytes) => versionOfVector(vectorOf(bytes)),

  compare: (a, b) => compareVectors(vectorOf(a), vectorOf(b)),

  merge: (updates) => {
    const [only] = updates;
    const batches = updates.map(decodeUpdate);
    return only !== undefined && updates.length === 1 ? only : encodeUpdate(composeBatches(batches));
  },

  diff: (update, since) => {
    const known = vectorOf(since);
    return encodeUpdate(composeBatches([decodeUpdate(update)], (replica) => lastSeqInVector(known, replica)));
  },
};

/** The family of one kind, `native`. */
export function nativeFormats(): FormatFamily {
  return {
    family: 'native',
    formatOf: (kind) => {
      if (kind !== NATIVE_KIND)
        throw new CausewayError(
          'protocol/unknown-kind',
          { kind },
          `${kind.slice(0, 60)} is no kind of native document; the only one is ${NATIVE_KIND}`,
        );
      return nativeFormat;
    },
  };
}

export function versionOfVector(vector: VersionVector): Version {
  return encode(vectorCodec, vector) as Version;
}

/** No bytes are the version of a holder of nothing. */
function vectorOf(version: Uint8Array): VersionVector {
  return version.length === 0 ? emptyVector : decode(vectorCodec, version, 'native version');
}
