// Providers as apps use them today, unmodified, on a relay: y-websocket of both published lines, beside our own client.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocumentName } from '@causeway/core/id';
import { latticeFormats } from '@causeway/core/lattice-doc';
import { Seeded } from '@causeway/core/testing';
import { yjsFormat, yjsFormats } from '@causeway/core/yjs';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import { WebsocketProvider as WebsocketProvider2 } from 'y-websocket-2';
import * as Y from 'yjs';
import { Activity } from '../activity.ts';
import { createRelay, type Relay, type RelayOptions } from '../relay.ts';
import { LmdbDocumentLog } from '../storage/lmdb-document-log.ts';
import { MemoryDocumentLog } from '../storage/memory-document-log.ts';
import { ProtocolClient } from '../testing/protocol-client.ts';
import { STRING_SET } from '../testing/string-set.ts';

type Provider = InstanceType<typeof WebsocketProvider>;
const random = new Seeded(5);
const relays: Relay[] = [];
const providers: { destroy(): void }[] = [];

afterEach(async () => {
  for (const provider of providers.splice(0)) provider.destroy();
  await Promise.all(relays.splice(0).map((relay) => relay.close()));
});

const lines = [
  ['y-websocket 3', WebsocketProvider],
  ['y-websocket 2', WebsocketProvider2],
] as const;

for (const [line, Provider] of lines) {
  for (const path of ['/yjs', '']) {
    test(`${line} at ws://relay${path}: two editors, and one who comes later`, async () => {
      const relay = await start();
      const [one, two] = [page(relay, Provider, 'room', path), page(relay, Provider, 'room', path)];
      await Promise.all([one.synced, two.synced]);
      one.text.insert(0, 'hello');
      await two.shows('hello');
      two.text.insert(5, ' there');
      await one.shows('hello there');
      const late = page(relay, Provider, 'room', path);
      await late.synced;
      expect(late.text.toString()).toBe('hello there');
    });
  }
}

test('both lines and a client of our own edit one document, whatever its name', async () => {
  const relay = await start();
  const name = 'équipe/plan 1%';
  const [one, two] = [page(relay, WebsocketProvider, name), page(relay, WebsocketProvider2, name)];
  const own = await native(relay, name);
  await Promise.all([one.synced, two.synced]);
  one.text.insert(0, 'a');
  await two.shows('a');
  two.text.insert(1, 'b');
  await one.shows('ab');
  await own.shows('ab');
  await own.insert(2, 'c');
  await Promise.all([one.shows('abc'), two.shows('abc')]);
});

test('an empty document is answered too, and an edit is echoed when it is stored', async () => {
  const relay = await start();
  const one = page(relay, WebsocketProvider, 'empty');
  await one.synced;
  const messages = heard(one.provider);
  one.text.insert(0, 'x');
  await until(() => messages.some(([type, step]) => type === 0 && step === 2));
});

test('edits made offline on both sides merge, also over a restart of the relay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-yjs-'));
  try {
    const first = await start({ folder });
    const [one, two] = [page(first, WebsocketProvider, 'note'), page(first, WebsocketProvider2, 'note')];
    await Promise.all([one.synced, two.synced]);
    one.text.insert(0, 'base');
    await two.shows('base');
    await first.close();
    await until(() => !one.provider.wsconnected && !two.provider.wsconnected);
    one.text.insert(0, 'one ');
    two.text.insert(4, ' two');
    await start({ folder, port: first.port });
    await Promise.all([one.shows('one base two'), two.shows('one base two')]);
    const late = page({ port: first.port }, WebsocketProvider, 'note');
    await late.synced;
    await late.shows('one base two');
  } finally {
    for (const provider of providers.splice(0)) provider.destroy();
    await Promise.all(relays.splice(0).map((relay) => relay.close()));
    rmSync(folder, { recursive: true, force: true });
  }
});

