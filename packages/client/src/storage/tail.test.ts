import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstToMerge } from './tail.ts';

describe('what is merged', () => {
  test('is the tail in which no piece outweighs all that follow it', () => {
    expect(firstToMerge([900, 400, 150, 20, 60, 60, 100])).toBe(2);
    expect(firstToMerge([10, 10, 10])).toBe(0);
    expect(firstToMerge([100, 50, 20])).toBe(3);
    expect(firstToMerge([7])).toBe(1);
    expect(firstToMerge([])).toBe(0);
  });

  test('is no more than may become one', () => {
    expect(firstToMerge([10, 10, 10, 10], 30)).toBe(1);
    expect(firstToMerge([10, 10], 15)).toBe(2);
    expect(firstToMerge([10, 10, 100], 50)).toBe(3);
  });

  test('leaves each piece larger than all that follow it, so that there are few', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 200 }), (sizes) => {
        const first = firstToMerge(sizes);
        const merged = sizes.slice(first).reduce((sum, size) => sum + size, 0);
        const left = [...sizes.slice(0, first), ...(merged > 0 ? [merged] : [])];
        let following = 0;
        for (const size of left.toReversed()) {
          expect(size).toBeGreaterThan(following);
          following += size;
        }
      }),
    );
  });
});
