/** Signed tokens on live connections of both protocols. */
import { latticeFormats } from '@causeway/core/lattice-doc';
import { decodeFrame, encodeFrame, type Frame, PROTOCOL_VERSION } from '@causeway/core/sync';
import { yjsFormats } from '@causeway/core/yjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { GRANT_POLICY } from './auth/policy.ts';
import { signToken, type TokenClaims } from './auth/signed-token.ts';
import { tokenAuthenticator } from './auth/token-authenticator.ts';
import type { Logger } from './logger.ts';
import { createRelay, type Relay, type RelayOptions } from './relay.ts';
import { MemoryDocumentLog } from './storage/memory-document-log.ts';
import { ProtocolClient } from './testing/protocol-client.ts';
import { adding, elementsOf, STRING_SET } from './testing/string-set.ts';

const SECRET = new TextEncoder().encode('a secret that is long enough for tests of it');
const cleanups: (() => unknown)[] = [];

let numbers = 1;
/** Names of batches, none twice. */
const random = (): number => numbers++;

beforeEach(() => {
  // y-websocket says on the console that it was denied.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const relay = await createRelay({
    log: new MemoryDocumentLog(() => 1),
    formats: [latticeFormats(), yjsFormats()],
    port: 0,
    authenticator: tokenAuthenticator({ key: { type: 'secret', secret: SECRET } }),
    policy: GRANT_POLICY,
    ...options,
  });
  cleanups.push(() => relay.close());
  return relay;
}

type Rights = TokenClaims['documents'][number]['rights'];

function token(principal: string, rights: Rights, changes: Partial<TokenClaims> = {}): Promise<string> {
  const documents = [{ pattern: 'team/*', rights }];
  return signToken({ principal, documents, expiresInSeconds: 600, ...changes }, SECRET);
}

async function client(relay: Relay, shown: string): Promise<ProtocolClient> {
  const made = new ProtocolClient({ url: relay.syncUrl, WebSocket, random, token: shown });
  await made.connect();
  cleanups.push(() => made.disconnect());
  return made;
}

