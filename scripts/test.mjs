// @ts-check
// npm test [-- stages]: sets up, then runs the stages in order, all of them even if one fails, and ends with one
// line that counts them. With names only those stages: `npm test -- types unit`.

import { run } from './process.mjs';
import { buildNotes, compile, install, main, provideChromium, SetupError } from './setup.mjs';

const MINUTE_MS = 60_000;

/**
 * @typedef {object} Stage
 * @property {number} limitMs past it the stage is stopped and has failed; all together stay well under an hour
 * @property {readonly string[]} command what Node runs
 * @property {() => Promise<void>} [prepare]
 */

/** @type {Readonly<Record<string, Stage>>} */
const stages = {
  types: { limitMs: 5 * MINUTE_MS, command: ['node_modules/typescript/bin/tsc', '-b'] },
  lint: { limitMs: 2 * MINUTE_MS, command: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'] },
  check: { limitMs: 6 * MINUTE_MS, command: ['checks/dist/main.js'], prepare: () => compile() },
  unit: {
    limitMs: 12 * MINUTE_MS,
    command: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit'],
    // Some tests start the relay as a process, or a worker thread: those run the compiled files.
    prepare: () => compile('packages/relay'),
  },
  browser: {
    limitMs: 8 * MINUTE_MS,
    command: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'browser'],
    // Tests of clients among each other start the compiled relay.
    prepare: async () => {
      await provideChromium();
      await compile('packages/relay');
    },
  },
  'end-to-end': {
    limitMs: 12 * MINUTE_MS,
    command: ['node_modules/@playwright/test/cli.js', 'test', '--config', 'apps/notes/playwright.config.ts'],
    prepare: async () => {
      await provideChromium();
      await compile('packages/relay');
      await buildNotes();
    },
  },
};

await main(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in stages));
  if (unknown.length > 0) {
    throw new SetupError(
      `No such stage: ${unknown.join(', ')}. There are: ${Object.keys(stages).join(', ')}.`,
    );
  }
  await install();

  const results = [];
  for (const [name, stage] of Object.entries(stages)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    console.log(`\n── ${name}`);
    const before = performance.now();
    const passed = await runStage(stage);
    results.push({ name, passed, seconds: (performance.now() - before) / 1000 });
  }

  console.log('');
  for (const { name, passed, seconds } of results) {
    console.log(`${name.padEnd(12)} ${passed ? 'ok' : 'FAILED'} (${seconds.toFixed(1)} s)`);
  }
  const failed = results.filter(({ passed }) => !passed).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});

/**
 * A stage that cannot be prepared has failed; the others still run.
 * @param {Stage} stage
 */
async function runStage({ prepare, command, limitMs }) {
  try {
    await prepare?.();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    return false;
  }
  return run(process.execPath, command, { output: 'live', limitMs });
}
