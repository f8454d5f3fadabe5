// @ts-check
// npm run bench [-- names]: sets up, then measures; with names only those benches.

import { run } from './process.mjs';
import { compile, install, main } from './setup.mjs';

const LIMIT_MS = 3_600_000;

await main(async () => {
  await install();
  await compile('bench');
  const command = ['--expose-gc', 'bench/dist/main.js', ...process.argv.slice(2)];
  return (await run(process.execPath, command, { output: 'live', limitMs: LIMIT_MS })) ? 0 : 1;
});