/** Everything that the relay says to somebody who says this, as frames. */
async function answersTo(relay: Relay, frames: readonly Frame[]): Promise<readonly Frame[]> {
  const socket = new WebSocket(relay.syncUrl);
  cleanups.push(() => socket.terminate());
  const answers: Frame[] = [];
  socket.binaryType = 'arraybuffer';
  socket.on('message', (data: ArrayBuffer) => answers.push(decodeFrame(new Uint8Array(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  for (const frame of frames) {
    const before = answers.length;
    socket.send(encodeFrame(frame));
    await expect.poll(() => answers.length).toBeGreaterThan(before);
  }
  return answers;
}

describe('a session with a token', () => {
  test('may do what it grants, in documents of its pattern', async () => {
    const relay = await start();
    const [writer, reader] = [
      await client(relay, await token('ada', ['write', 'presence'])),
      await client(relay, await token('bob', ['read', 'presence'])),
    ];
    const written = writer.open('team/plan', STRING_SET);
    expect(await written.edit(adding('a'))).toEqual({ type: 'acknowledged' });
    const read = reader.open('team/plan', STRING_SET);
    await read.caughtUp;
    expect(elementsOf(read.content)).toEqual(['a']);
    expect(await reader.open('other/plan', STRING_SET).closed).toMatchObject({ code: 'forbidden' });
  });

  test('cannot tell a document that is not there from one that it may not see', async () => {
    const relay = await start();
    await (await client(relay, await token('ada', ['write'])))
      .open('team/secret', STRING_SET)
      .edit(adding('a'));
    const hello = {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      token: await token('eve', ['read'], { documents: [{ pattern: 'eve/*', rights: ['read'] }] }),
    } as const;
    const asking = (name: string, access: 'read' | 'write'): Frame => ({
      ...{ type: 'open', channel: 1, name, kind: STRING_SET.kind, access },
      ...{ position: undefined, version: new Uint8Array() },
    });
    const told = async (name: string, access: 'read' | 'write') => {
      const answers = await answersTo(relay, [hello, asking(name, access)]);
      return JSON.stringify(answers.slice(1)).replaceAll(name, 'NAME');
    };
    const there = await told('team/secret', 'read');
    expect(there).toMatch(/forbidden/);
    for (const access of ['read', 'write'] as const)
      for (const name of ['team/secret', 'team/nothing']) expect(await told(name, access)).toBe(there);
  });

  test('is closed when it expires, unless it is refreshed', async () => {
    const relay = await start();
    const soon = await token('ada', ['write'], { expiresInSeconds: 2 });
    const [late, refreshed] = [await client(relay, soon), await client(relay, soon)];
    refreshed.refresh(await token('ada', ['write']));
    await late.ended;
    expect(late.closeCodes).toEqual([4419]);
    expect(refreshed.closeCodes).toEqual([]);
    expect(await refreshed.open('team/a', STRING_SET).edit(adding('a'))).toEqual({ type: 'acknowledged' });
  });

  test('that is refreshed with fewer rights keeps those, and one of somebody else is refused', async () => {
    const relay = await start();
    const session = await client(relay, await token('ada', ['write', 'presence']));
    const document = session.open('team/plan', STRING_SET);
    await document.edit(adding('a'));
    session.refresh(await token('ada', ['read', 'presence']));
    await expect.poll(async () => (await document.edit(adding('b'))).type, { interval: 50 }).toBe('refused');
    session.refresh(await token('ada', ['read'], { documents: [] }));
    expect(await document.closed).toMatchObject({ code: 'forbidden' });
    session.refresh(await token('bob', ['read']));
    await session.ended;
    expect(session.closeCodes).toEqual([4401]);
  });

  test('goes by its newest token, in whatever order a slow policy answers', async () => {
    const answers: (() => void)[] = [];
    const relay = await start({
      policy: {
        authorize: async (request) => {
          const rights = await GRANT_POLICY.authorize(request);
          if (answers.length < 1) answers.push(() => undefined);
          else await new Promise<void>((resolve) => answers.push(resolve));
          return rights;
        },
      },
    });
    const session = await client(relay, await token('ada', ['write']));
    const document = session.open('team/plan', STRING_SET);
    await document.edit(adding('a'));
    session.refresh(await token('ada', ['write']));
    await expect.poll(() => answers.length, { timeout: 5_000 }).toBe(2);
    session.refresh(await token('ada', ['read']));
    await expect.poll(() => answers.length, { timeout: 5_000 }).toBe(3);
    answers[2]?.();
    await expect.poll(async () => (await document.edit(adding('b'))).type, { interval: 50 }).toBe('refused');
    answers[1]?.();
    expect((await document.edit(adding('c'))).type).toBe('refused');
  });

  test('that is refreshed with more rights is asked to come again', async () => {
    const relay = await start();
    await (await client(relay, await token('bob', ['write'])))
      .open('team/plan', STRING_SET)
      .edit(adding('a'));
    const session = await client(relay, await token('ada', ['read']));
    await session.open('team/plan', STRING_SET).caughtUp;
    session.refresh(await token('ada', ['write']));
    await session.ended;
    expect(session.closeCodes).toEqual([1001]);
  });

  test('is closed when it is revoked, alone or with all of its user, and does not come back', async () => {
    const relay = await start();
    const [first, second, other] = [
      await token('ada', ['write']),
      await token('ada', ['write']),
      await token('bob', ['write']),
    ];
    const sessions = [await client(relay, first), await client(relay, second), await client(relay, other)];
    const [one, two, three] = sessions as [ProtocolClient, ProtocolClient, ProtocolClient];
    const { jti } = JSON.parse(Buffer.from(first.split('.')[1] ?? '', 'base64url').toString());
    await relay.revoke({ of: 'token', tokenId: jti });
    await one.ended;
    expect([one.closeCodes, two.closeCodes]).toEqual([[4401], []]);
    await relay.revoke({ of: 'principal', principal: 'ada' });
    await two.ended;
    expect([two.closeCodes, three.closeCodes]).toEqual([[4401], []]);
    await expect(client(relay, first)).rejects.toThrow('4401');
    await expect(client(relay, second)).rejects.toThrow('4401');
  });

  test('leaves no token in the log', async () => {
    const lines: string[] = [];
    const note = (fields: object, message: string): void => {
      lines.push(
        message,
        ...Object.values(fields).map((value) =>
          value instanceof Error ? `${value.stack}` : String(JSON.stringify(value)),
        ),
      );
    };
    const logger: Logger = { debug: note, info: note, warn: note, error: note };
    const relay = await start({ logger });
    const shown = await token('ada', ['read'], { expiresInSeconds: 1 });
    const session = await client(relay, shown);
    await session.open('other/plan', STRING_SET).closed;
    await session.ended;
    await expect(client(relay, `${shown}x`)).rejects.toThrow('4401');
    const ydoc = new Y.Doc();
    const provider = new WebsocketProvider(relay.url.replace('http', 'ws'), 'team/y', ydoc, {
      WebSocketPolyfill: WebSocket as never,
      params: { token: `${shown}x` },
      disableBc: true,
    });
    await new Promise((resolve) => provider.once('closed', resolve));
    provider.destroy();
    expect(lines.length).toBeGreaterThan(3);
    const [, , signature = ''] = shown.split('.');
    for (const line of lines) expect(line).not.toContain(signature);
  });
});

describe('a y-websocket session with a token', () => {
  test('may do what it grants, and is closed for good when it is not accepted', async () => {
    const relay = await start();
    const provider = (shown: string): { readonly text: Y.Text; readonly provider: WebsocketProvider } => {
      const doc = new Y.Doc();
      const made = new WebsocketProvider(relay.url.replace('http', 'ws'), 'team/y', doc, {
        WebSocketPolyfill: WebSocket as never,
        params: { token: shown },
        disableBc: true,
      });
      cleanups.push(() => made.destroy());
      return { text: doc.getText('t'), provider: made };
    };
    const ada = provider(await token('ada', ['write', 'presence']));
    ada.text.insert(0, 'hello');
    const bob = provider(await token('bob', ['read']));
    await expect.poll(() => bob.text.toString()).toBe('hello');
    const codes: number[] = [];
    const eve = provider('nonsense');
    eve.provider.on('closed', ({ code }) => codes.push(code));
    await expect.poll(() => codes).toEqual([4401]);
    const late = provider(await token('ada', ['read'], { expiresInSeconds: 2 }));
    await expect.poll(() => late.text.toString()).toBe('hello');
    const lateCodes: number[] = [];
    late.provider.on('closed', ({ code }) => lateCodes.push(code));
    await expect.poll(() => lateCodes, { timeout: 6_000 }).toEqual([4401]);
  });
});

/** How often the relay has stopped reading a socket for being too fast. */
async function timesThrottled({ url }: Relay): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^causeway_throttled_total (\d+)$/m.exec(metrics)?.[1]);
}

describe('bounds', () => {
  test('a page of another origin is turned away before it has said a word', async () => {
    const relay = await start({ origins: ['https://app.example.org'] });
    const statusFor = (origin: string): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(relay.syncUrl, { origin });
        socket.on('error', () => undefined);
        socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
        socket.on('open', () => {
          socket.terminate();
          resolve(101);
        });
      });
    expect(await statusFor('https://evil.example.net')).toBe(403);
    expect(await statusFor('https://app.example.org')).toBe(101);
    expect(await statusFor('http://localhost:5173')).toBe(101);
  });

  test('one user has only so many connections; others are unharmed', async () => {
    const relay = await start({ limits: { maxConnectionsPerPrincipal: 2 } });
    const shown = await token('ada', ['read']);
    const [one] = [await client(relay, shown), await client(relay, shown)];
    await expect(client(relay, shown)).rejects.toThrow('4429');
    await client(relay, await token('bob', ['read']));
    await one.disconnect();
    await client(relay, shown);
  });

  test('what one user sends by all connections counts together', async () => {
    const relay = await start({ limits: { bytesPerMinuteOfSender: 60 * 1024 } });
    const shown = await token('ada', ['write']);
    const [one, two] = [await client(relay, shown), await client(relay, shown)];
    const [first, second] = [one, two].map((session) => session.open('team/large', STRING_SET));
    const begun = performance.now();
    // A minute's worth, and two seconds' on top.
    await first?.edit(adding('x'.repeat(62 * 1024)));
    // One message of the other connection is read before reading stops; the next waits for what is owed.
    for (const element of ['a', 'b']) await second?.edit(adding(element));
    expect(performance.now() - begun).toBeGreaterThan(1_900);
    expect(elementsOf(second?.content ?? new Uint8Array())).toHaveLength(3);
  });

  test('who opens documents faster than allowed is slowed down, and gets them all', async () => {
    const relay = await start({ limits: { opensPerMinuteOfSender: 60 } });
    const session = await client(relay, await token('ada', ['write']));
    for (let n = 0; n < 63; n++) await session.open(`team/${n}`, STRING_SET).caughtUp;
    expect(await timesThrottled(relay)).toBeGreaterThan(0);
  });

  test('who sends faster than allowed is slowed down, and loses nothing', async () => {
    const relay = await start({ limits: { messagesPerSecond: 50 } });
    const session = await client(relay, await token('ada', ['write']));
    const document = session.open('team/fast', STRING_SET);
    await document.caughtUp;
    expect(await timesThrottled(relay)).toBe(0);
    const edits = Array.from({ length: 350 }, (_, i) => document.edit(adding(`e${i}`)));
    for (const outcome of await Promise.all(edits)) expect(outcome).toEqual({ type: 'acknowledged' });
    expect(await timesThrottled(relay)).toBeGreaterThan(0);
  });
});
