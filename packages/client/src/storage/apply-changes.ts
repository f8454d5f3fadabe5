/**
 * What changes do to a stored document: one rule for every store, as a pure function.
 *
 *   made ──▶ outbox ──settled──▶ chunk ◀── received
 *             │  ▲  ↺ merged
 *     refused ▼  │ released to the outbox
 *         quarantine ──released to nowhere──▶ chunk
 */
import type { BatchId, Position } from '@causeway/core/sync';
import type { Batch, DocumentChange, QuarantinedBatch } from './document-store.ts';

/** A batch, and when it was made: a number that only says in which order. */
export type Dated<B extends Batch> = B & { readonly madeAt: number };

/** What changes look at: the position, and of the batches those that they name. */
export interface StoredPart {
  readonly position: Position | undefined;
  readonly outbox: ReadonlyMap<BatchId, Dated<Batch>>;
  readonly quarantine: ReadonlyMap<BatchId, Dated<QuarantinedBatch>>;
}

export interface ChangedPart extends StoredPart {
  /** Chunks to be added, in this order. */
  readonly chunks: readonly Uint8Array[];
}

/** Ids of the batches, in the outbox and in quarantine, that the changes move. */
export function namedBatches(changes: readonly DocumentChange[]): {
  readonly outbox: readonly BatchId[];
  readonly quarantine: readonly BatchId[];
} {
  const outbox = changes.flatMap(({ merged = [], settled = [], refused = [] }) => [
    ...merged.flatMap(({ from }) => from),
    ...settled,
    ...refused.map(({ id }) => id),
  ]);
  const quarantine = changes.flatMap(({ released = [] }) => released.map(({ id }) => id));
  return { outbox, quarantine };
}

/** The part after the changes, one after the other. `madeAt` gives each new batch its place. Cost: the batches that are named or new. */
export function applyChanges(
  before: StoredPart,
  changes: readonly DocumentChange[],
  madeAt: () => number,
): ChangedPart {
  const outbox = new Map(before.outbox);
  const quarantine = new Map(before.quarantine);
  const chunks: Uint8Array[] = [];
  let { position } = before;
  for (const change of changes) {
    const isCovered = covers(position, change.upTo);
    for (const batch of change.made ?? []) outbox.set(batch.id, { ...batch, madeAt: madeAt() });
    for (const { from, into } of change.merged ?? []) {
      const parts = from.flatMap((id) => outbox.get(id) ?? []);
      for (const { id } of parts) outbox.delete(id);
      // Where all of them are settled there is nothing left to send.
      const first = Math.min(...parts.map((part) => part.madeAt));
      if (parts.length > 0) outbox.set(into.id, { ...into, madeAt: first });
    }
    if (!isCovered) chunks.push(...(change.received ?? []));
    for (const id of change.settled ?? []) {
      const batch = outbox.get(id);
      if (batch !== undefined && !isCovered) chunks.push(batch.update);
      outbox.delete(id);
    }
    for (const { id, code, message } of change.refused ?? []) {
      const batch = outbox.get(id);
      if (batch !== undefined) quarantine.set(id, { ...batch, code, message });
      outbox.delete(id);
    }
    for (const { id, to } of change.released ?? []) {
      const batch = quarantine.get(id);
      quarantine.delete(id);
      if (batch === undefined) continue;
      if (to === 'nowhere') chunks.push(batch.update);
      else outbox.set(id, { id, update: batch.update, madeAt: batch.madeAt });
    }
    position = nextPosition(position, change.position);
  }
  return { position, outbox, quarantine, chunks };
}

export function byMaking(a: Dated<Batch>, b: Dated<Batch>): number {
  return a.madeAt - b.madeAt;
}

/** Whether content of the relay's log up to `upTo` is part of a document that is stored up to `stored`. */
function covers(stored: Position | undefined, upTo: Position | undefined): boolean {
  if (stored === undefined || upTo === undefined) return false;
  return upTo.epoch === stored.epoch && upTo.offset <= stored.offset;
}

/** Null forgets, undefined keeps, and within an epoch a position never runs back. */
function nextPosition(
  stored: Position | undefined,
  position: Position | null | undefined,
): Position | undefined {
  if (position === null) return undefined;
  return position === undefined || covers(stored, position) ? stored : position;
}
