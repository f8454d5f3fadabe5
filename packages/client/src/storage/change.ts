/** Changes of a stored document as values. */
import type { Position } from '@causeway/core/sync';
import type { DocumentChange } from './document-store.ts';

export function changesNothing(change: DocumentChange): boolean {
  const { received, made, merged, settled, refused, released, position } = change;
  return (
    position === undefined &&
    [received, made, merged, settled, refused, released].every((list) => (list?.length ?? 0) === 0)
  );
}

/** What `earlier` and then `later` would change. */
export function foldChanges(earlier: DocumentChange, later: DocumentChange): DocumentChange {
  const position = later.position === undefined ? earlier.position : later.position;
  const upTo = foldReach(earlier, later);
  return {
    received: joined(earlier.received, later.received),
    made: joined(earlier.made, later.made),
    merged: joined(earlier.merged, later.merged),
    settled: joined(earlier.settled, later.settled),
    refused: joined(earlier.refused, later.refused),
    released: joined(earlier.released, later.released),
    ...(position === undefined ? {} : { position }),
    ...(upTo === undefined ? {} : { upTo }),
  };
}

/** Up to where both lie, when both say so; one without content has nothing to say. */
function foldReach(earlier: DocumentChange, later: DocumentChange): Position | undefined {
  if (!hasContent(earlier)) return later.upTo;
  if (!hasContent(later)) return earlier.upTo;
  const [a, b] = [earlier.upTo, later.upTo];
  if (a === undefined || b === undefined || a.epoch !== b.epoch) return undefined;
  return a.offset > b.offset ? a : b;
}

function hasContent({ received, settled }: DocumentChange): boolean {
  return (received?.length ?? 0) + (settled?.length ?? 0) > 0;
}

function joined<T>(earlier: readonly T[] = [], later: readonly T[] = []): readonly T[] {
  if (later.length === 0) return earlier;
  return earlier.length === 0 ? later : [...earlier, ...later];
}
