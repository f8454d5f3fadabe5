/**
 * Where the bytes of large documents are worked on: merged, collected, counted, compared with what somebody holds. Two ways:
 * on the event loop (here), which every format can, and on worker threads (worker-folding.ts), which holds up nobody.
 */
import type { UpdateFormat, Version } from '@causeway/core/format';
import type { DocumentKind } from '@causeway/core/id';

export interface Merged {
  readonly update: Uint8Array;
  /** Its version, where that came along at no cost. */
  readonly version: Version | undefined;
}

/** Whoever calls does not wait where a job is small. All reject with `decode/*`, or with `storage/*` when the place itself fails. */
export interface Folding {
  /** True where documents of this kind are worked on apart from the event loop, however large. */
  isApart(kind: DocumentKind): boolean;
  /** One update of all of these; `collect`: without what nobody can see any more, as far as the kind can. */
  merge(format: UpdateFormat, updates: readonly Uint8Array[], collect: boolean): Promise<Merged>;
  versionOf(format: UpdateFormat, update: Uint8Array): Promise<Version>;
  diff(format: UpdateFormat, update: Uint8Array, since: Version): Promise<Uint8Array>;
  /** Resolves when nothing is under way; what was rejects. */
  close(): Promise<void>;
}

/** Collecting makes a live document of the bytes. Of this many it takes some tens of milliseconds of the event loop. */
const MAX_COLLECTED_ON_LOOP_BYTES = 256 * 1024;

/** Everything on the event loop. */
export const LOOP_FOLDING: Folding = {
  isApart: () => false,
  merge: async (format, updates, collect) => {
    const update = mergeOf(format, updates);
    const collects = collect && update.length <= MAX_COLLECTED_ON_LOOP_BYTES;
    return { update: collects ? (format.collect?.(update) ?? update) : update, version: undefined };
  },
  versionOf: async (format, update) => format.versionOf(update),
  diff: async (format, update, since) => format.diff(update, since),
  close: async () => undefined,
};

/** One update is merged as it is. */
export function mergeOf(format: UpdateFormat, updates: readonly Uint8Array[]): Uint8Array {
  const [only] = updates;
  return updates.length === 1 && only !== undefined ? only : format.merge(updates);
}
