/**
 * The relay's side of a connection, as a pure machine: who speaks, in which version, for how long, with how many documents.
 * Leaves out: one document (relay-channel.ts), how credentials are checked, sockets.
 *
 *   greeting ──hello──▶ authenticating ──authenticated──▶ online ──refresh──▶ online (asking again)
 *       │                     │ denied                       │ silence, bad frame, expiry, fail, stop
 *       └─────────────────────┴──────────▶ closing ◀─────────┘
 */
import type { CausewayError } from '../error.ts';
import type { CloseReason } from './close-codes.ts';
import type { Reassembly } from './fragments.ts';
import type { ClientChannelFrame, Frame, FrameOf, SessionLimits } from './frame.ts';
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
  readonly heard: boolean;
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
    }
  | { readonly type: 'closing' };

export type RelayConnectionInput =
  /** `openChannels` is how many channels the edge has, to hold the client to `maxChannels`. */
  | { readonly type: 'message'; readonly bytes: Uint8Array; readonly openChannels: number }
  /** The answer to `authenticate`. `expiresInMs` undefined: never. */
  | { readonly type: 'authenticated'; readonly now: number; readonly expiresInMs: number | undefined }
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
  /** Close the socket with this code, after what was sent. `error` is for the log. */
  | { readonly type: 'close-socket'; readonly reason: CloseReason; readonly error: CausewayError | undefined }
  /** Give `lost` to every channel. Once. */
  | { readonly type: 'drop-channels' };

export function relayConnection(options: RelayConnectionOptions, now: number): RelayConnectionState {
  throw new Error(`${options.relay} ${now}`);
}

/** One step. Never throws for what the client sent. Cost: that of decoding a message. */
export function stepRelayConnection(
  state: RelayConnectionState,
  input: RelayConnectionInput,
): Step<RelayConnectionState, RelayConnectionEffect> {
  throw new Error(`${state.phase.type} ${input.type}`);
}
