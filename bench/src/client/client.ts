// Clients in a real Chromium, ours and the peers': opening from IndexedDB, what is kept there, from keystroke to another client,
// and what open documents weigh. Each figure is taken in a fresh page; relays run in processes of their own. Leaves out
// automerge-repo and the app's own start.

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright';
import type { Bench, BenchOptions, Report } from '../bench.ts';
import { launchChromium } from '../chromium.ts';
import { sequentialTrace } from '../engine/traces.ts';
import { percentile } from '../measure.ts';
import type { EngineName } from '../relay/engines.ts';
import { RelayUnderTest } from '../relay/relay-under-test.ts';
import type { Table } from '../table.ts';
import { type DeviceName, deviceNames } from './device.ts';
import type { PageBench, Patch } from './page.ts';

const OPENINGS = 15;
/** Of the history: all of it would take a quarter of an hour, with a commit to disk for each. */
const TYPED_KEYSTROKES = 20_000;
const SEEN_KEYSTROKES = 300;
const HELD_DOCUMENTS = 50;
const HELD_LENGTH = 10_000;

/** The longest piece of work takes a minute. */
const PAGE_LIMIT_MS = 180_000;
/** Documents of the Hocuspocus provider are kept by y-indexeddb, as those of y-websocket are. */
const STORES: readonly DeviceName[] = ['native', 'yjs', 'y-websocket'];

type Figures = Readonly<Partial<Record<DeviceName, readonly number[]>>>;

interface Row {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** Of the figures of a device, in their order. */
  readonly figures: readonly string[];
  readonly measure: (bed: Bed) => Promise<Figures>;
}

const rows: readonly Row[] = [
  {
    id: 'C1',
    title: `a text of 259,778 keystrokes from IndexedDB to a string, ${OPENINGS} fresh pages`,
    unit: 'ms',
    figures: ['median', 'worst'],
    measure: (bed) => bed.each(STORES, (kind) => measureOpening(bed, kind)),
  },
  {
    id: 'C2',
    title: `bytes kept after ${TYPED_KEYSTROKES.toLocaleString('en-US')} keystrokes one by one`,
    unit: 'KB',
    figures: ['kept'],
    measure: (bed) => bed.each(STORES, (kind) => measureKept(bed, kind)),
  },
  {
    id: 'C4',
    title: `from a keystroke to the other client's DOM, ${SEEN_KEYSTROKES} keystrokes`,
    unit: 'ms',
    figures: ['p50', 'p99'],
    measure: (bed) => bed.each(deviceNames, (kind) => measureSeen(bed, kind)),
  },
  {
    id: 'C6',
    title: `heap of a page with ${HELD_DOCUMENTS} open documents of ${HELD_LENGTH.toLocaleString('en-US')} letters, above a blank one`,
    unit: 'MB',
    figures: ['heap'],
    measure: (bed) => bed.each(deviceNames, (kind) => measureHeap(bed, kind)),
  },
];

export const client: Bench = {
  name: 'client',
  onlyNamed: true,
  run: async ({ rows: wanted }: BenchOptions): Promise<Report> => {
    const bed = await Bed.make();
    try {
      const tables: Table[] = [];
      const lines: string[] = [];
      for (const row of rows) {
        if (wanted.length > 0 && !wanted.includes(row.id)) continue;
        const figures = await row.measure(bed);
        tables.push(tableOf(row, figures));
        lines.push(lineOf(row, figures));
      }
      return { tables, lines };
    } finally {
      await bed.end();
    }
  },
};

const measureOpening = async (bed: Bed, kind: DeviceName): Promise<readonly number[]> => {
  const { endContent, txns } = sequentialTrace('automerge-paper');
  const patches: Patch[] = txns.flatMap((txn) => [...txn.patches]);
  return bed.inContext(async (context) => {
    await bed.inPage(context, (page) =>
      page.evaluate(([of, all]) => bench.keep(of, 'device', 'paper', all), [kind, patches] as const),
    );
    const samples: number[] = [];
    for (let opening = 0; opening < OPENINGS; opening++) {
      const { ms, length } = await bed.inPage(context, (page) =>
        page.evaluate((of) => bench.open(of, 'device', 'paper'), kind),
      );
      if (length !== endContent.length) throw new Error(`${kind} opened another text: ${length} letters`);
      samples.push(ms);
    }
    return [percentile(samples, 50), Math.max(...samples)];
  });
};

const measureKept = (bed: Bed, kind: DeviceName): Promise<readonly number[]> => {
  const patches: Patch[] = sequentialTrace('automerge-paper').txns.flatMap((txn) => [...txn.patches]);
  const some = patches.slice(0, TYPED_KEYSTROKES);
  return bed.withServer(kind, (server) =>
    bed.inContext((context) =>
      bed.inPage(context, async (page) => {
        const bytes = await page.evaluate(
          ([of, url, all]) => bench.typed(of, { name: 'device', server: url }, all),
          [kind, server, some] as const,
        );
        return [bytes / 1000];
      }),
    ),
  );
};

