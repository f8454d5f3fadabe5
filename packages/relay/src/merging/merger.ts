/**
 * Where logs are merged. Merging a large document takes longer than anybody else should wait, so a relay hands it to whoever
 * does it elsewhere (worker-merger.ts); this one does it on the spot.
 */
import type { FormatRegistry } from '@causeway/core/format';
import type { DocumentKind } from '@causeway/core/id';

export interface Merger {
  /** One update that does what all of these do, which have been validated. Rejects with `storage/failed` when it cannot be done here now. */
  merge(kind: DocumentKind, updates: readonly Uint8Array[]): Promise<Uint8Array>;
  /** The same, as what is kept in place of a log: for kinds that can, without what was deleted. */
  fold(kind: DocumentKind, updates: readonly Uint8Array[]): Promise<Uint8Array>;
  /** Whether `fold` gives up what was deleted in documents of this kind. */
  collects(kind: DocumentKind): boolean;
  close(): Promise<void>;
}

export function mergerOnTheSpot(formats: FormatRegistry): Merger {
  const merge = async (kind: DocumentKind, updates: readonly Uint8Array[]): Promise<Uint8Array> =>
    formats.formatOf(kind).merge(updates);
  return { merge, fold: merge, collects: () => false, close: async () => undefined };
}
