/**
 * Updates of Yjs documents (V1, what every Yjs provider speaks) as an UpdateFormat. Needs neither a `Y.Doc` nor Yjs
 * itself, so a relay keeps Yjs documents without loading one. Leaves out: the live document (yjs-document.ts).
 *
 * What merging cannot do is collect: deleted content stays in the bytes until a live document makes a snapshot of them.
 */
import { CausewayError } from '../error.ts';
import type { FormatFamily, UpdateFormat, Version } from '../format/index.ts';
import { type DocumentKind, parseDocumentKind } from '../id/index.ts';
import { compareStateVectors, decodeStateVector, encodeStateVector } from './state-vector.ts';
import { compose } from './update-compose.ts';
import { endClock, firstClock, takeApart, type UpdateParts } from './update-parts.ts';
import { scanUpdate } from './update-scan.ts';

export const YJS_KIND: DocumentKind = parseDocumentKind('yjs');

export const yjsFormat: UpdateFormat = {
  kind: YJS_KIND,
  /** No structs, no deletions. */
  empty: Uint8Array.of(0, 0),

  validate: (update) => scanUpdate(update, { client: ignore, struct: ignore, deletion: ignore }),

  versionOf: (update) => versionOfParts(takeApart(update)),

  parseVersion: (bytes) => encodeStateVector(decodeStateVector(bytes)),

  compare: (a, b) => compareStateVectors(decodeStateVector(a), decodeStateVector(b)),

  merge: (updates) => {
    const [only] = updates;
    const parts = updates.map(takeApart);
    return only !== undefined && updates.length === 1 ? only : compose(parts);
  },

  diff: (update, since) => {
    const known = decodeStateVector(since);
    return compose([takeApart(update)], (client) => known.get(client) ?? 0);
  },
};

/** The family of one kind, `yjs`. */
export function yjsFormats(): FormatFamily {
  return {
    family: 'yjs',
    formatOf: (kind) => {
      if (kind !== YJS_KIND)
        throw new CausewayError(
          'protocol/unknown-kind',
          { kind },
          `${kind.slice(0, 60)} is no kind of Yjs document; the only one is ${YJS_KIND}`,
        );
      return yjsFormat;
    },
  };
}

/** How far each client's structs reach from clock 0 without a gap. */
function versionOfParts({ runs }: UpdateParts): Version {
  const vector = new Map<number, number>();
  for (const run of runs) {
    if (firstClock(run) === (vector.get(run.client) ?? 0)) vector.set(run.client, endClock(run));
  }
  return encodeStateVector(vector);
}

function ignore(): void {}
