// Our relay beside its peers, under the same y-websocket load (rows R1 to R8). Each relay runs in a process of its own, driven from
// a second one, and each row begins with a fresh process and an empty folder.

import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchOptions, Report } from '../bench.ts';
import { BARE, type EngineName, engineNames, isEngineName } from './engines.ts';
import { lineOf, Results } from './line.ts';
import type { Figures } from './load/row-load.ts';
import type { Request } from './load-process.ts';
import { RelayUnderTest } from './relay-under-test.ts';
import { type Row, rows } from './rows.ts';

const LOAD = fileURLToPath(new URL('./load-process.js', import.meta.url));
/** A row that takes longer has no figures. */
const LIMIT_MS = 45_000;

export const relay: Bench = {
  name: 'relay',
  onlyNamed: true,
  run: async (options) => {
    const engines = chosenEngines(options);
    const chosen = chosenRows(options);
    const results = new Results();
    for (const row of chosen) {
      for (const engine of engines) {
        const before = performance.now();
        try {
          results.add(engine, await measureRow(engine, row));
        } catch (error) {
          console.error(`${engine} ${row.id}: ${error instanceof Error ? error.message : String(error)}`);
        }
        console.error(`${engine} ${row.id}: ${((performance.now() - before) / 1000).toFixed(1)} s`);
      }
    }
    return reportOf(results, engines, chosen);
  },
};

const chosenEngines = ({ engines }: BenchOptions): readonly EngineName[] => {
  const unknown = engines.filter((name) => !isEngineName(name));
  if (unknown.length > 0)
    throw new Error(`no relay ${unknown.join(', ')}; there are ${engineNames.join(', ')}`);
  return engines.length === 0 ? engineNames : engineNames.filter((name) => engines.includes(name));
};

const chosenRows = ({ rows: wanted }: BenchOptions): readonly Row[] => {
  const unknown = wanted.filter((id) => !rows.some((row) => row.id === id));
  if (unknown.length > 0)
    throw new Error(`no row ${unknown.join(', ')}; there are ${rows.map(({ id }) => id).join(', ')}`);
  return wanted.length === 0 ? rows : rows.filter(({ id }) => wanted.includes(id));
};

const measureRow = async (engine: EngineName, row: Row): Promise<Figures> => {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-relays-'));
  const running = { relay: await RelayUnderTest.start(engine, folder) };
  try {
    return await drive(running, engine, row);
  } finally {
    await running.relay.stop();
    await rm(folder, { recursive: true, force: true });
  }
};

/** Runs the load against the relay; what it asks for may put another process in the relay's place. */
const drive = (running: { relay: RelayUnderTest }, engine: EngineName, row: Row): Promise<Figures> =>
  new Promise((resolve, reject) => {
    const named = engine === 'hocuspocus';
    const load = fork(LOAD, [row.id, String(running.relay.port), String(named)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let figures: Figures | undefined;
    const answer = async ({ id, request }: Request): Promise<void> => {
      if (request === 'restart') running.relay = await running.relay.restart();
      const value = request === 'restart' ? running.relay.port : await running.relay.ask(request);
      if (load.connected) load.send({ id, value });
    };
    load.on('message', (message: Request | { readonly figures: Figures }) => {
      if ('figures' in message) figures = message.figures;
      else answer(message).catch(reject);
    });
    const limit = setTimeout(() => load.kill('SIGKILL'), LIMIT_MS);
    load.once('exit', () => {
      clearTimeout(limit);
      if (figures === undefined) reject(new Error(`no figures within ${LIMIT_MS / 1000} s`));
      else resolve(figures);
    });
  });

const reportOf = (results: Results, engines: readonly EngineName[], chosen: readonly Row[]): Report => ({
  tables: [
    {
      title: 'Our relay and others under the same load',
      note: `Ours with LMDB and durable acknowledgements; hocuspocus 3.4.4 with SQLite, y-websocket (@y/websocket-server 0.1.5) in memory, y-leveldb (y-websocket 2.1); ${BARE}: ws alone, passing messages on. KB are 1,024 bytes.`,
      columns: ['row', 'work', 'unit', ...engines],
      rows: chosen.flatMap((row) =>
        row.figures.map(({ id, says, unit }) => [
          id,
          says,
          unit,
          ...engines.map((engine) => results.of(engine, id)),
        ]),
      ),
    },
  ],
  lines: chosen.map((row) => lineOf(row, results)),
});
