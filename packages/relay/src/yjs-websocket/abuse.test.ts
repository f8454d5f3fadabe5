// P6, for y-websocket: whatever one of its clients sends, that client alone is closed, and two editors notice nothing.

import { freshSeed, Seeded } from '@causeway/core/testing';
import { yjsFormats } from '@causeway/core/yjs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { encodeAwarenessUpdate } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { createRelay, type Relay } from '../relay.ts';
import { MemoryDocumentLog } from '../storage/memory-document-log.ts';
import { awarenessMessage, step1Message, updateMessage } from './message.ts';

const seed = freshSeed();
const random = new Seeded(seed);
const ROOM = 'shared';
const STEP_1 = step1Message(Uint8Array.of(0));
let relay: Relay;
let editors: readonly [WebsocketProvider, WebsocketProvider];
let edits = 0;

beforeAll(async () => {
  const log = new MemoryDocumentLog(() => random.u32());
  relay = await createRelay({ log, formats: [yjsFormats()], port: 0 });
  editors = [editor(), editor()];
  await until(() => editors.every(({ synced }) => synced));
  for (const [index, { awareness }] of editors.entries())
    awareness.setLocalState({ name: `editor ${index}` });
  await until(() => editors.every(seesBoth));
});

afterEach(async () => {
  const [one, two] = editors;
  edits += 1;
  one.doc.getText().insert(0, `${edits} `);
  await until(() => two.doc.getText().toString() === one.doc.getText().toString());
  expect(editors.map(seesBoth), `seed ${seed}`).toEqual([true, true]);
  expect(editors.map(({ wsconnected }) => wsconnected)).toEqual([true, true]);
});

afterAll(async () => {
  for (const provider of editors) provider.destroy();
  await relay.close();
});

const cases: readonly (readonly [string, () => Uint8Array | string, number])[] = [
  ['a text message', () => 'hello', 4400],
  ['nothing', () => new Uint8Array(), 4400],
  ['half a message', () => Uint8Array.of(0, 2, 9, 1), 4400],
  ['a message and more', () => Uint8Array.of(...STEP_1, 0), 4400],
  ['an unknown sync message', () => Uint8Array.of(0, 7, 1, 0), 4413],
  ['a state vector that is none', () => step1Message(Uint8Array.of(255, 255)), 4400],
  ['an update that is none', () => updateMessage(Uint8Array.of(1, 2, 3)), 4400],
  [
    'an update of a struct that no client would write',
    () => updateMessage(Uint8Array.of(1, 1, 5, 0, 31, 0)),
    4400,
  ],
  ['awareness of 50,000 clients', () => awarenessMessage(manyClients(50_000)), 4413],
  ['awareness that is no JSON', () => awarenessMessage(Uint8Array.of(1, 5, 1, 3, 120, 120, 120)), 4400],
  ['awareness above the limit', () => awarenessMessage(stateOf(77, 1, { big: 'x'.repeat(20_000) })), 4413],
  ['a message above the limit', () => new Uint8Array(40 * 1024 * 1024), 1009],
  ['a valid update of 110 MB', () => updateMessage(updateOf(110_000_000)), 1009],
];
test.each(cases)('%s closes whoever sent it', async (_, bytes, code) => {
  const socket = raw();
  await socket.ready;
  socket.send(STEP_1);
  socket.send(bytes());
  expect(await socket.closed).toBe(code);
});

test('nobody takes away or takes over the awareness of another', async () => {
  const [one] = editors;
  const shown = JSON.stringify([...one.awareness.getStates()].sort());
  const socket = raw();
  await socket.ready;
  for (const { doc } of editors) {
    socket.send(awarenessMessage(stateOf(doc.clientID, 1000, null)));
    socket.send(awarenessMessage(stateOf(doc.clientID, 1001, { name: 'forged' })));
  }
  // What it says of itself, behind all that, is seen: so the rest has been looked at.
  socket.send(awarenessMessage(stateOf(4242, 1, { name: 'myself' })));
  await until(() => one.awareness.getStates().has(4242));
  socket.send(awarenessMessage(stateOf(4243, 1, { name: 'another self' })));
  socket.end();
  await socket.closed;
  await until(() => !one.awareness.getStates().has(4242));
  expect(JSON.stringify([...one.awareness.getStates()].sort())).toBe(shown);
});

test('random messages', async () => {
  for (let round = 0; round < 200; round++) {
    const socket = raw();
    await socket.ready;
    const bytes = random.bytes(1 + random.int(60));
    bytes[0] = random.int(5);
    socket.send(bytes);
    socket.end();
    await socket.closed;
  }
});

test('an update that is valid and of no use is kept, and does not harm', async () => {
  const doc = new Y.Doc();
  doc.getMap('other').set('x', 1);
  const socket = raw();
  await socket.ready;
  socket.send(STEP_1);
  socket.send(updateMessage(Y.encodeStateAsUpdate(doc)));
  await until(() => editors[0].doc.getMap('other').get('x') === 1);
  socket.end();
});

function updateOf(size: number): Uint8Array {
  const doc = new Y.Doc();
  doc.getMap('large').set('x', new Uint8Array(size));
  return Y.encodeStateAsUpdate(doc);
}

function editor(): WebsocketProvider {
  const options = { WebSocketPolyfill: WebSocket as never, disableBc: true };
  return new WebsocketProvider(`ws://127.0.0.1:${relay.port}/yjs`, ROOM, new Y.Doc(), options);
}

function seesBoth({ awareness }: WebsocketProvider): boolean {
  return editors.every(
    ({ doc }, index) => awareness.getStates().get(doc.clientID)?.['name'] === `editor ${index}`,
  );
}

function stateOf(client: number, clock: number, state: object | null): Uint8Array {
  const states = new Map([[client, state]]);
  const meta = new Map([[client, { clock, lastUpdated: 0 }]]);
  return encodeAwarenessUpdate({ states, meta } as never, [client], states as never);
}

function manyClients(count: number): Uint8Array {
  const clients = Array.from({ length: count }, (_, index) => index + 1);
  const states = new Map(clients.map((client) => [client, { name: 'x' }]));
  const meta = new Map(clients.map((client) => [client, { clock: 1, lastUpdated: 0 }]));
  return encodeAwarenessUpdate({ states, meta } as never, clients, states as never);
}

interface RawSocket {
  readonly ready: Promise<void>;
  readonly closed: Promise<number>;
  send(bytes: Uint8Array | string): void;
  end(): void;
}

function raw(): RawSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${relay.port}/yjs/${ROOM}`);
  socket.on('error', () => undefined);
  return {
    ready: new Promise((resolve) => socket.once('open', () => resolve())),
    closed: new Promise((resolve) => socket.once('close', resolve)),
    send: (bytes) => socket.send(bytes),
    end: () => socket.close(1000),
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
