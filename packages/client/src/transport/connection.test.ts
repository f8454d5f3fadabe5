// The connection on a clock and sockets that do what the test says: when it is made, given up, and made again.
import { CausewayError } from '@causeway/core';
import { concatBytes } from '@causeway/core/bytes';
import {
  DEFAULT_SESSION_LIMITS,
  decodeFrame,
  encodeFrame,
  type Frame,
  PROTOCOL_VERSION,
  parseBatchId,
} from '@causeway/core/sync';
import { Seeded, VirtualTime } from '@causeway/core/testing';
import { describe, expect, test } from 'vitest';
import type { Platform, WebSocketLike } from '../platform.ts';
import type { ConnectionStatus } from '../status.ts';
import { Connection, type ConnectionOptions } from './connection.ts';

const LIMITS = { ...DEFAULT_SESSION_LIMITS, maxMessageBytes: 20_000 };

describe('a connection', () => {
  test('greets with its token, and is online when it is welcomed', async () => {
    const world = new World({ token: async () => 'secret' });
    world.connection.connect();
    expect(world.states).toEqual(['connecting']);
    await world.settle();
    world.socket.open();
    expect(world.socket.frames()).toEqual([{ type: 'hello', protocol: PROTOCOL_VERSION, token: 'secret' }]);
    world.socket.receive(WELCOME);
    expect(world.connection.status).toEqual({ state: 'online', relay: 'test', session: 5 });
    expect(world.welcomes).toBe(1);
  });

  test('that is lost is made again, later and later, and soon again once it stood', async () => {
    const world = new World();
    await world.goOnline();
    const waits: number[] = [];
    for (let failure = 0; failure < 10; failure++) {
      world.socket.end(1006);
      const { status } = world.connection;
      if (status.state === 'waiting') waits.push(status.inMs);
      world.time.advance(status.state === 'waiting' ? status.inMs : 0);
      await world.settle();
    }
    const nominal = [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000];
    for (const [index, most] of nominal.entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(most / 2);
      expect(waits[index]).toBeLessThanOrEqual(most);
    }
    world.socket.open();
    world.socket.receive(WELCOME);
    world.time.advance(9000);
    world.socket.receive({ type: 'ping' });
    world.time.advance(9000);
    world.socket.end(1006);
    expect(world.connection.status).toMatchObject({ state: 'waiting' });
    expect(world.waitMs()).toBeLessThanOrEqual(250);
    expect(world.losses).toBe(2);
  });

  test('asks two clients to come back at different times', async () => {
    const waits = await Promise.all(
      [1, 2].map(async (seed) => {
        const world = new World({}, seed);
        await world.goOnline();
        world.socket.end(1006);
        return world.waitMs();
      }),
    );
    expect(waits[0]).not.toBe(waits[1]);
  });

  test('gives up a socket that neither opens nor fails, and a relay that does not answer', async () => {
    const world = new World();
    world.connection.connect();
    await world.settle();
    world.time.advance(10_000);
    expect(world.connection.status.state).toBe('waiting');
    world.time.advance(world.waitMs());
    await world.settle();
    world.socket.open();
    world.time.advance(10_000);
    expect(world.connection.status.state).toBe('waiting');
    expect(world.socket.closedWith).toBe(4408);
  });

  test('gives up a token that does not come, or fails', async () => {
    let fails = false;
    const token = (): Promise<string> =>
      fails ? Promise.reject(new Error('no session')) : new Promise(() => {});
    const world = new World({ token });
    world.connection.connect();
    world.time.advance(30_000);
    expect(world.connection.status).toMatchObject({ state: 'waiting', error: { code: 'transport/lost' } });
    fails = true;
    world.time.advance(world.waitMs());
    await world.settle();
    expect(world.connection.status).toMatchObject({ state: 'waiting', error: { code: 'transport/lost' } });
    expect(world.sockets).toHaveLength(0);
  });

  test('stops at a refusal that trying again cannot mend, until it is asked to', async () => {
    const world = new World();
    await world.goOnline();
    world.socket.receive({ type: 'error', closeCode: 4406, code: 'protocol/version', message: 'too old' });
    expect(world.connection.status).toMatchObject({ state: 'refused', error: { code: 'protocol/refused' } });
    world.time.advance(1_000_000);
    await world.settle();
    expect(world.sockets).toHaveLength(1);
    world.connection.connect();
    await world.settle();
    expect(world.sockets).toHaveLength(2);
  });

  test('without credentials to renew stops when they are denied', async () => {
    const world = new World();
    await world.goOnline();
    world.socket.end(4401);
    expect(world.connection.status).toMatchObject({
      state: 'needs-auth',
      reason: 'missing',
      error: { code: 'auth/denied' },
    });
    world.time.advance(1_000_000);
    await world.settle();
    expect(world.sockets).toHaveLength(1);
  });

  test('tells a token that has run out from one that is not accepted, and goes on when there is another', async () => {
    for (const [code, reason] of [
      [4419, 'expired'],
      [4401, 'denied'],
    ] as const) {
      const world = new World({ token: async () => 'one' });
      await world.goOnline();
      world.socket.end(code);
      expect(world.connection.status).toMatchObject({ state: 'waiting', error: { code: 'auth/denied' } });
      world.time.advance(world.waitMs());
      await world.settle();
      world.socket.open();
      world.socket.end(code);
      expect(world.connection.status).toMatchObject({ state: 'needs-auth', reason });
      world.connection.authenticate();
      await world.settle();
      expect(world.connection.status.state).toBe('connecting');
    }
  });

  test('shows other credentials on the connection that is up, and none where none is wanted', async () => {
    const tokens = ['one', 'two'];
    const world = new World({ token: async () => tokens.shift() });
    world.connection.authenticate();
    expect(world.connection.status).toEqual({ state: 'offline', reason: 'app' });
    await world.goOnline();
    world.socket.frames();
    world.connection.authenticate();
    await world.settle();
    expect(world.socket.frames()).toEqual([{ type: 'refresh', token: 'two' }]);
  });

  test('stops when it ends with a fault time after time, and not when faults are far between', async () => {
    for (const steadyMs of [0, 12_000]) {
      const world = new World();
      await world.goOnline();
      for (let fault = 1; fault < 5; fault++) {
        world.time.advance(steadyMs);
        world.socket.end(4413);
        world.time.advance(world.waitMs());
        await world.settle();
        world.socket.open();
        world.socket.receive(WELCOME);
      }
      world.time.advance(steadyMs);
      world.socket.end(4413);
      expect(world.connection.status.state).toBe(steadyMs === 0 ? 'refused' : 'waiting');
    }
  });

  test('waits longer and longer for a relay that answers and does not welcome', async () => {
    const world = new World();
    await world.goOnline();
    world.time.advance(12_000);
    world.socket.end(4503);
    const waits: number[] = [];
    for (let failure = 0; failure < 8; failure++) {
      waits.push(world.waitMs());
      world.time.advance(world.waitMs());
      await world.settle();
      world.socket.open();
      world.socket.end(4503);
    }
    expect(Math.max(...waits)).toBeGreaterThan(10_000);
  });

  test('fetches a fresh token when the relay asks for one', async () => {
    const tokens = ['one', 'two'];
    const world = new World({ token: async () => tokens.shift() });
    await world.goOnline();
    world.socket.frames();
    world.socket.receive({ type: 'token', expiresInMs: 1000 });
    await world.settle();
    expect(world.socket.frames()).toEqual([{ type: 'refresh', token: 'two' }]);
  });

  test('is told that there is no network, and comes back at once when there is', async () => {
    const world = new World();
    await world.goOnline();
    world.setNetwork(false);
    expect(world.connection.status).toEqual({ state: 'offline', reason: 'network' });
    expect(world.losses).toBe(1);
    world.time.advance(60_000);
    await world.settle();
    expect(world.connection.status).toEqual({ state: 'offline', reason: 'network' });
    world.setNetwork(true);
    await world.settle();
    expect(world.connection.status).toEqual({ state: 'connecting' });
    world.socket.open();
    world.socket.receive(WELCOME);
    expect(world.connection.status.state).toBe('online');
  });

  test('is closed as done when the app wants none, and nothing late is heard', async () => {
    const world = new World();
    await world.goOnline();
    const { socket } = world;
    world.connection.disconnect();
    expect(socket.closedWith).toBe(1000);
    expect(world.connection.status).toEqual({ state: 'offline', reason: 'app' });
    socket.receive({ type: 'ping' });
    socket.end(1006);
    world.setNetwork(false);
    world.setNetwork(true);
    world.time.advance(1_000_000);
    await world.settle();
    expect(world.sockets).toHaveLength(1);
    expect(world.losses).toBe(1);
    expect(world.time.pending).toBe(0);
  });

  test('that is not wanted any more while its token is fetched is not made', async () => {
    const world = new World({ token: async () => 'secret' });
    world.connection.connect();
    world.connection.disconnect();
    await world.settle();
    expect(world.sockets).toHaveLength(0);
    expect(world.time.pending).toBe(0);
  });

  test('with an address that is none says so, and stops', async () => {
    const world = new World({ url: 'nowhere' });
    world.connection.connect();
    await world.settle();
    expect(world.connection.status).toMatchObject({ state: 'refused', error: { code: 'transport/lost' } });
  });
});

