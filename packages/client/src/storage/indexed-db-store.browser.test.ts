// The contract on a real IndexedDB, and what only a real one shows.
import { parseDocumentKind, parseDocumentName, parseReplicaId } from '@causeway/core/id';
import { parseBatchId } from '@causeway/core/sync';
import type {} from '@vitest/browser-playwright';
import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import { afterEach, describe, expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import {
  documentStoreContract,
  durableStoreContract,
  type StorePlace,
} from '../testing/document-store-contract.ts';
import type { Batch } from './document-store.ts';
import { IndexedDbStore } from './indexed-db-store.ts';
import { Journal } from './journal.ts';

const KIND = parseDocumentKind('yjs');
const NOTE = parseDocumentName('note');
const OTHER = parseDocumentName('other');
const JOURNAL = 'test journal';

let lastPlace = 0;
const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe('a store in IndexedDB', () => {
  for (const check of [...documentStoreContract, ...durableStoreContract]) {
    test(check.title, () => check.run(openPlace));
  }
});

describe('a damaged record', () => {
  test('is named with its key; the rest of its document, and the other documents, are there', async () => {
    const { store, raw } = await openStore();
    await store.write(NOTE, KIND, {
      received: [bytes('a'), bytes('b'), bytes('c')],
      position: { epoch: 1, offset: 3 },
    });
    await store.write(OTHER, KIND, { received: [bytes('d')], position: { epoch: 1, offset: 1 } });
    const key = ['note', 2, 1];
    await raw.put('chunks', { bytes: bytes('x'), sum: (await raw.get('chunks', key)).sum }, key);
    const note = await store.load(NOTE);
    expect(note?.chunks).toEqual([bytes('a'), bytes('c')]);
    expect(note?.position).toBeUndefined();
    expect(note?.damage).toMatchObject([{ code: 'storage/corrupt', data: { key: 'chunks ["note",2,1]' } }]);
    expect(await store.load(OTHER)).toMatchObject({
      chunks: [bytes('d')],
      position: { offset: 1 },
      damage: [],
    });
  });

  test.each([
    ['no object', 7],
    ['no bytes', { sum: 1 }],
    ['no sum', { bytes: bytes('x') }],
  ])('is found when it has %s', async (_, row) => {
    const { store, raw } = await openStore();
    await store.write(NOTE, KIND, { made: [batch(1, 'a'), batch(2, 'b')] });
    await raw.put('outbox', row, ['note', 1]);
    const note = await store.load(NOTE);
    expect(note?.outbox.map(({ id }) => id)).toEqual([2]);
    expect(note?.damage).toMatchObject([{ code: 'storage/corrupt', data: { key: 'outbox ["note",1]' } }]);
  });

  test('stays where it is when its neighbours are compacted, settled or refused', async () => {
    const { store, raw } = await openStore();
    await store.write(NOTE, KIND, { received: [bytes('a'), bytes('b'), bytes('c')], made: [batch(1, 'd')] });
    await raw.put('chunks', 'nonsense', ['note', 2, 1]);
    await raw.put('outbox', 'nonsense', ['note', 1]);
    await store.compact(NOTE, (updates, whole) => {
      expect(whole).toBe(false);
      return bytes(updates.map((update) => new TextDecoder().decode(update)).join(''));
    });
    await store.write(NOTE, KIND, { settled: [batch(1, '').id] });
    expect((await store.load(NOTE))?.chunks).toEqual([bytes('ac')]);
    expect((await store.load(NOTE))?.damage).toHaveLength(2);
  });

  test('that says what kind a document is closes that document alone, until it is written again', async () => {
    const { store, raw } = await openStore();
    await store.write(NOTE, KIND, { received: [bytes('a')] });
    await store.write(OTHER, KIND, { received: [bytes('b')] });
    await raw.put('documents', { bytes: bytes('??'), sum: 0 }, 'note');
    await expect(store.load(NOTE)).rejects.toMatchObject({
      code: 'storage/corrupt',
      data: { key: 'documents note' },
    });
    expect(await store.list()).toMatchObject([{ name: 'other' }]);
    await store.write(NOTE, KIND, { received: [bytes('c')] });
    expect((await store.load(NOTE))?.chunks).toEqual([bytes('a'), bytes('c')]);
  });
});

describe('a database that is taken away', () => {
  test('is opened again by the next write, and says that it is empty', async () => {
    const { store, database } = await openStore();
    let lost = 0;
    store.onLost(() => {
      lost += 1;
    });
    await store.write(NOTE, KIND, { made: [batch(1, 'a')] });
    await deleteDB(database);
    await store.write(NOTE, KIND, { made: [batch(2, 'b')] });
    expect(lost).toBe(1);
    expect((await store.load(NOTE))?.outbox).toMatchObject([batch(2, 'b')]);
  });

  test('by the browser is opened again too', async () => {
    const { store } = await openStore();
    let lost = 0;
    store.onLost(() => {
      lost += 1;
    });
    await store.write(NOTE, KIND, { made: [batch(1, 'a')] });
    const closed = new Promise((resolve) => store.onLost(() => resolve(undefined)));
    await cdp().send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'indexeddb' });
    await store.write(NOTE, KIND, { made: [batch(2, 'b')] });
    await closed;
    expect(lost).toBe(1);
    expect((await store.load(NOTE))?.outbox).toMatchObject([batch(2, 'b')]);
  });

  test('by newer software of this site is left to it', async () => {
    const { store, database } = await openStore();
    await store.write(NOTE, KIND, { made: [batch(1, 'a')] });
    const newer = await openDB(database, 9);
    newer.close();
    await expect(store.write(NOTE, KIND, { made: [batch(2, 'b')] })).rejects.toMatchObject({
      code: 'storage/version',
      data: { found: 9, supported: 1 },
    });
  });

  test('for as long as another page does not let go of it is not waited for without end', async () => {
    const { database } = await openStore();
    const holder = await openDB(database);
    const deleted = deleteDB(database);
    const timers: (() => void)[] = [];
    const setTimer = (_: number, run: () => void): (() => void) => {
      timers.push(run);
      return () => {};
    };
    const store = new IndexedDbStore({ database, now: () => 0, setTimer });
    const opened = store.open();
    for (const run of timers) run();
    await expect(opened).rejects.toMatchObject({ code: 'storage/failed' });
    holder.close();
    await deleted;
    await store.close();
  });
});

