import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CausewayError } from '@causeway/core';
import { parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import { type BatchId, parseBatchId } from '@causeway/core/sync';
import { Seeded } from '@causeway/core/testing';
import { open as openLmdb } from 'lmdb';
import { afterAll, describe, expect, test } from 'vitest';
import { documentLogContract } from '../testing/document-log-contract.ts';
import { LmdbDocumentLog, type LmdbDocumentLogOptions } from './lmdb-document-log.ts';
import { encodeFormatVersion, entryKey, FORMAT_KEY, headKey, snapshotKey } from './log-record.ts';

const YJS = parseDocumentKind('yjs');
const NOTE = parseDocumentName('note');
const OTHER = parseDocumentName('other');
const PLENTY = 1 << 20;
const FILE = 'documents.mdb';

const root = mkdtempSync(join(tmpdir(), 'causeway-log-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const random = new Seeded(1);

describe('a document log in LMDB', () => {
  for (const check of documentLogContract) {
    test(check.title, () => check.run(() => openIn(newFolder())));
  }

  test('everything is there when it is opened again', async () => {
    const folder = newFolder();
    const log = await openIn(folder);
    const head = await log.open(NOTE, YJS);
    await log.append(NOTE, batch(7), Uint8Array.of(1));
    await log.append(NOTE, batch(8), Uint8Array.of(2));
    await log.writeSnapshot(NOTE, 1, Uint8Array.of(1));
    await log.close();
    const again = await openIn(folder);
    expect(await again.open(NOTE, YJS)).toEqual({
      ...head,
      head: 2,
      snapshot: 1,
      snapshotBytes: 1,
      tailBytes: 1,
    });
    expect(await again.read(NOTE, 0, PLENTY)).toEqual({
      snapshot: { offset: 1, update: Uint8Array.of(1) },
      entries: [{ offset: 2, batch: 8, update: Uint8Array.of(2) }],
      atHead: true,
    });
    await again.close();
  });

  test('appends of many documents share a commit', async () => {
    const folder = newFolder();
    const log = await openIn(folder);
    const names = Array.from({ length: 20 }, (_, index) => parseDocumentName(`document ${index}`));
    await Promise.all(names.map((name) => log.open(name, YJS)));
    const before = lastTransaction(folder);
    await Promise.all(
      names.flatMap((name) => [1, 2, 3].map((id) => log.append(name, batch(id), Uint8Array.of(id)))),
    );
    expect(lastTransaction(folder) - before).toBe(1);
    await log.close();
  });

  test('appends beyond what may wait for the disk are refused, and those before them stored', async () => {
    const log = await openIn(newFolder(), { maxQueuedBytes: 1000 });
    await log.open(NOTE, YJS);
    const settled = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) => log.append(NOTE, batch(index + 1), new Uint8Array(300))),
    );
    expect(settled.map((one) => one.status)).toEqual([...Array(3).fill('fulfilled'), 'rejected', 'rejected']);
    await expect(log.append(NOTE, batch(9), new Uint8Array(5000))).resolves.toBe(4); // alone, any size goes
    await log.close();
  });
});

