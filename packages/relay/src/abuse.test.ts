// P6: whatever a peer sends, its own connection is closed with a documented code, and nobody else notices.

import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { latticeFormats } from '@causeway/core/lattice-doc';
import {
  CLOSE_CODES,
  closeReason,
  DEFAULT_SESSION_LIMITS,
  decodeFrame,
  encodeFrame,
  type Frame,
  PROTOCOL_VERSION,
  parseBatchId,
} from '@causeway/core/sync';
import { freshSeed, Seeded } from '@causeway/core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createRelay, type Relay } from './relay.ts';
import { LmdbDocumentLog } from './storage/lmdb-document-log.ts';
import { ProtocolClient, type ProtocolDocument } from './testing/protocol-client.ts';
import { adding, elementsOf, STRING_SET } from './testing/string-set.ts';

const HELLO: Frame = { type: 'hello', protocol: PROTOCOL_VERSION, token: undefined };
const OPEN: Frame = {
  type: 'open',
  channel: 1,
  name: 'note',
  kind: STRING_SET.kind,
  access: 'write',
  position: undefined,
  version: new Uint8Array(),
};
const PUSH: Frame = { type: 'push', channel: 1, batch: parseBatchId(1), update: adding('x') };
const GREETING = encodeFrame(HELLO);
const GREETING_MS = 10_000;
const SILENT = 1_000;

const seed = freshSeed();
const random = new Seeded(seed);
const folder = mkdtempSync(join(tmpdir(), 'causeway-abuse-'));
let relay: Relay;
let bystanders: readonly [ProtocolDocument, ProtocolDocument];
let silent: readonly Promise<number>[];
let edits = 0;

beforeAll(async () => {
  const log = await LmdbDocumentLog.open({ folder, random: () => random.u32() });
  relay = await createRelay({ log, formats: [latticeFormats()], port: 0 });
  const clients = [await connect(), await connect()] as const;
  bystanders = [clients[0].open('note', STRING_SET), clients[1].open('note', STRING_SET)];
  await Promise.all(bystanders.map((document) => document.caughtUp));
  // They say nothing while the other tests run; the last test looks what became of them.
  silent = Array.from({ length: SILENT }, () => raw().closed);
});

