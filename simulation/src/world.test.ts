// A fixed block of seeds, and those that once showed something. `npm run sim` takes fresh ones.
import { expect, test } from 'vitest';
import { planOf } from './plan.ts';
import { play } from './world.ts';

const FIRST_SEED = 1;
const SEEDS = 40;

test('under seeds that were tried before, nothing that must hold is broken', async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const { violation } = await play(planOf(seed));
    expect(violation?.message, `npm run sim -- --seed ${seed} --story`).toBeUndefined();
  }
}, 120_000);

/** Seeds that once broke a rule, and by what. */
const FOUND: readonly (readonly [seed: number, what: string])[] = [
  [
    13,
    'an edit that the disk took late was told to no other tab, and stayed unsent when its own tab was closed',
  ],
];

test.each(FOUND)('seed %i, under which %s', async (seed) => {
  expect((await play(planOf(seed))).violation?.message).toBeUndefined();
});

test('a seed is the whole story: played twice, the same happens at the same times', async () => {
  const [first, second] = [await play(planOf(5)), await play(planOf(5))];
  expect(second).toEqual(first);
});
