import { describe, expect, test } from 'vitest';
import { InvariantError } from '../error.ts';
import { messagesOf } from './fragments.ts';
import type { BatchId, Frame } from './frame.ts';
import { encodeFrame } from './frame-codec.ts';
import {
  DEFAULT_SESSION_LIMITS,
  GREETING_TIMEOUT_MS,
  MIN_MESSAGE_BYTES,
  MIN_REFRESH_INTERVAL_MS,
  TOKEN_NOTICE_MS,
} from './limits.ts';
import {
  type RelayConnectionEffect,
  type RelayConnectionInput,
  type RelayConnectionState,
  relayConnection,
  stepRelayConnection,
} from './relay-connection.ts';

const LIMITS = { ...DEFAULT_SESSION_LIMITS, maxChannels: 2 };
const HELLO: Frame = { type: 'hello', protocol: 1, token: 'secret' };

/** Runs a connection; `effects` are those of the last step. */
class Run {
  state: RelayConnectionState = relayConnection({ relay: 'test', session: 5, limits: LIMITS }, 0);
  effects: readonly RelayConnectionEffect[] = [];
  openChannels = 0;

  step(input: RelayConnectionInput): this {
    const { state, effects } = stepRelayConnection(this.state, input);
    this.state = state;
    this.effects = effects;
    return this;
  }

  hears(frame: Frame, now = 0): this {
    return this.hearsBytes(encodeFrame(frame), now);
  }

  hearsBytes(bytes: Uint8Array, now = 0): this {
    return this.step({ type: 'message', now, bytes, openChannels: this.openChannels });
  }

  /** The types of the last step's effects; for a frame that is sent, its type. */
  get did(): readonly string[] {
    return this.effects.map((effect) => {
      if (effect.type === 'send') return `send ${effect.frame.type}`;
      return effect.type === 'close-socket' ? `close ${effect.reason}` : effect.type;
    });
  }
}

const online = (expiresInMs?: number): Run =>
  new Run().hears(HELLO).step({ type: 'authenticated', now: 0, expiresInMs });

const open = (channel: number): Frame => ({
  type: 'open',
  channel,
  name: 'a',
  kind: 'yjs',
  access: 'write',
  position: undefined,
  version: new Uint8Array(0),
});

const presence = (channel: number): Frame => ({
  type: 'presence',
  channel,
  session: 0,
  state: new Uint8Array(0),
});

const failing = (reason: string): readonly string[] => ['drop-channels', 'send error', `close ${reason}`];