describe('frames', () => {
  test('above the size of a message travel in fragments, one frame after the other', async () => {
    const world = new World();
    await world.goOnline();
    world.socket.frames();
    const update = Uint8Array.from({ length: 50_000 }, (_, index) => index % 251);
    const frame: Frame = { type: 'push', channel: 1, batch: parseBatchId(1), update };
    world.connection.send(frame);
    world.connection.send({ type: 'ping' });
    const fragments = world.socket.frames();
    expect(fragments.map(({ type }) => type)).toEqual(['fragment', 'fragment', 'fragment', 'ping']);
    const parts = fragments.map((fragment) =>
      fragment.type === 'fragment' ? fragment.bytes : new Uint8Array(),
    );
    expect(decodeFrame(concatBytes(parts))).toEqual(frame);
  });

  test('wait while the socket has much to send, and are not lost', async () => {
    const world = new World();
    await world.goOnline();
    world.socket.frames();
    world.socket.bufferedAmount = 2_000_000;
    for (let channel = 1; channel <= 3; channel++) world.connection.send(closeFrame(channel));
    world.time.advance(100);
    expect(world.socket.frames()).toEqual([]);
    world.socket.bufferedAmount = 0;
    world.time.advance(100);
    expect(world.socket.frames()).toEqual([1, 2, 3].map(closeFrame));
  });

  test('to nobody are dropped', async () => {
    const world = new World();
    world.connection.send({ type: 'ping' });
    await world.goOnline();
    expect(world.socket.frames()).toEqual([{ type: 'hello', protocol: PROTOCOL_VERSION, token: undefined }]);
  });

  test('that are none, and text, end the connection', async () => {
    for (const data of [Uint8Array.of(255, 1, 2).buffer, 'hello']) {
      const world = new World();
      await world.goOnline();
      world.socket.receiveRaw(data);
      expect(world.socket.closedWith).toBe(4400);
      expect(world.connection.status.state).toBe('waiting');
    }
  });

  test('that a channel finds wrong end the connection', async () => {
    const world = new World();
    await world.goOnline();
    const data = { frame: 'ack', state: 'opening' };
    world.connection.fail(new CausewayError('protocol/unexpected-frame', data, 'an ack may not come here'));
    expect(world.socket.closedWith).toBe(4405);
    expect(world.losses).toBe(1);
  });
});

