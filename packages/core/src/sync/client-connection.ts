/**
 * The client's side of a connection, as a pure machine: greeting, liveness, tokens, refusals. Channel frames pass through.
 * Leaves out: one document (client-channel.ts), when to connect again and how long to wait (the client's transport).
 *
 *   offline ──opened──▶ greeting ──welcome──▶ online
 *      ▲                    │                    │ silence, bad frame, error, fail, close
 *      └─────── lost ───────┴──▶ closing ◀───────┘
 */
import { CausewayError } from '../error.ts';
import { CLOSE_CODES, type CloseReason, type RetryAdvice, retryAdvice } from './close-codes.ts';
import { failureOf, silence, unexpectedFrame } from './failure.ts';
import { NO_FRAGMENTS, type Reassembly, receiveMessage } from './fragments.ts';
import { type Frame, PROTOCOL_VERSION, type RelayChannelFrame, type SessionLimits } from './frame.ts';
import { GREETING_TIMEOUT_MS, MAX_RECEIVED_FRAME_BYTES } from './limits.ts';
import type { Step } from './step.ts';

/** What the relay said in `error` before it closed. */
export interface RelayError {
  readonly closeCode: number;
  readonly code: string;
  readonly message: string;
}

export type ClientConnectionState =
  | { readonly type: 'offline' }
  | { readonly type: 'greeting'; readonly openedAt: number; readonly reassembly: Reassembly }
  | {
      readonly type: 'online';
      readonly session: number;
      readonly relay: string;
      readonly limits: SessionLimits;
      readonly heardAt: number;
      readonly pingedAt: number;
      readonly reassembly: Reassembly;
    }
  /** `closeCode`: why, as far as this side knows. */
  | { readonly type: 'closing'; readonly closeCode: number; readonly error: RelayError | undefined };

export type ClientConnectionInput =
  /** The socket is open. `now` in ms, from any clock that never runs back. */
  | { readonly type: 'opened'; readonly now: number; readonly token: string | undefined }
  | { readonly type: 'message'; readonly now: number; readonly bytes: Uint8Array }
  /** About once a second while there is a socket; it may be late (timers of hidden pages are). */
  | { readonly type: 'tick'; readonly now: number }
  /** A fresh token from the app, asked for by `token-wanted` or of its own accord. */
  | { readonly type: 'token'; readonly token: string }
  /** A channel found the relay at fault, or the client itself failed. */
  | { readonly type: 'fail'; readonly error: unknown }
  /** The app's wish. */
  | { readonly type: 'close' }
  /** The socket is gone, with its close code (1006 when there was none). */
  | { readonly type: 'lost'; readonly code: number };

export type ClientConnectionEffect =
  | { readonly type: 'send'; readonly frame: Frame }
  /** Connected: open the channels now. Number them from 1 upwards, and never use a number twice in one connection. */
  | {
      readonly type: 'welcomed';
      readonly session: number;
      readonly relay: string;
      readonly limits: SessionLimits;
    }
  /** For the channel of this number; when there is none (it was closed here meanwhile), drop it. */
  | { readonly type: 'channel'; readonly frame: RelayChannelFrame }
  | { readonly type: 'token-wanted'; readonly expiresInMs: number }
  /** Close the socket with this reason's code, after what was sent; `lost` will follow. `error` is for the log. */
  | { readonly type: 'close-socket'; readonly reason: CloseReason; readonly error: unknown }
  /** Tell every channel that it is disconnected. Once for each `opened`. */
  | {
      readonly type: 'disconnected';
      readonly code: number;
      readonly retry: RetryAdvice;
      readonly error: RelayError | undefined;
    };

type ClientConnectionStep = Step<ClientConnectionState, ClientConnectionEffect>;
type Greeting = Extract<ClientConnectionState, { type: 'greeting' }>;
type Online = Extract<ClientConnectionState, { type: 'online' }>;

export const CLIENT_OFFLINE: ClientConnectionState = { type: 'offline' };

const NO_EFFECTS: readonly ClientConnectionEffect[] = [];

/** One step. Never throws for what the relay sent. Cost: that of decoding a message. */
export function stepClientConnection(
  state: ClientConnectionState,
  input: ClientConnectionInput,
): ClientConnectionStep {
  if (input.type === 'opened') {
    return {
      state: { type: 'greeting', openedAt: input.now, reassembly: NO_FRAGMENTS },
      effects: [{ type: 'send', frame: { type: 'hello', protocol: PROTOCOL_VERSION, token: input.token } }],
    };
  }
  if (input.type === 'lost') {
    return state.type === 'offline' ? { state, effects: NO_EFFECTS } : lost(state, input.code);
  }
  const up = state.type === 'greeting' || state.type === 'online';
  return up ? whileUp(state, input) : { state, effects: NO_EFFECTS };
}