const measureSeen = (bed: Bed, kind: DeviceName): Promise<readonly number[]> =>
  bed.withServer(kind, (server) =>
    bed.inContext((context) =>
      bed.inPage(context, async (page) => {
        const samples = await page.evaluate(([of, url, count]) => bench.seen(of, url, count), [
          kind,
          server,
          SEEN_KEYSTROKES,
        ] as const);
        return [percentile(samples, 50), percentile(samples, 99)];
      }),
    ),
  );

const measureHeap = (bed: Bed, kind: DeviceName): Promise<readonly number[]> =>
  bed.withServer(kind, (server) =>
    bed.inContext((context) =>
      bed.inPage(context, async (page) => {
        const before = await heapBytes(page);
        await page.evaluate(([of, url, documents, length]) => bench.hold(of, url, documents, length), [
          kind,
          server,
          HELD_DOCUMENTS,
          HELD_LENGTH,
        ] as const);
        return [((await heapBytes(page)) - before) / 1_000_000];
      }),
    ),
  );

const heapBytes = async (page: Page): Promise<number> => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  await devtools.detach();
  return usedSize;
};

/** As it is called in the page. */
declare const bench: PageBench;

const SERVERS: Readonly<Record<DeviceName, EngineName>> = {
  native: 'ours',
  yjs: 'ours',
  'y-websocket': 'y-websocket',
  hocuspocus: 'hocuspocus',
};

/** The browser and the page's script. */
class Bed {
  readonly #browser: Browser;
  readonly #script: string;
  readonly #server: Server;
  readonly #address: string;

  private constructor(browser: Browser, script: string, server: Server, address: string) {
    this.#browser = browser;
    this.#script = script;
    this.#server = server;
    this.#address = address;
  }

  static async make(): Promise<Bed> {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('./page.js', import.meta.url))],
      bundle: true,
      minify: true,
      format: 'iife',
      platform: 'browser',
      write: false,
      logLevel: 'silent',
    });
    // A page of this machine: Chromium lets no other speak to a relay here.
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>bench</title>');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new Bed(await launchChromium(), outputFiles[0]?.text ?? '', server, `http://127.0.0.1:${port}/`);
  }

  async end(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }

  async each(
    kinds: readonly DeviceName[],
    measure: (kind: DeviceName) => Promise<readonly number[]>,
  ): Promise<Figures> {
    const figures: Partial<Record<DeviceName, readonly number[]>> = {};
    for (const kind of kinds) {
      figures[kind] = await measure(kind).catch((cause: unknown) => {
        throw new Error(`${kind} was not measured`, { cause });
      });
    }
    return figures;
  }

  /** A profile of its own. */
  async inContext<T>(use: (context: BrowserContext) => Promise<T>): Promise<T> {
    const context = await this.#browser.newContext();
    try {
      return await use(context);
    } finally {
      await context.close();
    }
  }

  async inPage<T>(context: BrowserContext, use: (page: Page) => Promise<T>): Promise<T> {
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(error));
    // Ends what waits for ever, for instance for a relay that does not let it in: the page's promises end with it.
    const limit = setTimeout(() => void page.close(), PAGE_LIMIT_MS);
    try {
      await page.goto(this.#address);
      await page.addScriptTag({ content: this.#script });
      return await use(page);
    } finally {
      clearTimeout(limit);
      await page.close();
    }
  }

  async withServer<T>(kind: DeviceName, use: (server: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-bench-'));
    const relay = await RelayUnderTest.start(SERVERS[kind], folder);
    try {
      return await use(`ws://127.0.0.1:${relay.port}`);
    } finally {
      await relay.stop();
      await rm(folder, { recursive: true, force: true });
    }
  }
}

const OURS: readonly DeviceName[] = ['native', 'yjs'];

const tableOf = ({ id, title, unit, figures }: Row, found: Figures): Table => ({
  title: `${id}  ${title}, ${unit}`,
  columns: ['device', ...figures],
  rows: deviceNames.map((kind) => [
    OURS.includes(kind) ? `ours, ${kind}` : kind,
    ...figures.map((_, index) => found[kind]?.[index]),
  ]),
});

/** `C1 ours=native/yjs best=… peer=… ratio=native/yjs`, by the first figure. */
const lineOf = ({ id }: Row, found: Figures): string => {
  const of = (kind: DeviceName): number => found[kind]?.[0] ?? Number.NaN;
  const peers = deviceNames.filter((kind) => !OURS.includes(kind) && found[kind] !== undefined);
  const [best] = peers.sort((a, b) => of(a) - of(b));
  const least = best === undefined ? Number.NaN : of(best);
  const shown = (values: readonly number[]): string =>
    values.map((value) => Number(value.toPrecision(3))).join('/');
  const ours = OURS.map(of);
  return `${id} ours=${shown(ours)} best=${shown([least])} peer=${best} ratio=${shown(ours.map((value) => value / least))}`;
};
