import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NATIVE_KIND } from '@causeway/core/native';
import { YJS_KIND, yjsFormat } from '@causeway/core/yjs';
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { WorkerMerger } from './worker-merger.ts';

/** Threads run what is compiled. */
const ENTRY = new URL('../../dist/merging/merge-worker.js', import.meta.url);
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function merger(options: { readonly entry?: URL; readonly collects?: boolean } = {}): WorkerMerger {
  const made = new WorkerMerger({ entry: ENTRY, threads: 2, collects: true, ...options });
  cleanups.push(() => made.close());
  return made;
}

/** A thread that does this with each job. */
function entry(body: string): URL {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-worker-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'worker.mjs');
  writeFileSync(
    path,
    `import { parentPort } from 'node:worker_threads';\nparentPort.on('message', (job) => {${body}});`,
  );
  return pathToFileURL(path);
}

function typedAndDeleted(): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const text = doc.getText('t');
  for (let i = 0; i < 500; i++) text.insert(i, 'x');
  text.delete(0, 499);
  return updates;
}

test('merges on a thread as here, many at once, and folds without what was deleted', async () => {
  const threads = merger();
  const updates = typedAndDeleted();
  const merged = yjsFormat.merge(updates);
  const all = await Promise.all(Array.from({ length: 20 }, () => threads.merge(YJS_KIND, updates)));
  for (const each of all) expect(each).toEqual(merged);
  const folded = await threads.fold(YJS_KIND, [merged]);
  expect([merged.length > 500, folded.length < 100]).toEqual([true, true]);
  const doc = new Y.Doc();
  Y.applyUpdate(doc, folded);
  expect(doc.getText('t').toString()).toBe('x');
  expect(await merger({ collects: false }).fold(YJS_KIND, [merged])).toEqual(merged);
});

test('says what cannot be merged, and goes on', async () => {
  const threads = merger();
  const bad = [Uint8Array.of(9, 9, 9), Uint8Array.of(9)];
  await expect(threads.merge(NATIVE_KIND, bad)).rejects.toMatchObject({ code: 'storage/failed' });
  expect((await threads.merge(YJS_KIND, typedAndDeleted())).length).toBeGreaterThan(100);
});

test('a thread that crashes takes one job with it', async () => {
  const threads = merger({
    entry: entry(`
      if (job.kind === 'native') throw new Error('broken');
      parentPort.postMessage({ id: job.id, merged: Uint8Array.of(1) });`),
  });
  const settled = await Promise.allSettled([
    threads.merge(NATIVE_KIND, []),
    threads.merge(YJS_KIND, []),
    threads.merge(YJS_KIND, []),
    threads.merge(NATIVE_KIND, []),
    threads.merge(YJS_KIND, []),
  ]);
  expect(settled.map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
});

test('when it is closed, what waits is told', async () => {
  const threads = merger({ entry: entry('') });
  const settled = Promise.allSettled(Array.from({ length: 5 }, () => threads.merge(YJS_KIND, [])));
  await threads.close();
  for (const { status } of await settled) expect(status).toBe('rejected');
  await expect(threads.merge(YJS_KIND, [])).rejects.toMatchObject({ code: 'storage/failed' });
});