afterAll(async () => {
  await relay.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('what is no frame, or no frame for here and now', () => {
  const message = (...frames: readonly Frame[]): Uint8Array[] => frames.map(encoded);
  const limits = DEFAULT_SESSION_LIMITS;
  const cases: readonly (readonly [string, readonly (Uint8Array | string)[], keyof typeof CLOSE_CODES])[] = [
    ['nothing', [new Uint8Array()], 'bad-frame'],
    ['a text message', ['hello'], 'bad-frame'],
    ['half a frame', [encodeFrame(HELLO).subarray(0, 2)], 'bad-frame'],
    ['a frame and more', [Uint8Array.of(...encodeFrame({ type: 'ping' }), 0)], 'bad-frame'],
    ['an unknown tag', [Uint8Array.of(0xee, 1, 2, 3)], 'bad-frame'],
    ['another protocol version', message({ ...HELLO, protocol: 99 }), 'version'],
    ['a push before hello', message(PUSH), 'unexpected-frame'],
    ['hello twice', message(HELLO, HELLO), 'unexpected-frame'],
    ['a push on a channel that was never opened', message(HELLO, PUSH), 'unexpected-frame'],
    ['a channel used twice', message(HELLO, OPEN, OPEN), 'unexpected-frame'],
    [
      'a frame that only relays send',
      message(HELLO, { type: 'welcome', protocol: 1, relay: 'x', session: 1, limits }),
      'unexpected-frame',
    ],
    [
      'a version that is none',
      message(HELLO, { ...OPEN, version: Uint8Array.of(255, 255, 255) }),
      'bad-frame',
    ],
    [
      'a fragment out of order',
      message(HELLO, { type: 'fragment', total: 5000, index: 1, bytes: new Uint8Array(2000) }),
      'bad-frame',
    ],
    [
      'fragments of more than an update may have',
      message(HELLO, { type: 'fragment', total: 2 ** 40, index: 0, bytes: new Uint8Array(2000) }),
      'too-large',
    ],
    ['a message above the limit', [new Uint8Array(3 * 1024 * 1024)], 'message-too-big'],
  ];
  test.each(cases)('%s', async (_, messages, reason) => {
    const socket = raw(messages);
    expect(await socket.closed).toBe(CLOSE_CODES[reason].code);
    const last = socket.frames().at(-1);
    if (last?.type === 'error') expect(last.closeCode).toBe(CLOSE_CODES[reason].code);
    await expectUnharmed();
  });

  test('a presence above the limit', async () => {
    const socket = raw(message(HELLO, OPEN));
    await socket.opened;
    socket.send(encodeFrame({ type: 'presence', channel: 1, session: 0, state: new Uint8Array(20_000) }));
    expect(await socket.closed).toBe(CLOSE_CODES['too-large'].code);
    await expectUnharmed();
  });

  test('a document name that is none closes its channel with a reason, and the session goes on', async () => {
    const socket = raw(message(HELLO));
    const names = ['', 'x'.repeat(513), 'a\u0000b', 'a\nb', '\u0085'];
    for (const [index, name] of names.entries())
      socket.send(encodeFrame({ ...OPEN, channel: index + 1, name }));
    socket.send(encodeFrame({ ...OPEN, channel: 9 }));
    await socket.opened;
    const closed = socket.frames().filter((frame) => frame.type === 'close');
    expect(closed.map((frame) => [frame.channel, frame.code])).toEqual(
      names.map((_, index) => [index + 1, 'name']),
    );
    for (const frame of closed)
      expect(frame.message).toMatch(/is no document name \(.+\): take 1 to 512 bytes/);
    socket.end();
    await socket.closed;
    await expectUnharmed();
  });

  test('what is not WebSocket at all', async () => {
    const replies = [
      'GET /sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      '\u0000\u0001\u0002',
      'GET',
    ].map((text) => tcp(text));
    expect((await replies[0])?.startsWith('HTTP/1.1 400')).toBe(true);
    expect((await replies[1])?.startsWith('HTTP/1.1 400')).toBe(true);
    await expectUnharmed();
    expect(
      await tcp('GET /elsewhere HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 404/);
  });

  const malformed: readonly (readonly [string, Uint8Array])[] = [
    ['reserved bits that are set', Uint8Array.of(0xc2, 0x85, 9, 9, 9, 9, 1, 2, 3, 4, 5)],
    ['no mask', Uint8Array.of(0x82, 0x05, 1, 2, 3, 4, 5)],
    ['an opcode that is none', Uint8Array.of(0x83, 0x85, 9, 9, 9, 9, 1, 2, 3, 4, 5)],
  ];
  test.each(malformed)('a WebSocket frame with %s', async (_, bytes) => {
    const socket = new WebSocket(relay.syncUrl);
    await new Promise((resolve) => socket.once('open', resolve));
    const ended = new Promise<number>((resolve) => socket.once('close', resolve));
    connectionOf(socket).write(bytes);
    expect(await ended).toBe(1002);
    await expectUnharmed();
  });
});

test(`random messages, and valid ones with damage (seed ${seed})`, async () => {
  const valid = [HELLO, OPEN, PUSH, { type: 'ping' } as const, { type: 'refresh', token: 'x' } as const].map(
    encodeFrame,
  );
  for (let round = 0; round < 200; round++) {
    const messages = round % 2 === 0 ? [noise()] : valid.map(damaged);
    const socket = raw(round % 4 < 2 ? messages : [GREETING, encodeFrame(OPEN), ...messages]);
    // Damage may leave a message valid; then the session goes on, and ends when we leave.
    await socket.sent;
    socket.end();
    const code = await socket.closed;
    expect(closeReason(code), `close code ${code}`).toBeDefined();
  }
  await expectUnharmed();
});

test(
  '1,000 who never say hello are closed, and no other connection is left behind',
  async () => {
    expect(silent).toHaveLength(SILENT);
    expect([...new Set(await Promise.all(silent))]).toEqual([CLOSE_CODES.silence.code]);
    await expectUnharmed();
    const health: { connections: number; documents: number } = await (
      await fetch(`${relay.url}/healthz`)
    ).json();
    expect(health.connections).toBe(2);
  },
  2 * GREETING_MS,
);

/** The two bystanders still write and see each other; nothing that was thrown at the relay is in their document. */
async function expectUnharmed(): Promise<void> {
  const [one, two] = bystanders;
  edits += 1;
  const [mine, theirs] = [`one ${edits}`, `two ${edits}`];
  expect(await one.edit(adding(mine))).toEqual({ type: 'acknowledged' });
  expect(await two.edit(adding(theirs))).toEqual({ type: 'acknowledged' });
  expect(elementsOf(two.content)).toContain(mine);
  expect(elementsOf(two.content).every((element) => /^(one|two) \d+$/.test(element) || element === 'x')).toBe(
    true,
  );
}

/** The greeting is always the same array: that is how it is known. */
function encoded(frame: Frame): Uint8Array {
  return frame === HELLO ? GREETING : encodeFrame(frame);
}

function noise(): Uint8Array {
  return Uint8Array.from({ length: random.int(200) }, () => random.int(256));
}

function damaged(message: Uint8Array): Uint8Array {
  const bytes = message.slice(0, random.chance(0.5) ? message.length : random.int(message.length + 1));
  if (bytes.length > 0) bytes[random.int(bytes.length)] = random.int(256);
  return bytes;
}

interface RawSocket {
  send(message: Uint8Array): void;
  end(): void;
  frames(): readonly Frame[];
  /** Resolves at the first `opened` frame. */
  readonly opened: Promise<void>;
  /** Resolves when the first messages are on their way. */
  readonly sent: Promise<void>;
  readonly closed: Promise<number>;
}

/** A WebSocket that sends these messages and notes what comes back. */
function raw(messages: readonly (Uint8Array | string)[] = []): RawSocket {
  const socket = new WebSocket(relay.syncUrl);
  const received: Frame[] = [];
  let [sayOpened, sayWelcomed] = [(): void => undefined, (): void => undefined];
  const opened = new Promise<void>((resolve) => {
    sayOpened = resolve;
  });
  const ready = new Promise<void>((resolve) => socket.once('open', () => resolve()));
  socket.on('message', (data: Buffer) => {
    const frame = decodeFrame(new Uint8Array(data));
    received.push(frame);
    if (frame.type === 'opened') sayOpened();
    if (frame.type === 'welcome') sayWelcomed();
  });
  socket.on('error', () => undefined);
  const welcomed = new Promise<void>((resolve) => {
    sayWelcomed = resolve;
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const sendAll = async (): Promise<void> => {
    await ready;
    for (const message of messages) {
      socket.send(message);
      // Nothing may come between hello and welcome; a relay that refuses closes instead.
      if (message === GREETING) await Promise.race([welcomed, closed]);
    }
  };
  const sent = sendAll();
  return {
    send: (message) => void sent.then(() => socket.send(message)),
    end: () => void sent.then(() => socket.close(1000)),
    frames: () => received,
    opened,
    sent,
    closed,
  };
}

/** The TCP socket below a WebSocket. */
function connectionOf(socket: WebSocket): { write(bytes: Uint8Array): void } {
  const { _socket } = socket as unknown as { readonly _socket: { write(bytes: Uint8Array): void } };
  return _socket;
}

/** What a TCP peer that sends this is answered until its end; undefined when that does not come within a moment. */
function tcp(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTcp(relay.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

async function connect(): Promise<ProtocolClient> {
  const client = new ProtocolClient({ url: relay.syncUrl, WebSocket, random: () => random.u32() });
  await client.connect();
  return client;
}
