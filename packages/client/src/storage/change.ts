/** Changes of a stored document as values. */
import type { Position } from '@causeway/core/sync';
import type { DocumentChange } from './document-store.ts';

export function changesNothing({ position, upTo: _, ...lists }: DocumentChange): boolean {
  return position === undefined && Object.values(lists).every((list) => list.length === 0);
}

/** Whether the change can be written without a look at what is stored. */
export function onlyAdds({ made: _, position, ...others }: DocumentChange): boolean {
  return (position === undefined || position === null) && changesNothing(others);
}

/** The changes and then `change`, in as few as say the same: what is received piece by piece becomes one. */
export function withChange(
  changes: readonly DocumentChange[],
  change: DocumentChange,
): readonly DocumentChange[] {
  const last = changes.at(-1);
  if (last === undefined || !isReceived(last) || !isReceived(change)) return [...changes, change];
  return [...changes.slice(0, -1), { ...change, received: [...last.received, ...change.received] }];
}

interface Received {
  readonly received: readonly Uint8Array[];
  readonly position: Position;
  readonly upTo: Position;
}

/** New content and how far it reaches, and nothing else. */
function isReceived(change: DocumentChange): change is Received {
  const { received, position, upTo, ...others } = change;
  return received !== undefined && position != null && upTo !== undefined && changesNothing(others);
}
