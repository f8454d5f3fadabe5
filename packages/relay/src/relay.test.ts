// A relay on a real port with real WebSockets, its log in memory: what clients see of it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CausewayError } from '@causeway/core';
import type { UpdateFormat } from '@causeway/core/format';
import { parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import { latticeFormats } from '@causeway/core/lattice-doc';
import { Seeded } from '@causeway/core/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Authenticator } from './auth/authenticator.ts';
import type { Policy } from './auth/policy.ts';
import { createRelay, type Relay, type RelayOptions } from './relay.ts';
import { MemoryDocumentLog } from './storage/memory-document-log.ts';
import { ProtocolClient } from './testing/protocol-client.ts';
import { adding, elementsOf, STRING_SET } from './testing/string-set.ts';

const random = new Seeded(4600);
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe('documents', () => {
  test('an edit is acknowledged and reaches the others', async () => {
    const relay = await startRelay();
    const [one, two] = [await connect(relay), await connect(relay)];
    const [here, there] = [one.open('note', STRING_SET), two.open('note', STRING_SET)];
    await Promise.all([here.caughtUp, there.caughtUp]);
    expect(await here.edit(adding('a'))).toEqual({ type: 'acknowledged' });
    expect(await there.edit(adding('b'))).toEqual({ type: 'acknowledged' });
    expect(elementsOf(there.content)).toEqual(['a', 'b']);
    expect(await here.edit(adding('c'))).toEqual({ type: 'acknowledged' });
    expect(elementsOf(here.content)).toEqual(['a', 'b', 'c']);
  });

  test('whoever comes later gets everything, in a document of any size', async () => {
    const relay = await startRelay();
    const writer = (await connect(relay)).open('note', STRING_SET);
    const large = 'x'.repeat(60_000);
    const elements = Array.from({ length: 60 }, (_, index) => `${index} ${large}`);
    await Promise.all(elements.map((element) => writer.edit(adding(element))));
    const reader = (await connect(relay)).open('note', STRING_SET);
    await reader.caughtUp;
    expect(elementsOf(reader.content)).toEqual(elementsOf(writer.content));
    expect(reader.position).toEqual(writer.position);
  });

  test('a client that comes back goes on from where it was', async () => {
    const relay = await startRelay();
    const [one, two] = [await connect(relay), await connect(relay)];
    const [here, there] = [one.open('note', STRING_SET), two.open('note', STRING_SET)];
    await here.edit(adding('a'));
    await there.edit(adding('b'));
    await one.disconnect();
    await there.edit(adding('c'));
    const offline = here.edit(adding('d'));
    await one.connect();
    expect(await offline).toEqual({ type: 'acknowledged' });
    await here.caughtUp;
    expect(elementsOf(here.content)).toEqual(['a', 'b', 'c', 'd']);
    expect(here.newEpochs).toBe(0);
    const offsets = here.positions.map((position) => position.offset);
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
  });

  test('an update larger than a message travels in fragments', async () => {
    const relay = await startRelay();
    const writer = (await connect(relay)).open('note', STRING_SET);
    const elements = Array.from({ length: 50 }, (_, index) => `${index}${'y'.repeat(60_000)}`);
    const update = STRING_SET.merge(elements.map(adding));
    expect(update.length).toBeGreaterThan(2_900_000);
    expect(await writer.edit(update)).toEqual({ type: 'acknowledged' });
    const reader = (await connect(relay)).open('note', STRING_SET);
    await reader.caughtUp;
    expect(elementsOf(reader.content)).toEqual([...elements].sort());
  });

  test('documents do not mix', async () => {
    const relay = await startRelay();
    const client = await connect(relay);
    const [left, right] = [client.open('left', STRING_SET), client.open('right', STRING_SET)];
    await left.edit(adding('a'));
    await right.edit(adding('b'));
    expect([elementsOf(left.content), elementsOf(right.content)]).toEqual([['a'], ['b']]);
  });
});

describe('presence', () => {
  test('is shown to those who are there and to those who come, and goes with its session', async () => {
    const relay = await startRelay();
    const [one, two] = [await connect(relay), await connect(relay)];
    const here = one.open('note', STRING_SET);
    await here.caughtUp;
    here.show(Uint8Array.of(1, 2));
    await here.edit(adding('a'));
    const there = two.open('note', STRING_SET);
    await there.peersChanged;
    expect([...there.peers.values()]).toEqual([Uint8Array.of(1, 2)]);
    const changed = there.peersChanged;
    here.show(Uint8Array.of(3));
    await changed;
    expect([...there.peers.values()]).toEqual([Uint8Array.of(3)]);
    expect(here.peers.size).toBe(0);
    const gone = there.peersChanged;
    await one.disconnect();
    await gone;
    expect(there.peers.size).toBe(0);
  });
});

describe('refusals', () => {
  test('what a document cannot be is said, and the session goes on', async () => {
    const relay = await startRelay();
    const client = await connect(relay);
    await client.open('set', STRING_SET).caughtUp;
    expect(await client.open('unknown', asKind('yjs')).closed).toMatchObject({ code: 'unknown-kind' });
    expect(await client.open('nonsense', asKind('lattice/no-such-type(')).closed).toMatchObject({
      code: 'unknown-kind',
    });
    const other = await connect(relay);
    expect(await other.open('set', asKind('lattice/g-set(number)')).closed).toMatchObject({
      code: 'kind-mismatch',
    });
    expect(await client.open('set', STRING_SET).edit(adding('a'))).toEqual({ type: 'acknowledged' });
  });

  test('an update that is none is refused, and stored for nobody', async () => {
    const relay = await startRelay();
    const [one, two] = [await connect(relay), await connect(relay)];
    const [here, there] = [one.open('note', STRING_SET), two.open('note', STRING_SET)];
    await here.caughtUp;
    expect(await here.edit(Uint8Array.of(9, 9, 9))).toMatchObject({ type: 'refused', code: 'invalid' });
    expect(await there.edit(adding('a'))).toEqual({ type: 'acknowledged' });
    expect(there.position?.offset).toBe(1);
    expect(elementsOf(there.content)).toEqual(['a']);
  });

  test('a session gets the rights that the policy gives', async () => {
    const relay = await startRelay({ authenticator: byToken, policy: byToken });
    const [writer, reader] = [await connect(relay, 'writer'), await connect(relay, 'reader')];
    expect(await reader.open('not there', STRING_SET).closed).toMatchObject({ code: 'forbidden' });
    expect(await writer.open('secret', STRING_SET).closed).toMatchObject({ code: 'forbidden' });
    const written = writer.open('note', STRING_SET);
    await written.edit(adding('a'));
    const read = reader.open('note', STRING_SET);
    await read.caughtUp;
    expect(elementsOf(read.content)).toEqual(['a']);
  });

  test('a token that is not accepted closes the connection with its code', async () => {
    const relay = await startRelay({ authenticator: byToken, policy: byToken });
    const client = clientOf(relay, 'stranger');
    await expect(client.connect()).rejects.toThrow('4401');
  });

  test('a relay that is full says so', async () => {
    const relay = await startRelay({ limits: { maxConnections: 1 } });
    await connect(relay);
    await expect(clientOf(relay).connect()).rejects.toThrow('4503');
  });
});

describe('the HTTP side', () => {
  test('tells its health', async () => {
    const relay = await startRelay();
    await (await connect(relay)).open('note', STRING_SET).caughtUp;
    const response = await fetch(`${relay.url}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ok',
      connections: 1,
      documents: 1,
      uptimeSeconds: expect.any(Number),
    });
  });

  test('without an app has nothing else', async () => {
    const relay = await startRelay();
    expect((await fetch(relay.url)).status).toBe(404);
    expect((await fetch(`${relay.url}/sync`)).status).toBe(426);
    expect((await fetch(relay.url, { method: 'POST', body: 'x' })).status).toBe(405);
  });

  test('serves an app: hashed files for ever, the page and the service worker never unasked', async () => {
    const app = builtApp();
    const relay = await startRelay({ app });
    const of = async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(relay.url + path, { headers });
      const text = await response.text();
      return [
        response.status,
        response.headers.get('cache-control'),
        response.headers.get('content-type'),
        text,
      ];
    };
    const page = [200, 'no-cache', 'text/html; charset=utf-8', '<p>app</p>'];
    expect(await of('/')).toEqual(page);
    expect(await of('/index.html')).toEqual(page);
    expect(await of('/some/note?x=1')).toEqual(page);
    expect(await of('/sw.js')).toEqual([200, 'no-cache', 'text/javascript; charset=utf-8', 'worker']);
    expect(await of('/assets/main-abc123.js')).toEqual([
      200,
      'public, max-age=31536000, immutable',
      'text/javascript; charset=utf-8',
      'main',
    ]);
    expect((await of('/assets/gone.js'))[0]).toBe(404);
    expect((await of('/.hidden.txt'))[0]).toBe(404);
    expect((await of('/..%2f..%2fetc%2fpasswd.txt'))[0]).toBe(403);
    expect((await of('/sw.js', { range: 'bytes=5-2' }))[0]).toBe(416);
    rmSync(join(app, 'sw.js'));
    expect((await of('/sw.js'))[0]).toBe(404);
    expect((await of('/'))[0]).toBe(200);
  });

  test('an app that is not there is an error at the start', async () => {
    await expect(startRelay({ app: join(tmpdir(), 'no-such-app') })).rejects.toThrow('there is no app');
  });
});

describe('starting and stopping', () => {
  test('a taken port is an error that says what to do', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const refused = await startRelay({ port }).catch((error: unknown) => error);
    expect(CausewayError.is(refused, 'transport/listen')).toBe(true);
    expect(String(refused)).toContain(`port ${port} is taken: stop what runs there, or choose another`);
  });

  test('closing tells clients that the relay is going away, and closes the log', async () => {
    const log = newLog();
    const relay = await startRelay({ log });
    const client = await connect(relay);
    await client.open('note', STRING_SET).caughtUp;
    await relay.close();
    await client.ended;
    expect(client.closeCodes).toEqual([1001]);
    await expect(log.find(parseDocumentName('note'))).rejects.toThrow('storage/closed');
    await expect(fetch(`${relay.url}/healthz`)).rejects.toThrow();
  });
});

const byToken: Authenticator & Policy = {
  authenticate: async (token) => {
    if (token !== 'writer' && token !== 'reader') {
      throw new CausewayError('auth/denied', { reason: 'an unknown token' }, 'an unknown token');
    }
    return { principal: token };
  },
  authorize: async ({ identity, name }) => {
    if (name === 'secret') return { access: undefined, presence: false };
    return { access: identity.principal === 'writer' ? 'write' : 'read', presence: true };
  },
};

/** Says that it is of another kind than it is. */
function asKind(kind: string): UpdateFormat {
  return { ...STRING_SET, kind: parseDocumentKind(kind) };
}

function newLog(): MemoryDocumentLog {
  return new MemoryDocumentLog(() => random.u32());
}

async function startRelay(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const relay = await createRelay({ log: newLog(), formats: [latticeFormats()], port: 0, ...options });
  cleanups.push(() => relay.close());
  return relay;
}

function clientOf(relay: Relay, token?: string): ProtocolClient {
  return new ProtocolClient({
    url: relay.syncUrl,
    WebSocket,
    random: () => random.u32(),
    ...(token === undefined ? {} : { token }),
  });
}

async function connect(relay: Relay, token?: string): Promise<ProtocolClient> {
  const client = clientOf(relay, token);
  await client.connect();
  cleanups.push(() => client.disconnect());
  return client;
}

function builtApp(): string {
  const app = mkdtempSync(join(tmpdir(), 'causeway-app-'));
  cleanups.push(() => rmSync(app, { recursive: true, force: true }));
  mkdirSync(join(app, 'assets'));
  writeFileSync(join(app, 'index.html'), '<p>app</p>');
  writeFileSync(join(app, 'sw.js'), 'worker');
  writeFileSync(join(app, '.hidden.txt'), 'hidden');
  writeFileSync(join(app, 'assets/main-abc123.js'), 'main');
  return app;
}
