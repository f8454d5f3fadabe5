/**
 * From a document's kind on the wire to its format. A registry is made once where a client or a relay is put together; an
 * unknown kind is an error that names it.
 */
import { CausewayError } from '../error.ts';
import { type DocumentKind, familyOf } from '../id/index.ts';
import type { UpdateFormat } from './update-format.ts';

/** Makes the format of every kind of one family: `yjs`, `lattice`, `native`. */
export interface FormatFamily {
  readonly family: string;
  /** The format of this kind; throws `protocol/unknown-kind` or `decode/*` when the rest of the kind makes no sense. */
  formatOf(kind: DocumentKind): UpdateFormat;
}

export interface FormatRegistry {
  /** The format of this kind, the same object for the same kind; `protocol/unknown-kind` when its family is not registered. */
  formatOf(kind: DocumentKind): UpdateFormat;
}

/** Formats kept made; a kind comes from peers, so the memory it takes is bounded. */
const MAX_KEPT_FORMATS = 1000;

export function formatRegistry(families: readonly FormatFamily[]): FormatRegistry {
  const byFamily = new Map(families.map((family) => [family.family, family]));
  const kept = new Map<DocumentKind, UpdateFormat>();
  return {
    formatOf(kind) {
      const known = kept.get(kind);
      if (known !== undefined) return known;
      const family = byFamily.get(familyOf(kind));
      if (family === undefined) {
        throw new CausewayError(
          'protocol/unknown-kind',
          { kind },
          `no format for documents of kind ${kind.slice(0, 60)}; registered: ${[...byFamily.keys()].join(', ')}`,
        );
      }
      const format = family.formatOf(kind);
      if (kept.size >= MAX_KEPT_FORMATS) kept.clear();
      kept.set(kind, format);
      return format;
    },
  };
}
