import { expect, test } from 'vitest';
import { measure, percentile } from './measure.ts';

test('a percentile is a sample, by nearest rank', () => {
  const samples = [5, 1, 4, 2, 3];
  expect(percentile(samples, 50)).toBe(3);
  expect(percentile(samples, 99)).toBe(5);
  expect(percentile(samples, 0)).toBe(1);
  expect(percentile([], 50)).toBeNaN();
});

test('each run gets an input of its own, and the cold run is not among the warm ones', async () => {
  let prepared = 0;
  const inputs: number[] = [];
  const { runs } = await measure({ prepare: () => ++prepared, run: (input) => inputs.push(input) }, 3);
  expect(runs).toBe(3);
  expect(inputs).toEqual([1, 2, 3, 4]);
});
