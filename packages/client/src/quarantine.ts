/**
 * What a refused batch of a native document says, to be shown and copied. Leaves out: batches of other kinds, whose formats
 * read them by themselves (`contentOfUpdate` of `@causeway/core/yjs`).
 */
import { type ContainerChange, changesBetween, decodeUpdate, type NativeDocument } from '@causeway/core/doc';

/**
 * The changes of this batch alone, in the shape of the change feed, in the order in which they were made. `document` is the
 * one that they were made in, and holds them: that of the handle whose `quarantined` has the batch.
 */
export function changesIn(
  document: NativeDocument,
  { update }: { readonly update: Uint8Array },
): readonly ContainerChange[] {
  return decodeUpdate(update).runs.flatMap(({ replica, seq, count, parents }) => {
    // Within a run each event has seen just the one before: what lies between its ends is its own.
    const before = parents ?? (seq > 1 ? [{ replica, seq: seq - 1 }] : []);
    return [...changesBetween(document, before, [{ replica, seq: seq + count - 1 }]).values()];
  });
}