describe('R2: killed', () => {
  test('what was appended is there, also what was appended last', async () => {
    const folder = newFolder();
    const dist = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
    const child = spawn(process.execPath, ['--input-type=module', '-e', APPEND_FOR_EVER, dist, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged >= 2000 && !child.killed) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const log = await openIn(folder);
    const head = await log.open(NOTE, YJS);
    expect(head.head).toBeGreaterThanOrEqual(acknowledged);
    const { entries } = await log.read(NOTE, 0, PLENTY);
    expect(entries.map((entry) => entry.batch)).toEqual(entries.map((entry) => entry.offset));
    expect(entries).toHaveLength(head.head);
    await log.close();
  });
});

/** Appends as fast as it goes, and says each offset when it is durable. */
const APPEND_FOR_EVER = `
const { LmdbDocumentLog } = await import(process.argv[1]);
const log = await LmdbDocumentLog.open({ folder: process.argv[2], random: () => 1 });
await log.open('note', 'yjs');
for (let id = 1; ; id += 10) {
  const group = Array.from({ length: 10 }, (_, i) => log.append('note', id + i, new Uint8Array(20)));
  process.stdout.write((await Promise.all(group)).at(-1) + '\\n');
}
`;

describe('damage', () => {
  const records = [
    { what: 'an entry', key: entryKey(NOTE, 3), shown: 'document "note", entry 3' },
    { what: 'a snapshot', key: snapshotKey(NOTE), shown: 'document "note", snapshot' },
    { what: 'a head', key: headKey(NOTE), shown: 'document "note", head' },
  ];
  for (const { what, key, shown } of records) {
    test(`${what} with a flipped bit is reported with its key, and other documents go on`, async () => {
      const folder = await folderWithTwo();
      await change(folder, key, (record) => {
        record[record.length - 1] = (record.at(-1) ?? 0) ^ 1;
        return record;
      });
      await expectCorrupt(folder, shown);
    });
  }

  // Without its head a document is not there.
  for (const { what, key, shown } of records.filter((record) => !record.key.equals(headKey(NOTE)))) {
    test(`${what} that is missing is reported, and other documents go on`, async () => {
      const folder = await folderWithTwo();
      await change(folder, key, () => undefined);
      await expectCorrupt(folder, shown);
    });
  }

  test('a record that stands under the key of another is told from data', async () => {
    const folder = await folderWithTwo();
    const strange = await recordAt(folder, entryKey(OTHER, 3));
    await change(folder, entryKey(NOTE, 3), () => strange);
    await expectCorrupt(folder, 'document "note", entry 3');
  });

  test('garbage in place of the file is an error that says so, and is left as it is', async () => {
    for (const bytes of [10, 3000, 100_000]) {
      const folder = newFolder();
      mkdirSync(folder);
      const garbage = Uint8Array.from({ length: bytes }, () => random.u32());
      writeFileSync(join(folder, FILE), garbage);
      expect(await failureIn(folder)).toMatchObject({
        code: 'storage/corrupt',
        data: { key: join(folder, FILE) },
      });
      expect(readFileSync(join(folder, FILE))).toEqual(Buffer.from(garbage));
    }
  });

  test('a file that was cut short is an error that says so', async () => {
    const folder = await folderWithTwo(200);
    const whole = readFileSync(join(folder, FILE));
    for (const share of [0.001, 0.2, 0.5, 0.9]) {
      const cut = newFolder();
      mkdirSync(cut);
      writeFileSync(join(cut, FILE), whole);
      truncateSync(join(cut, FILE), Math.floor(statSync(join(cut, FILE)).size * share));
      expect(await failureIn(cut)).toMatchObject({ code: 'storage/corrupt' });
    }
  });

  test('a store of a newer version is left alone', async () => {
    const folder = await folderWithTwo();
    await change(folder, FORMAT_KEY, () => encodeFormatVersion(2));
    expect(await failureIn(folder)).toMatchObject({
      code: 'storage/version',
      data: { found: 2, supported: 1 },
    });
  });
});

test('a folder that cannot be one is an error that says so', async () => {
  const folder = newFolder();
  writeFileSync(folder, 'a file');
  expect(await failureIn(folder)).toMatchObject({ code: 'storage/failed', data: { what: folder } });
  const other = newFolder();
  mkdirSync(join(other, FILE), { recursive: true });
  expect(await failureIn(other)).toMatchObject({ code: 'storage/failed', data: { what: join(other, FILE) } });
});

describe('one relay per folder', () => {
  test('a second log in the same process is refused until the first is closed', async () => {
    const folder = newFolder();
    const first = await openIn(folder);
    expect(await failureIn(folder)).toMatchObject({
      code: 'storage/failed',
      message: expect.stringContaining(`in use by the relay with process id ${process.pid}`),
    });
    await first.open(NOTE, YJS);
    await first.close();
    const second = await openIn(folder);
    expect(await second.find(NOTE)).toBeDefined();
    await second.close();
  });

  test('what a process that has ended left behind does not count', async () => {
    const folder = newFolder();
    mkdirSync(folder);
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    for (const left of [`${child.pid} 1\n`, `${process.pid} 1\n`, 'nonsense']) {
      writeFileSync(join(folder, 'relay.lock'), left);
      await (await openIn(folder)).close();
    }
  });
});

function newFolder(): string {
  return join(root, String(folders++));
}

function openIn(folder: string, options: Partial<LmdbDocumentLogOptions> = {}): Promise<LmdbDocumentLog> {
  return LmdbDocumentLog.open({ folder, random: () => random.u32(), ...options });
}

async function failureIn(folder: string): Promise<unknown> {
  try {
    await (await openIn(folder)).close();
  } catch (error) {
    if (error instanceof CausewayError) return { code: error.code, data: error.data, message: error.message };
    throw error;
  }
  throw new Error('it was opened');
}

/** Two documents with a snapshot at 2 and entries up to 5, or as many as asked for. */
async function folderWithTwo(entries = 5): Promise<string> {
  const folder = newFolder();
  const log = await openIn(folder);
  for (const name of [NOTE, OTHER]) {
    await log.open(name, YJS);
    for (let id = 1; id <= entries; id++) await log.append(name, batch(id), new Uint8Array(100).fill(id));
    await log.writeSnapshot(name, 2, Uint8Array.of(1, 2));
  }
  await log.close();
  return folder;
}

async function expectCorrupt(folder: string, key: string): Promise<void> {
  const log = await openIn(folder);
  const reading = log.read(NOTE, 0, PLENTY);
  await expect(reading).rejects.toMatchObject({ code: 'storage/corrupt', data: { key } });
  const other = await log.read(OTHER, 0, PLENTY);
  expect([other.snapshot?.offset, other.entries.length]).toEqual([2, 3]);
  expect(await log.append(OTHER, batch(6), Uint8Array.of(6))).toBe(6);
  expect(await log.list({ limit: 10 })).toEqual([NOTE, OTHER]);
  await log.close();
}

async function change(
  folder: string,
  key: Buffer,
  by: (record: Buffer) => Buffer | undefined,
): Promise<void> {
  const file = openFile(folder);
  const record = by(file.getBinary(key) ?? Buffer.alloc(0));
  await (record === undefined ? file.remove(key) : file.put(key, record));
  await file.close();
}

async function recordAt(folder: string, key: Buffer): Promise<Buffer> {
  const file = openFile(folder);
  const record = file.getBinary(key);
  await file.close();
  if (record === undefined) throw new Error('there is no such record');
  return record;
}

function lastTransaction(folder: string): number {
  const stats: { lastTxnId?: number } = openFile(folder).getStats();
  return stats.lastTxnId ?? 0;
}

function openFile(folder: string) {
  return openLmdb<Buffer, Buffer>({
    path: join(folder, FILE),
    noSubdir: true,
    overlappingSync: false,
    encoding: 'binary',
    keyEncoding: 'binary',
  });
}

function batch(id: number): BatchId {
  return parseBatchId(id);
}
