// One user with this client, another with an unmodified y-websocket provider: one relay, one Y.Doc.
import { Seeded } from '@causeway/core/testing';
import { bindAwareness, type YjsDocument, yjsDocument, yjsFormats } from '@causeway/core/yjs';
import { createRelay, MemoryDocumentLog, type Relay } from '@causeway/relay';
import { afterEach, test } from 'vitest';
import { WebSocket } from 'ws';
import { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { type Client, createClient, type DocumentHandle, MemoryStore } from './index.ts';

const random = new Seeded(9);
const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('they edit one document, and what each made offline is merged', async () => {
  const relay = await startRelay();
  const { handle } = await ours(relay);
  const { provider, doc } = theirs(relay);
  await until(() => provider.synced);
  textOf(handle).insert(0, 'ours');
  await until(() => text(doc).toString() === 'ours');
  text(doc).insert(4, ' theirs');
  await until(() => textOf(handle).toString() === 'ours theirs');
  await handle.saved('relay');

  provider.disconnect();
  text(doc).insert(0, '(');
  textOf(handle).insert(textOf(handle).length, ')');
  await handle.saved('relay');
  provider.connect();
  await until(() => textOf(handle).toString() === '(ours theirs)');
  await until(() => text(doc).toString() === '(ours theirs)');
});

test('they see each other, and no longer when one has gone', async () => {
  const relay = await startRelay();
  const { client, handle } = await ours(relay);
  const own = new Awareness(handle.document.doc);
  cleanups.push(() => own.destroy());
  bindAwareness(own, handle.presence);
  const { provider, doc } = theirs(relay);
  await until(() => provider.synced);
  own.setLocalState({ name: 'ours', at: 1 });
  provider.awareness.setLocalState({ name: 'theirs', at: 1 });
  await until(() => seen(provider.awareness, own.clientID)?.['at'] === 1);
  await until(() => seen(own, doc.clientID)?.['name'] === 'theirs');
  own.setLocalState({ name: 'ours', at: 2 });
  await until(() => seen(provider.awareness, own.clientID)?.['at'] === 2);

  provider.disconnect();
  await until(() => seen(own, doc.clientID) === undefined);
  provider.connect();
  await until(() => seen(own, doc.clientID)?.['name'] === 'theirs');
  await until(() => seen(provider.awareness, own.clientID)?.['at'] === 2);
  await client.close();
  await until(() => seen(provider.awareness, own.clientID) === undefined);
});

async function startRelay(): Promise<Relay> {
  const log = new MemoryDocumentLog(() => random.u32());
  const relay = await createRelay({ log, formats: [yjsFormats()], port: 0 });
  cleanups.push(() => relay.close());
  return relay;
}

async function ours(
  relay: Relay,
): Promise<{ readonly client: Client; readonly handle: DocumentHandle<YjsDocument> }> {
  const client = createClient({ url: relay.syncUrl, store: new MemoryStore(), platform: { WebSocket } });
  cleanups.push(() => client.close());
  return { client, handle: await client.open('note', yjsDocument(new Y.Doc())) };
}

function theirs(relay: Relay): { readonly provider: WebsocketProvider; readonly doc: Y.Doc } {
  const doc = new Y.Doc();
  const options = { WebSocketPolyfill: WebSocket as never, disableBc: true, maxBackoffTime: 200 };
  const provider = new WebsocketProvider(`ws://127.0.0.1:${relay.port}/yjs`, 'note', doc, options);
  cleanups.push(() => provider.destroy());
  return { provider, doc };
}

function text(doc: Y.Doc): Y.Text {
  return doc.getText('body');
}

function textOf({ document }: DocumentHandle<YjsDocument>): Y.Text {
  return text(document.doc);
}

function seen(awareness: Awareness, client: number): Record<string, unknown> | undefined {
  return awareness.getStates().get(client);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
