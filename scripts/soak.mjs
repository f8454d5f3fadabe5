// @ts-check
// npm run soak [-- --minutes 10] [--seed 4]: the relay for a while as it is used (packages/relay/src/soak.test.ts), and what
// became of its memory.

import { parseArgs } from 'node:util';
import { run } from './process.mjs';
import { compile, install, main, SetupError } from './setup.mjs';

const MINUTE_MS = 60_000;
/** A day: more has nobody waited for. */
const MAX_MINUTES = 1440;
/** Beside the soak itself: what has to settle before and after it. */
const AROUND_MS = 5 * MINUTE_MS;

await main(async () => {
  const { minutes, seed } = parseArgs({
    options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '4' } },
  }).values;
  const asked = Number(minutes);
  if (!(asked > 0 && asked <= MAX_MINUTES)) {
    throw new SetupError(`--minutes is ${minutes}: it should be a number up to ${MAX_MINUTES}.`);
  }
  await install();
  await compile('packages/relay');
  process.env['CAUSEWAY_SOAK_MINUTES'] = minutes;
  process.env['CAUSEWAY_SOAK_SEED'] = seed;
  const command = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'unit',
    'packages/relay/src/soak.test.ts',
  ];
  const limitMs = asked * MINUTE_MS + AROUND_MS;
  return (await run(process.execPath, command, { output: 'live', limitMs })) ? 0 : 1;
});
