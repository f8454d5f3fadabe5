/**
 * Names for updates that come without one. They count from a random number, so that no two lives of a relay use the same:
 * a draw for each update would cost more than the update.
 */
import { type BatchId, parseBatchId, randomBatchId } from '@causeway/core/sync';

/** A source of batch ids; `random` gives unsigned 32-bit integers. */
export function batchIds(random: () => number): () => BatchId {
  let next: number = randomBatchId(random);
  return () => {
    const id = parseBatchId(next);
    next = next < Number.MAX_SAFE_INTEGER ? next + 1 : 1;
    return id;
  };
}
