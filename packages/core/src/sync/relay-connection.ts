/**
 * The relay's side of a connection, as a pure machine: who speaks, in which version, for how long, with how many documents.
 * Leaves out: one document (relay-channel.ts), how credentials are checked, sockets.
 *
 *   greeting ──hello──▶ authenticating ──authenticated──▶ online ──refresh──▶ online (asking again)
 *       │                     │ denied                       │ silence, bad frame, expiry, fail, stop
 *       └─────────────────────┴──────────▶ closing ◀─────────┘
 */
import { CausewayError, invariant } from '../error.ts';
import { type CloseReason, closeReasonOf } from './close-codes.ts';
import { failureOf, silence, unexpectedFrame } from './failure.ts';
import { NO_FRAGMENTS, type Reassembly, receiveMessage } from './fragments.ts';
import {
  type ClientChannelFrame,
  type Frame,
  type FrameOf,
  PROTOCOL_VERSION,
  type SessionLimits,
} from './frame.ts';
import {
  GREETING_TIMEOUT_MS,
  MAX_FRAME_OVERHEAD_BYTES,
  MIN_MESSAGE_BYTES,
  MIN_REFRESH_INTERVAL_MS,
  TOKEN_NOTICE_MS,
} from './limits.ts';
import type { Step } from './step.ts';

export interface RelayConnectionOptions {
  /** The name the relay gives itself in `welcome`. */
  readonly relay: string;
  /** Unique among the sessions of this relay's life; from 1. */
  readonly session: number;
  readonly limits: SessionLimits;
}

export interface RelayConnectionState {
  readonly options: RelayConnectionOptions;
  readonly heardAt: number;
  readonly pingedAt: number;
  readonly reassembly: Reassembly;
  readonly phase: RelayPhase;
}

export type RelayPhase =
  | { readonly type: 'greeting'; readonly openedAt: number }
  | { readonly type: 'authenticating'; readonly openedAt: number }
  | {
      readonly type: 'online';
      /** The highest channel number opened so far. */
      readonly lastChannel: number;
      /** When the token expires, in ms of `now`; Infinity when it does not. */
      readonly expiresAt: number;
      /** Expiry was announced. */
      readonly noticed: boolean;
      /** A refreshed token is being checked. */
      readonly refreshing: boolean;
      /** When the last check of a refreshed token began. */
      readonly refreshedAt: number;
      /** A token that came meanwhile or too soon: checked at a tick, unless a later one comes. */
      readonly nextToken: string | undefined;
    }
  | { readonly type: 'closing' };

export type RelayConnectionInput =
  /** `openChannels` is how many channels the edge has, to hold the client to `maxChannels`. */
  | {
      readonly type: 'message';
      readonly now: number;
      readonly bytes: Uint8Array;
      readonly openChannels: number;
    }
  /** The answer to `authenticate`. `expiresInMs` undefined: never. */
  | { readonly type: 'authenticated'; readonly now: number; readonly expiresInMs: number | undefined }
  /** The other answer. `reason` is told to the client. */
  | { readonly type: 'denied'; readonly reason: string }
  /** About once a second. `now` in ms, from any clock that never runs back. */
  | { readonly type: 'tick'; readonly now: number }
  /** A channel found the client at fault, or the relay itself failed. */
  | { readonly type: 'fail'; readonly error: unknown }
  /** The relay stops. */
  | { readonly type: 'stop' }
  /** The socket is gone. */
  | { readonly type: 'lost' };

export type RelayConnectionEffect =
  | { readonly type: 'send'; readonly frame: Frame }
  /** Check these credentials; answer with `authenticated` or `denied`. With `refresh` they must be of the same principal. */
  | { readonly type: 'authenticate'; readonly token: string | undefined; readonly refresh: boolean }
  /** Make a relay channel of it. */
  | { readonly type: 'open-channel'; readonly frame: FrameOf<'open'> }
  /** For the channel of this number; when there is none (it was closed here meanwhile), drop it. */
  | { readonly type: 'channel'; readonly frame: Exclude<ClientChannelFrame, { type: 'open' }> }
  /** Close the socket with this reason's code, after what was sent. `error` is for the log. */
  | { readonly type: 'close-socket'; readonly reason: CloseReason; readonly error: unknown }
  /** Give `lost` to every channel. Once in the life of a connection. */
  | { readonly type: 'drop-channels' };

type RelayConnectionStep = Step<RelayConnectionState, RelayConnectionEffect>;
type Online = Extract<RelayPhase, { type: 'online' }>;

const NO_EFFECTS: readonly RelayConnectionEffect[] = [];

export function relayConnection(options: RelayConnectionOptions, now: number): RelayConnectionState {
  return {
    options,
    heardAt: now,
    pingedAt: now,
    reassembly: NO_FRAGMENTS,
    phase: { type: 'greeting', openedAt: now },
  };
}

