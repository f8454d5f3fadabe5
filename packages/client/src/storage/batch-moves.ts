/**
 * Where the batches of one change go: one rule for every store.
 *
 *   made ──▶ outbox ──settled──▶ chunk
 *             │  ▲  ↺ merged
 *     refused ▼  │ released to the outbox
 *         quarantine ──released to nowhere──▶ chunk
 */
import type { BatchId } from '@causeway/core/sync';
import type { Batch, DocumentChange, QuarantinedBatch } from './document-store.ts';

/** A batch, and when it was made: a number that only says in which order. */
export type Dated<B extends Batch> = B & { readonly madeAt: number };

/** The batches that a change names, by where they are. */
export interface BatchPlaces {
  readonly outbox: ReadonlyMap<BatchId, Dated<Batch>>;
  readonly quarantine: ReadonlyMap<BatchId, Dated<QuarantinedBatch>>;
}

export interface MovedBatches extends BatchPlaces {
  /** Updates that become chunks, in this order. */
  readonly chunks: readonly Uint8Array[];
}

/** Ids of the batches in the outbox, and in quarantine, that the change moves. */
export function namedBatches({ merged = [], settled = [], refused = [], released = [] }: DocumentChange): {
  readonly outbox: readonly BatchId[];
  readonly quarantine: readonly BatchId[];
} {
  const mergedIds = merged.flatMap(({ from, into }) => [...from, into.id]);
  return {
    outbox: [...mergedIds, ...settled, ...refused.map(({ id }) => id)],
    quarantine: released.map(({ id }) => id),
  };
}

/** Where the named batches are after the change. `isCovered`: what is settled is part of the stored chunks already. */
export function moveBatches(
  before: BatchPlaces,
  change: DocumentChange,
  made: readonly Dated<Batch>[],
  isCovered: boolean,
): MovedBatches {
  const outbox = new Map(before.outbox);
  const quarantine = new Map(before.quarantine);
  const chunks: Uint8Array[] = [];
  for (const batch of made) outbox.set(batch.id, batch);
  for (const { from, into } of change.merged ?? []) {
    const found = from.flatMap((id) => outbox.get(id) ?? []);
    for (const { id } of found) outbox.delete(id);
    // Where all of them are settled there is nothing left to send.
    const madeAt = Math.min(...found.map((batch) => batch.madeAt));
    if (found.length > 0) outbox.set(into.id, { ...into, madeAt });
  }
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
    if (batch !== undefined && to === 'nowhere') chunks.push(batch.update);
    if (batch !== undefined && to === 'outbox') {
      outbox.set(id, { id, update: batch.update, madeAt: batch.madeAt });
    }
    quarantine.delete(id);
  }
  return { outbox, quarantine, chunks };
}

export function byMaking(a: Dated<Batch>, b: Dated<Batch>): number {
  return a.madeAt - b.madeAt;
}
