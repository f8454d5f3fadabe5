// A relay that is killed, loses its disk, or finds a damaged one: what clients get back.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  const EDITS_PER_SECOND = 6000;
  /** Killed when so many are acknowledged: two seconds of the load where the machine keeps up. */
  const ACKNOWLEDGED_BEFORE_KILL = 12_000;
  /** A machine that takes longer fails the test by its counts. */
  const MAX_LOAD_MS = 15_000;

  test('P2: every acknowledged edit is there, at the first sync of a fresh client', async () => {
    const data = newFolder();
    const relay = await start({ data });
    const writers = await Promise.all(
      Array.from({ length: 2 * DOCUMENTS }, async (_, index) => {
        const client = await connect(relay.syncUrl);
        return new YjsWriter(client.open(`document ${index % DOCUMENTS}`, YJS), `writer ${index}`);
      }),
    );
    const stop = load(writers, EDITS_PER_SECOND);
    const until = performance.now() + MAX_LOAD_MS;
    while (count(writers, 'acknowledged') < ACKNOWLEDGED_BEFORE_KILL && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await relay.kill('SIGKILL');
    stop();
    const [made, acknowledged] = [count(writers, 'made'), count(writers, 'acknowledged')];

    const again = await start({ data });
    const fresh = await connect(again.syncUrl);
    let [found, lost] = [0, 0];
    for (let index = 0; index < DOCUMENTS; index++) {
      const document = fresh.open(`document ${index}`, YJS);
      await document.caughtUp;
      const held = keysOf(document.content);
      const wanted = [writers[index], writers[index + DOCUMENTS]].flatMap((writer) => [
        ...(writer?.acknowledged ?? []),
      ]);
      lost += wanted.filter((key) => !held.has(key)).length;
      found += held.size;
    }
    console.log(
      `killed under load: ${made} edits made, ${acknowledged} acknowledged, ${found} found, ${lost} lost`,
    );
    expect(lost).toBe(0);
    expect(acknowledged).toBeGreaterThanOrEqual(ACKNOWLEDGED_BEFORE_KILL);
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

test('R3: killed at any moment of the fold of a large document, it is whole', {
  timeout: 60_000,
}, async () => {
  const data = newFolder();
  const doc = largeDocument();
  let since: Uint8Array | undefined;
  const changes = (): Uint8Array => {
    const update = Y.encodeStateAsUpdate(doc, since);
    since = Y.encodeStateVector(doc);
    return update;
  };
  for (const afterMs of [0, 100, 300, undefined]) {
    const relay = await start({ data });
    // The tail outweighs the snapshot, so that a fold begins with the commit.
    const edit = (await connect(relay.syncUrl)).open('large', YJS).edit(changes());
    expect(await edit).toEqual({ type: 'acknowledged' });
    if (afterMs === undefined) {
      const folds = async (): Promise<string> => (await fetch(`${relay.url}/metrics`)).text();
      await expect.poll(folds, { timeout: 20_000 }).toMatch(/^causeway_folds_total [1-9]/m);
    } else await new Promise((resolve) => setTimeout(resolve, afterMs));
    await relay.kill('SIGKILL');
    const again = await start({ data });
    const fresh = (await connect(again.syncUrl)).open('large', YJS);
    await fresh.caughtUp;
    const found = new Y.Doc();
    Y.applyUpdate(found, fresh.content);
    expect(found.getMap('words').toJSON(), `killed after ${afterMs} ms`).toEqual(
      doc.getMap('words').toJSON(),
    );
    await again.kill('SIGKILL');
    writeWords(doc, 6_000);
  }
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

test('a damaged record closes its own document, with its key, and no other', async () => {
  const data = newFolder();
  const relay = await start({ data });
  const writer = await connect(relay.syncUrl);
  for (const name of ['damaged', 'sound']) await writer.open(name, STRING_SET).edit(adding(name));
  await relay.kill('SIGTERM');
  damage(join(data, 'documents.mdb'), 'damaged');

  const again = await start({ data });
  const client = await connect(again.syncUrl);
  const [damaged, sound] = [client.open('damaged', STRING_SET), client.open('sound', STRING_SET)];
  expect(await damaged.closed).toMatchObject({
    code: 'storage',
    message: expect.stringContaining('document "damaged", entry 1'),
  });
  await sound.caughtUp;
  expect(elementsOf(sound.content)).toEqual(['sound']);
  expect(await sound.edit(adding('more'))).toEqual({ type: 'acknowledged' });
  const { stderr } = await again.kill('SIGTERM');
  expect(stderr).toContain('document \\"damaged\\", entry 1');
});

/** Some megabyte, of which half is collected when it is folded. */
function largeDocument(): Y.Doc {
  const doc = new Y.Doc();
  for (let round = 0; round < 2; round++) writeWords(doc, 6_000);
  return doc;
}

function writeWords(doc: Y.Doc, count: number): void {
  const words = doc.getMap('words');
  doc.transact(() => {
    for (let word = 0; word < count; word++) words.set(`${word}`, `word number ${word}, ${Math.random()}`);
  });
}

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

/** So many edits a second, spread over the writers, until it is stopped. */
function load(writers: readonly YjsWriter[], editsPerSecond: number): () => void {
  const start = performance.now();
  let made = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - start) / 1000) * editsPerSecond;
    for (; made < due; made++) writers[made % writers.length]?.edit();
  }, 2);
  return () => clearInterval(timer);
}

function count(writers: readonly YjsWriter[], what: 'made' | 'acknowledged'): number {
  return writers.reduce((sum, writer) => sum + (what === 'made' ? writer.made : writer.acknowledged.size), 0);
}

function keysOf(update: Uint8Array): Set<string> {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return new Set(doc.getMap('edits').keys());
}

/** Changes the last byte of this edit wherever the file has it. */
function damage(file: string, element: string): void {
  const bytes = readFileSync(file);
  const stored = adding(element);
  let found = 0;
  for (let at = bytes.indexOf(stored); at >= 0; at = bytes.indexOf(stored, at + 1)) {
    bytes[at + stored.length - 1] = (bytes[at + stored.length - 1] ?? 0) ^ 1;
    found += 1;
  }
  if (found === 0) throw new Error('the file does not have it');
  writeFileSync(file, bytes);
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
