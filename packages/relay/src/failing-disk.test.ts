/** Disks that fail, injected and real: writes are refused, reads go on, nothing acknowledged is lost, and the relay says so and recovers. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { latticeFormats } from '@causeway/core/lattice-doc';
import { Seeded } from '@causeway/core/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
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

async function start(log: DocumentLog): Promise<Relay> {
  const relay = await createRelay({ log, formats: [latticeFormats()], port: 0 });
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
      const waits = written.edit(adding('meanwhile'));
      await writer.ended;
      // The session has to come again, and its edit stays in its outbox: not acknowledged, not refused for good.
      expect(writer.closeCodes).toEqual([4500]);
      expect(log.refused).toBeGreaterThan(0);
      expect(await readinessOf(relay)).toEqual([503, { ready: false, reason: 'storage' }]);
      expect(reader.closeCodes).toEqual([]);
      const late = (await connect(relay)).open('note', STRING_SET);
      await late.caughtUp;
      expect(elementsOf(late.content)).toEqual(['before']);
      const metrics = await (await fetch(`${relay.url}/metrics`)).text();
      expect(metrics).toMatch(/^causeway_storage_refusing 1$/m);
      expect(metrics).toMatch(/^causeway_storage_failures_total [1-9]/m);
      expect(metrics).toMatch(/^causeway_ready 0$/m);

      log.fault = undefined;
      await expect.poll(() => readinessOf(relay), { timeout: 9_000 }).toEqual([200, { ready: true }]);
      await writer.connect();
      expect(await waits).toEqual({ type: 'acknowledged' });
      await expect.poll(() => elementsOf(read.content)).toEqual(['before', 'meanwhile']);
    },
  );

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
    for (let n = 0; n < 200 && writer.closeCodes.length === 0; n++) {
      pending = document.edit(adding(name(n))).then(({ type }) => {
        if (type === 'acknowledged') acknowledged.push(name(n));
      });
      await Promise.race([pending, writer.ended]);
    }
    expect(writer.closeCodes).toEqual([4500]);
    expect(acknowledged.length).toBeGreaterThan(5);
    expect(await readinessOf(relay)).toEqual([503, { ready: false, reason: 'storage' }]);
    const late = (await connect(relay)).open('note', STRING_SET);
    await late.caughtUp;
    const kept = new Set(elementsOf(late.content));
    expect(acknowledged.filter((each) => !kept.has(each))).toEqual([]);

    rmSync(ballast);
    await expect.poll(() => readinessOf(relay), { timeout: 15_000 }).toEqual([200, { ready: true }]);
    await writer.connect();
    await pending;
    await expect.poll(() => elementsOf(late.content).length).toBe(acknowledged.length);
  });
});
