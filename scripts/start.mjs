// @ts-check
// npm start: sets everything up, then runs the relay with the notes app on one port. Arguments after `--` go to
// the relay (`npm start -- --host 0.0.0.0`).

import { runTogether } from './process.mjs';
import { buildNotes, compile, install, main } from './setup.mjs';

await main(async () => {
  await install();
  await compile('packages/relay');
  await buildNotes();
  const port = process.env['PORT'] ?? '4600';
  const relay = [
    'packages/relay/dist/bin.js',
    '--port',
    port,
    '--data',
    './data',
    '--app',
    'apps/notes/dist',
  ];
  return runTogether([[...relay, ...process.argv.slice(2)]]);
});
