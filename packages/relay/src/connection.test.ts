// A connection on a socket whose buffer the test fills and drains: what is held back, what is ended, who goes first.
import { formatRegistry } from '@causeway/core/format';
import { latticeFormats } from '@causeway/core/lattice-doc';
import {
  CLOSE_CODES,
  DEFAULT_SESSION_LIMITS,
  decodeFrame,
  encodeFrame,
  type Frame,
  GREETING_TIMEOUT_MS,
  PROTOCOL_VERSION,
  parseBatchId,
  SOCKET_HIGH_WATER_BYTES,
} from '@causeway/core/sync';
import { Seeded } from '@causeway/core/testing';
import { expect, test } from 'vitest';
import { Activity } from './activity.ts';
import { OPEN_AUTHENTICATOR } from './auth/authenticator.ts';
import { Gatekeeper } from './auth/gatekeeper.ts';
import { OPEN_POLICY } from './auth/policy.ts';
import { ByteBudget } from './byte-budget.ts';
import { Connection, type Socket } from './connection.ts';
import { LOOP_FOLDING } from './folding/folding.ts';
import { DEFAULT_RELAY_LIMITS, type RelayLimits } from './limits.ts';
import { SILENT } from './logger.ts';
import { EntryAges } from './retention.ts';
import { Rooms } from './rooms.ts';
import { MemoryDocumentLog } from './storage/memory-document-log.ts';
import { adding, elementsOf, STRING_SET } from './testing/string-set.ts';

const { idleMs } = DEFAULT_SESSION_LIMITS;
const FULL = SOCKET_HIGH_WATER_BYTES + 1;

