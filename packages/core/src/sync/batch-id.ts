/** Batch ids: made by the client that pushes, read from the wire and from stores. */
import { CausewayError } from '../error.ts';
import type { BatchId } from './frame.ts';

/** The number as a batch id; `decode/invalid` unless it is an integer from 1 to 2^53 - 1. */
export function parseBatchId(value: number): BatchId {
  if (!isBatchId(value)) {
    throw new CausewayError(
      'decode/invalid',
      { what: 'batch id', detail: String(value) },
      `${value} is no batch id: take an integer from 1 to 2^53 - 1`,
    );
  }
  return value;
}

/** A fresh id from `random`, which gives unsigned 32-bit integers. */
export function randomBatchId(random: () => number): BatchId {
  const value = (random() & 0x1f_ffff) * 0x1_0000_0000 + (random() >>> 0);
  return parseBatchId(value === 0 ? 1 : value);
}

function isBatchId(value: number): value is BatchId {
  return Number.isSafeInteger(value) && value >= 1;
}
