// @ts-check
// npm run check [-- names]: the house checks itself (checks/src); with names only those checks.

import { run } from './process.mjs';
import { compile, install, main } from './setup.mjs';

await main(async () => {
  await install();
  await compile();
  const command = ['checks/dist/main.js', ...process.argv.slice(2)];
  return (await run(process.execPath, command, { output: 'live' })) ? 0 : 1;
});
