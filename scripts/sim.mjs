// @ts-check
// npm run sim -- --seed 7 [--steps 150] [--faults …] [--story] | --minutes 10 [--from 1000]: the whole system under one seed and
// one clock (simulation/src/main.ts, which says what each option does).

import { run } from './process.mjs';
import { compile, install, main } from './setup.mjs';

/** A day, and some. */
const LIMIT_MS = 25 * 3_600_000;

await main(async () => {
  await install();
  await compile('simulation');
  const command = ['simulation/dist/main.js', ...process.argv.slice(2)];
  return (await run(process.execPath, command, { output: 'live', limitMs: LIMIT_MS })) ? 0 : 1;
});
