import { CausewayError } from '@causeway/core';
import { gSet, stringLeaf } from '@causeway/core/lattice';
import { latticeDocument } from '@causeway/core/lattice-doc';
import { afterEach, expect, test } from 'vitest';
import { type Client, createClient, type DocumentStore, MemoryStore } from './index.ts';
import { guardLeaving } from './leave-guard.ts';

const words = gSet(stringLeaf);
const FULL = new CausewayError('storage/full', { what: 'write' }, 'the disk is full');
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close().catch(() => {});
});

test('nobody is asked while the disk takes what is written; somebody is while it does not', async () => {
  const store = new Disk();
  const { client, page, type } = await openPage(store);
  guardLeaving(client, page);
  type('written');
  await settle();
  expect(isAsked(page)).toBe(false);
  store.isFull = true;
  type('not written');
  await settle();
  expect(client.atRisk).toBe(1);
  expect(isAsked(page)).toBe(true);
  store.isFull = false;
  await client.close();
  expect(client.atRisk).toBe(0);
});

test('where documents are in memory only, what the relay has not got is at risk', async () => {
  const { client, page, type } = await openPage(new MemoryStore());
  const stop = guardLeaving(client, page);
  expect(isAsked(page)).toBe(false);
  type('only here');
  await settle();
  expect(isAsked(page)).toBe(true);
  stop();
  expect(isAsked(page)).toBe(false);
});

class Disk extends MemoryStore {
  override readonly durable: boolean = true;
  isFull = false;

  override async write(...parts: Parameters<DocumentStore['write']>): Promise<void> {
    if (this.isFull) throw FULL;
    await super.write(...parts);
  }
}

async function openPage(store: DocumentStore): Promise<{
  readonly client: Client;
  readonly page: EventTarget;
  readonly type: (word: string) => void;
}> {
  const client = createClient({ url: 'ws://127.0.0.1:9/sync', store, connect: false });
  clients.push(client);
  const { document } = await client.open('note', latticeDocument(words));
  const type = (word: string): void => document.mutate((state) => words.add(state, word));
  return { client, page: new EventTarget(), type };
}

/** What a browser asks of a page that it is about to close. */
function isAsked(page: EventTarget): boolean {
  const leaving = new Event('beforeunload', { cancelable: true });
  page.dispatchEvent(leaving);
  return leaving.defaultPrevented;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