/** One step. Never throws for what the client sent. Cost: that of decoding a message. */
export function stepRelayConnection(
  state: RelayConnectionState,
  input: RelayConnectionInput,
): RelayConnectionStep {
  if (state.phase.type === 'closing') return { state, effects: NO_EFFECTS };
  switch (input.type) {
    case 'message':
      return received(state, input.now, input.bytes, input.openChannels);
    case 'authenticated':
      return authenticated(state, state.phase, input.now, input.expiresInMs);
    case 'denied':
      return failed(
        state,
        new CausewayError('auth/denied', { reason: input.reason }, `${input.reason}; get other credentials`),
      );
    case 'tick':
      return ticked(state, state.phase, input.now);
    case 'fail':
      return failed(state, input.error);
    case 'stop':
      return {
        state: closing(state),
        effects: [
          { type: 'drop-channels' },
          { type: 'close-socket', reason: 'going-away', error: undefined },
        ],
      };
    case 'lost':
      return { state: closing(state), effects: [{ type: 'drop-channels' }] };
  }
}

function received(
  state: RelayConnectionState,
  now: number,
  bytes: Uint8Array,
  openChannels: number,
): RelayConnectionStep {
  const { phase, options } = state;
  // Whoever has not signed in gets no memory for reassembly beyond that of one message.
  const maxFrameBytes =
    phase.type === 'online' ? options.limits.maxUpdateBytes + MAX_FRAME_OVERHEAD_BYTES : MIN_MESSAGE_BYTES;
  try {
    const { state: reassembly, frame } = receiveMessage(state.reassembly, bytes, maxFrameBytes);
    // Written out: every message comes here, and a spread takes ten times as long.
    const heard: RelayConnectionState = {
      options,
      heardAt: now,
      pingedAt: state.pingedAt,
      reassembly,
      phase,
    };
    if (frame === undefined) return { state: heard, effects: NO_EFFECTS };
    if (phase.type === 'online') return understood(heard, phase, frame, openChannels);
    if (phase.type === 'greeting' && frame.type === 'hello') return greeted(heard, frame, phase.openedAt);
    return failed(state, unexpectedFrame(frame, phase.type));
  } catch (error) {
    if (error instanceof CausewayError) return failed(state, error);
    throw error;
  }
}

function greeted(
  state: RelayConnectionState,
  frame: FrameOf<'hello'>,
  openedAt: number,
): RelayConnectionStep {
  if (frame.protocol !== PROTOCOL_VERSION) {
    const found = frame.protocol;
    const older = found < PROTOCOL_VERSION ? 'client' : 'relay';
    const message = `the client speaks protocol version ${found}, this relay ${PROTOCOL_VERSION}: update the ${older}`;
    return failed(
      state,
      new CausewayError('protocol/version', { found, supported: PROTOCOL_VERSION }, message),
    );
  }
  return {
    state: { ...state, phase: { type: 'authenticating', openedAt } },
    effects: [{ type: 'authenticate', token: frame.token, refresh: false }],
  };
}

function understood(
  state: RelayConnectionState,
  phase: Online,
  frame: Frame,
  openChannels: number,
): RelayConnectionStep {
  switch (frame.type) {
    case 'push':
    case 'presence':
    case 'close':
      // A number that was opened before may have been closed by the relay while this frame was on its way.
      return frame.channel <= phase.lastChannel
        ? { state, effects: [{ type: 'channel', frame }] }
        : failed(state, unexpectedFrame(frame, `channel ${frame.channel} was never opened`));
    case 'open':
      return opening(state, phase, frame, openChannels);
    case 'ping':
      return { state, effects: [{ type: 'send', frame: { type: 'pong' } }] };
    case 'pong':
      return { state, effects: NO_EFFECTS };
    case 'refresh':
      return refreshed(state, phase, state.heardAt, frame.token);
    case 'error':
      return toldOff(state, frame);
    case 'hello':
    case 'welcome':
    case 'opened':
    case 'updates':
    case 'have':
    case 'ack':
    case 'nack':
    case 'token':
    case 'fragment':
      return failed(state, unexpectedFrame(frame, 'online'));
  }
}

/** One token is checked at a time and now and then, however many are sent. */
function refreshed(
  state: RelayConnectionState,
  phase: Online,
  now: number,
  token: string,
): RelayConnectionStep {
  if (phase.refreshing || now - phase.refreshedAt < MIN_REFRESH_INTERVAL_MS)
    return { state: { ...state, phase: { ...phase, nextToken: token } }, effects: NO_EFFECTS };
  return {
    state: { ...state, phase: { ...phase, refreshing: true, refreshedAt: now, nextToken: undefined } },
    effects: [{ type: 'authenticate', token, refresh: true }],
  };
}

