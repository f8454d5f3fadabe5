// A change followed at once by the end of its tab: real tabs of a real browser, closed, navigated away and killed.
import { gSet, stringLeaf } from '@causeway/core/lattice';
import { latticeDocument } from '@causeway/core/lattice-doc';
import { deleteDB, openDB } from 'idb';
import { afterEach, expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { createClient } from './index.ts';

const PAGE = '/packages/client/src/typing.page.ts';
const DATABASE = 'causeway:typing';

afterEach(() => deleteDB(DATABASE));

test('a change survives a tab that is closed at once, 100 times of 100', async () => {
  const words = Array.from({ length: 100 }, (_, index) => `word ${index}`);
  const queue = [...words];
  const typist = async (): Promise<void> => {
    for (let word = queue.pop(); word !== undefined; word = queue.pop()) {
      const tab = await commands.openTab(PAGE);
      await commands.evaluateInTab(tab, `page.type('${word}')`);
      await commands.closeTab(tab);
    }
  };
  await Promise.all([typist(), typist(), typist(), typist()]);
  expect(await storedWords()).toEqual(words.sort());
}, 120_000);

test('so do twenty changes of one turn', async () => {
  const words = Array.from({ length: 20 }, (_, index) => `word ${index}`);
  const tab = await commands.openTab(PAGE);
  await commands.evaluateInTab(tab, `page.type(...${JSON.stringify(words)})`);
  await commands.closeTab(tab);
  expect(await storedWords()).toEqual(words.sort());
});

test('so does a change in a tab whose process is killed', async () => {
  const words = ['one', 'two', 'three'];
  for (const word of words) {
    const tab = await commands.openTab(PAGE);
    await commands.evaluateInTab(tab, `page.type('${word}', '${word} again')`);
    await commands.crashTab(tab);
  }
  expect(await storedWords()).toEqual(words.flatMap((word) => [word, `${word} again`]).sort());
});

test('so does a change that another tab has kept from being written', async () => {
  const tab = await commands.openTab(PAGE);
  await commands.evaluateInTab(tab, `page.type('first')`);
  await commands.evaluateInTab(tab, 'page.saved()');
  const release = await holdDatabase();
  await commands.evaluateInTab(tab, `page.type('second', 'third')`);
  const gone = untilLocksAreFree();
  await commands.closeTab(tab);
  await gone;
  release();
  expect(await storedWords()).toEqual(['first', 'second', 'third']);
});

/** What a page finds that opens the document next. */
async function storedWords(): Promise<readonly string[]> {
  const client = createClient({ url: 'ws://127.0.0.1:9/sync', namespace: 'typing', connect: false });
  try {
    return (await client.open('note', latticeDocument(gSet(stringLeaf)))).document.value;
  } finally {
    await client.close();
  }
}

/** Resolves when every page that holds a replica id now is gone. */
async function untilLocksAreFree(): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  expect(held).toHaveLength(1);
  for (const { name = '' } of held) await navigator.locks.request(name, () => {});
}

/** A transaction of this tab: until it is released, nobody else's writes begin. */
async function holdDatabase(): Promise<() => void> {
  const raw = await openDB(DATABASE);
  const outbox = raw.transaction('outbox', 'readwrite').store;
  await outbox.count();
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
