import { type Client, createClient, MemoryStore } from '@causeway/client';
import { afterEach, describe, expect, it } from 'vitest';
import { bodyFactory, bodyName } from '../model/body.ts';
import type { SaveFacts } from '../model/save-words.ts';
import { Shelf } from './shelf.ts';

const clients: Client[] = [];

/** A page that stays offline, on a store that others may share. */
function page(store = new MemoryStore()): Client {
  const client = createClient({ url: 'ws://127.0.0.1:1/sync', store, connect: false });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

async function write(client: Client, id: string, text: string): Promise<void> {
  const handle = await client.open(bodyName(id), bodyFactory);
  handle.document.doc.getText('body').insert(0, text);
}

/** Resolves when the facts are as wanted. */
function until(shelf: Shelf, isWanted: (facts: SaveFacts) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isWanted(shelf.facts)) return;
      stop();
      resolve();
    };
    const stop = shelf.subscribe(look);
    look();
  });
}

describe('the shelf', () => {
  it('speaks for all the texts it keeps, and no longer for those it let go', async () => {
    const client = page();
    const shelf = new Shelf(client);
    shelf.keep(['a', 'b']);
    await write(client, 'a', 'one');
    await write(client, 'b', 'two');
    await until(shelf, ({ unsent }) => unsent === 2);
    expect(shelf.facts.saved).toBe('memory');
    expect(shelf.handles.map(({ name }) => name)).toEqual(['note/a', 'note/b']);

    shelf.keep(['b']);
    await until(shelf, ({ unsent }) => unsent === 1);
    expect(shelf.handles.map(({ name }) => name)).toEqual(['note/b']);
  });

  it('gives the same facts until something changes', async () => {
    const shelf = new Shelf(page());
    const { facts } = shelf;
    expect(shelf.facts).toBe(facts);
  });

  it('opens what an earlier page left unsent, even if no note in the list asks for it', async () => {
    const store = new MemoryStore();
    await write(page(store), 'left', 'unsent');
    const shelf = new Shelf(page(store));
    shelf.keep([]);
    await until(shelf, ({ unsent }) => unsent === 1);
    expect(shelf.handles.map(({ name }) => name)).toEqual(['note/left']);
  });

  it('says that a note cannot be opened, and keeps the others', async () => {
    const client = page();
    const shelf = new Shelf(client);
    shelf.keep(['\u0000', 'sound']);
    await until(shelf, ({ trouble }) => trouble !== undefined && shelf.handles.length === 1);
    expect(shelf.facts.trouble).toMatch(/^A note cannot be opened\./);
  });
});
