// The relay for a while as it is used: clients of both protocols that write, join, leave and go offline, a relay that is killed
// and restarted under them. In the end nothing acknowledged is missing, every replica is equal, and the relay's memory is
// what it was. `npm run soak -- --minutes 10` runs it for longer.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocumentName } from '@causeway/core/id';
import { Seeded } from '@causeway/core/testing';
import { yjsFormat } from '@causeway/core/yjs';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { LmdbDocumentLog } from './storage/lmdb-document-log.ts';
import { ProtocolClient, type ProtocolDocument } from './testing/protocol-client.ts';
import { RelayProcess } from './testing/relay-process.ts';
import { adding, elementsOf, STRING_SET } from './testing/string-set.ts';

const MINUTES = Number(process.env['CAUSEWAY_SOAK_MINUTES'] ?? 0.4);
const SEED = Number(process.env['CAUSEWAY_SOAK_SEED'] ?? 4);
const MS = MINUTES * 60_000;
/** Of the time, so much with a relay that comes and goes; in the rest it stays, and its memory is watched. */
const KILLING_PART = 0.5;
const DOCUMENTS = 6;
const WRITERS = 12;
const EDITS_PER_SECOND = 120;
/** Everything that was made is everywhere by then, or something is lost. */
const SETTLE_MS = 60_000;
/** Rooms close half a minute after the last session: too long to wait for in a short run. */
const WAITS_FOR_ROOMS = MINUTES >= 2;
const ROOMS_CLOSED_MS = 45_000;

