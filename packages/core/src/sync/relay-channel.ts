/**
 * One document on one connection, the relay's side, as a pure machine: from which offset to which this session has been
 * sent the log, and what to read or send next. Leaves out: rooms, logs, rights (the edge); limits of the connection.
 *
 *             granted, behind           head reached
 *   opening ──────────────▶ catching-up ────────────▶ live ◀─┐ drained, nothing missed
 *      │ refused              ▲      │ congested       │      │
 *      ▼                      │      ▼                 ▼      │
 *   closed ◀── any            └── lagging ◀────── congested ──┘
 *                      drained, behind
 *
 * The edge gives `committed` and `durable` only when the entry is on disk, to each channel in order of offset, beginning
 * with the entry after the head it named in `granted`: nothing that a crash could take back is ever sent.
 */
import type { CausewayError } from '../error.ts';
import type { DocumentKind, DocumentName } from '../id/index.ts';
import type {
  Access,
  BatchId,
  ChannelCloseCode,
  ClientChannelFrame,
  Frame,
  FrameOf,
  NackCode,
  Position,
  SessionLimits,
} from './frame.ts';
import type { SharedFrame } from './frame-codec.ts';
import type { Step } from './step.ts';

export interface RelayChannelState {
  readonly channel: number;
  readonly limits: SessionLimits;
  readonly phase: RelayChannelPhase;
}

export type RelayChannelPhase =
  | { readonly type: 'opening'; readonly position: Position | undefined; readonly version: Uint8Array }
  | OpenRelayPhase
  | { readonly type: 'closed' };

export interface OpenRelayPhase {
  readonly type: 'catching-up' | 'live' | 'lagging';
  readonly access: Access;
  readonly presence: boolean;
  /** Everything up to this offset was sent (own entries: acknowledged). */
  readonly sent: number;
  /** The last entry known to be durable. Live means `sent` is `head`. */
  readonly head: number;
  /** What the client held at first contact: reads leave it out. Undefined once it goes by offset. */
  readonly since: Uint8Array | undefined;
  /** A read is under way: always when catching up, never when live. */
  readonly reading: boolean;
  /** Presence of others was dropped since the socket was congested. */
  readonly missedPresence: boolean;
  /** Pushes not yet durable, oldest first; at most MAX_BATCHES_IN_FLIGHT. */
  readonly pending: readonly { readonly batch: BatchId; readonly bytes: number }[];
  readonly pendingBytes: number;
}

export type RelayChannelInput =
  /** The answer to `open`: from now on the edge gives every entry after `head`. `presence`: may see and show presence. */
  | {
      readonly type: 'granted';
      readonly access: Access;
      readonly presence: boolean;
      readonly epoch: number;
      readonly head: number;
    }
  /** The other answer to `open`; in a later state it closes the channel (deleted, storage, right withdrawn). */
  | { readonly type: 'refused'; readonly code: ChannelCloseCode; readonly message: string }
  | { readonly type: 'frame'; readonly frame: Exclude<ClientChannelFrame, { type: 'open' }> }
  /** The answer to `read`: the entries after the asked offset up to `upTo`, at least one, merged. */
  | { readonly type: 'entries'; readonly upTo: number; readonly update: Uint8Array }
  /** The answer to `read-version`. */
  | { readonly type: 'version'; readonly version: Uint8Array }
  /** Own push is on disk. For a push seen before, the offset it got then. */
  | { readonly type: 'durable'; readonly batch: BatchId; readonly offset: number }
  /** Own push was not stored. */
  | { readonly type: 'rejected'; readonly batch: BatchId; readonly code: NackCode; readonly message: string }
  /** Another session's entry is on disk: `shareFrame` of `updates` from `offset - 1` to `offset`. */
  | { readonly type: 'committed'; readonly offset: number; readonly shared: SharedFrame }
  /** Another session's presence: `shareFrame` of `presence`. */
  | { readonly type: 'peer-presence'; readonly shared: SharedFrame }
  /** The socket holds more than its high-water mark; said once until `drained`. */
  | { readonly type: 'congested' }
  /** It has drained. Tell the channels one after the other, and stop when it is congested again. */
  | { readonly type: 'drained' }
  /** The connection is gone. */
  | { readonly type: 'lost' };

export type RelayChannelEffect =
  /** Check the rights and open the room; answer with `granted` or `refused`. */
  | {
      readonly type: 'open';
      readonly name: DocumentName;
      readonly kind: DocumentKind;
      readonly access: Access;
    }
  /** Read about this much of the log (at least one entry), merge it, leave out what `since` holds; answer with `entries`, or `refused` when it cannot be read. */
  | {
      readonly type: 'read';
      readonly after: number;
      readonly maxBytes: number;
      readonly since: Uint8Array | undefined;
    }
  /** The version of the whole log; answer with `version`. */
  | { readonly type: 'read-version' }
  /** Check the update by its format and append it; answer with `durable` or `rejected`. */
  | { readonly type: 'append'; readonly batch: BatchId; readonly update: Uint8Array }
  | { readonly type: 'send'; readonly frame: Frame }
  /** Send `encodeShared(shared, channel)`. */
  | { readonly type: 'send-shared'; readonly shared: SharedFrame }
  /** Show it to the others in the room, and keep it for those who come. Empty: gone. */
  | { readonly type: 'publish-presence'; readonly state: Uint8Array }
  /** Give this channel the presence of everyone in the room as `peer-presence`. */
  | { readonly type: 'read-presence' }
  /** Leave the room, tell the others that its presence is gone, and forget the channel. Once. */
  | { readonly type: 'leave' }
  /** The client broke the protocol: pass it to the connection as `fail`. */
  | { readonly type: 'fail'; readonly error: CausewayError };

/** A channel for an `open` frame; a bad name or kind closes it at once. */
export function relayChannel(
  frame: FrameOf<'open'>,
  limits: SessionLimits,
): Step<RelayChannelState, RelayChannelEffect> {
  throw new Error(`${frame.name} ${limits.maxChannels}`);
}

/** One step, in constant time. */
export function stepRelayChannel(
  state: RelayChannelState,
  input: RelayChannelInput,
): Step<RelayChannelState, RelayChannelEffect> {
  throw new Error(`${state.channel} ${input.type}`);
}
