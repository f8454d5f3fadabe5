// Native documents between clients and a real relay on a real port: what people who edit together, and apart, have.

import { counter, list, listOf, record, register, schema, set, text } from '@causeway/core/doc';
import { nativeDocument, nativeFormats, type SchemaEngine } from '@causeway/core/native';
import { createRelay, MemoryDocumentLog, type Relay } from '@causeway/relay';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, createClient, type DocumentHandle, MemoryStore } from './index.ts';

const Note = schema({
  title: register<string>(),
  body: text(),
  votes: counter(),
  tags: set<string>(),
  steps: list<string>(),
  parts: listOf(record({ heading: register<string>(), text: text() })),
});

type NoteHandle = DocumentHandle<SchemaEngine<(typeof Note)['fields']>>;

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('what two have edited offline is all there once both are back', async () => {
  const relay = await startRelay();
  const [ann, ben] = [connect(relay), connect(relay)];
  const [here, there] = [
    await ann.open('note', nativeDocument(Note)),
    await ben.open('note', nativeDocument(Note)),
  ];
  here.document.content.transact(() => {
    here.document.content.body.insert(0, 'milk');
    here.document.content.steps.push('buy', 'drink');
    here.document.content.tags.add('old');
    here.document.content.parts.push().heading.set('first');
  });
  await until(there, () => there.document.content.steps.length === 2);
  await here.saved('relay');
  ann.disconnect();
  ben.disconnect();
  const [a, b] = [here.document.content, there.document.content];
  a.body.insert(4, ' and eggs');
  a.votes.add(2);
  a.tags.delete('old');
  a.steps.move(0, 1);
  a.parts.get(0)?.text.insert(0, 'by ann');
  b.body.insert(0, 'oat ');
  b.votes.add(3);
  b.tags.add('new');
  b.steps.insert(0, 'go out');
  b.parts.get(0)?.heading.set('First');
  await Promise.all([here.saved('disk'), there.saved('disk')]);
  ann.connect();
  ben.connect();
  await Promise.all([here.saved('relay'), there.saved('relay')]);
  const merged = ({ document: { content } }: NoteHandle): boolean =>
    content.votes.value === 5 &&
    content.body.length === 'oat milk and eggs'.length &&
    content.steps.get(1) === 'drink' &&
    content.steps.length === 3 &&
    content.tags.size === 1 &&
    content.parts.toJSON()[0]?.text === 'by ann' &&
    content.parts.toJSON()[0]?.heading === 'First';
  for (const handle of [here, there]) {
    await until(handle, () => merged(handle));
    expect(handle.document.content.toJSON()).toEqual({
      title: undefined,
      body: 'oat milk and eggs',
      votes: 5,
      tags: ['new'],
      steps: ['go out', 'drink', 'buy'],
      parts: [{ heading: 'First', text: 'by ann' }],
    });
  }
});

test('what a page left is there for the next page of the same device, which goes on from it', async () => {
  const relay = await startRelay();
  const store = new KeptStore();
  const first = connect(relay, store);
  const before = await first.open('note', nativeDocument(Note));
  before.document.content.body.insert(0, 'kept');
  await before.saved('disk');
  await first.close();
  const again = await connect(relay, store).open('note', nativeDocument(Note));
  expect(again.document.content.body.toString()).toBe('kept');
  again.document.content.body.insert(4, '!');
  await again.saved('relay');
  const other = await connect(relay).open('note', nativeDocument(Note));
  await until(other, () => other.document.content.body.toString() === 'kept!');
});

test('a relay that has lost its disk gets everything back from those who have it', async () => {
  const lost = await startRelay();
  const here = await connect(lost).open('note', nativeDocument(Note));
  for (const [index, word] of ['one', 'two', 'three'].entries()) {
    here.document.content.steps.push(word);
    here.document.content.body.insert(index, String(index));
  }
  here.document.content.steps.move(0, 2);
  await here.saved('relay');
  const wanted = here.document.content.toJSON();
  await lost.close();
  const relay = await startRelay(lost.port);
  const late = await connect(relay).open('note', nativeDocument(Note));
  await until(late, () => late.document.content.steps.length === 3);
  expect(late.document.content.toJSON()).toEqual(wanted);
});

/** A store that outlives its clients, as a disk does. */
class KeptStore extends MemoryStore {
  override readonly durable: boolean = true;

  override async close(): Promise<void> {
    // The next client uses it on.
  }
}

/** What it knows goes with it. */
async function startRelay(port = 0): Promise<Relay> {
  const random = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const relay = await createRelay({ log: new MemoryDocumentLog(random), formats: [nativeFormats()], port });
  cleanups.push(() => relay.close());
  return relay;
}

function connect(relay: Relay, store = new KeptStore()): Client {
  const client = createClient({ url: relay.syncUrl, store, platform: { WebSocket } });
  cleanups.push(() => client.close());
  return client;
}

/** Resolves as soon as `holds`, which is looked at after every change of the document. */
function until({ document }: NoteHandle, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (holds()) return resolve();
    const stop = document.content.onChange(() => {
      if (!holds()) return;
      stop();
      resolve();
    });
  });
}
