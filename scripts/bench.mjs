// @ts-check
// npm run bench [-- names]: sets up, then measures; with names only those benches.

import { run } from './process.mjs';
import { buildNotes, compile, install, main, provideChromium } from './setup.mjs';

const LIMIT_MS = 3_600_000;

await main(async () => {
  const names = process.argv.slice(2);
  await install();
  await compile('bench');
  if (names.length === 0 || names.includes('keystroke')) {
    await provideChromium();
    await buildNotes();
  }
  const command = ['--expose-gc', 'bench/dist/main.js', ...names];
  return (await run(process.execPath, command, { output: 'live', limitMs: LIMIT_MS })) ? 0 : 1;
});