describe('what a page could not finish', () => {
  test('is taken over by the next one, once', async () => {
    const page = new EventTarget();
    const database = newDatabase();
    const gone = newJournaledStore(page, database);
    await gone.open();
    const release = await holdDatabase(database);
    const written = gone.write(NOTE, KIND, { made: [batch(1, 'a'), batch(2, 'b')] });
    page.dispatchEvent(new Event('pagehide'));
    const late = gone.write(OTHER, KIND, { made: [batch(3, 'c')] });
    // Each store here has a database of its own, so that the next one has nothing but what was left behind.
    const next = newJournaledStore(new EventTarget());
    await next.open();
    expect((await next.load(NOTE))?.outbox).toMatchObject([batch(1, 'a'), batch(2, 'b')]);
    expect((await next.load(OTHER))?.outbox).toMatchObject([batch(3, 'c')]);
    const third = newJournaledStore(new EventTarget());
    await third.open();
    expect(await third.list()).toEqual([]);
    release();
    await Promise.all([written, late]);
  });

  test('is not left behind when it was finished after all', async () => {
    const page = new EventTarget();
    const store = newJournaledStore(page);
    await store.open();
    const written = store.write(NOTE, KIND, { made: [batch(1, 'a')] });
    page.dispatchEvent(new Event('pagehide'));
    expect(journals()).toHaveLength(1);
    await written;
    expect(journals()).toEqual([]);
    page.dispatchEvent(new Event('pageshow'));
    const next = store.write(NOTE, KIND, { made: [batch(2, 'b')] });
    expect(journals()).toEqual([]);
    await next;
  });

  test('is dropped when its document is of another kind by now', async () => {
    const page = new EventTarget();
    const database = newDatabase();
    const gone = newJournaledStore(page, database);
    await gone.open();
    const release = await holdDatabase(database);
    const written = gone.write(NOTE, KIND, { made: [batch(1, 'a')] });
    page.dispatchEvent(new Event('pagehide'));
    const other = newDatabase();
    const before = newStore(other);
    await before.open();
    await before.write(NOTE, parseDocumentKind('native'), { made: [batch(2, 'b')] });
    await before.close();
    const next = newJournaledStore(new EventTarget(), other);
    await next.open();
    expect((await next.load(NOTE))?.outbox).toMatchObject([batch(2, 'b')]);
    expect(journals()).toEqual([]);
    release();
    await written;
  });

  test('is left where it is when it does not decode', async () => {
    const key = `${JOURNAL}#1`;
    localStorage.setItem(key, '00000000nonsense');
    cleanups.push(() => localStorage.removeItem(key));
    const store = newJournaledStore(new EventTarget());
    await store.open();
    expect(await store.list()).toEqual([]);
    expect(journals()).toEqual([key]);
  });
});

