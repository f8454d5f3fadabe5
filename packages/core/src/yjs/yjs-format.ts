/**
 * Updates of Yjs documents (V1, what every Yjs provider speaks) as an UpdateFormat. Needs neither a `Y.Doc` nor Yjs
 * itself, so a relay keeps Yjs documents without loading one. Leaves out: the live document (yjs-document.ts).
 *
 * What merging cannot do is collect: deleted content stays in the bytes until a live document makes a snapshot of them
 * (collect.ts).
 */
import { CausewayError } from '../error.ts';
import type { FormatFamily, UpdateFormat } from '../format/index.ts';
import { type DocumentKind, parseDocumentKind } from '../id/index.ts';
import { collect } from './collect.ts';
import { compareStateVectors, decodeStateVector, encodeStateVector } from './state-vector.ts';
import { compose } from './update-compose.ts';
import { takeApart } from './update-parts.ts';
import { INFO_SKIP, scanUpdate } from './update-scan.ts';

export const YJS_KIND: DocumentKind = parseDocumentKind('yjs');

export const yjsFormat: UpdateFormat = {
  kind: YJS_KIND,
  /** No structs, no deletions. */
  empty: Uint8Array.of(0, 0),

  validate: (update) => scanUpdate(update, { client: ignore, struct: ignore, deletion: ignore }),

  versionOf: (update) => encodeStateVector(reached(new Map(), update)),

  advance: (version, update) => encodeStateVector(reached(new Map(decodeStateVector(version)), update)),

  parseVersion: (bytes) => encodeStateVector(decodeStateVector(bytes)),

  compare: (a, b) => compareStateVectors(decodeStateVector(a), decodeStateVector(b)),

  merge: (updates) => {
    const [only] = updates;
    const parts = updates.map(takeApart);
    return only !== undefined && updates.length === 1 ? only : compose(parts);
  },

  collect,

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

/** How far each client reaches without a gap, after the structs of `update`. Skips are the gaps. */
function reached(vector: Map<number, number>, update: Uint8Array): Map<number, number> {
  let of = 0;
  let reach = 0;
  scanUpdate(update, {
    client: (client) => {
      if (reach > 0) vector.set(of, reach);
      of = client;
      reach = vector.get(client) ?? 0;
    },
    struct: (info, clock, length) => {
      if (info !== INFO_SKIP && clock <= reach && clock + length > reach) reach = clock + length;
    },
    deletion: ignore,
  });
  if (reach > 0) vector.set(of, reach);
  return vector;
}

function ignore(): void {}
