// @ts-check
// npm run screenshots: pictures of every main screen of the notes app, in both themes and two widths, in
// apps/notes/__screenshots__. To look at; nothing is compared.

import { run } from './process.mjs';
import { buildNotes, compile, install, main, provideChromium } from './setup.mjs';

const LIMIT_MS = 10 * 60_000;

await main(async () => {
  await install();
  await provideChromium();
  await compile('packages/relay');
  await buildNotes();
  const command = [
    ...['node_modules/@playwright/test/cli.js', 'test'],
    ...['--config', 'apps/notes/e2e/screenshots.config.ts'],
  ];
  return (await run(process.execPath, command, { output: 'live', limitMs: LIMIT_MS })) ? 0 : 1;
});
