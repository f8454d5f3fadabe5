// Clients in a real browser, offline: what stays on the device, and what happens when the device misbehaves.
import { type GSetState, gSet, stringLeaf } from '@causeway/core/lattice';
import { type LatticeDocument, latticeDocument } from '@causeway/core/lattice-doc';
import { yjsDocument } from '@causeway/core/yjs';
import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { type Client, type ClientOptions, createClient, type DocumentHandle } from './index.ts';

type Words = DocumentHandle<LatticeDocument<GSetState<string>, readonly string[]>>;

const DATABASE = 'causeway:typing';
const words = gSet(stringLeaf);
const cleanups: (() => Promise<unknown> | unknown)[] = [];

beforeEach(() => cleanups.push(() => deleteDB(DATABASE)));

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe('a document that is opened again', () => {
  test('has what was changed, and what the relay does not have yet', async () => {
    const first = newClient();
    const [list, note] = [await openWords(first), await first.open('text', yjsDocument(new Y.Doc()))];
    add(list, 'a');
    note.document.doc.getText('body').insert(0, 'Hello');
    await first.close();
    const second = newClient();
    const again = await openWords(second);
    const text = await second.open('text', yjsDocument(new Y.Doc()));
    expect(wordsOf(again)).toEqual(['a']);
    expect(text.document.doc.getText('body').toString()).toBe('Hello');
    expect(again.status).toMatchObject({ saved: 'disk', pending: { memory: 0, disk: 1 } });
    expect(await second.list()).toMatchObject([
      { name: 'note', pending: 1 },
      { name: 'text', pending: 1 },
    ]);
  });

  test('and not changed is not written, 20 times of 20', async () => {
    const first = newClient();
    const list = await openWords(first);
    for (let index = 0; index < 100; index++) add(list, `word ${index}`);
    await first.open('text', yjsDocument(new Y.Doc()));
    await first.close();
    const before = await contentOf(DATABASE);
    const writes = countWrites();
    for (let time = 0; time < 20; time++) {
      const client = newClient();
      expect(wordsOf(await openWords(client))).toHaveLength(100);
      await client.open('text', yjsDocument(new Y.Doc()));
      await client.close();
    }
    expect(writes()).toBe(0);
    expect(await contentOf(DATABASE)).toEqual(before);
  });
});

describe('replica ids', () => {
  test('are used again by later pages, and never by two at once', async () => {
    const [one, two] = [newClient(), newClient()];
    const [here, there] = [await replicaOf(one), await replicaOf(two)];
    expect(here).not.toBe(there);
    await one.close();
    expect(await replicaOf(newClient())).toBe(here);
    await two.close();
    expect([here, there]).toContain(await replicaOf(newClient()));
    expect((await contentOf(DATABASE))['replicas']).toHaveLength(2);
  });

  test('of a history that was deleted are not used again', async () => {
    const client = newClient();
    const before = await replicaOf(client);
    add(await openWords(client), 'a');
    await client.delete('note');
    const after = await replicaOf(client);
    expect(after).not.toBe(before);
    await client.close();
    expect(await replicaOf(newClient())).toBe(after);
  });

  test('of a document with a damaged record are left alone in it', async () => {
    const first = newClient();
    const before = await replicaOf(first);
    add(await openWords(first), 'a');
    await first.close();
    await damage('outbox');
    const second = newClient();
    expect(await replicaOf(second)).toBe(before);
    let used: number | undefined;
    await second.open('note', (site) => {
      used = site.replica;
      return latticeDocument(words)(site);
    });
    expect(used).not.toBe(before);
  });
});

describe('a damaged record', () => {
  test('is an error of its document; the rest of it, and other documents, go on', async () => {
    const first = newClient();
    const [note, other] = [await openWords(first, 'note'), await openWords(first, 'other')];
    add(note, 'a');
    await note.saved('disk');
    add(note, 'b');
    add(other, 'c');
    await first.close();
    await damage('outbox');
    const second = newClient();
    const [again, fine] = [await openWords(second, 'note'), await openWords(second, 'other')];
    expect(again.status.error).toMatchObject({ code: 'storage/corrupt' });
    expect(wordsOf(again)).toHaveLength(1);
    expect(fine.status.error).toBeUndefined();
    expect(wordsOf(fine)).toEqual(['c']);
    add(again, 'd');
    await again.saved('disk');
  });
});

describe('a database that is deleted under an open page', () => {
  test('gets everything again', async () => {
    const client = newClient();
    const note = await openWords(client);
    add(note, 'a');
    await note.saved('disk');
    await deleteDB(DATABASE);
    add(note, 'b');
    await client.close();
    const again = await openWords(newClient());
    expect(wordsOf(again)).toEqual(['a', 'b']);
    expect(again.status.pending.disk).toBeGreaterThan(0);
  });
});

