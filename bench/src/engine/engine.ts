// The native engine beside its peers, on the editing histories and on made-up work (rows T1 to T9). Each engine does each
// piece of work in a process of its own; what stands in the tables is the median of several such processes.

import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchOptions, Report } from '../bench.ts';
import { percentile } from '../measure.ts';
import type { Table } from '../table.ts';
import { CLASSIC_METRICS, classicRow } from './classic-row.ts';
import type { FixtureName } from './fixtures.ts';
import { type ByEngine, lineOf, standingOf } from './line.ts';
import type { Figure, Figures, Row } from './row.ts';
import { rows } from './rows.ts';
import { downloadKb } from './sizes.ts';
import { isSubjectName, OURS, type SubjectName, subjectNames } from './subjects.ts';
import { madeUpTraces } from './traces.ts';

/** Processes for one figure: their median is less noisy than one of them, and is the only way to more than one cold run. */
const PROCESSES = 3;
/** Of work that takes this long, one process is enough. */
const LONG_MS = 12_000;
/** An engine that takes longer has no figure; what its rows start from it may take longer to make. */
const ROW_LIMIT_MS = 60_000;
const FIXTURE_LIMIT_MS = 240_000;

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
const FOLDER = fileURLToPath(new URL('../..', import.meta.url));

export const engine: Bench = {
  name: 'engine',
  onlyNamed: true,
  run: async (options) => {
    const engines = chosenEngines(options);
    const chosen = chosenRows(options);
    const folder = await mkdtemp(join(tmpdir(), 'causeway-engines-'));
    try {
      const results = new Results();
      for (const name of engines) await measureEngine(name, chosen, folder, results);
      if (wants(options, SIZE.id)) {
        for (const name of engines) results.add(name, { [SIZE.id]: await downloadKb(name, FOLDER) });
      }
      return reportOf(results, engines, chosen, wants(options, SIZE.id));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const SIZE: Figure = { id: 'T8', says: 'download, minified and gzipped, WebAssembly with it', unit: 'KB' };

const chosenEngines = ({ engines }: BenchOptions): readonly SubjectName[] => {
  const unknown = engines.filter((name) => !isSubjectName(name));
  if (unknown.length > 0)
    throw new Error(`no engine ${unknown.join(', ')}; there are ${subjectNames.join(', ')}`);
  return engines.length === 0 ? subjectNames : subjectNames.filter((name) => engines.includes(name));
};

const chosenRows = (options: BenchOptions): readonly Row[] => {
  const ids = [...rows.map(({ id }) => id), SIZE.id];
  const unknown = options.rows.filter((row) => !ids.some((id) => isOf(row, id)));
  if (unknown.length > 0) throw new Error(`no row ${unknown.join(', ')}; there are ${ids.join(', ')}`);
  return rows.filter(({ id }) => wants(options, id));
};

const wants = (options: BenchOptions, row: string): boolean =>
  options.rows.length === 0 || options.rows.some((wanted) => isOf(wanted, row));

/** `T6b` stands for `T6b.apart` and all its others, `T1` for itself alone. */
const isOf = (wanted: string, row: string): boolean => row === wanted || row.startsWith(`${wanted}.`);

const measureEngine = async (
  name: SubjectName,
  chosen: readonly Row[],
  folder: string,
  results: Results,
): Promise<void> => {
  const own = join(folder, name);
  const made = new Map<FixtureName, boolean>();
  for (const row of chosen) {
    for (const fixture of row.fixtures) {
      if (!made.has(fixture))
        made.set(fixture, (await inProcess([name, 'fixture', fixture, own], FIXTURE_LIMIT_MS)) !== undefined);
    }
    if (!row.fixtures.every((fixture) => made.get(fixture))) continue;
    const before = performance.now();
    const samples: Figures[] = [];
    while (samples.length < (performance.now() - before < LONG_MS ? PROCESSES : 1)) {
      const figures = await inProcess([name, 'row', row.id, own], ROW_LIMIT_MS);
      if (figures === undefined) break;
      samples.push(figures);
      if (performance.now() - before >= LONG_MS) break;
    }
    results.add(name, medianOf(samples));
    console.error(`${name} ${row.id}: ${((performance.now() - before) / 1000).toFixed(1)} s`);
  }
};

const medianOf = (samples: readonly Figures[]): Figures => {
  const ids = new Set(samples.flatMap((figures) => Object.keys(figures)));
  const values = (id: string): readonly number[] => samples.flatMap((figures) => figures[id] ?? []);
  return Object.fromEntries([...ids].map((id) => [id, percentile(values(id), 50)]));
};

/** The figures of a worker; undefined when it failed or took too long, which it says on stderr. */
const inProcess = (args: readonly string[], limitMs: number): Promise<Figures | undefined> =>
  new Promise((resolve) => {
    const worker: ChildProcess = fork(WORKER, args, {
      execArgv: ['--expose-gc', '--max-old-space-size=4096'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let figures: Figures | undefined;
    const limit = setTimeout(() => {
      console.error(`${args.slice(0, 3).join(' ')}: stopped after ${limitMs / 1000} s`);
      worker.kill('SIGKILL');
    }, limitMs);
    worker.once('message', (message: Figures) => {
      figures = message;
    });
    worker.once('close', (code) => {
      clearTimeout(limit);
      resolve(code === 0 ? figures : undefined);
    });
  });

/** Figures by their ids and by engine. */
class Results {
  readonly #figures = new Map<string, Map<SubjectName, number>>();

  add(name: SubjectName, figures: Figures): void {
    for (const [id, value] of Object.entries(figures)) {
      const known = this.#figures.get(id) ?? new Map<SubjectName, number>();
      this.#figures.set(id, known.set(name, value));
    }
  }

  of(id: string): ByEngine {
    return this.#figures.get(id) ?? new Map();
  }
}

const reportOf = (
  results: Results,
  engines: readonly SubjectName[],
  chosen: readonly Row[],
  withSize: boolean,
): Report => {
  const figures = chosen.filter((row) => row !== classicRow).flatMap((row) => row.figures);
  if (withSize) figures.push(SIZE);
  const classic = chosen.includes(classicRow) ? classicReport(results, engines) : { tables: [], lines: [] };
  const tables = figures.length === 0 ? [] : [mainTable(results, engines, figures)];
  return {
    tables: [...tables, ...classic.tables],
    lines: [...figures.map(({ id }) => lineOf(id, standingOf(results.of(id)))), ...classic.lines],
  };
};

const mainTable = (results: Results, engines: readonly SubjectName[], figures: readonly Figure[]): Table => {
  const madeUp = madeUpTraces();
  const missing = madeUp.length === 0 ? '' : ` Not at hand and so made up: ${madeUp.join(', ')}.`;
  return {
    title: 'The native engine and its peers',
    note: `Medians of up to ${PROCESSES} processes for each engine and row; warm unless it says cold. KB are 1,000 bytes.${missing}`,
    columns: ['row', 'work', 'unit', ...engines],
    rows: figures.map(({ id, says, unit }) => [
      id,
      says,
      unit,
      ...engines.map((name) => results.of(id).get(name)),
    ]),
  };
};

/** A table for each metric of the classic workloads; as lines, each metric's geometric mean, and how often ours is ahead. */
const classicReport = (results: Results, engines: readonly SubjectName[]): Required<Report> => {
  const metrics = Object.entries(CLASSIC_METRICS);
  const tables = metrics.map(([metric, unit]) => ({
    title: `crdt-benchmarks at N = 6,000: ${metric}`,
    note: unit,
    columns: ['row', 'work', ...engines],
    rows: figuresOf(metric).map(({ id, says }) => [
      id,
      says,
      ...engines.map((name) => results.of(id).get(name)),
    ]),
  }));
  const lines = metrics.map(([metric]) => {
    const ids = figuresOf(metric).map(({ id }) => id);
    return lineOf(`T7.${metric}`, standingOf(geometricMeans(results, engines, ids)));
  });
  return { tables, lines: [...lines, ...aheadLines(results, engines)] };
};

const figuresOf = (metric: string): readonly Figure[] =>
  classicRow.figures.filter(({ id }) => id.endsWith(`.${metric}`));

/** What is less is noise, maybe below zero; a mean of logarithms needs a floor. */
const LEAST = 0.01;

/** Over the kinds that ours has, and only of engines that have all of those. */
const geometricMeans = (
  results: Results,
  engines: readonly SubjectName[],
  ids: readonly string[],
): ByEngine => {
  const common = ids.filter((id) => results.of(id).has(OURS));
  const means = engines.flatMap((name) => {
    const values = common.flatMap((id) => results.of(id).get(name) ?? []);
    if (values.length === 0 || values.length < common.length) return [];
    const logs = values.map((value) => Math.log(Math.max(value, LEAST)));
    return [[name, Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length)] as const];
  });
  return new Map(means);
};

const aheadLines = (results: Results, engines: readonly SubjectName[]): readonly string[] => {
  const cells = classicRow.figures.map(({ id }) => results.of(id)).filter((cell) => cell.has(OURS));
  const aheadOf = (cell: ByEngine, name: SubjectName): boolean =>
    (cell.get(OURS) ?? Number.NaN) <= (cell.get(name) ?? Number.POSITIVE_INFINITY);
  const peers = engines.filter((name) => name !== OURS);
  const all = classicRow.figures.length;
  return [
    `T7.ahead cells=${all} ours=${cells.length} ` +
      `of-all=${cells.filter((cell) => peers.every((name) => aheadOf(cell, name))).length} ` +
      peers.map((name) => `of-${name}=${cells.filter((cell) => aheadOf(cell, name)).length}`).join(' '),
  ];
};
