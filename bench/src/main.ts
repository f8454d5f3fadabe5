// npm run bench [-- names]: runs the benches, or those named, one after the other, and prints their tables.

import { cpus, loadavg } from 'node:os';
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
  const [load = 0] = loadavg();
  console.log(
    `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, load ${load.toFixed(1)} before\n`,
  );
  const left: string[] = [];
  for (const { name, onlyNamed = false, run } of benches) {
    if (names.length > 0 ? !names.includes(name) : onlyNamed) {
      if (names.length === 0) left.push(name);
      continue;
    }
    const { tables, lines = [] } = await run();
    for (const table of tables) console.log(formatTable(table));
    for (const line of lines) console.log(line);
  }
  for (const name of left) console.log(`Not run, since it takes minutes: npm run bench -- ${name}`);
  return 0;
};

process.exitCode = await main(process.argv.slice(2));