const WELCOME: Frame = {
  type: 'welcome',
  protocol: PROTOCOL_VERSION,
  relay: 'test',
  session: 5,
  limits: LIMITS,
};

function closeFrame(channel: number): Frame {
  return { type: 'close', channel, code: 'done', message: '' };
}

interface SocketEvent {
  readonly data: unknown;
  readonly code: number;
}

/** A socket that is opened, written to and ended by the test. */
class ScriptedSocket implements WebSocketLike {
  binaryType = 'blob';
  bufferedAmount = 0;
  closedWith: number | undefined;
  readonly #sent: Uint8Array[] = [];
  readonly #listeners = new Map<string, (event: SocketEvent) => void>();

  constructor(url: string) {
    if (!url.startsWith('ws:')) throw new SyntaxError(`${url} is invalid`);
  }

  addEventListener(type: string, listener: (event: SocketEvent) => void): void {
    this.#listeners.set(type, listener);
  }

  send(bytes: Uint8Array): void {
    this.#sent.push(bytes);
  }

  close(code = 1005): void {
    this.closedWith = code;
  }

  open(): void {
    this.#tell('open', {});
  }

  receive(frame: Frame): void {
    this.receiveRaw(encodeFrame(frame).slice().buffer);
  }

  receiveRaw(data: unknown): void {
    this.#tell('message', { data });
  }

  end(code: number): void {
    this.#tell('close', { code });
  }

  /** What was sent since the last time. */
  frames(): readonly Frame[] {
    return this.#sent.splice(0).map(decodeFrame);
  }

  #tell(type: string, event: Partial<SocketEvent>): void {
    this.#listeners.get(type)?.({ data: undefined, code: 0, ...event });
  }
}

class World {
  readonly time = new VirtualTime();
  readonly sockets: ScriptedSocket[] = [];
  readonly states: ConnectionStatus['state'][] = [];
  readonly connection: Connection;
  readonly #page = new EventTarget();
  #hasNetwork = true;
  welcomes = 0;
  losses = 0;

  constructor(options: Partial<ConnectionOptions> = {}, seed = 1) {
    const { sockets, time } = this;
    const dice = new Seeded(seed);
    const platform: Platform = {
      WebSocket: class extends ScriptedSocket {
        constructor(url: string) {
          super(url);
          sockets.push(this);
        }
      },
      now: time.now,
      monotonicNow: time.now,
      random: () => dice.u32(),
      setTimer: time.setTimer,
      page: this.#page,
      isOnline: () => this.#hasNetwork,
      locks: undefined,
      indexedDB: undefined,
      BroadcastChannel: undefined,
      localStorage: undefined,
    };
    this.connection = new Connection({
      url: 'ws://relay',
      token: undefined,
      platform,
      onWelcome: () => {
        this.welcomes += 1;
      },
      onChannelFrame: () => {},
      onDisconnected: () => {
        this.losses += 1;
      },
      onStatus: ({ state }) => this.states.push(state),
      ...options,
    });
  }

  /** The latest. */
  get socket(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was made');
    return socket;
  }

  async goOnline(): Promise<void> {
    this.connection.connect();
    await this.settle();
    this.socket.open();
    this.socket.receive(WELCOME);
  }

  waitMs(): number {
    const { status } = this.connection;
    if (status.state !== 'waiting') throw new Error(`${status.state}, not waiting`);
    return status.inMs;
  }

  setNetwork(hasNetwork: boolean): void {
    this.#hasNetwork = hasNetwork;
    this.#page.dispatchEvent(new Event(hasNetwork ? 'online' : 'offline'));
  }

  /** Tokens come in promises. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }
}
