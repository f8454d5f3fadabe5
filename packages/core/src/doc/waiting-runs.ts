/**
 * Runs of events that wait for something they depend on, each once. What waits holds on to its own part of the update that it
 * came with, and weighs what that is, so that the bound is one of memory. A document in which nothing waits pays nothing for it.
 */
import { CausewayError } from '../error.ts';
import { CausalBuffer } from '../history/index.ts';
import type { Dot, ReplicaId } from '../id/index.ts';
import { BatchBuilder, type EventBatch, type EventRun } from './event-batch.ts';
import { encodeUpdate } from './update-codec.ts';

/** Bytes of updates that may wait for what they depend on: a few times the largest batch that is sent at once. */
export const MAX_WAITING_BYTES = 64 * 2 ** 20;

/** A run that is to be taken in. */
export interface HeldRun {
  readonly batch: EventBatch;
  readonly run: EventRun;
  /** In bytes of an update that has it alone. */
  readonly weight: number;
}

/** A run that cannot be taken in yet, and a dot that it lacks. */
export interface WaitingRun {
  readonly item: HeldRun;
  readonly missing: Dot;
}

export class WaitingRuns {
  /** Undefined until something waits. */
  #buffer: CausalBuffer<HeldRun> | undefined;
  #names: Set<string> | undefined;

  get size(): number {
    return this.#buffer?.size ?? 0;
  }

  /** Those that do not wait already, each alone. */
  fresh(waiting: readonly WaitingRun[]): readonly WaitingRun[] {
    return waiting
      .filter(({ item }) => this.#names?.has(nameOf(item.run)) !== true)
      .map(({ item, missing }) => ({ item: alone(item), missing }));
  }

  hasRoomFor(fresh: readonly WaitingRun[]): boolean {
    const room = this.#buffer?.room ?? MAX_WAITING_BYTES;
    return fresh.reduce((sum, { item }) => sum + item.weight, 0) <= room;
  }

  /** Leaves it out when there is no room for it. */
  add({ item, missing }: WaitingRun): void {
    this.#buffer ??= new CausalBuffer(MAX_WAITING_BYTES);
    this.#names ??= new Set();
    if (this.#buffer.add(missing.replica, missing.seq, item, item.weight)) this.#names.add(nameOf(item.run));
  }

  /** Takes out what waits for a dot that has come. */
  wakeDue(lastSeq: (replica: ReplicaId) => number): readonly HeldRun[] {
    const woken = this.#buffer?.wakeDue(lastSeq) ?? [];
    for (const item of woken) this.#names?.delete(nameOf(item.run));
    return woken;
  }

  /** All that waits, as parts of an update. */
  batches(): readonly EventBatch[] {
    return this.#buffer?.items().map(batchOfRun) ?? [];
  }
}

export function tooMuchWaits(bytes: number): CausewayError<'decode/limit'> {
  return new CausewayError(
    'decode/limit',
    { what: 'waiting bytes', value: bytes, limit: MAX_WAITING_BYTES },
    `an update of ${bytes} bytes depends on others that have not come, and ${MAX_WAITING_BYTES} bytes wait already; send those first`,
  );
}

function nameOf({ replica, seq, count }: EventRun): string {
  return `${replica}.${seq}+${count}`;
}

function alone(item: HeldRun): HeldRun {
  if (item.batch.runs.length === 1) return item;
  const batch = batchOfRun(item);
  return { batch, run: batch.runs[0] as EventRun, weight: encodeUpdate(batch).length };
}

function batchOfRun({ batch, run }: HeldRun): EventBatch {
  const builder = new BatchBuilder();
  builder.add(run, batch.ops, run.position);
  return builder.finish();
}
