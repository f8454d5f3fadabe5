import { describe, expect, test } from 'vitest';
import { CausewayError } from '../error.ts';
import {
  CLIENT_OFFLINE,
  type ClientConnectionEffect,
  type ClientConnectionInput,
  type ClientConnectionState,
  stepClientConnection,
} from './client-connection.ts';
import { messagesOf } from './fragments.ts';
import type { Frame } from './frame.ts';
import { encodeFrame } from './frame-codec.ts';
import { DEFAULT_SESSION_LIMITS, GREETING_TIMEOUT_MS, MIN_MESSAGE_BYTES } from './limits.ts';

const { idleMs } = DEFAULT_SESSION_LIMITS;
const WELCOME: Frame = {
  type: 'welcome',
  protocol: 1,
  relay: 'test',
  session: 5,
  limits: DEFAULT_SESSION_LIMITS,
};

/** Runs a connection; `effects` are those of the last step. */
class Run {
  state: ClientConnectionState = CLIENT_OFFLINE;
  effects: readonly ClientConnectionEffect[] = [];

  step(input: ClientConnectionInput): this {
    const { state, effects } = stepClientConnection(this.state, input);
    this.state = state;
    this.effects = effects;
    return this;
  }

  hears(frame: Frame, now = 0): this {
    return this.step({ type: 'message', now, bytes: encodeFrame(frame) });
  }

  /** The types of the last step's effects; for a frame that is sent, its type. */
  get did(): readonly string[] {
    return this.effects.map((effect) => {
      if (effect.type === 'send') return `send ${effect.frame.type}`;
      return effect.type === 'close-socket' ? `close ${effect.reason}` : effect.type;
    });
  }
}

const greeting = (): Run => new Run().step({ type: 'opened', now: 0, token: 'secret' });
const online = (): Run => greeting().hears(WELCOME);

