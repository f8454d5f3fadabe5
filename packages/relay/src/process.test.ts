// The command as processes: what it says, how it stops, and what survives when it is killed while many write.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocumentKind } from '@causeway/core/id';
import { Seeded } from '@causeway/core/testing';
import { yjsFormats } from '@causeway/core/yjs';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { ProtocolClient, type ProtocolDocument } from './testing/protocol-client.ts';
import { RelayProcess, type RelayProcessOptions } from './testing/relay-process.ts';
import { adding, elementsOf, STRING_SET } from './testing/string-set.ts';

const YJS = yjsFormats().formatOf(parseDocumentKind('yjs'));
const root = mkdtempSync(join(tmpdir(), 'causeway-relay-'));
let folders = 0;
const random = new Seeded(2);
const running: RelayProcess[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((relay) => relay.kill('SIGKILL')));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('killed under load', () => {
  const DOCUMENTS = 20;
  const EDITS_PER_SECOND = 1000;
  const LOAD_MS = 3000;

  test('P2: every acknowledged edit is there, at the first sync of a fresh client', async () => {
    const data = newFolder();
    const relay = await start({ data });
    const writers = await Promise.all(
      Array.from({ length: 2 * DOCUMENTS }, async (_, index) => {
        const client = await connect(relay.syncUrl);
        return new YjsWriter(client.open(`document ${index % DOCUMENTS}`, YJS), `writer ${index}`);
      }),
    );
    await load(writers, EDITS_PER_SECOND, LOAD_MS);
    await relay.kill('SIGKILL');
    const [made, acknowledged] = [count(writers, 'made'), count(writers, 'acknowledged')];

    const again = await start({ data });
    const fresh = await connect(again.syncUrl);
    let found = 0;
    for (let index = 0; index < DOCUMENTS; index++) {
      const document = fresh.open(`document ${index}`, YJS);
      await document.caughtUp;
      const held = keysOf(document.content);
      const wanted = [writers[index], writers[index + DOCUMENTS]].flatMap((writer) => [
        ...(writer?.acknowledged ?? []),
      ]);
      expect(wanted.filter((key) => !held.has(key))).toEqual([]);
      found += held.size;
    }
    console.log(
      `killed under load: ${made} edits made, ${acknowledged} acknowledged, ${found} found, 0 lost`,
    );
    expect(acknowledged).toBeGreaterThan((EDITS_PER_SECOND * LOAD_MS) / 1000 / 4);
    expect(found).toBeGreaterThanOrEqual(acknowledged);
  });

  test('clients that come back send what was not acknowledged, and nothing twice', async () => {
    const data = newFolder();
    const relay = await start({ data });
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect(relay.syncUrl)));
    const documents = clients.map((client) => client.open('note', STRING_SET));
    const edits: Promise<unknown>[] = [];
    for (let edit = 0; edit < 400; edit++) {
      const document = documents[edit % 4];
      if (document !== undefined) edits.push(document.edit(adding(`edit ${edit}`)));
      if (edit === 200) await edits[20];
    }
    await relay.kill('SIGKILL');
    await Promise.all(clients.map((client) => client.ended));
    const again = await start({ data });
    await Promise.all(clients.map((client) => client.connect(again.syncUrl)));
    await Promise.all(edits);
    const fresh = (await connect(again.syncUrl)).open('note', STRING_SET);
    await fresh.caughtUp;
    expect(elementsOf(fresh.content)).toHaveLength(400);
    expect(fresh.position?.offset).toBe(400);
    expect(documents.map((document) => document.newEpochs)).toEqual([0, 0, 0, 0]);
  });
});

