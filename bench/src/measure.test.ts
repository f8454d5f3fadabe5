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
  const { runs } = await measure(
    { prepare: () => ++prepared, run: (input) => inputs.push(input) },
    { runs: 3 },
  );
  expect(runs).toBe(3);
  expect(inputs).toEqual([1, 2, 3, 4]);
});

test('work that takes the whole budget is run once, and that run counts', async () => {
  let runs = 0;
  const work = { prepare: () => undefined, run: () => ++runs };
  const { coldMs, medianMs } = await measure(work, { budgetMs: 0 });
  expect(runs).toBe(1);
  expect(medianMs).toBe(coldMs);
});