describe('a replica id that is retired while the database cannot be written', () => {
  test('is not used again', async () => {
    const id = parseReplicaId(7);
    const database = newDatabase();
    const store = newJournaledStore(new EventTarget(), database);
    await store.open();
    await store.addReplica(id);
    const newer = await openDB(database, 9);
    await store.retireReplica(id);
    newer.close();
    const journal = newJournal(new EventTarget());
    expect(journal.retired()).toEqual([id]);
    const next = newJournaledStore(new EventTarget());
    await next.addReplica(id);
    expect(await next.replicas()).toEqual([]);
    await next.recover();
    expect(journal.retired()).toEqual([]);
    expect(await next.replicas()).toEqual([]);
  });
});

/** Another page's transaction: until it is released, nobody else's writes begin. */
async function holdDatabase(database: string): Promise<() => void> {
  const raw = await openDB(database);
  const outbox = raw.transaction('outbox', 'readwrite').store;
  let isHeld = true;
  const hold = async (): Promise<void> => {
    while (isHeld) await outbox.count();
    raw.close();
  };
  void hold();
  return () => {
    isHeld = false;
  };
}

async function openPlace(): Promise<StorePlace> {
  const database = newDatabase();
  return { open: async () => newStore(database) };
}

/** A store, and its database without the store's care. */
async function openStore(): Promise<{ store: IndexedDbStore; raw: IDBPDatabase; database: string }> {
  const database = newDatabase();
  const store = newStore(database);
  await store.open();
  const raw = await openDB(database, undefined, { blocking: () => raw.close() });
  cleanups.push(
    () => store.close(),
    () => raw.close(),
  );
  return { store, raw, database };
}

function newStore(database: string): IndexedDbStore {
  return new IndexedDbStore({ database, now: () => Date.now(), setTimer });
}

function newJournaledStore(page: EventTarget, database: string = newDatabase()): IndexedDbStore {
  const store = new IndexedDbStore({ database, now: () => Date.now(), setTimer, journal: newJournal(page) });
  cleanups.push(() => store.close());
  return store;
}

function newJournal(page: EventTarget): Journal {
  const [part = 0] = crypto.getRandomValues(new Uint32Array(1));
  return new Journal({ storage: localStorage, page, prefix: JOURNAL, random: () => part });
}

function journals(): readonly string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(JOURNAL));
}

function setTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

function newDatabase(): string {
  lastPlace += 1;
  const database = `test ${lastPlace}`;
  cleanups.push(() => deleteDB(database));
  return database;
}

function batch(id: number, text: string): Batch {
  return { id: parseBatchId(id), update: bytes(text) };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
