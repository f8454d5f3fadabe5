import { expect, it } from 'vitest';
import { Seeded, seedsOfRuns } from './seeded.ts';

it('gives the same numbers for the same seed, on every machine', () => {
  const random = new Seeded(42);
  const numbers = [random.u32(), random.u32(), random.u32()];
  const again = new Seeded(42);
  expect([again.u32(), again.u32(), again.u32()]).toEqual(numbers);
  expect(numbers).toMatchInlineSnapshot(`
    [
      660444221,
      3652823732,
      77672526,
    ]
  `);
  expect(String(random)).toBe('seed 42');
});

it('spreads evenly: each of ten buckets gets its share, for integers and for bits', () => {
  const random = new Seeded(7);
  const buckets = Array.from({ length: 10 }, () => 0);
  const bits = Array.from({ length: 32 }, () => 0);
  for (let i = 0; i < 20_000; i++) {
    const bucket = random.int(10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    const word = random.u32();
    for (let bit = 0; bit < 32; bit++) bits[bit] = (bits[bit] ?? 0) + ((word >>> bit) & 1);
  }
  for (const count of buckets) expect(Math.abs(count - 2000)).toBeLessThan(200);
  for (const count of bits) expect(Math.abs(count - 10_000)).toBeLessThan(350);
});

it('reaches both ends of a range, up to 2^53', () => {
  const random = new Seeded(3);
  const drawn = new Set(Array.from({ length: 200 }, () => random.between(-1, 2)));
  expect([...drawn].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  const large = Array.from({ length: 200 }, () => random.int(2 ** 53));
  expect(large.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
  expect(large.some((value) => value > 2 ** 52) && large.some((value) => value % 2 === 1)).toBe(true);
});

it('shuffles without losing or doubling an item, and leaves the original alone', () => {
  const items = [1, 2, 3, 4, 5, 6];
  const shuffled = new Seeded(5).shuffle(items);
  expect(shuffled).not.toEqual(items);
  expect([...shuffled].sort()).toEqual(items);
  expect(items).toEqual([1, 2, 3, 4, 5, 6]);
});

it('forks a source whose draws do not move its own', () => {
  const [a, b] = [new Seeded(9), new Seeded(9)];
  const [forkOfA] = [a.fork(), b.fork()];
  for (let i = 0; i < 10; i++) forkOfA.u32();
  expect(a.u32()).toBe(b.u32());
  expect(forkOfA.seed).not.toBe(9);
});

it('cannot pick from nothing', () => {
  expect(() => new Seeded(1).pick([])).toThrow('testing/pick');
});

it('runs a suite from one seed alone, or from fixed ones and a fresh one', () => {
  expect(seedsOfRuns({ seed: 5, runs: 1 }, 100)).toEqual([5]);
  expect(seedsOfRuns({ seed: 5, runs: 3 }, 100).slice(0, 1)).toEqual([5]);
  const [first, second] = [seedsOfRuns({}, 40), seedsOfRuns({}, 40)];
  expect(first).toHaveLength(40);
  expect(first.filter((seed) => second.includes(seed))).toHaveLength(30);
  expect(new Set(first).size).toBe(40);
});
