// @ts-check
// npm run bench [-- names]: sets up, then measures; with names only those benches.

import { run } from './process.mjs';
import { buildNotes, compile, install, main, provideChromium } from './setup.mjs';

const LIMIT_MS = 3_600_000;

await main(async () => {
  const names = process.argv.slice(2);
  await install();
  await compile('bench');
  const opensApp = names.length === 0 || names.includes('keystroke');
  if (opensApp || names.includes('client')) await provideChromium();
  if (opensApp) await buildNotes();
  const command = ['--expose-gc', 'bench/dist/main.js', ...names];
  return (await run(process.execPath, command, { output: 'live', limitMs: LIMIT_MS })) ? 0 : 1;
});
