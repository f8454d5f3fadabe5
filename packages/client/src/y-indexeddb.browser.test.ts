// Databases that the real y-indexeddb wrote, imported.
import { yjsDocument, yjsFormats } from '@causeway/core/yjs';
import { deleteDB } from 'idb';
import { afterEach, expect, test } from 'vitest';
import { IndexeddbPersistence } from 'y-indexeddb';
import * as Y from 'yjs';
import { type Client, createClient, MemoryStore } from './index.ts';
import { importYIndexedDb } from './y-indexeddb.ts';

const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await deleteDB('old note');
});

test('a document kept with y-indexeddb is here with all of its content, and is sent', async () => {
  const doc = await keptWithYIndexedDb('old note', 600);
  const client = newClient();
  expect(await importYIndexedDb(client, { database: 'old note', name: 'notes/1' })).toBe(true);
  const handle = await client.open('notes/1', yjsDocument(new Y.Doc()));
  expect(handle.document.doc.getText('body').toString()).toBe(doc.getText('body').toString());
  expect(handle.document.doc.getMap('meta').toJSON()).toEqual({ title: 'kept' });
  expect(handle.status.pending.disk).toBe(1);
});

test('it stays where it is, and what an old page adds later is imported again', async () => {
  await keptWithYIndexedDb('old note', 3);
  const client = newClient();
  await importYIndexedDb(client, { database: 'old note' });
  const handle = await client.open('old note', yjsDocument(new Y.Doc()));
  handle.document.doc.getText('body').insert(0, 'new ');
  const doc = await keptWithYIndexedDb('old note', 2);
  expect(doc.getText('body').toString()).toHaveLength(5);
  await importYIndexedDb(client, { database: 'old note' });
  expect(handle.document.doc.getText('body').toString()).toHaveLength(9);
});

test('where there is no such database none is made, and nothing is imported', async () => {
  expect(await importYIndexedDb(newClient(), { database: 'never' })).toBe(false);
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain('never');
});

/** Types so many letters into a document that y-indexeddb keeps, and closes it. */
async function keptWithYIndexedDb(database: string, letters: number): Promise<Y.Doc> {
  const doc = new Y.Doc();
  const kept = new IndexeddbPersistence(database, doc);
  await kept.whenSynced;
  doc.getMap('meta').set('title', 'kept');
  for (let letter = 0; letter < letters; letter++) doc.getText('body').insert(letter, 'x');
  await kept.destroy();
  return doc;
}

function newClient(): Client {
  const client = createClient({
    url: 'ws://127.0.0.1:9/sync',
    store: new MemoryStore(),
    connect: false,
    formats: [yjsFormats()],
  });
  clients.push(client);
  return client;
}