describe('two tabs', () => {
  test('show what is changed in either, offline', async () => {
    const [here, there] = [await openWords(newClient()), await openWords(newClient())];
    add(here, 'a');
    await until(there, () => wordsOf(there).includes('a'));
    add(there, 'b');
    await until(here, () => wordsOf(here).includes('b'));
    expect(here.status).toMatchObject({ saved: 'disk', pending: { disk: 1 } });
  });

  test('send for one that is gone what it had not sent', async () => {
    const gone = newClient();
    const [here, there] = [await openWords(gone), await openWords(newClient())];
    add(here, 'a');
    await until(there, () => wordsOf(there).includes('a'));
    expect(there.status.pending.disk).toBe(0);
    await gone.close();
    await until(there, () => there.status.pending.disk === 1);
    expect(there.status.saved).toBe('disk');
  });

  test('close a document that one of them deletes', async () => {
    const client = newClient();
    const [here, there] = [await openWords(client), await openWords(newClient())];
    add(there, 'a');
    await until(here, () => wordsOf(here).includes('a'));
    const closed = expect(there.saved('relay')).rejects.toMatchObject({ code: 'storage/closed' });
    await client.delete('note');
    await closed;
    add(there, 'b');
    expect(await client.list()).toEqual([]);
  });

  test('are both signed out when one is', async () => {
    const [one, two] = [newClient(), newClient()];
    const [here, there] = [await openWords(one), await openWords(two)];
    add(here, 'a');
    add(there, 'b');
    await one.wipe();
    await expect(two.open('note', latticeDocument(words))).rejects.toMatchObject({ code: 'storage/closed' });
    expect(await newClient().list()).toEqual([]);
    expect(await contentOf(DATABASE)).toMatchObject({ documents: [], chunks: [], outbox: [] });
  });
});

describe('without IndexedDB', () => {
  test('documents are kept in memory, and the client says so and why', async () => {
    const client = newClient({ platform: { indexedDB: undefined } });
    const note = await openWords(client);
    expect(client.storage).toMatchObject({ state: 'memory', cause: { code: 'storage/failed' } });
    add(note, 'a');
    expect(note.status.saved).toBe('memory');
    await note.close();
    expect(wordsOf(await openWords(client))).toEqual(['a']);
  });

  test('the same where the database is of newer software', async () => {
    const newer = await openDB(DATABASE, 9);
    newer.close();
    const client = newClient();
    await openWords(client);
    expect(client.storage).toMatchObject({ state: 'memory', cause: { code: 'storage/version' } });
  });
});

function newClient(options: Partial<ClientOptions> = {}): Client {
  const client = createClient({
    url: 'ws://127.0.0.1:9/sync',
    namespace: 'typing',
    connect: false,
    ...options,
  });
  cleanups.push(() => client.close());
  return client;
}

function openWords(client: Client, name = 'note'): Promise<Words> {
  return client.open(name, latticeDocument(words));
}

/** Resolves as soon as `holds`, which is looked at after every change. */
function until(handle: Words, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return;
      for (const stop of stops) stop();
      resolve();
    };
    const stops = [handle.onStatus(look), handle.document.onChange(look)];
    look();
  });
}

function add({ document }: Words, word: string): void {
  document.mutate((state) => words.add(state, word));
}

function wordsOf({ document }: Words): readonly string[] {
  return document.value;
}

async function replicaOf(client: Client): Promise<number> {
  let replica = 0;
  const probe = await client.open(`probe ${crypto.randomUUID()}`, (site) => {
    replica = site.replica;
    return latticeDocument(words)(site);
  });
  await probe.close();
  return replica;
}

/** Counts what is put into, added to or deleted from any database of this page from now on. */
function countWrites(): () => number {
  let writes = 0;
  for (const method of ['put', 'add', 'delete', 'clear'] as const) {
    const original = IDBObjectStore.prototype[method];
    const spy = vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(function (
      this: IDBObjectStore,
      ...args: unknown[]
    ) {
      writes += 1;
      return Reflect.apply(original, this, args);
    });
    cleanups.push(() => spy.mockRestore());
  }
  return () => writes;
}

/** Every row of a database, by object store. */
async function contentOf(database: string): Promise<Record<string, readonly unknown[]>> {
  const raw = await openDB(database);
  const stores = [...raw.objectStoreNames];
  const rows = await Promise.all(
    stores.map(async (store) => {
      const [keys, values] = [await raw.getAllKeys(store), await raw.getAll(store)];
      return keys.map((key, index) => [key, values[index]]);
    }),
  );
  raw.close();
  return Object.fromEntries(stores.map((store, index) => [store, rows[index] ?? []]));
}

/** Makes the first row of an object store unreadable. */
async function damage(store: string): Promise<void> {
  const raw = await openDB(DATABASE);
  const [key] = await raw.getAllKeys(store);
  if (key !== undefined) await raw.put(store, { bytes: Uint8Array.of(1, 2, 3), sum: 4 }, key);
  raw.close();
}
