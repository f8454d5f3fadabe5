/**
 * An immutable first-in-first-out queue of batches, as two linked lists: taken from the front one, added to the back one,
 * which is turned round when the front one is empty. Each operation is constant time, amortised over a run of them.
 */
import type { PendingBatch } from './client-channel.ts';

export interface BatchQueue {
  readonly size: number;
  readonly front: Link | undefined;
  /** The latest first. */
  readonly back: Link | undefined;
}

interface Link {
  readonly batch: PendingBatch;
  readonly next: Link | undefined;
}

export const EMPTY_QUEUE: BatchQueue = { size: 0, front: undefined, back: undefined };

export function batchQueue(batches: Iterable<PendingBatch>): BatchQueue {
  let queue = EMPTY_QUEUE;
  for (const batch of batches) queue = appended(queue, batch);
  return queue;
}

export function appended(queue: BatchQueue, batch: PendingBatch): BatchQueue {
  if (queue.front === undefined) return { size: 1, front: { batch, next: undefined }, back: undefined };
  return { size: queue.size + 1, front: queue.front, back: { batch, next: queue.back } };
}

/** The batches before all others, in their order. */
export function putBack(queue: BatchQueue, batches: readonly PendingBatch[]): BatchQueue {
  const front = batches.reduceRight<Link | undefined>((next, batch) => ({ batch, next }), queue.front);
  return { size: queue.size + batches.length, front, back: queue.back };
}

/** The oldest batch, or undefined when the queue is empty. */
export function oldest(queue: BatchQueue): PendingBatch | undefined {
  return queue.front?.batch;
}

/** The queue without its oldest batch. */
export function withoutOldest(queue: BatchQueue): BatchQueue {
  if (queue.front === undefined) return queue;
  const size = queue.size - 1;
  if (queue.front.next !== undefined) return { size, front: queue.front.next, back: queue.back };
  let front: Link | undefined;
  for (let link = queue.back; link !== undefined; link = link.next)
    front = { batch: link.batch, next: front };
  return { size, front, back: undefined };
}

/** Every batch, oldest first. Cost: the size. */
export function* batchesIn(queue: BatchQueue): Generator<PendingBatch> {
  let rest = queue;
  for (let batch = oldest(rest); batch !== undefined; batch = oldest(rest)) {
    yield batch;
    rest = withoutOldest(rest);
  }
}
