import { expect, test } from 'vitest';
import { Rates } from './rates.ts';

test('each name has its own, which refills within a minute', () => {
  const rates = new Rates(60);
  expect([rates.take('ada', 60, 0), rates.take('bob', 1, 0), rates.take('ada', 2, 0)]).toEqual([0, 0, 2000]);
  expect([rates.take('ada', 0, 1999), rates.take('ada', 0, 2000)]).toEqual([1, 0]);
});

test('who is refused owes nothing: a flood is over when it ends', () => {
  const rates = new Rates(60);
  let taken = 0;
  for (let n = 0; n < 100_000; n++) if (rates.takeIfThere('eve', 1, n)) taken += 1;
  // Sixty at once, and one a second of the hundred that it lasted.
  expect(taken).toBeGreaterThanOrEqual(158);
  expect(taken).toBeLessThanOrEqual(160);
  expect(rates.takeIfThere('eve', 1, 101_000)).toBe(true);
});

test('what is full again is forgotten; beyond the bound all that are new share one', () => {
  const rates = new Rates(60, 2);
  for (const name of ['ada', 'bob']) rates.take(name, 1, 0);
  expect([rates.take('eve', 60, 0), rates.take('mallory', 1, 0), rates.take('ada', 1, 0)]).toEqual([
    0, 1000, 0,
  ]);
  expect(rates.size).toBe(2);
  rates.forgetFull(1000);
  expect(rates.size).toBe(1);
  rates.forgetFull(2000);
  expect(rates.size).toBe(0);
  expect(rates.take('mallory', 60, 2000)).toBe(0);
});
