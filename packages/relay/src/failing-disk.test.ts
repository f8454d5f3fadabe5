/** Disks that fail, injected and real: writes are refused, reads go on, nothing acknowledged is lost, and the relay says so and recovers. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { latticeFormats } from '@causeway/core/lattice-doc';
import { Seeded } from '@causeway/core/testing';
import { yjsFormats } from '@causeway/core/yjs';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { RelayLimits } from './limits.ts';
import { createRelay, type Relay } from './relay.ts';
import type { DocumentLog } from './storage/document-log.ts';
import { LmdbDocumentLog } from './storage/lmdb-document-log.ts';
import { MemoryDocumentLog } from './storage/memory-document-log.ts';
import { documentLogContract } from './testing/document-log-contract.ts';
import { type DiskFault, FaultyDocumentLog } from './testing/faulty-document-log.ts';
import { ProtocolClient } from './testing/protocol-client.ts';
import { adding, elementsOf, STRING_SET } from './testing/string-set.ts';

const random = new Seeded(11);
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(log: DocumentLog, limits: Partial<RelayLimits> = {}): Promise<Relay> {
  const relay = await createRelay({ log, formats: [latticeFormats(), yjsFormats()], port: 0, limits });
  cleanups.push(() => relay.close());
  return relay;
}

async function connect(relay: Relay): Promise<ProtocolClient> {
  const client = new ProtocolClient({ url: relay.syncUrl, WebSocket, random: () => random.u32() });
  await client.connect();
  cleanups.push(() => client.disconnect());
  return client;
}

const readinessOf = async ({ url }: Relay): Promise<unknown> => {
  const response = await fetch(`${url}/readyz`);
  return [response.status, await response.json()];
};

describe('a faulty log', () => {
  for (const check of documentLogContract)
    test(`without a fault: ${check.title}`, () =>
      check.run(async () => new FaultyDocumentLog(new MemoryDocumentLog(() => random.u32()))));
});

describe('a disk that fails', () => {
  test.each<DiskFault>(['full', 'failed'])(
    '%s: refuses writes, goes on reading, says so, and recovers by itself',
    async (fault) => {
      const log = new FaultyDocumentLog(new MemoryDocumentLog(() => random.u32()));
      const relay = await start(log);
      const [writer, reader] = [await connect(relay), await connect(relay)];
      const [written, read] = [writer.open('note', STRING_SET), reader.open('note', STRING_SET)];
      expect(await written.edit(adding('before'))).toEqual({ type: 'acknowledged' });
      await read.caughtUp;
      expect(await readinessOf(relay)).toEqual([200, { ready: true }]);

      log.fault = fault;
      let told = 0;
      const waits = ['meanwhile', 'and more'].map(async (element) => {
        const outcome = await written.edit(adding(element));
        told += 1;
        return outcome;
      });
      // Nobody is told anything of it: the edits stay in the outbox, neither acknowledged nor refused, and all go on reading.
      await expect.poll(() => readinessOf(relay)).toEqual([503, { ready: false, reason: 'storage' }]);
      expect(log.refused).toBeGreaterThan(0);
      const late = (await connect(relay)).open('note', STRING_SET);
      await late.caughtUp;
      expect(elementsOf(late.content)).toEqual(['before']);
      const metrics = await (await fetch(`${relay.url}/metrics`)).text();
      expect(metrics).toMatch(/^causeway_storage_refusing 1$/m);
      expect(metrics).toMatch(/^causeway_storage_failures_total [1-9]/m);
      expect(metrics).toMatch(/^causeway_ready 0$/m);

      const refused = log.refused;
      await expect.poll(() => log.refused, { timeout: 9_000 }).toBeGreaterThan(refused);
      expect([told, elementsOf(read.content)]).toEqual([0, ['before']]);
      log.fault = undefined;
      await expect.poll(() => readinessOf(relay), { timeout: 9_000 }).toEqual([200, { ready: true }]);
      expect(await Promise.all(waits)).toEqual([{ type: 'acknowledged' }, { type: 'acknowledged' }]);
      await expect.poll(() => elementsOf(read.content)).toEqual(['and more', 'before', 'meanwhile']);
      expect(read.position?.offset).toBe(3);
      expect([...writer.closeCodes, ...reader.closeCodes]).toEqual([]);
    },
  );

  test('for longer than there is memory to wait in: authors have to come again, and nothing is lost', async () => {
    const log = new FaultyDocumentLog(new MemoryDocumentLog(() => random.u32()));
    const relay = await start(log, { maxHeldBytes: 100 });
    const [writer, reader] = [await connect(relay), await connect(relay)];
    const [written, read] = [writer.open('note', STRING_SET), reader.open('note', STRING_SET)];
    await written.caughtUp;
    await read.caughtUp;
    log.fault = 'full';
    const edits = ['a', 'b', 'c', 'd', 'e'].map((element) => written.edit(adding(element)));
    await writer.ended;
    expect([writer.closeCodes, reader.closeCodes]).toEqual([[4500], []]);
    log.fault = undefined;
    await writer.connect();
    expect(new Set((await Promise.all(edits)).map(({ type }) => type))).toEqual(new Set(['acknowledged']));
    await expect.poll(() => elementsOf(read.content)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('under a y-websocket client: it goes on reading, and what it wrote is there when the disk is', async () => {
    const log = new FaultyDocumentLog(new MemoryDocumentLog(() => random.u32()));
    const relay = await start(log);
    const page = (): { doc: Y.Doc; provider: WebsocketProvider } => {
      const doc = new Y.Doc();
      const provider = new WebsocketProvider(`ws://127.0.0.1:${relay.port}/yjs`, 'page', doc, {
        WebSocketPolyfill: WebSocket as never,
        disableBc: true,
      });
      cleanups.push(() => provider.destroy());
      return { doc, provider };
    };
    const [one, two] = [page(), page()];
    let lost = 0;
    for (const { provider } of [one, two])
      provider.on('connection-close', () => {
        lost += 1;
      });
    await expect.poll(() => one.provider.synced && two.provider.synced).toBe(true);
    one.doc.getText().insert(0, 'before');
    await expect.poll(() => two.doc.getText().toString()).toBe('before');
    log.fault = 'failed';
    one.doc.getText().insert(6, ', meanwhile');
    await expect.poll(() => log.refused).toBeGreaterThan(1);
    two.doc.getText().insert(0, 'here: ');
    const late = page();
    await expect.poll(() => late.doc.getText().toString()).toBe('before');
    log.fault = undefined;
    for (const { doc } of [one, two, late])
      await expect.poll(() => doc.getText().toString(), { timeout: 9_000 }).toBe('here: before, meanwhile');
    expect(lost).toBe(0);
  });

  test('for a moment, by not answering: nobody is told what is not durable', async () => {
    const log = new FaultyDocumentLog(new MemoryDocumentLog(() => random.u32()));
    const relay = await start(log);
    const [one, two] = [await connect(relay), await connect(relay)];
    const [written, read] = [one.open('note', STRING_SET), two.open('note', STRING_SET)];
    await written.edit(adding('a'));
    await read.caughtUp;
    log.stall();
    let told = false;
    const edit = written.edit(adding('b')).then((outcome) => {
      told = true;
      return outcome;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([told, elementsOf(read.content)]).toEqual([false, ['a']]);
    log.resume();
    expect(await edit).toEqual({ type: 'acknowledged' });
  });
});

/** A folder on a file system of this size; undefined where the system lets us mount none. */
function smallDisk(bytes: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  cleanups.push(() => {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

const MIB = 1024 * 1024;

describe('a real disk', () => {
  test('that fills up: nothing acknowledged is lost, and there is more when there is room', async ({
    skip,
  }) => {
    const folder = smallDisk(24 * MIB);
    if (folder === undefined) return skip('this user may not mount a file system');
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, new Uint8Array(18 * MIB));
    const data = join(folder, 'data');
    const relay = await start(await LmdbDocumentLog.open({ folder: data, random: () => random.u32() }));
    const writer = await connect(relay);
    const document = writer.open('note', STRING_SET);
    await document.caughtUp;
    const acknowledged: string[] = [];
    const name = (n: number): string => `${n}`.padEnd(100_000, '.');
    let pending: Promise<unknown> = Promise.resolve();
    const isReady = async (): Promise<boolean> => (await fetch(`${relay.url}/readyz`)).ok;
    for (let n = 0; n < 200 && acknowledged.length === n; n++) {
      pending = document.edit(adding(name(n))).then(({ type }) => {
        if (type === 'acknowledged') acknowledged.push(name(n));
      });
      while (acknowledged.length === n && (await isReady()))
        await new Promise((resolve) => setImmediate(resolve));
    }
    expect(acknowledged.length).toBeGreaterThan(5);
    expect(await readinessOf(relay)).toEqual([503, { ready: false, reason: 'storage' }]);
    const late = (await connect(relay)).open('note', STRING_SET);
    await late.caughtUp;
    const kept = new Set(elementsOf(late.content));
    expect(acknowledged.filter((each) => !kept.has(each))).toEqual([]);

    rmSync(ballast);
    await expect.poll(() => readinessOf(relay), { timeout: 15_000 }).toEqual([200, { ready: true }]);
    await pending;
    await expect.poll(() => elementsOf(late.content).length).toBe(acknowledged.length);
    expect(writer.closeCodes).toEqual([]);
  });
});