describe('a client connection', () => {
  test('C1: speaks first, with its token, and is online at welcome', () => {
    expect(greeting().effects).toEqual([
      { type: 'send', frame: { type: 'hello', protocol: 1, token: 'secret' } },
    ]);
    const run = online();
    expect(run.effects).toEqual([
      { type: 'welcomed', session: 5, relay: 'test', limits: DEFAULT_SESSION_LIMITS },
    ]);
    expect(run.state.type).toBe('online');
  });

  test('C1: takes nothing before welcome', () => {
    expect(greeting().hears({ type: 'ping' }).did).toEqual(['send error', 'close unexpected-frame']);
  });

  test('C2: a refused version is the end of it', () => {
    const run = greeting().hears({
      type: 'error',
      closeCode: 4406,
      code: 'protocol/version',
      message: 'older',
    });
    run.step({ type: 'lost', code: 1000 });
    expect(run.effects).toEqual([
      {
        type: 'disconnected',
        code: 4406,
        retry: 'no',
        error: { closeCode: 4406, code: 'protocol/version', message: 'older' },
      },
    ]);
  });

  test('C3: gives up when welcome does not come', () => {
    expect(greeting().step({ type: 'tick', now: GREETING_TIMEOUT_MS - 1 }).did).toEqual([]);
    expect(greeting().step({ type: 'tick', now: GREETING_TIMEOUT_MS }).did).toEqual([
      'send error',
      'close silence',
    ]);
  });

  test('C6: pings every third of idleMs, also while it hears much', () => {
    const run = online();
    const pings: number[] = [];
    for (let now = 0; now <= idleMs * 2; now += 100) {
      run.hears({ type: 'have', channel: 1, version: new Uint8Array(9) }, now);
      if (run.did.includes('send ping')) pings.push(now);
      expect(run.did).toContain('channel');
    }
    expect(pings).toEqual([1, 2, 3, 4, 5, 6].map((third) => (third * idleMs) / 3));
  });

  test('C6: answers a ping, and closes after hearing nothing for idleMs', () => {
    expect(online().hears({ type: 'ping' }).did).toEqual(['send pong']);
    const run = online().hears({ type: 'pong' }, 1000);
    expect(run.step({ type: 'tick', now: idleMs + 999 }).did).toEqual(['send ping']);
    expect(run.step({ type: 'tick', now: idleMs + 1000 }).did).toEqual(['send error', 'close silence']);
    expect(run.step({ type: 'lost', code: 1006 }).effects).toMatchObject([{ code: 4408, retry: 'backoff' }]);
  });

  test('C7: asks for a token when the relay does, and sends it', () => {
    const run = online().hears({ type: 'token', expiresInMs: 500 });
    expect(run.effects).toEqual([{ type: 'token-wanted', expiresInMs: 500 }]);
    run.step({ type: 'token', token: 'fresh' });
    expect(run.effects).toEqual([{ type: 'send', frame: { type: 'refresh', token: 'fresh' } }]);
  });

  test('C8: a denied token asks for another, whatever code the socket gives', () => {
    const run = online().hears({ type: 'error', closeCode: 4401, code: 'auth/denied', message: 'revoked' });
    expect(run.did).toEqual(['close done']);
    expect(run.step({ type: 'lost', code: 1006 }).effects).toMatchObject([
      { code: 4401, retry: 'new-token' },
    ]);
  });

  test('C9: puts a frame in fragments together', () => {
    const frame: Frame = { type: 'have', channel: 2, version: new Uint8Array(50_000) };
    const run = online();
    const did = messagesOf(encodeFrame(frame), MIN_MESSAGE_BYTES).map(
      (bytes) => run.step({ type: 'message', now: 0, bytes }).did,
    );
    expect(did).toEqual([[], [], [], ['channel']]);
    expect(run.effects).toMatchObject([{ frame: { type: 'have', channel: 2 } }]);
  });

  test.each<[string, Uint8Array, string]>([
    ['bytes that are no frame', Uint8Array.of(0xff), 'bad-frame'],
    ['an empty message', new Uint8Array(0), 'bad-frame'],
    ['a frame that only clients say', encodeFrame({ type: 'refresh', token: '' }), 'unexpected-frame'],
    ['a second welcome', encodeFrame(WELCOME), 'unexpected-frame'],
    [
      'too large a frame',
      encodeFrame({ type: 'fragment', total: 2 ** 40, index: 0, bytes: new Uint8Array(2000) }),
      'too-large',
    ],
  ])('C10: closes on %s', (_, bytes, reason) => {
    expect(online().step({ type: 'message', now: 0, bytes }).did).toEqual(['send error', `close ${reason}`]);
  });

  test('hands frames of documents on, whatever the channel', () => {
    const frame: Frame = { type: 'presence', channel: 77, session: 1, state: Uint8Array.of(1) };
    expect(online().hears(frame).effects).toEqual([{ type: 'channel', frame }]);
  });

  test('closes at the wish of the app, and then hears nothing more', () => {
    const run = online().step({ type: 'close' });
    expect(run.did).toEqual(['close done']);
    expect(run.hears({ type: 'ping' }).did).toEqual([]);
    expect(run.step({ type: 'fail', error: new Error('late') }).did).toEqual([]);
    expect(run.step({ type: 'lost', code: 1000 }).effects).toMatchObject([{ code: 1000, retry: 'no' }]);
    expect(run.step({ type: 'lost', code: 1000 }).did).toEqual([]);
  });

  test('C8: tells the relay what a channel found wrong, and tries again later', () => {
    const error = new CausewayError(
      'protocol/unexpected-frame',
      { frame: 'ack', state: 'open' },
      'no such batch',
    );
    const run = online().step({ type: 'fail', error });
    expect(run.effects).toMatchObject([
      { frame: { type: 'error', closeCode: 4405, code: 'protocol/unexpected-frame' } },
      { reason: 'unexpected-frame', error },
    ]);
    expect(run.step({ type: 'lost', code: 4405 }).effects).toMatchObject([{ retry: 'backoff' }]);
  });

  test('that could not be made is tried again', () => {
    expect(new Run().step({ type: 'close' }).did).toEqual([]);
    expect(greeting().step({ type: 'lost', code: 1006 }).effects).toMatchObject([
      { code: 1006, retry: 'backoff' },
    ]);
  });
});
