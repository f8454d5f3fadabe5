// @ts-check
// npm run dev: the compiler watches, the relay restarts when its build changes, Vite serves the notes app from
// source and passes the sync endpoint on to the relay. One Ctrl-C ends all three.

import { runTogether } from './process.mjs';
import { compile, install, main } from './setup.mjs';

const port = process.env['PORT'] ?? '4600';

const compiler = ['node_modules/typescript/bin/tsc', '-b', '--watch', '--preserveWatchOutput'];
const relay = ['--watch', '--watch-preserve-output', 'packages/relay/dist/bin.js'];
const app = ['node_modules/vite/bin/vite.js', 'apps/notes', '--clearScreen', 'false'];

await main(async () => {
  await install();
  await compile('packages/relay');
  return runTogether([compiler, [...relay, '--port', port, '--data', './data'], app], {
    env: { CAUSEWAY_RELAY: `http://127.0.0.1:${port}` },
  });
});