function opening(
  state: RelayConnectionState,
  phase: Online,
  frame: FrameOf<'open'>,
  openChannels: number,
): RelayConnectionStep {
  const { channel } = frame;
  if (channel <= phase.lastChannel) {
    return failed(state, unexpectedFrame(frame, `channel ${channel} was used before in this connection`));
  }
  const opened: RelayConnectionState = { ...state, phase: { ...phase, lastChannel: channel } };
  const { maxChannels } = state.options.limits;
  if (openChannels < maxChannels) return { state: opened, effects: [{ type: 'open-channel', frame }] };
  const message = `${openChannels} documents are open, as many as this relay allows; close some first`;
  return {
    state: opened,
    effects: [{ type: 'send', frame: { type: 'close', channel, code: 'too-many', message } }],
  };
}

function authenticated(
  state: RelayConnectionState,
  phase: RelayPhase,
  now: number,
  expiresInMs: number | undefined,
): RelayConnectionStep {
  const asked = phase.type === 'authenticating' || (phase.type === 'online' && phase.refreshing);
  invariant(asked, 'sync/asked-to-authenticate', () => `authenticated while ${phase.type}`);
  const expiresAt = expiresInMs === undefined ? Number.POSITIVE_INFINITY : now + expiresInMs;
  if (phase.type === 'online') {
    const checked: Online = { ...phase, expiresAt, noticed: false, refreshing: false };
    return { state: { ...state, phase: checked }, effects: NO_EFFECTS };
  }
  const { relay, session, limits } = state.options;
  return {
    state: {
      ...state,
      heardAt: now,
      phase: {
        type: 'online',
        lastChannel: 0,
        expiresAt,
        noticed: false,
        refreshing: false,
        refreshedAt: Number.NEGATIVE_INFINITY,
        nextToken: undefined,
      },
    },
    effects: [
      { type: 'send', frame: { type: 'welcome', protocol: PROTOCOL_VERSION, relay, session, limits } },
    ],
  };
}

function ticked(state: RelayConnectionState, phase: RelayPhase, now: number): RelayConnectionStep {
  if (phase.type !== 'online') {
    const late = phase.type !== 'closing' && now - phase.openedAt >= GREETING_TIMEOUT_MS;
    return late ? failed(state, silence('greeting', GREETING_TIMEOUT_MS)) : { state, effects: NO_EFFECTS };
  }
  const { idleMs } = state.options.limits;
  if (now - state.heardAt >= idleMs) return failed(state, silence('frame', idleMs));
  const waits = phase.nextToken !== undefined && !phase.refreshing;
  if (waits && now - phase.refreshedAt >= MIN_REFRESH_INTERVAL_MS)
    return refreshed(state, phase, now, phase.nextToken);
  const grace = phase.refreshing ? GREETING_TIMEOUT_MS : 0;
  if (now >= phase.expiresAt + grace) {
    const error = new CausewayError(
      'auth/denied',
      { reason: 'expired' },
      'the token expired; connect with a new one',
    );
    return failed(state, error, 'expired');
  }
  const effects: RelayConnectionEffect[] = [];
  const expiresInMs = Math.max(0, phase.expiresAt - now);
  const notice = !phase.noticed && !phase.refreshing && expiresInMs <= TOKEN_NOTICE_MS;
  if (notice) effects.push({ type: 'send', frame: { type: 'token', expiresInMs: Math.ceil(expiresInMs) } });
  // Clients ping by their own clock; only one that is slowed down (a hidden page) has to be woken by a ping.
  const ping = now - Math.max(state.heardAt, state.pingedAt) >= idleMs / 2;
  if (ping) effects.push({ type: 'send', frame: { type: 'ping' } });
  if (effects.length === 0) return { state, effects: NO_EFFECTS };
  return {
    state: {
      ...state,
      pingedAt: ping ? now : state.pingedAt,
      phase: { ...phase, noticed: phase.noticed || notice },
    },
    effects,
  };
}

/** The client said why it is about to close. */
function toldOff(state: RelayConnectionState, frame: FrameOf<'error'>): RelayConnectionStep {
  const detail = `the client closed with ${frame.closeCode}: ${frame.code}: ${frame.message}`;
  const error = new CausewayError('transport/lost', { detail }, detail);
  return {
    state: closing(state),
    effects: [{ type: 'drop-channels' }, { type: 'close-socket', reason: 'done', error }],
  };
}

function failed(
  state: RelayConnectionState,
  error: unknown,
  why: CloseReason = closeReasonOf(error),
): RelayConnectionStep {
  const { reason, frame } = failureOf(error, why);
  return {
    state: closing(state),
    effects: [{ type: 'drop-channels' }, { type: 'send', frame }, { type: 'close-socket', reason, error }],
  };
}

function closing(state: RelayConnectionState): RelayConnectionState {
  return { ...state, reassembly: NO_FRAGMENTS, phase: { type: 'closing' } };
}