describe('a relay connection', () => {
  test('C1: checks the token before it says anything', () => {
    const run = new Run().hears(HELLO);
    expect(run.effects).toEqual([{ type: 'authenticate', token: 'secret', refresh: false }]);
    run.step({ type: 'authenticated', now: 0, expiresInMs: undefined });
    expect(run.effects).toEqual([
      { type: 'send', frame: { type: 'welcome', protocol: 1, relay: 'test', session: 5, limits: LIMITS } },
    ]);
  });

  test('C1: closes on any frame before hello, and on any between hello and welcome', () => {
    expect(new Run().hears(open(1)).did).toEqual(failing('unexpected-frame'));
    expect(new Run().hears(HELLO).hears(open(1)).did).toEqual(failing('unexpected-frame'));
  });

  test('C1: closes on a denied token, and says why', () => {
    const run = new Run().hears(HELLO).step({ type: 'denied', reason: 'revoked' });
    expect(run.did).toEqual(failing('denied'));
    expect(run.effects).toMatchObject([
      {},
      { frame: { code: 'auth/denied', message: 'revoked; get other credentials' } },
      {},
    ]);
  });

  test('C2: refuses another protocol version, and says which is to be updated', () => {
    const run = new Run().hearsBytes(Uint8Array.of(1, 2, 0x55));
    expect(run.did).toEqual(failing('version'));
    expect(run.effects[1]).toMatchObject({
      frame: {
        closeCode: 4406,
        message: 'the client speaks protocol version 2, this relay 1: update the relay',
      },
    });
  });

  test('C3: closes when hello does not come, or the check takes too long', () => {
    expect(new Run().step({ type: 'tick', now: GREETING_TIMEOUT_MS - 1 }).did).toEqual([]);
    expect(new Run().step({ type: 'tick', now: GREETING_TIMEOUT_MS }).did).toEqual(failing('silence'));
    const checking = new Run().hears(HELLO, 9000);
    expect(checking.step({ type: 'tick', now: GREETING_TIMEOUT_MS }).did).toEqual(failing('silence'));
  });

  test('C4: takes each channel number once, and rising', () => {
    const run = online().hears(open(1));
    expect(run.effects).toEqual([{ type: 'open-channel', frame: open(1) }]);
    expect(run.hears(open(5)).did).toEqual(['open-channel']);
    expect(run.hears(open(4)).did).toEqual(failing('unexpected-frame'));
  });

  test('C4: hands on frames for channels that were opened, closes on others', () => {
    const run = online().hears(open(3));
    expect(run.hears(presence(2)).did).toEqual(['channel']);
    expect(run.hears(presence(3)).did).toEqual(['channel']);
    expect(run.hears(presence(4)).did).toEqual(failing('unexpected-frame'));
  });

  test('C5: refuses a document too many, and goes on', () => {
    const run = online();
    run.openChannels = 2;
    run.hears(open(1));
    expect(run.effects).toMatchObject([
      { type: 'send', frame: { type: 'close', channel: 1, code: 'too-many' } },
    ]);
    run.openChannels = 1;
    expect(run.hears(open(2)).did).toEqual(['open-channel']);
  });

  test('C6: pings after half of idleMs in silence, closes after all of it', () => {
    const run = online().hears({ type: 'ping' }, 1000);
    expect(run.did).toEqual(['send pong']);
    expect(run.step({ type: 'tick', now: 15_999 }).did).toEqual([]);
    expect(run.step({ type: 'tick', now: 16_000 }).did).toEqual(['send ping']);
    expect(run.step({ type: 'tick', now: 17_000 }).did).toEqual([]);
    expect(run.step({ type: 'tick', now: 30_999 }).did).toEqual([]);
    expect(run.step({ type: 'tick', now: 31_000 }).did).toEqual(failing('silence'));
  });

  test('C6: hears a client whose frame comes in fragments', () => {
    const run = online();
    const update = new Uint8Array(100_000);
    const push: Frame = { type: 'push', channel: 1, batch: 1 as BatchId, update };
    run.hears(open(1));
    const [first] = messagesOf(encodeFrame(push), MIN_MESSAGE_BYTES);
    if (first === undefined) throw new Error('no fragments');
    run.hearsBytes(first, 29_000);
    expect(run.step({ type: 'tick', now: 31_000 }).did).toEqual([]);
  });

  test('C7: announces the end of a token once, and closes at it', () => {
    const life = TOKEN_NOTICE_MS + 5000;
    const run = online(life);
    const said: [number, string][] = [];
    for (let now = 0; now <= life; now += 1000) {
      run.hears({ type: 'pong' }, now).step({ type: 'tick', now });
      for (const what of run.did) said.push([now, what]);
    }
    expect(said).toEqual([
      [5000, 'send token'],
      [life, 'drop-channels'],
      [life, 'send error'],
      [life, 'close expired'],
    ]);
  });

  test('C7: lives on with a refreshed token, announced anew', () => {
    const run = online(10_000).step({ type: 'tick', now: 0 });
    expect(run.effects).toEqual([{ type: 'send', frame: { type: 'token', expiresInMs: 10_000 } }]);
    run.hears({ type: 'refresh', token: 'fresh' }, 9000);
    expect(run.effects).toEqual([{ type: 'authenticate', token: 'fresh', refresh: true }]);
    expect(run.step({ type: 'tick', now: 11_000 }).did).toEqual([]);
    expect(run.step({ type: 'authenticated', now: 11_000, expiresInMs: 10_000 }).did).toEqual([]);
    expect(run.step({ type: 'tick', now: 12_000 }).effects).toMatchObject([{ frame: { expiresInMs: 9000 } }]);
    expect(run.step({ type: 'tick', now: 21_000 }).did).toEqual(failing('expired'));
  });

  test('C7: checks one token at a time, of those that come meanwhile the last', () => {
    const run = online().hears({ type: 'refresh', token: '1' });
    expect(run.hears({ type: 'refresh', token: '2' }).did).toEqual([]);
    expect(run.hears({ type: 'refresh', token: '3' }).did).toEqual([]);
    expect(run.step({ type: 'authenticated', now: 0, expiresInMs: undefined }).did).toEqual([]);
    expect(run.step({ type: 'tick', now: MIN_REFRESH_INTERVAL_MS - 1 }).did).toEqual([]);
    run.step({ type: 'tick', now: MIN_REFRESH_INTERVAL_MS });
    expect(run.effects).toEqual([{ type: 'authenticate', token: '3', refresh: true }]);
    expect(run.step({ type: 'authenticated', now: 0, expiresInMs: undefined }).did).toEqual([]);
    expect(() => run.step({ type: 'authenticated', now: 0, expiresInMs: undefined })).toThrow(InvariantError);
  });

  test('C7: checks no more than one token in an interval, whatever is sent, and the last of them before it expires', () => {
    const run = online(10_000);
    const checked: [number, string | undefined][] = [];
    for (let now = 0; now < 5_000; now += 10) {
      run.hears({ type: 'refresh', token: `at ${now}` }, now);
      if (now % 1_000 === 990) run.step({ type: 'tick', now });
      for (const effect of run.effects) if (effect.type === 'authenticate') checked.push([now, effect.token]);
      if (run.effects.some(({ type }) => type === 'authenticate'))
        run.step({ type: 'authenticated', now, expiresInMs: 6_000 - now });
    }
    expect(checked.length).toBe(5);
    for (const [now, token] of checked) expect(token).toBe(`at ${now}`);
    // One that waits when the time has come is checked, and not cut off.
    run.step({ type: 'tick', now: 6_000 });
    expect(run.effects).toEqual([{ type: 'authenticate', token: 'at 4990', refresh: true }]);
  });

  test.each<[string, Uint8Array, string]>([
    ['bytes that are no frame', Uint8Array.of(0xff), 'bad-frame'],
    ['an empty message', new Uint8Array(0), 'bad-frame'],
    [
      'a frame that only relays say',
      encodeFrame({ type: 'have', channel: 1, version: new Uint8Array(0) }),
      'unexpected-frame',
    ],
    ['a second hello', encodeFrame(HELLO), 'unexpected-frame'],
    [
      'a frame above maxUpdateBytes',
      encodeFrame({
        type: 'fragment',
        total: LIMITS.maxUpdateBytes + 65,
        index: 0,
        bytes: new Uint8Array(2000),
      }),
      'too-large',
    ],
  ])('C10: closes on %s, and hears nothing more', (_, bytes, reason) => {
    const run = online().hearsBytes(bytes);
    expect(run.did).toEqual(failing(reason));
    expect(run.hears({ type: 'ping' }).did).toEqual([]);
    expect(run.step({ type: 'lost' }).did).toEqual([]);
  });

  test('C9: puts nothing large together for a client that has not signed in', () => {
    const fragment: Frame = {
      type: 'fragment',
      total: MIN_MESSAGE_BYTES + 1,
      index: 0,
      bytes: new Uint8Array(2000),
    };
    expect(new Run().hears(fragment).did).toEqual(failing('too-large'));
  });

  test('C8: takes the word of a client that closes, and keeps it for the log', () => {
    const run = online().hears({
      type: 'error',
      closeCode: 4405,
      code: 'protocol/unexpected-frame',
      message: 'ack',
    });
    expect(run.did).toEqual(['drop-channels', 'close done']);
    expect(String(run.effects.map((effect) => effect.type === 'close-socket' && effect.error))).toContain(
      '4405',
    );
  });

  test('drops its channels once, when the socket is lost or the relay stops', () => {
    const lost = online().step({ type: 'lost' });
    expect(lost.did).toEqual(['drop-channels']);
    expect(lost.step({ type: 'stop' }).did).toEqual([]);
    expect(online().step({ type: 'stop' }).did).toEqual(['drop-channels', 'close going-away']);
  });
});
