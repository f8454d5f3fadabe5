// npm run bench [-- names]: runs the benches, or those named, one after the other, and prints their tables. The engine
// bench can be cut down: `npm run bench -- engine --engines ours,yjs --rows T1,T6`.

import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benches } from './benches.ts';
import { formatTable } from './table.ts';

const main = async (args: readonly string[]): Promise<number> => {
  const { positionals: names, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { engines: { type: 'string' }, rows: { type: 'string' } },
  });
  const listed = (list: string | undefined): readonly string[] => list?.split(',') ?? [];
  const options = { engines: listed(values.engines), rows: listed(values.rows) };
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
    const { tables, lines = [] } = await run(options);
    for (const table of tables) console.log(formatTable(table));
    for (const line of lines) console.log(line);
  }
  for (const name of left) console.log(`Not run, since it takes minutes: npm run bench -- ${name}`);
  return 0;
};

process.exitCode = await main(process.argv.slice(2));