test('coming again without edits stores nothing, though what was deleted is told each time', async () => {
  const name = parseDocumentName('note');
  const log = new MemoryDocumentLog(() => random.u32());
  const relay = await start({ log });
  const one = page(relay, WebsocketProvider, 'note');
  await one.synced;
  one.text.insert(0, 'hello world');
  one.text.delete(2, 3);
  const two = page(relay, WebsocketProvider, 'note');
  await two.shows('he world');
  // What is shown may be ahead of the log: the offset of the entry that makes the text what it is, in the order of the log.
  const offsetOf = async (wanted: string): Promise<number> => {
    for (;;) {
      const { entries } = await log.read(name, 0, 2 ** 20);
      const doc = new Y.Doc();
      for (const { offset, update } of entries) {
        Y.applyUpdate(doc, update);
        if (doc.getText().toString() === wanted) return offset;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const before = await offsetOf('he world');
  for (const provider of [one.provider, two.provider]) {
    provider.disconnect();
    provider.connect();
    await until(() => provider.synced);
  }
  const three = page(relay, WebsocketProvider, 'note');
  await three.synced;
  three.text.insert(0, '!');
  await one.shows('!he world');
  expect(await offsetOf('!he world')).toBe(before + 1);
});

test('awareness: late comers see it, it changes, and it vanishes with its socket', async () => {
  const relay = await start();
  const [one, two] = [page(relay, WebsocketProvider, 'note'), page(relay, WebsocketProvider2, 'note')];
  await Promise.all([one.synced, two.synced]);
  one.provider.awareness.setLocalState({ name: 'Ada', at: 1 });
  await two.sees(one, { name: 'Ada', at: 1 });
  const late = page(relay, WebsocketProvider, 'note');
  await late.sees(one, { name: 'Ada', at: 1 });
  one.provider.awareness.setLocalStateField('at', 2);
  await Promise.all([two.sees(one, { name: 'Ada', at: 2 }), late.sees(one, { name: 'Ada', at: 2 })]);
  one.provider.ws?.close();
  await Promise.all([two.sees(one, undefined), late.sees(one, undefined)]);
  // The same page again, with the clock that it had when it went.
  await until(() => one.provider.wsconnected);
  await Promise.all([two.sees(one, { name: 'Ada', at: 2 }), late.sees(one, { name: 'Ada', at: 2 })]);
});

test('a query for awareness is answered with that of the others', async () => {
  const relay = await start();
  const one = page(relay, WebsocketProvider, 'note');
  await one.synced;
  one.provider.awareness.setLocalState({ name: 'Ada' });
  const two = page(relay, WebsocketProvider, 'note');
  await two.sees(one, { name: 'Ada' });
  const messages = heard(two.provider);
  two.provider.ws?.send(Uint8Array.of(3));
  await until(() => messages.some(([type]) => type === 1));
});

test('a session that may only read is synced, may be seen, and is told when it writes', async () => {
  const relay = await start({
    authenticator: { authenticate: async (token) => ({ principal: token ?? 'nobody' }) },
    policy: {
      authorize: async ({ identity: { principal } }) => ({
        access: principal === 'nobody' ? undefined : principal === 'writer' ? 'write' : 'read',
        presence: true,
      }),
    },
  });
  const writer = page(relay, WebsocketProvider, 'note', '/yjs', { token: 'writer' });
  await writer.synced;
  writer.text.insert(0, 'text');
  const reader = page(relay, WebsocketProvider, 'note', '/yjs', { token: 'reader' });
  await reader.shows('text');
  reader.provider.awareness.setLocalState({ name: 'reader' });
  await writer.sees(reader, { name: 'reader' });
  const messages = heard(reader.provider);
  reader.text.insert(0, 'mine ');
  await until(() => messages.some(([type]) => type === 2));
  expect(writer.text.toString()).toBe('text');

  const codes: number[] = [];
  const stranger = page(relay, WebsocketProvider, 'note', '/yjs', { token: 'nobody' });
  stranger.provider.on('closed', ({ code }) => codes.push(code));
  await until(() => codes.length > 0);
  expect([codes, stranger.provider.shouldConnect]).toEqual([[4401], false]);
});

test('for whom the document has no room, it stays open: told that nothing more is stored, and not asked to come again', async () => {
  const activity = new Activity();
  const relay = await start({ activity, limits: { maxDocumentBytes: 1000 } });
  const [one, two] = [page(relay, WebsocketProvider, 'full'), page(relay, WebsocketProvider2, 'full')];
  await Promise.all([one.synced, two.synced]);
  one.text.insert(0, 'a');
  await two.shows('a');
  let closed = 0;
  one.provider.on('connection-close', () => {
    closed += 1;
  });
  const messages = heard(one.provider);
  for (const _ of [1, 2]) one.text.insert(1, 'x'.repeat(2000));
  await until(() => messages.some(([type]) => type === 2));
  two.text.insert(1, 'b');
  await until(() => one.text.toString().includes('b'));
  expect([closed, two.text.toString()]).toEqual([0, 'ab']);
  expect([...activity.refusedUpdates.entries()]).toEqual([['quota', 1]]);
});

test('a document of another kind is none for these clients, and they do not ask again', async () => {
  const relay = await start({ formats: [yjsFormats(), latticeFormats()] });
  const client = new ProtocolClient({ url: relay.syncUrl, WebSocket, random: () => random.u32() });
  await client.connect();
  await client.open('set', STRING_SET).caughtUp;
  const codes: number[] = [];
  const { provider } = page(relay, WebsocketProvider, 'set');
  provider.on('closed', ({ code }) => codes.push(code));
  await until(() => codes.length > 0);
  expect(codes).toEqual([4405]);
});

test('a relay that stops says so, and providers come again', async () => {
  const relay = await start();
  const one = page(relay, WebsocketProvider, 'note');
  await one.synced;
  const codes: (number | undefined)[] = [];
  one.provider.on('connection-close', (event) => codes.push(event?.code));
  await relay.close();
  await until(() => codes.length > 0);
  expect([codes[0], one.provider.shouldConnect]).toEqual([1001, true]);
});

interface Page {
  readonly doc: Y.Doc;
  readonly text: Y.Text;
  readonly provider: Provider;
  readonly synced: Promise<void>;
  shows(text: string): Promise<void>;
  sees(other: Page, state: object | undefined): Promise<void>;
}

function page(
  relay: Pick<Relay, 'port'>,
  ProviderClass: typeof WebsocketProvider | typeof WebsocketProvider2,
  room: string,
  path = '/yjs',
  params: Record<string, string> = {},
): Page {
  const doc = new Y.Doc();
  const options = { WebSocketPolyfill: WebSocket as never, disableBc: true, maxBackoffTime: 200, params };
  const url = `ws://127.0.0.1:${relay.port}${path}`;
  const provider = new ProviderClass(url, room, doc, options) as Provider;
  providers.push(provider);
  const text = doc.getText();
  return {
    doc,
    text,
    provider,
    synced: until(() => provider.synced),
    shows: (wanted) => until(() => text.toString() === wanted),
    sees: (other, state) =>
      until(
        () =>
          JSON.stringify(provider.awareness.getStates().get(other.doc.clientID)) === JSON.stringify(state),
      ),
  };
}

/** Messages that a provider gets from now on. */
function heard(provider: Provider): Uint8Array[] {
  const messages: Uint8Array[] = [];
  provider.ws?.addEventListener('message', ({ data }) => messages.push(new Uint8Array(data)));
  return messages;
}

/** A client that speaks our protocol, with a Y.Doc. */
async function native(
  relay: Relay,
  name: string,
): Promise<{ insert(at: number, text: string): Promise<unknown>; shows(text: string): Promise<void> }> {
  const client = new ProtocolClient({ url: relay.syncUrl, WebSocket, random: () => random.u32() });
  await client.connect();
  const document = client.open(name, yjsFormat);
  await document.caughtUp;
  const current = (): Y.Doc => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, document.content);
    return doc;
  };
  return {
    insert: (at, text) => {
      const doc = current();
      const before = Y.encodeStateVector(doc);
      doc.getText().insert(at, text);
      return document.edit(Y.encodeStateAsUpdate(doc, before));
    },
    shows: (wanted) => until(() => current().getText().toString() === wanted),
  };
}

interface StartOptions extends Partial<RelayOptions> {
  readonly folder?: string;
}

async function start({ folder, ...options }: StartOptions = {}): Promise<Relay> {
  const log =
    folder === undefined
      ? new MemoryDocumentLog(() => random.u32())
      : await LmdbDocumentLog.open({ folder, random: () => random.u32() });
  const relay = await createRelay({ log, formats: [yjsFormats()], port: 0, ...options });
  relays.push(relay);
  return relay;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