test(`soak of ${MINUTES} minutes`, { timeout: MS + SETTLE_MS + ROOMS_CLOSED_MS + 60_000 }, async () => {
  const random = new Seeded(SEED);
  const folder = mkdtempSync(join(tmpdir(), 'causeway-soak-'));
  const data = join(folder, 'data');
  const host = new Host(data);
  await host.start();
  const writers = Array.from({ length: WRITERS }, (_, index) =>
    index % 2 === 0
      ? new NativeWriter(`writer ${index}`, documentOf(index), host, random.fork())
      : new YjsWriter(`writer ${index}`, documentOf(index), host),
  );
  const sets = [0, 1].map((index) => new SetWriter(`set ${index}`, host, random.fork()));
  const everyone = [...writers, ...sets];
  const counts = { edits: 0, visits: 0, kills: 0, stops: 0, offline: 0 };
  const memory: Memory[] = [];
  try {
    await Promise.all(everyone.map((writer) => writer.connected()));
    const startedAt = performance.now();
    const left = (): number => startedAt + MS - performance.now();
    const visiting = whileTrue(
      () => left() > 0,
      async () => {
        await pause(random.between(100, 400));
        if (await visit(writers, host, random)) counts.visits += 1;
      },
    );
    const editing = whileTrue(
      () => left() > 0,
      async () => {
        await pause(1000 / EDITS_PER_SECOND);
        counts.edits += 1;
        if (random.chance(0.01)) random.pick(sets).edit();
        else random.pick(writers).edit();
      },
    );
    const wandering = whileTrue(
      () => left() > 3_000,
      async () => {
        await pause(random.between(500, 3_000));
        const writer = random.pick(writers);
        writer.goOffline();
        counts.offline += 1;
        await pause(random.between(100, 2_000));
        writer.comeBack();
      },
    );
    while (left() > MS * (1 - KILLING_PART)) {
      await pause(random.between(1_500, Math.max(4_000, MS / 20)));
      const killed = random.chance(0.8);
      counts[killed ? 'kills' : 'stops'] += 1;
      await host.restart(killed ? 'SIGKILL' : 'SIGTERM', random.between(0, 500));
    }
    await whileTrue(
      () => left() > 0,
      async () => {
        await pause(Math.max(1_000, MS / 60));
        memory.push(await host.memory());
      },
    );
    await Promise.all([visiting, editing, wandering]);
    for (const writer of writers) writer.comeBack();
    await settled(everyone, SETTLE_MS);
    console.log(
      `soak, seed ${SEED}: ${JSON.stringify(counts)}; ${everyone.length} writers, ${DOCUMENTS + 1} documents`,
    );

    const faults: string[] = [];
    for (let index = 0; index < DOCUMENTS; index++) {
      const fresh = await readFresh(documentOf(index), host, random);
      for (const writer of writers.filter(({ document }) => document === documentOf(index))) {
        if ((fresh[writer.name] ?? 0) !== writer.made)
          faults.push(`${writer.name}: ${writer.made} made, ${fresh[writer.name]} found`);
        await expect.poll(() => writer.view(), { timeout: 20_000 }).toEqual(fresh);
      }
    }
    const everything = sets.flatMap((set) => set.elements).sort();
    for (const set of sets) await expect.poll(() => set.view(), { timeout: 20_000 }).toEqual(everything);
    expect(faults).toEqual([]);

    expectFlat(memory);
    for (const writer of everyone) writer.end();
    const health = { connections: 0, ...(WAITS_FOR_ROOMS ? { documents: 0 } : {}) };
    await expect.poll(() => host.health(), { timeout: ROOMS_CLOSED_MS }).toMatchObject(health);
    memory.push(await host.memory());
    console.log(`soak: when everybody has gone ${JSON.stringify(memory.at(-1))}`);
    const { code, stderr } = await host.stop();
    expect([code, stderr.split('\n').filter((line) => line !== '' && !line.startsWith('heap '))]).toEqual([
      0,
      [],
    ]);
    console.log(`soak: on disk ${await onDisk(data)}`);
  } finally {
    for (const writer of everyone) writer.end();
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A relay that is restarted in the same place. */
class Host {
  readonly #data: string;
  #relay: RelayProcess | undefined;
  #port = 0;

  constructor(data: string) {
    this.#data = data;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    this.#relay = await RelayProcess.start({
      data: this.#data,
      port: this.#port,
      environment: { NODE_OPTIONS: `--import=${HEAP_ON_SIGNAL}`, CAUSEWAY_LOG_LEVEL: 'error' },
    });
    this.#port = this.#relay.port;
  }

  async restart(signal: NodeJS.Signals, afterMs: number): Promise<void> {
    await this.#relay?.kill(signal);
    await pause(afterMs);
    await this.start();
  }

  async stop(): Promise<{ readonly code: number | null; readonly stderr: string }> {
    const ended = await this.#relay?.kill('SIGTERM');
    return { code: ended?.code ?? 0, stderr: ended?.stderr ?? '' };
  }

  async health(): Promise<unknown> {
    return (await fetch(`http://127.0.0.1:${this.#port}/healthz`)).json();
  }

  async memory(): Promise<Memory> {
    const relay = this.#relay;
    if (relay === undefined) throw new Error('no relay');
    const before = relay.stderr.length;
    process.kill(relay.pid, 'SIGUSR2');
    await expect.poll(() => relay.stderr.indexOf('\n', before), { timeout: 20_000 }).toBeGreaterThan(0);
    const heap = Number(/heap (\d+)/.exec(relay.stderr.slice(before))?.[1]);
    const status = process.platform === 'linux' ? readFileSync(`/proc/${relay.pid}/status`, 'utf8') : '';
    const resident = Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    return { heapMb: inMb(heap), residentMb: inMb(resident) };
  }
}

/** What is on the heap when garbage is collected, and the pages that are the process's own (NaN where they cannot be told). */
interface Memory {
  readonly heapMb: number;
  readonly residentMb: number;
}

const HEAP_ON_SIGNAL = `data:text/javascript,${encodeURIComponent(`
  import v8 from 'node:v8';
  import vm from 'node:vm';
  import { isMainThread } from 'node:worker_threads';
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc');
  const tell = () => { gc(); gc(); process.stderr.write('heap ' + process.memoryUsage().heapUsed + '\\n'); };
  if (isMainThread) process.on('SIGUSR2', tell);
`)}`;

interface Writer {
  readonly name: string;
  /** The value that it wrote last; values count from 1. */
  readonly made: number;
  /** The value that is known to be on the relay's disk. */
  readonly acknowledged: number;
  readonly document: string;
  connected(): Promise<void>;
  edit(): void;
  goOffline(): void;
  comeBack(): void;
  view(): unknown;
  end(): void;
}

/** A client of the native protocol that writes one key of a map, over and over, and types and deletes beside it. */
class NativeWriter implements Writer {
  readonly name: string;
  readonly document: string;
  made = 0;
  acknowledged = 0;
  readonly #doc = new Y.Doc();
  readonly #line: NativeLine;

  constructor(name: string, document: string, host: Host, random: Seeded) {
    this.name = name;
    this.document = document;
    this.#line = new NativeLine(host, random, (client) => client.open(document, yjsFormat));
    this.#doc.on('update', (update: Uint8Array) => {
      const value = this.made;
      void this.#line.document.edit(update).then(({ type }) => {
        if (type === 'acknowledged') this.acknowledged = Math.max(this.acknowledged, value);
      });
    });
  }

  connected(): Promise<void> {
    return this.#line.document.caughtUp;
  }

  edit(): void {
    this.made += 1;
    change(this.#doc, this.name, this.made);
  }

  goOffline(): void {
    this.#line.goOffline();
  }

  comeBack(): void {
    this.#line.comeBack();
  }

  view(): unknown {
    return valuesIn(this.#line.document.content);
  }

  end(): void {
    this.#line.end();
  }
}

/** The same through y-websocket's own provider, which knows of no acknowledgements. */
class YjsWriter implements Writer {
  readonly name: string;
  readonly document: string;
  made = 0;
  readonly acknowledged = 0;
  readonly #doc = new Y.Doc();
  readonly #provider: WebsocketProvider;

  constructor(name: string, document: string, host: Host) {
    this.name = name;
    this.document = document;
    this.#provider = new WebsocketProvider(`ws://127.0.0.1:${host.port}/yjs`, document, this.#doc, {
      WebSocketPolyfill: WebSocket as never,
      disableBc: true,
      maxBackoffTime: 500,
    });
  }

  async connected(): Promise<void> {
    await expect.poll(() => this.#provider.synced, { timeout: 20_000 }).toBe(true);
  }

  edit(): void {
    this.made += 1;
    change(this.#doc, this.name, this.made);
  }

  goOffline(): void {
    this.#provider.disconnect();
  }

  comeBack(): void {
    this.#provider.connect();
  }

  view(): unknown {
    return this.#doc.getMap('values').toJSON();
  }

  end(): void {
    this.#provider.destroy();
  }
}

/** A lattice document that several add to. */
class SetWriter {
  readonly elements: string[] = [];
  readonly #name: string;
  readonly #line: NativeLine;
  acknowledged = 0;

  constructor(name: string, host: Host, random: Seeded) {
    this.#name = name;
    this.#line = new NativeLine(host, random, (client) => client.open('set', STRING_SET));
  }

  get made(): number {
    return this.elements.length;
  }

  connected(): Promise<void> {
    return this.#line.document.caughtUp;
  }

  edit(): void {
    const element = `${this.#name}, ${this.made}`;
    this.elements.push(element);
    void this.#line.document.edit(adding(element)).then(({ type }) => {
      if (type === 'acknowledged') this.acknowledged += 1;
    });
  }

  view(): readonly string[] {
    return [...elementsOf(this.#line.document.content)].sort();
  }

  end(): void {
    this.#line.end();
  }
}

/** A connection of the native protocol that comes back whenever it is lost, as long as it is wanted. */
class NativeLine {
  readonly document: ProtocolDocument;
  readonly #client: ProtocolClient;
  readonly #host: Host;
  #wanted = true;
  #connecting = false;

  constructor(host: Host, random: Seeded, open: (client: ProtocolClient) => ProtocolDocument) {
    this.#host = host;
    this.#client = new ProtocolClient({ url: '', WebSocket, random: () => random.u32() });
    this.document = open(this.#client);
    this.comeBack();
  }

  goOffline(): void {
    this.#wanted = false;
    void this.#client.disconnect();
  }

  comeBack(): void {
    this.#wanted = true;
    if (!this.#connecting) void this.#connect();
  }

  end(): void {
    this.goOffline();
  }

  async #connect(): Promise<void> {
    this.#connecting = true;
    while (this.#wanted) {
      await this.#client.connect(`ws://127.0.0.1:${this.#host.port}/sync`).catch(() => pause(100));
      await this.#client.ended;
    }
    this.#connecting = false;
  }
}

/** Somebody new comes, finds everything that was acknowledged before, and goes. False when the relay went away meanwhile. */
async function visit(writers: readonly Writer[], host: Host, random: Seeded): Promise<boolean> {
  const document = documentOf(random.int(DOCUMENTS));
  const known = writers
    .filter((writer) => writer.document === document)
    .map(({ name, acknowledged }) => ({ name, acknowledged }));
  const found = await readFresh(document, host, random).catch(() => undefined);
  if (found === undefined) return false;
  for (const { name, acknowledged } of known)
    expect(found[name] ?? 0, `seed ${SEED}: ${name}`).toBeGreaterThanOrEqual(acknowledged);
  return true;
}

async function readFresh(
  document: string,
  host: Host,
  random: Seeded,
): Promise<Readonly<Record<string, number>>> {
  const client = new ProtocolClient({
    url: `ws://127.0.0.1:${host.port}/sync`,
    WebSocket,
    random: () => random.u32(),
  });
  await client.connect();
  const opened = client.open(document, yjsFormat, 'read');
  const lost = client.ended.then(() => {
    throw new Error('the relay went away');
  });
  await Promise.race([opened.caughtUp, lost]);
  const found = valuesIn(opened.content);
  lost.catch(() => undefined);
  await client.disconnect();
  return found;
}

/** Sets the writer's key; a line of text comes and goes beside it. */
function change(doc: Y.Doc, name: string, value: number): void {
  doc.transact(() => {
    doc.getMap('values').set(name, value);
    const text = doc.getText(name);
    if (text.length > 200) text.delete(0, text.length);
    else text.insert(text.length, 'some words ');
  });
}

function valuesIn(update: Uint8Array): Record<string, number> {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc.getMap('values').toJSON();
}

/** Every native edit is acknowledged. */
async function settled(writers: readonly { readonly made: number }[], ms: number): Promise<void> {
  const waiting = (): readonly unknown[] =>
    writers.filter(
      (writer) =>
        'acknowledged' in writer && !(writer instanceof YjsWriter) && writer.acknowledged !== writer.made,
    );
  await expect.poll(() => waiting().length, { timeout: ms, interval: 200 }).toBe(0);
  // What providers wrote last is on its way: they do not say.
  await pause(2_000);
}

/** The least of the last third is no more than the least of the first, but for noise. */
function expectFlat(memory: readonly Memory[]): void {
  const third = Math.max(1, Math.floor(memory.length / 3));
  const [first, last] = [memory.slice(0, third), memory.slice(-third)];
  const least = (samples: readonly Memory[], what: keyof Memory): number =>
    Math.min(...samples.map((sample) => sample[what]));
  console.log(
    `soak: heap ${least(first, 'heapMb')} MB, then ${least(last, 'heapMb')} MB; resident ${least(first, 'residentMb')} MB, then ${least(last, 'residentMb')} MB (${memory.length} samples)`,
  );
  expect(least(last, 'heapMb')).toBeLessThan(least(first, 'heapMb') + NOISE_MB);
}

const NOISE_MB = 4;

async function onDisk(data: string): Promise<string> {
  const log = await LmdbDocumentLog.open({ folder: data, random: () => 1 });
  try {
    const heads = await Promise.all(
      [...Array(DOCUMENTS).keys()].map((index) => log.find(parseDocumentName(documentOf(index)))),
    );
    const sum = (of: 'head' | 'snapshotBytes' | 'tailBytes'): number =>
      heads.reduce((all, head) => all + (head?.[of] ?? 0), 0);
    return `${sum('head')} entries of ${DOCUMENTS} documents in ${sum('snapshotBytes')} bytes of snapshots and ${sum('tailBytes')} bytes after them`;
  } finally {
    await log.close();
  }
}

function documentOf(index: number): string {
  return `soak/${index % DOCUMENTS}`;
}

async function whileTrue(holds: () => boolean, run: () => Promise<void>): Promise<void> {
  while (holds()) await run();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function inMb(bytes: number): number {
  return Math.round(bytes / 1024 / 102.4) / 10;
}
