// A browser that does not store what it is asked to: what the page shows of it, and that it keeps the edits.
import { gSet, stringLeaf } from '@causeway/core/lattice';
import { latticeDocument } from '@causeway/core/lattice-doc';
import { deleteDB, openDB } from 'idb';
import { afterEach, expect, test, vi } from 'vitest';
import { commands } from 'vitest/browser';
import { persistStorage, storageUsage } from './device-storage.ts';
import { type Client, createClient } from './index.ts';

const DATABASE = 'causeway:hostile';
const words = gSet(stringLeaf);
const clients: Client[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const client of clients.splice(0)) await client.close();
  await deleteDB(DATABASE);
});

test('transactions that are aborted at their commit, several in a row, lose nothing', async () => {
  const { client, type, note } = await openPage();
  type('first');
  await note.saved('disk');
  let aborted = 0;
  const commit = IDBTransaction.prototype.commit;
  vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(function (this: IDBTransaction) {
    if (aborted >= 5) return Reflect.apply(commit, this, []);
    aborted += 1;
    this.abort();
  });
  type('second');
  await note.saved('disk');
  expect(aborted).toBe(5);
  await client.close();
  expect((await openPage()).note.document.value).toEqual(['first', 'second']);
});

test('a browser that forbids databases: documents are kept in memory, which is said, and they are at risk', async () => {
  vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
    throw new DOMException('not here', 'SecurityError');
  });
  const { client, type, note } = await openPage();
  expect(client.storage).toMatchObject({ state: 'memory', cause: { code: 'storage/failed' } });
  type('only here');
  await Promise.resolve();
  expect([note.status.saved, client.atRisk]).toEqual(['memory', 1]);
  await note.close();
  expect((await client.open('note', latticeDocument(words))).document.value).toEqual(['only here']);
});

test('a database of newer software is refused, and is what it was', async () => {
  const newer = await openDB(DATABASE, 9, {
    upgrade: (database) => void database.createObjectStore('later'),
  });
  await newer.put('later', 'treasure', 'key');
  newer.close();
  const { client, type } = await openPage();
  expect(client.storage).toMatchObject({
    state: 'memory',
    cause: { code: 'storage/version', data: { found: 9 } },
  });
  type('only here');
  await client.close();
  const again = await openDB(DATABASE, 9);
  expect([[...again.objectStoreNames], await again.get('later', 'key')]).toEqual([['later'], 'treasure']);
  again.close();
});

test('a full disk: the page says so, keeps the edits, and stores them when there is room', async () => {
  const tab = await commands.openTab('/packages/client/src/full-disk.page.ts', 'fresh');
  // Before the first write: Chromium remembers for a while how much room there was.
  await commands.setQuotaOfTab(tab, 400_000);
  await commands.evaluateInTab(tab, 'page.start()');
  await commands.evaluateInTab(tab, 'page.type(20)');
  await vi.waitFor(
    async () => expect(await commands.evaluateInTab(tab, 'page.trouble()')).toBe('storage/full'),
    { timeout: 10_000 },
  );
  expect(await commands.evaluateInTab(tab, 'page.atRisk()')).toBeGreaterThan(0);
  expect(await commands.evaluateInTab(tab, 'page.words()')).toBe(20);
  await commands.setQuotaOfTab(tab, null);
  await commands.evaluateInTab(tab, 'page.saved()');
  expect(await commands.evaluateInTab(tab, 'page.trouble()')).toBeUndefined();
  expect(await commands.evaluateInTab(tab, 'page.atRisk()')).toBe(0);
  await commands.evaluateInTab(tab, 'page.startAgain()');
  expect(await commands.evaluateInTab(tab, 'page.words()')).toBe(20);
  await commands.closeTab(tab);
});

test('the browser says how much this site stores, and whether it keeps it', async () => {
  const usage = await storageUsage();
  expect(usage?.quotaBytes).toBeGreaterThan(usage?.usedBytes ?? Number.POSITIVE_INFINITY);
  const persistence = await persistStorage();
  expect(persistence).toBe((await navigator.storage.persisted()) ? 'kept' : 'evictable');
  const silent = {
    persist: vi.fn(),
    persisted: () => Promise.reject(new TypeError('no')),
    estimate: async () => ({}),
  };
  expect([await persistStorage(silent), await storageUsage(silent)]).toEqual(['unknown', undefined]);
});

async function openPage() {
  const client = createClient({ url: 'ws://127.0.0.1:9/sync', namespace: 'hostile', connect: false });
  clients.push(client);
  const note = await client.open('note', latticeDocument(words));
  const type = (word: string): void => note.document.mutate((state) => words.add(state, word));
  return { client, note, type };
}
