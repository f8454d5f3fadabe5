/**
 * The command: plays one seed, or fresh ones for so long; a seed that fails is cut short and told as a story.
 *
 *     npm run sim -- --seed 7 [--steps 150] [--faults cut=20,night=0 | none,cut=5]
 *     npm run sim -- --minutes 10 | --seeds 400 [--from 1000] [--no-shrink]
 *     npm run sim -- --mutants all|part-of-a-name
 */
import { parseArgs } from 'node:util';
import { freshSeed } from '@causeway/core/testing';
import { checkMutants } from './check-mutants.ts';
import { parseWeights } from './faults.ts';
import { planOf } from './plan.ts';
import { shrink } from './shrink.ts';
import { Total } from './total.ts';
import { type Outcome, play } from './world.ts';

const MINUTE_MS = 60_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    steps: { type: 'string' },
    faults: { type: 'string', default: '' },
    minutes: { type: 'string', default: '1' },
    from: { type: 'string' },
    story: { type: 'boolean', default: false },
    seeds: { type: 'string' },
    'no-shrink': { type: 'boolean', default: false },
    mutants: { type: 'string' },
  },
});
const options = {
  weights: parseWeights(values.faults),
  ...(values.steps === undefined ? {} : { steps: Number(values.steps) }),
};
process.exitCode = (await command()) ? 0 : 1;

function command(): Promise<boolean> {
  if (values.mutants !== undefined) return checkMutants(values.mutants);
  return values.seed === undefined ? search() : replay(Number(values.seed));
}

async function replay(seed: number): Promise<boolean> {
  const begunAt = performance.now();
  const outcome = await play(planOf(seed, options));
  if (values.story) for (const line of outcome.story) console.log(line);
  const total = new Total();
  total.add(outcome);
  console.log(total.report(performance.now() - begunAt));
  return outcome.violation === undefined || tell(seed, outcome);
}

async function search(): Promise<boolean> {
  const first = values.from === undefined ? freshSeed() : Number(values.from);
  const begunAt = performance.now();
  const endAt = begunAt + Number(values.minutes) * MINUTE_MS;
  const total = new Total();
  let seeds = 0;
  const mostSeeds = Number(values.seeds ?? Number.POSITIVE_INFINITY);
  while (seeds < mostSeeds && (values.seeds !== undefined || performance.now() < endAt)) {
    const seed = (first + seeds) >>> 0;
    seeds += 1;
    const outcome = await play(planOf(seed, options));
    total.add(outcome);
    if (outcome.violation === undefined) continue;
    console.log(total.report(performance.now() - begunAt));
    return tell(seed, outcome);
  }
  console.log(`seeds ${first} to ${(first + seeds - 1) >>> 0}`);
  console.log(total.report(performance.now() - begunAt));
  return true;
}

/** Always false: it failed. */
async function tell(seed: number, outcome: Outcome): Promise<false> {
  console.log(`\nseed ${seed} fails: ${outcome.violation?.message}`);
  if (values['no-shrink']) return false;
  console.log('cutting it short …');
  const plan = planOf(seed, options);
  const { plan: shortest, outcome: last } = await shrink(plan, outcome, play);
  console.log(`${shortest.steps.length} of ${plan.steps.length} steps, ${shortest.devices} devices:`);
  for (const line of last.story) console.log(`  ${line}`);
  return false;
}