test('a relay that lost its disk gets everything back from those who had it', async () => {
  const relay = await start({ data: newFolder() });
  const [one, two] = [await connect(relay.syncUrl), await connect(relay.syncUrl)];
  const [here, there] = [one.open('note', STRING_SET), two.open('note', STRING_SET)];
  for (const element of ['a', 'b', 'c']) await here.edit(adding(element));
  await there.edit(adding('d'));
  await relay.kill('SIGKILL');
  await Promise.all([one.ended, two.ended]);

  const empty = await start({ data: newFolder() });
  await one.connect(empty.syncUrl);
  await here.caughtUp;
  expect(here.newEpochs).toBe(1);
  await here.edit(adding('e'));
  const fresh = (await connect(empty.syncUrl)).open('note', STRING_SET);
  await fresh.caughtUp;
  expect(elementsOf(fresh.content)).toEqual(expect.arrayContaining(['a', 'b', 'c', 'e']));
  await two.connect(empty.syncUrl);
  await there.caughtUp;
  expect(elementsOf(there.content)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

describe('the command', () => {
  test('says where it is, where the data is, and that it is open to all', async () => {
    const data = newFolder();
    const relay = await start({ data });
    expect(await (await fetch(`${relay.url}/healthz`)).json()).toMatchObject({ status: 'ok' });
    const { code, stdout } = await relay.kill('SIGTERM');
    expect(code).toBe(0);
    const [first, second, ...rest] = stdout.split('\n');
    expect(first).toBe(`Causeway relay on ${relay.url} · data in ${data}`);
    expect(second).toContain('Policy: open');
    expect(rest).toEqual(['']);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s drains: what is being written is kept, clients are told, exit code 0',
    async (signal) => {
      const data = newFolder();
      const relay = await start({ data });
      const client = await connect(relay.syncUrl);
      const document = client.open('note', STRING_SET);
      await document.caughtUp;
      await Promise.all(Array.from({ length: 500 }, (_, index) => document.edit(adding(`edit ${index}`))));
      const { code, stderr } = await relay.kill(signal);
      await client.ended;
      expect({ code, stderr, closed: client.closeCodes }).toEqual({ code: 0, stderr: '', closed: [1001] });
      const again = await start({ data });
      const fresh = (await connect(again.syncUrl)).open('note', STRING_SET);
      await fresh.caughtUp;
      expect(elementsOf(fresh.content)).toHaveLength(500);
    },
  );

  test('a taken port, a folder in use and a bad value are each said in one line', async () => {
    const data = newFolder();
    const relay = await start({ data });
    const taken = await RelayProcess.run({ data: newFolder(), port: relay.port }).ended;
    expect(taken.code).toBe(1);
    expect(taken.stderr).toBe(
      `causeway-relay: transport/listen: port ${relay.port} is taken: stop what runs there, or choose another with --port or PORT\n`,
    );
    const locked = await RelayProcess.run({ data }).ended;
    expect(locked.code).toBe(1);
    expect(locked.stderr).toContain(`${data} is in use by the relay with process id ${relay.pid}`);
    expect(locked.stderr.trim().split('\n')).toHaveLength(1);
    const bad = await RelayProcess.run({ data: newFolder(), port: 70_000 }).ended;
    expect([bad.code, bad.stderr.split('\n')[0]]).toEqual([
      2,
      'causeway-relay: --port is "70000": it should be a port from 0 to 65535',
    ]);
    expect(await (await fetch(`${relay.url}/healthz`)).json()).toMatchObject({ status: 'ok' });
  });

  test('tells its version and its flags', async () => {
    const version = await RelayProcess.run({ data: '', args: ['--version'] }).ended;
    const manifest: { version: string } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    );
    expect([version.code, version.stdout]).toEqual([0, `${manifest.version}\n`]);
    const help = await RelayProcess.run({ data: '', args: ['--help'] }).ended;
    expect(help.code).toBe(0);
    for (const name of ['--host', '--port', '--data', '--app', '--log-level', 'CAUSEWAY_PORT', 'PORT']) {
      expect(help.stdout).toContain(name);
    }
  });
});

/** Sets keys in a Y.Map, each once, and notes which of them were acknowledged. */
class YjsWriter {
  readonly acknowledged = new Set<string>();
  made = 0;
  readonly #document: ProtocolDocument;
  readonly #name: string;
  readonly #doc = new Y.Doc();

  constructor(document: ProtocolDocument, name: string) {
    this.#document = document;
    this.#name = name;
    this.#doc.on('update', (update: Uint8Array) => {
      const key = `${name}, edit ${this.made}`;
      void this.#document.edit(update).then((outcome) => {
        if (outcome.type === 'acknowledged') this.acknowledged.add(key);
      });
    });
  }

  edit(): void {
    this.made += 1;
    this.#doc.getMap('edits').set(`${this.#name}, edit ${this.made}`, this.made);
  }
}

/** So many edits a second, spread over the writers. */
async function load(writers: readonly YjsWriter[], editsPerSecond: number, ms: number): Promise<void> {
  const start = performance.now();
  for (let made = 0; performance.now() - start < ms; ) {
    const due = ((performance.now() - start) / 1000) * editsPerSecond;
    for (; made < due; made++) writers[made % writers.length]?.edit();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function count(writers: readonly YjsWriter[], what: 'made' | 'acknowledged'): number {
  return writers.reduce((sum, writer) => sum + (what === 'made' ? writer.made : writer.acknowledged.size), 0);
}

function keysOf(update: Uint8Array): Set<string> {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return new Set(doc.getMap('edits').keys());
}

function newFolder(): string {
  return join(root, String(folders++));
}

async function start(options: RelayProcessOptions): Promise<RelayProcess> {
  const relay = await RelayProcess.start(options);
  running.push(relay);
  return relay;
}

async function connect(url: string): Promise<ProtocolClient> {
  const client = new ProtocolClient({ url, WebSocket, random: () => random.u32() });
  await client.connect();
  return client;
}
