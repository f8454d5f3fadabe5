/** How positions in a stored document move: one rule for every store. */
import type { Position } from '@causeway/core/sync';

/** Whether content of the relay's log up to `position` is part of a document that is stored up to `stored`. */
export function covers(stored: Position | undefined, position: Position | null | undefined): boolean {
  return (
    stored !== undefined &&
    position != null &&
    position.epoch === stored.epoch &&
    position.offset <= stored.offset
  );
}

/** Null forgets, undefined keeps, and within an epoch a position never runs back. */
export function nextPosition(
  stored: Position | undefined,
  position: Position | null | undefined,
): Position | undefined {
  if (position === null) return undefined;
  return position === undefined || covers(stored, position) ? stored : position;
}
