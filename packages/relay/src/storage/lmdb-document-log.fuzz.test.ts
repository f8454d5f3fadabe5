// The log in LMDB and the log in memory are told the same, in random order, with the former closed and opened in between:
// they must answer the same but for their epochs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DocumentName, parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import { randomBatchId } from '@causeway/core/sync';
import { freshSeed, Seeded } from '@causeway/core/testing';
import { afterAll, expect, test } from 'vitest';
import type { DocumentLog, LogHead } from './document-log.ts';
import { LmdbDocumentLog } from './lmdb-document-log.ts';
import { MemoryDocumentLog } from './memory-document-log.ts';

const KIND = parseDocumentKind('yjs');
const NAMES = ['a', 'a b', 'ab', '𐀀', '￿'].map(parseDocumentName);
const STEPS = 400;

const root = mkdtempSync(join(tmpdir(), 'causeway-log-fuzz-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

for (const seed of [1, 2, freshSeed()]) {
  test(`LMDB and memory agree (seed ${seed})`, async () => {
    const random = new Seeded(seed);
    const folder = join(root, String(seed));
    const dice = (): number => random.u32();
    const open = (): Promise<LmdbDocumentLog> => LmdbDocumentLog.open({ folder, random: dice });
    const memory = new MemoryDocumentLog(dice);
    let lmdb = await open();
    for (let step = 0; step < STEPS; step++) {
      if (random.chance(0.02)) {
        await lmdb.close();
        lmdb = await open();
      }
      const work = randomWork(random);
      const [inMemory, onDisk] = [await outcomeOf(work(memory)), await outcomeOf(work(lmdb))];
      expect(onDisk, `step ${step}`).toEqual(inMemory);
    }
    await lmdb.close();
  });
}

type Work = (log: DocumentLog) => Promise<unknown>;

function randomWork(random: Seeded): Work {
  const name = random.pick(NAMES);
  const dice = random.unit();
  if (dice < 0.5) return appends(random, name);
  if (dice < 0.75) return reads(random, name);
  if (dice < 0.88) return folds(random, name);
  if (dice < 0.93) return (log) => log.open(name, KIND).then(withoutEpoch);
  if (dice < 0.97) return (log) => log.list({ after: name, limit: 1 + (name.length % 3) });
  return (log) => log.delete(name);
}

function appends(random: Seeded, name: DocumentName): Work {
  const updates = Array.from({ length: random.between(1, 6) }, () => random.bytes(random.int(300)));
  const batches = updates.map(() => randomBatchId(() => random.u32()));
  return (log) =>
    Promise.all(
      updates.map(async (update, index) =>
        log.append(name, batches[index] ?? randomBatchId(() => 1), update),
      ),
    );
}

function reads(random: Seeded, name: DocumentName): Work {
  const [share, maxBytes] = [random.unit(), random.int(2000)];
  return async (log) => {
    const head = await log.find(name);
    const slice = await log.read(name, Math.floor((head?.head ?? 0) * share), maxBytes);
    return { head: head === undefined ? undefined : withoutEpoch(head), slice };
  };
}

function folds(random: Seeded, name: DocumentName): Work {
  const [share, update] = [random.unit(), random.bytes(random.int(500))];
  return async (log) => {
    const head = await log.find(name);
    await log.writeSnapshot(name, Math.ceil((head?.head ?? 0) * share), update);
    return log.find(name).then((now) => (now === undefined ? undefined : withoutEpoch(now)));
  };
}

function withoutEpoch(head: LogHead): Omit<LogHead, 'epoch'> {
  const { epoch: _, ...rest } = head;
  return rest;
}

/** What it resolved to, or what it was refused with. */
async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return { resolved: await work };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : error };
  }
}
