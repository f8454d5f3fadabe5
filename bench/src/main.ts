// npm run bench [-- names]: runs the benches, or those named, one after the other, and prints their tables.

import { cpus } from 'node:os';
import { benches } from './benches.ts';
import { formatTable } from './table.ts';

const main = async (names: readonly string[]): Promise<number> => {
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    console.error(
      `No such bench: ${unknown.join(', ')}. There are: ${benches.map(({ name }) => name).join(', ')}.`,
    );
    return 1;
  }
  console.log(
    `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}\n`,
  );
  for (const bench of benches) {
    if (names.length > 0 && !names.includes(bench.name)) continue;
    for (const table of await bench.run()) console.log(formatTable(table));
  }
  return 0;
};

process.exitCode = await main(process.argv.slice(2));
