/**
 * One document on one connection, the client's side, as a pure machine: what is pushed when, how far the relay's log has
 * been followed, what is caught up. Leaves out: engines and stores (the edge applies, merges and writes).
 *
 *              connected          opened                 head reached
 *   offline ─────────────▶ opening ──────▶ catching-up ────────────────▶ live
 *      ▲                      │                 │                         │
 *      │ disconnected         └─────── close from the relay ──────────────┤
 *      └──── (from any state) ◀──── refused ◀─────────────────────────────┘
 *
 * Pushes start at `opened`; they do not wait for catch-up.
 */
import type { CausewayError } from '../error.ts';
import type { DocumentKind, DocumentName } from '../id/index.ts';
import type { BatchQueue } from './batch-queue.ts';
import type {
  Access,
  BatchId,
  ChannelCloseCode,
  Frame,
  NackCode,
  Position,
  RelayChannelFrame,
  SessionLimits,
} from './frame.ts';
import type { Step } from './step.ts';

/** A named update on its way to the relay. */
export interface PendingBatch {
  readonly id: BatchId;
  readonly update: Uint8Array;
}

export interface ClientChannelState {
  readonly name: DocumentName;
  readonly kind: DocumentKind;
  /** The access that is asked for. */
  readonly wanted: Access;
  /** How far the content here follows the relay's log without a gap; undefined before first contact. In a new epoch it stays in the old one until `new-epoch`. */
  readonly position: Position | undefined;
  /** Batches not on their way, oldest first. */
  readonly queue: BatchQueue;
  /** Own presence, sent again at every reconnect. */
  readonly presence: Uint8Array | undefined;
  readonly link: ClientLink;
}

export type ClientLink =
  | { readonly type: 'offline' }
  | { readonly type: 'opening'; readonly channel: number; readonly limits: SessionLimits }
  | OpenLink
  /** Until the next connection, which asks again. */
  | { readonly type: 'refused'; readonly code: ChannelCloseCode; readonly message: string }
  | { readonly type: 'closed' };

/** The relay has opened the document. */
export interface OpenLink {
  readonly type: 'catching-up' | 'live';
  readonly channel: number;
  readonly limits: SessionLimits;
  readonly access: Access;
  readonly epoch: number;
  /** Catching up ends here. */
  readonly head: number;
  /** Offset in `epoch` up to which everything was received. */
  readonly reached: number;
  /** The log is another one than `position` names: `have` is awaited before `position` moves there. */
  readonly awaitsHave: boolean;
  /** Sent and not acknowledged, oldest first; at most MAX_BATCHES_IN_FLIGHT. */
  readonly inFlight: readonly PendingBatch[];
  readonly inFlightBytes: number;
}

export type ClientChannelInput =
  /**
   * The connection is up and this document gets this channel number. `version` is the engine's, needed only when the state
   * has no position; pass empty bytes otherwise.
   */
  | {
      readonly type: 'connected';
      readonly channel: number;
      readonly limits: SessionLimits;
      readonly version: Uint8Array;
    }
  | { readonly type: 'disconnected' }
  | { readonly type: 'frame'; readonly frame: RelayChannelFrame }
  /** A batch that the store has (or could not take): written before sent. */
  | { readonly type: 'enqueue'; readonly batch: PendingBatch }
  /** Own presence; undefined takes it away. */
  | { readonly type: 'presence'; readonly state: Uint8Array | undefined }
  | { readonly type: 'close' };

export type ClientChannelEffect =
  | { readonly type: 'send'; readonly frame: Frame }
  /** The relay has opened the document; with `read` access batches stay queued. */
  | { readonly type: 'opened'; readonly access: Access }
  /** Apply to the engine, then write it to the store together with the position (undefined: the stored position stays). */
  | { readonly type: 'apply'; readonly update: Uint8Array; readonly position: Position | undefined }
  /** Acknowledged: take it from the outbox, in one write with the position (undefined: the stored position stays). */
  | { readonly type: 'settled'; readonly batch: BatchId; readonly position: Position | undefined }
  /** The relay will never take it: quarantine it. */
  | { readonly type: 'refused'; readonly batch: BatchId; readonly code: NackCode; readonly message: string }
  /**
   * The relay's log is another one than the stored position names, so batches acknowledged there may be lost. With a
   * `version`: make one batch of `diff(snapshot, version)`; write it together with `position: null`, then write `position`,
   * and enqueue it. Without (read access): only replace the position. Skip the batch only if the diff is the format's `empty`.
   */
  | { readonly type: 'new-epoch'; readonly version: Uint8Array | undefined; readonly position: Position }
  /** Everything the relay had when the document was opened is here. Once per connection. */
  | { readonly type: 'caught-up' }
  /** Empty `state`: gone. `session` is the peer's number on its relay. */
  | { readonly type: 'peer-presence'; readonly session: number; readonly state: Uint8Array }
  /** No peer is known to be here any more. */
  | { readonly type: 'peers-lost' }
  /** The relay has refused or closed the document; the state is `refused`. */
  | { readonly type: 'closed'; readonly code: ChannelCloseCode; readonly message: string }
  /** The relay broke the protocol: pass it to the connection as `fail`. */
  | { readonly type: 'fail'; readonly error: CausewayError };

/** A document that is offline, with what the store has: its position, and its outbox as the queue. */
export function clientChannel(options: {
  readonly name: DocumentName;
  readonly kind: DocumentKind;
  readonly wanted: Access;
  readonly position: Position | undefined;
  readonly outbox: readonly PendingBatch[];
}): ClientChannelState {
  throw new Error(options.name);
}

/** One step. Cost: constant, but for `disconnected` (the batches in flight). */
export function stepClientChannel(
  state: ClientChannelState,
  input: ClientChannelInput,
): Step<ClientChannelState, ClientChannelEffect> {
  throw new Error(`${state.name} ${input.type}`);
}

/** Batches not yet acknowledged: queued and in flight. */
export function unsettledBatches(state: ClientChannelState): number {
  throw new Error(state.name);
}
