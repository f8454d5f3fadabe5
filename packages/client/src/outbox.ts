/**
 * What was changed here and how far it has got: the bookkeeping behind a document's status. Leaves out: writing and
 * sending (document-writer.ts, open-document.ts); it is only told of them.
 *
 *                     durable                  settled
 *   in memory ───────────────────▶ on disk ───────────────▶ on the relay: forgotten here
 *       │        settled                │ refused
 *       └──▶ on the relay, not on disk  └───▶ quarantined ──retried──▶ on disk
 */
import { CausewayError } from '@causeway/core';
import type { BatchId } from '@causeway/core/sync';
import type { SavedTo } from './status.ts';
import type { Batch, QuarantinedBatch, Refusal, StoredBatch } from './storage/document-store.ts';

interface Entry {
  readonly batch: Batch;
  /** When it was made, counted within this outbox. */
  readonly order: number;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  /** More than one when it was merged of several batches. */
  readonly changes: number;
  readonly isDurable: boolean;
  readonly isSettled: boolean;
}

interface Waiter {
  readonly level: 'disk' | 'relay';
  /** Waits for the batches up to this one. */
  readonly order: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Outbox {
  readonly #name: string;
  readonly #now: () => number;
  /** In the order in which they were made. */
  #entries = new Map<BatchId, Entry>();
  readonly #quarantine = new Map<BatchId, QuarantinedBatch>();
  readonly #waiters = new Set<Waiter>();
  #lastOrder = 0;
  #unsaved = 0;
  #unsettled = 0;

  /** `name` is the document's, for error messages; `now` tells when batches are made. */
  constructor(name: string, now: () => number) {
    this.#name = name;
    this.#now = now;
  }

  /** What earlier pages, or other tabs, have left in the store. */
  restore(stored: readonly StoredBatch[], quarantine: readonly QuarantinedBatch[]): void {
    for (const batch of stored) this.add(batch, true, batch.madeAt);
    for (const batch of quarantine) this.#quarantine.set(batch.id, batch);
  }

  /** Changes that are in this page only, and changes that the relay has not acknowledged. */
  get pending(): { readonly memory: number; readonly disk: number } {
    return { memory: this.#unsaved, disk: this.#unsettled };
  }

  /** When the oldest of the unsettled batches was made. */
  get pendingSince(): number | undefined {
    let oldest: number | undefined;
    for (const { isSettled, madeAt } of this.#entries.values()) {
      if (!isSettled && (oldest === undefined || madeAt < oldest)) oldest = madeAt;
    }
    return oldest;
  }

  /** Changes that neither the disk nor the relay has. */
  get inPageOnly(): number {
    let changes = 0;
    for (const entry of this.#entries.values()) {
      if (!entry.isDurable && !entry.isSettled) changes += entry.changes;
    }
    return changes;
  }

  /** Batches that the relay has not acknowledged, oldest first. */
  get unsettled(): readonly Batch[] {
    return [...this.#entries.values()].filter((entry) => !entry.isSettled).map((entry) => entry.batch);
  }

  get quarantined(): readonly QuarantinedBatch[] {
    return [...this.#quarantine.values()];
  }

  get saved(): SavedTo {
    if (this.#unsettled === 0 && this.#quarantine.size === 0) return 'relay';
    return this.inPageOnly > 0 ? 'memory' : 'disk';
  }

  has(id: BatchId): boolean {
    return this.#entries.has(id) || this.#quarantine.has(id);
  }

  add(batch: Batch, isDurable: boolean, madeAt: number = this.#now()): void {
    this.#lastOrder += 1;
    this.#put({ batch, order: this.#lastOrder, madeAt, changes: 1, isDurable, isSettled: false });
  }

  /** Batches that wait on disk become one, which stands where the first of them stood. */
  merged(from: readonly BatchId[], into: Batch): void {
    const parts = from.flatMap((id) => this.#entries.get(id) ?? []);
    const [first] = parts;
    if (first === undefined) return;
    const changes = parts.reduce((sum, part) => sum + part.changes, 0);
    const whole: Entry = { ...first, batch: into, changes };
    const kept = [...this.#entries.values()].flatMap((entry) => {
      if (entry === first) return [whole];
      return parts.includes(entry) ? [] : [entry];
    });
    this.#entries = new Map(kept.map((entry) => [entry.batch.id, entry]));
  }

  durable(id: BatchId): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#put({ ...entry, isDurable: true });
    this.#tellWaiters();
  }

  settled(id: BatchId): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#put({ ...entry, isSettled: true });
    this.#tellWaiters();
  }

  refused({ id, code, message }: Refusal): void {
    const entry = this.#take(id);
    if (entry === undefined) return;
    this.#quarantine.set(id, { ...entry.batch, madeAt: entry.madeAt, code, message });
    const error = this.#refusal(code, message);
    for (const waiter of this.#waiters) {
      if (waiter.level !== 'relay' || waiter.order < entry.order) continue;
      this.#waiters.delete(waiter);
      waiter.reject(error);
    }
    this.#tellWaiters();
  }

  /** Takes a batch out of quarantine; undefined when it is not there. */
  release(id: BatchId): StoredBatch | undefined {
    const batch = this.#quarantine.get(id);
    this.#quarantine.delete(id);
    return batch && { id, update: batch.update, madeAt: batch.madeAt };
  }

  /** Resolves when every batch made so far has got there; rejects when the relay refuses one, or the signal says so. */
  async whenSaved(level: 'disk' | 'relay', signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const [refused] = this.#quarantine.values();
    if (level === 'relay' && refused !== undefined) throw this.#refusal(refused.code, refused.message);
    const order = this.#lastOrder;
    if (this.#firstMissing(level) > order) return;
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { level, order, resolve, reject };
      this.#waiters.add(waiter);
      const abort = (): void => {
        this.#waiters.delete(waiter);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Nobody will be told of anything any more. */
  close(error: CausewayError): void {
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#waiters.clear();
  }

  /** Keeps the place of an entry that is there; drops one that has nothing left to wait for. */
  #put(entry: Entry): void {
    this.#count(this.#entries.get(entry.batch.id), -1);
    if (entry.isDurable && entry.isSettled) {
      this.#entries.delete(entry.batch.id);
      return;
    }
    this.#entries.set(entry.batch.id, entry);
    this.#count(entry, 1);
  }

  #take(id: BatchId): Entry | undefined {
    const entry = this.#entries.get(id);
    this.#count(entry, -1);
    this.#entries.delete(id);
    return entry;
  }

  #count(entry: Entry | undefined, by: 1 | -1): void {
    if (entry === undefined) return;
    if (!entry.isDurable) this.#unsaved += by * entry.changes;
    if (!entry.isSettled) this.#unsettled += by * entry.changes;
  }

  #tellWaiters(): void {
    if (this.#waiters.size === 0) return;
    const missing = { disk: this.#firstMissing('disk'), relay: this.#firstMissing('relay') };
    for (const waiter of this.#waiters) {
      if (missing[waiter.level] <= waiter.order) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  /** The order of the first batch that has not got there; above all when there is none. */
  #firstMissing(level: 'disk' | 'relay'): number {
    for (const { order, isDurable, isSettled } of this.#entries.values()) {
      if (!(level === 'disk' ? isDurable : isSettled)) return order;
    }
    return Number.POSITIVE_INFINITY;
  }

  #refusal(code: string, message: string): CausewayError<'protocol/refused'> {
    const text = `the relay refused a change of ${JSON.stringify(this.#name)}: ${message} (${code}); it is in quarantine`;
    return new CausewayError('protocol/refused', { what: 'batch', name: this.#name, code }, text);
  }
}