function whileUp(
  state: Greeting | Online,
  input: Exclude<ClientConnectionInput, { type: 'opened' | 'lost' }>,
): ClientConnectionStep {
  switch (input.type) {
    case 'message':
      return received(state, input.now, input.bytes);
    case 'tick':
      return ticked(state, input.now);
    case 'token':
      return state.type === 'online'
        ? { state, effects: [{ type: 'send', frame: { type: 'refresh', token: input.token } }] }
        : { state, effects: NO_EFFECTS };
    case 'fail':
      return failed(input.error);
    case 'close':
      return {
        state: { type: 'closing', closeCode: CLOSE_CODES.done.code, error: undefined },
        effects: [{ type: 'close-socket', reason: 'done', error: undefined }],
      };
  }
}

function received(state: Greeting | Online, now: number, bytes: Uint8Array): ClientConnectionStep {
  try {
    const { state: reassembly, frame } = receiveMessage(state.reassembly, bytes, MAX_RECEIVED_FRAME_BYTES);
    if (state.type === 'greeting') {
      return frame === undefined
        ? { state: { ...state, reassembly }, effects: NO_EFFECTS }
        : greeted(frame, now);
    }
    const { session, relay, limits, pingedAt } = state;
    // Written out: every message comes here, and a spread takes ten times as long.
    const heard: Online = { type: 'online', session, relay, limits, heardAt: now, pingedAt, reassembly };
    const step = frame === undefined ? { state: heard, effects: NO_EFFECTS } : understood(heard, frame);
    return step.state.type === 'online' ? withPing(step.state, step.effects, now) : step;
  } catch (error) {
    if (error instanceof CausewayError) return failed(error);
    throw error;
  }
}

function greeted(frame: Frame, now: number): ClientConnectionStep {
  if (frame.type === 'error') return toldOff(frame);
  if (frame.type !== 'welcome') return failed(unexpectedFrame(frame, 'greeting'));
  const { session, relay, limits } = frame;
  return {
    state: { type: 'online', session, relay, limits, heardAt: now, pingedAt: now, reassembly: NO_FRAGMENTS },
    effects: [{ type: 'welcomed', session, relay, limits }],
  };
}

function understood(state: Online, frame: Frame): ClientConnectionStep {
  switch (frame.type) {
    case 'opened':
    case 'updates':
    case 'have':
    case 'ack':
    case 'nack':
    case 'presence':
    case 'close':
      return { state, effects: [{ type: 'channel', frame }] };
    case 'ping':
      return { state, effects: [{ type: 'send', frame: { type: 'pong' } }] };
    case 'pong':
      return { state, effects: NO_EFFECTS };
    case 'token':
      return { state, effects: [{ type: 'token-wanted', expiresInMs: frame.expiresInMs }] };
    case 'error':
      return toldOff(frame);
    case 'hello':
    case 'welcome':
    case 'open':
    case 'push':
    case 'refresh':
    case 'fragment':
      return failed(unexpectedFrame(frame, 'online'));
  }
}

function ticked(state: Greeting | Online, now: number): ClientConnectionStep {
  if (state.type === 'greeting') {
    return now - state.openedAt >= GREETING_TIMEOUT_MS
      ? failed(silence('welcome', GREETING_TIMEOUT_MS))
      : { state, effects: NO_EFFECTS };
  }
  if (now - state.heardAt >= state.limits.idleMs) return failed(silence('frame', state.limits.idleMs));
  return withPing(state, NO_EFFECTS, now);
}

/**
 * Pings by the clock, also when much is heard: during a long download the relay hears nothing else from here, and its own
 * ping waits behind the download.
 */
function withPing(
  state: Online,
  effects: readonly ClientConnectionEffect[],
  now: number,
): ClientConnectionStep {
  if (now - state.pingedAt < state.limits.idleMs / 3) return { state, effects };
  return {
    state: { ...state, pingedAt: now },
    effects: [...effects, { type: 'send', frame: { type: 'ping' } }],
  };
}

/** The relay said why it is about to close; the close code on the socket may get lost, so this one counts. */
function toldOff(error: RelayError): ClientConnectionStep {
  const { closeCode, code, message } = error;
  return {
    state: { type: 'closing', closeCode, error: { closeCode, code, message } },
    effects: [{ type: 'close-socket', reason: 'done', error: undefined }],
  };
}

function failed(error: unknown): ClientConnectionStep {
  const { reason, frame } = failureOf(error);
  return {
    state: { type: 'closing', closeCode: frame.closeCode, error: undefined },
    effects: [
      { type: 'send', frame },
      { type: 'close-socket', reason, error },
    ],
  };
}

function lost(
  state: Exclude<ClientConnectionState, { type: 'offline' }>,
  socketCode: number,
): ClientConnectionStep {
  const closing = state.type === 'closing';
  const code = closing ? state.closeCode : socketCode;
  return {
    state: CLIENT_OFFLINE,
    effects: [
      { type: 'disconnected', code, retry: retryAdvice(code), error: closing ? state.error : undefined },
    ],
  };
}
