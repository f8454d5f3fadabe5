// Folding on real threads, with the package as it is compiled: the same bytes as on the event loop, and what becomes of a
// thread that throws, ends or hangs.
import type { UpdateFormat } from '@causeway/core/format';
import { parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import { parseBatchId } from '@causeway/core/sync';
import { YJS_KIND, yjsFormat } from '@causeway/core/yjs';
import { afterEach, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { foldLog } from '../log-fold.ts';
import { SILENT } from '../logger.ts';
import { MemoryDocumentLog } from '../storage/memory-document-log.ts';
import { STRING_SET } from '../testing/string-set.ts';
import { LOOP_FOLDING } from './folding.ts';
import { WorkerFolding, type WorkerFoldingOptions } from './worker-folding.ts';

const ENTRY = new URL('../../dist/folding/fold-worker.js', import.meta.url);
const STANDARD = new URL('../../dist/folding/standard-formats.js', import.meta.url);
const open: WorkerFolding[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((folding) => folding.close()));
});

test('merges, counts, compares and collects as the event loop does', async () => {
  const folding = start();
  const updates = typed(10_000);
  const merged = await folding.merge(yjsFormat, updates, false);
  const expected = yjsFormat.merge(updates);
  expect(merged).toMatchObject({ update: expected, version: yjsFormat.versionOf(expected) });
  const large = manyItems();
  expect(await folding.versionOf(yjsFormat, large)).toEqual(yjsFormat.versionOf(large));
  const since = yjsFormat.versionOf(updates[0] ?? new Uint8Array());
  expect(await folding.diff(yjsFormat, large, since)).toEqual(yjsFormat.diff(large, since));
  const collected = await folding.merge(yjsFormat, updates, true);
  expect(collected.update).toEqual(yjsFormat.collect?.(expected));
});

test('what was handed in is as it was', async () => {
  const folding = start();
  const large = manyItems();
  const copy = large.slice();
  await folding.versionOf(yjsFormat, large);
  await folding.merge(yjsFormat, [large, large], true);
  expect(large).toEqual(copy);
});

test('bytes that are no update reject with what is wrong with them, and the thread goes on', async () => {
  const folding = start();
  const bad = new Uint8Array(100_000).fill(250);
  const onLoop = await LOOP_FOLDING.merge(yjsFormat, [bad, bad], false).catch((error: unknown) => error);
  await expect(folding.merge(yjsFormat, [bad, bad], false)).rejects.toEqual(onLoop);
  expect((await folding.versionOf(yjsFormat, manyItems())).length).toBeGreaterThan(1);
});

test('a document that is too much for collecting is folded all the same', async () => {
  const folding = start({ module: TOO_MUCH });
  const log = new MemoryDocumentLog(() => 1);
  const name = parseDocumentName('large');
  await log.open(name, YJS_KIND);
  const updates = typed(10_000);
  for (const [index, update] of updates.entries()) await log.append(name, parseBatchId(index + 1), update);
  const said: string[] = [];
  const logger = { ...SILENT, warn: (_: object, message: string) => void said.push(message) };
  const soon = (run: () => void): void => void setImmediate(run);
  const upTo = updates.length;
  const fold = { name, format: yjsFormat, log, folding, upTo, collect: true, logger, soon };
  const { update } = await foldLog(fold);
  expect(update).toEqual(yjsFormat.merge(updates));
  expect((await log.find(name))?.snapshot).toBe(upTo);
  expect(said).toEqual(['a document is folded without collecting what was deleted']);
});

test('families that are not in the module, and what is small, stay on the event loop', async () => {
  const folding = start({ families: ['yjs'] });
  expect([folding.isApart(YJS_KIND), folding.isApart(STRING_SET.kind)]).toEqual([true, false]);
  const nowhere = start({ entry: new URL('file:///not/there.js') });
  const [update = yjsFormat.empty] = typed(1);
  expect((await nowhere.merge(yjsFormat, [update, update], false)).update).toEqual(update);
});

describe('a thread that comes to an end over a job', () => {
  test.each([
    ['ends', 'process.exit(3)', /code 3/],
    ['needs too much memory', 'const all = []; while (true) all.push(new Array(1e6).fill({}))', /memory/],
    ['hangs', 'while (true);', /did not answer/],
  ])('%s: the job rejects, and another thread takes the next', async (_, code, why) => {
    const folding = start({
      module: moduleOf(code),
      maxJobMs: code === 'while (true);' ? 3_000 : 25_000,
      maxHeapMb: 64,
    });
    const job = new Uint8Array(100_000);
    const [first, second] = [
      folding.versionOf(TROUBLE, job),
      folding.versionOf(TROUBLE, new Uint8Array(100_000).fill(1)),
    ];
    await expect(first).rejects.toMatchObject({
      code: 'storage/failed',
      message: expect.stringMatching(why),
    });
    expect(await second).toEqual(Uint8Array.of(1));
  });

  test('cannot even begin: every job says so', async () => {
    const folding = start({ module: new URL('data:text/javascript,throw new Error("no such luck")') });
    const job = new Uint8Array(100_000);
    for (let round = 0; round < 2; round++)
      await expect(folding.versionOf(TROUBLE, job)).rejects.toMatchObject({
        message: expect.stringContaining('no such luck'),
      });
  });
});

test('closed under way: what waits and what runs is rejected', async () => {
  const folding = start({ module: moduleOf('while (true);'), maxJobMs: 20_000 });
  const jobs = [0, 0].map(() => folding.versionOf(TROUBLE, new Uint8Array(100_000)));
  const settled = Promise.allSettled(jobs);
  await folding.close();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(folding.versionOf(TROUBLE, new Uint8Array(100_000))).rejects.toMatchObject({
    code: 'storage/closed',
  });
});

/** Its version is its first byte; when that is 0, the thread runs `code`. */
function moduleOf(code: string): URL {
  const format = `{ kind: 'trouble', versionOf: (update) => { if (update[0] === 0) { ${code} } return update.slice(0, 1); } }`;
  const source = `export const formats = [{ family: 'trouble', formatOf: () => (${format}) }];`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

/** Yjs, but for collecting, which takes the thread down. */
const TOO_MUCH = new URL(
  `data:text/javascript,${encodeURIComponent(`
    const { formats: all } = await import('${STANDARD.href}');
    const yjs = all.find(({ family }) => family === 'yjs').formatOf('yjs');
    export const formats = [{ family: 'yjs', formatOf: () => ({ ...yjs, collect: () => process.exit(1) }) }];
  `)}`,
);

const TROUBLE: UpdateFormat = { ...yjsFormat, kind: parseDocumentKind('trouble') };

function start(options: Partial<WorkerFoldingOptions> = {}): WorkerFolding {
  const families = ['yjs', 'native', 'lattice', 'trouble'];
  const folding = new WorkerFolding({ module: STANDARD, families, entry: ENTRY, workers: 1, ...options });
  open.push(folding);
  return folding;
}

/** So many keystrokes, each an update of its own; the first half of them is deleted in the end. */
function typed(count: number): readonly Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = 7;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const text = doc.getText();
  for (let at = 0; at < count; at++) text.insert(at, 'x');
  if (count > 1) text.delete(0, count / 2);
  return updates;
}

/** Some hundred kilobytes of items that do not fuse. */
function manyItems(): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = 9;
  const text = doc.getText();
  doc.transact(() => {
    for (let item = 0; item < 5_000; item++) text.insert(0, `item ${item} `);
  });
  return Y.encodeStateAsUpdate(doc);
}
