import { describe, expect, test } from 'vitest';
import { CausewayError } from '../error.ts';
import { parseBatchId, randomBatchId } from './batch-id.ts';

describe('a batch id', () => {
  test.each([0, -1, 1.5, 2 ** 53, Number.NaN])('is not %d', (value) => {
    expect(() => parseBatchId(value)).toThrow(CausewayError);
  });

  test('is made of 53 random bits, and never 0', () => {
    const dice =
      (...numbers: number[]) =>
      () =>
        numbers.shift() ?? 0;
    expect(randomBatchId(dice(0, 0))).toBe(1);
    expect(randomBatchId(dice(0xffff_ffff, 0xffff_ffff))).toBe(Number.MAX_SAFE_INTEGER);
    expect(randomBatchId(dice(1, 2))).toBe(2 ** 32 + 2);
  });
});