test('a session above the high-water mark gets no live updates, and all of them when it has drained', async () => {
  const relay = newRelay();
  const [writer, reader] = [await relay.greeted(), await relay.greeted()];
  await Promise.all([writer.open(1, 'note'), reader.open(1, 'note')]);
  await writer.push(1, 'a');
  reader.buffered = FULL;
  await writer.push(1, 'b'); // this one finds the socket full
  await writer.push(1, 'c');
  await writer.push(1, 'd');
  expect(reader.elements()).toEqual(['a', 'b']);
  await reader.drain();
  expect(reader.elements()).toEqual(['a', 'b', 'c', 'd']);
  await writer.push(1, 'e');
  expect(reader.elements()).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('draining stops where the socket is full again, and goes on with those whose turn has not come', async () => {
  const relay = newRelay();
  const [writer, reader] = [await relay.greeted(), await relay.greeted()];
  const names = ['first', 'second', 'third'];
  for (const [index, name] of names.entries()) {
    await Promise.all([writer.open(index + 1, name), reader.open(index + 1, name)]);
  }
  reader.buffered = FULL;
  await writer.push(1, 'fills the socket');
  for (const channel of [1, 2, 3]) await writer.push(channel, `missed in ${channel}`);
  const seen = (): readonly string[] => reader.elements().filter((element) => element.startsWith('missed'));
  expect(seen()).toEqual([]);
  reader.fullAfter = 1; // one message, and it is full again
  const orders: string[] = [];
  for (let round = 0; round < 3; round++) {
    await reader.drain();
    orders.push(...seen().slice(orders.length));
  }
  expect([...orders].sort()).toEqual(['missed in 1', 'missed in 2', 'missed in 3']);
});

test('a session that takes nothing for as long as silence is allowed is ended', async () => {
  const relay = newRelay();
  const session = await relay.greeted();
  await session.open(1, 'note');
  session.buffered = FULL;
  await session.push(1, 'a');
  relay.pass(idleMs / 2);
  session.say({ type: 'ping' });
  session.buffered -= 1; // a little has gone
  relay.pass(idleMs / 2);
  session.say({ type: 'ping' });
  expect(session.ended).toBe(false);
  relay.pass(idleMs / 2);
  session.say({ type: 'ping' });
  relay.pass(idleMs / 2);
  expect(session.ended).toBe(true);
});

test('a session that asks on and on and reads no answers is closed', async () => {
  const relay = newRelay({ maxUnreadAnswerBytes: 1000 });
  const session = await relay.greeted();
  session.buffered = FULL;
  for (let ping = 0; ping < 2000 && session.closed === undefined; ping++) session.say({ type: 'ping' });
  expect(session.closed).toBe(CLOSE_CODES['too-many'].code);
});

test('a socket is not read while too much of what it pushed waits for the disk', async () => {
  const relay = newRelay({ maxPendingBytes: 100 });
  const session = await relay.greeted();
  await session.open(1, 'note');
  session.say({ type: 'push', channel: 1, batch: parseBatchId(1), update: adding('x'.repeat(60)) });
  expect(session.paused).toBe(false);
  session.say({ type: 'push', channel: 1, batch: parseBatchId(2), update: adding('y'.repeat(60)) });
  expect(session.paused).toBe(true);
  await turns();
  expect(session.paused).toBe(false);
});

test('whoever does not say hello in time is closed; so is whoever falls silent later', async () => {
  const relay = newRelay();
  const [mute, silent] = [relay.connect(), await relay.greeted()];
  relay.pass(GREETING_TIMEOUT_MS);
  expect([mute.closed, silent.closed]).toEqual([CLOSE_CODES.silence.code, undefined]);
  relay.pass(idleMs);
  expect(silent.closed).toBe(CLOSE_CODES.silence.code);
});

test('a session that is gone leaves its rooms', async () => {
  const relay = newRelay();
  const session = await relay.greeted();
  await session.open(1, 'note');
  session.connection.lost();
  relay.rooms.tick(0);
  relay.rooms.tick(DEFAULT_RELAY_LIMITS.roomIdleMs);
  expect(relay.rooms.size).toBe(0);
});

/** The other end of a connection: a socket that keeps what it is sent, and holds as many bytes as the test says. */
class Peer implements Socket {
  readonly connection: Connection;
  readonly frames: Frame[] = [];
  buffered = 0;
  /** After this many messages the buffer is full. */
  fullAfter = Number.POSITIVE_INFINITY;
  closed: number | undefined;
  ended = false;
  paused = false;
  readonly #written: (() => void)[] = [];
  #batch = 1000;

  constructor(connect: (socket: Socket) => Connection) {
    this.connection = connect(this);
  }

  get bufferedBytes(): number {
    return this.buffered;
  }

  send(message: Uint8Array, written: () => void): void {
    this.frames.push(decodeFrame(message));
    this.#written.push(written);
    this.fullAfter -= 1;
    if (this.fullAfter === 0) this.buffered = FULL;
  }

  /** Frames made before are only for y-websocket sessions. */
  write(): void {}

  ping(): void {}

  close(code: number): void {
    this.closed ??= code;
  }

  destroy(): void {
    this.ended = true;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** Empties the buffer, to be filled again after as many messages as before. */
  async drain(): Promise<void> {
    const again = Number.isFinite(this.fullAfter) ? 1 : Number.POSITIVE_INFINITY;
    this.buffered = 0;
    this.fullAfter = again;
    for (const written of this.#written.splice(0)) written();
    await turns();
  }

  say(frame: Frame): void {
    this.connection.message(encodeFrame(frame));
  }

  async open(channel: number, name: string): Promise<void> {
    const nothing = { position: undefined, version: new Uint8Array() };
    this.say({ type: 'open', channel, name, kind: STRING_SET.kind, access: 'write', ...nothing });
    await turns();
  }

  async push(channel: number, element: string): Promise<void> {
    this.#batch += 1;
    this.say({ type: 'push', channel, batch: parseBatchId(this.#batch), update: adding(element) });
    await turns();
  }

  /** What it was sent in updates, in order. */
  elements(): readonly string[] {
    return this.frames.flatMap((frame) => (frame.type === 'updates' ? elementsOf(frame.update) : []));
  }
}

function newRelay(changes: Partial<RelayLimits> = {}) {
  const random = new Seeded(1);
  const limits = { ...DEFAULT_RELAY_LIMITS, maxCachedDocumentBytes: 0, ...changes };
  const log = new MemoryDocumentLog(() => random.u32());
  const activity = new Activity();
  const rooms = new Rooms(formatRegistry([latticeFormats()]), {
    activity,
    log,
    limits,
    cache: new ByteBudget(0),
    held: new ByteBudget(1 << 20),
    folding: LOOP_FOLDING,
    retention: [],
    ages: new EntryAges(),
    logger: SILENT,
    after: () => undefined,
    soon: () => undefined,
  });
  const gatekeeper = new Gatekeeper({
    authenticator: OPEN_AUTHENTICATOR,
    policy: OPEN_POLICY,
    nowMs: () => 0,
  });
  const peers: Peer[] = [];
  let now = 0;
  const connect = (): Peer => {
    const parts = {
      relay: 'test',
      activity,
      limits,
      gatekeeper,
      rooms,
      logger: SILENT,
      now: () => now,
      admit: () => undefined,
      opening: () => undefined,
      left: () => undefined,
    };
    const peer = new Peer((socket) => new Connection(socket, { ...parts, session: peers.length + 1 }));
    peers.push(peer);
    return peer;
  };
  return {
    rooms,
    connect,
    greeted: async () => {
      const peer = connect();
      peer.say({ type: 'hello', protocol: PROTOCOL_VERSION, token: undefined });
      await turns();
      return peer;
    },
    pass: (ms: number) => {
      now += ms;
      for (const peer of peers) peer.connection.tick();
    },
  };
}

/** Lets everything that waits for nothing but its turn happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
