/**
 * The client's side of a connection, as a pure machine: greeting, liveness, tokens, refusals. Channel frames pass through.
 * Leaves out: one document (client-channel.ts), when to connect again and how long to wait (the client's transport).
 *
 *   offline ──opened──▶ greeting ──welcome──▶ online
 *      ▲                    │                    │ silence, bad frame, error, fail, close
 *      └─────── lost ───────┴──▶ closing ◀───────┘
 */
import type { CausewayError } from '../error.ts';
import type { CloseReason, RetryAdvice } from './close-codes.ts';
import type { Reassembly } from './fragments.ts';
import type { Frame, RelayChannelFrame, SessionLimits } from './frame.ts';
import type { Step } from './step.ts';

/** What the relay said in `error` before it closed. */
export interface RelayError {
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
      /** When the last tick after a message was, in ms. */
      readonly heardAt: number;
      /** A message came since the last tick. */
      readonly heard: boolean;
      readonly pingedAt: number;
      readonly reassembly: Reassembly;
    }
  | { readonly type: 'closing'; readonly error: RelayError | undefined };

export type ClientConnectionInput =
  /** The socket is open. `now` in ms, from any clock that never runs back. */
  | { readonly type: 'opened'; readonly now: number; readonly token: string | undefined }
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  /** About once a second while there is a socket. */
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
  /** Close the socket with this code; `lost` will follow. */
  | { readonly type: 'close-socket'; readonly reason: CloseReason; readonly error: CausewayError | undefined }
  /** Tell every channel that it is disconnected. */
  | {
      readonly type: 'disconnected';
      readonly code: number;
      readonly retry: RetryAdvice;
      readonly error: RelayError | undefined;
    };

export const CLIENT_OFFLINE: ClientConnectionState = { type: 'offline' };

/** One step. Never throws for what the relay sent. Cost: that of decoding a message. */
export function stepClientConnection(
  state: ClientConnectionState,
  input: ClientConnectionInput,
): Step<ClientConnectionState, ClientConnectionEffect> {
  throw new Error(`${state.type} ${input.type}`);
}
