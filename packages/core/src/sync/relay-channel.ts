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
import { CausewayError, InvariantError, invariant } from '../error.ts';
import { type DocumentKind, type DocumentName, parseDocumentKind, parseDocumentName } from '../id/index.ts';
import { messageOf, unexpectedFrame } from './failure.ts';
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
import { CATCH_UP_PIECE_BYTES, hasRoom, MAX_BATCHES_IN_FLIGHT, MAX_IN_FLIGHT_BYTES } from './limits.ts';
import type { Step } from './step.ts';

export interface RelayChannelState {
  readonly channel: number;
  readonly limits: SessionLimits;
  readonly phase: RelayChannelPhase;
}

export type RelayChannelPhase =
  | {
      readonly type: 'opening';
      readonly position: Position | undefined;
      readonly version: Uint8Array;
      readonly congested: boolean;
    }
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
  /** Less is allowed than was granted. What was pushed before is not taken back. */
  | { readonly type: 'restricted'; readonly access: Access; readonly presence: boolean }
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
  /** Leave the room (also when `open` is still under way), tell the others that its presence is gone, forget the channel. Once. */
  | { readonly type: 'leave' }
  /** The client broke the protocol: pass it to the connection as `fail`. */
  | { readonly type: 'fail'; readonly error: CausewayError };

type RelayChannelStep = Step<RelayChannelState, RelayChannelEffect>;
type Opening = Extract<RelayChannelPhase, { type: 'opening' }>;

const NO_EFFECTS: readonly RelayChannelEffect[] = [];
const CLOSED: RelayChannelPhase = { type: 'closed' };

/** A channel for an `open` frame; a bad name or kind closes it at once. */
export function relayChannel(frame: FrameOf<'open'>, limits: SessionLimits): RelayChannelStep {
  const { channel, position, version } = frame;
  const opening: RelayChannelState = {
    channel,
    limits,
    phase: { type: 'opening', position, version, congested: false },
  };
  try {
    const name = parseDocumentName(frame.name);
    const kind = parseDocumentKind(frame.kind);
    return { state: opening, effects: [{ type: 'open', name, kind, access: frame.access }] };
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    const code = CausewayError.is(error, 'protocol/document-name') ? 'name' : 'unknown-kind';
    return closed(opening, code, messageOf(error));
  }
}

/** One step, in constant time. */
export function stepRelayChannel(state: RelayChannelState, input: RelayChannelInput): RelayChannelStep {
  const { phase } = state;
  if (phase.type === 'closed') return { state, effects: NO_EFFECTS };
  if (input.type === 'lost') return { state: inPhase(state, CLOSED), effects: [{ type: 'leave' }] };
  if (input.type === 'refused') return closed(state, input.code, input.message);
  return phase.type === 'opening' ? whileOpening(state, phase, input) : whileOpen(state, phase, input);
}

type RemainingInput = Exclude<RelayChannelInput, { type: 'lost' | 'refused' }>;

function whileOpening(state: RelayChannelState, phase: Opening, input: RemainingInput): RelayChannelStep {
  switch (input.type) {
    case 'granted':
      return granted(state, phase, input);
    case 'frame':
      return input.frame.type === 'close'
        ? closed(state, 'done', '')
        : { state, effects: [{ type: 'fail', error: unexpectedFrame(input.frame, 'opening') }] };
    case 'congested':
    case 'drained':
      return {
        state: { ...state, phase: { ...phase, congested: input.type === 'congested' } },
        effects: NO_EFFECTS,
      };
    case 'restricted':
    case 'entries':
    case 'version':
    case 'durable':
    case 'rejected':
    case 'committed':
    case 'peer-presence':
      throw new InvariantError('sync/granted-first', `${input.type} came before granted`);
  }
}

function whileOpen(state: RelayChannelState, phase: OpenRelayPhase, input: RemainingInput): RelayChannelStep {
  switch (input.type) {
    case 'restricted':
      return restricted(state, phase, input.access, input.presence);
    case 'frame':
      return framed(state, phase, input.frame);
    case 'entries':
      return read(state, phase, input.upTo, input.update);
    case 'version':
      return {
        state,
        effects: [send({ type: 'have', channel: state.channel, version: input.version })],
      };
    case 'durable':
      return acknowledged(state, phase, input.batch, input.offset);
    case 'rejected': {
      const { batch, code, message } = input;
      return {
        state: inPhase(state, withoutPending(phase, batch)),
        effects: [send({ type: 'nack', channel: state.channel, batch, code, message })],
      };
    }
    case 'committed':
      return committed(state, phase, input.offset, input.shared);
    case 'peer-presence':
      return peerPresence(state, phase, input.shared);
    case 'congested':
      return phase.type === 'lagging'
        ? { state, effects: NO_EFFECTS }
        : { state: { ...state, phase: { ...phase, type: 'lagging' } }, effects: NO_EFFECTS };
    case 'drained':
      return drained(state, phase);
    case 'granted':
      throw new InvariantError('sync/granted-once', `channel ${state.channel} was granted twice`);
  }
}

function granted(
  state: RelayChannelState,
  opening: Opening,
  { access, presence, epoch, head }: Extract<RelayChannelInput, { type: 'granted' }>,
): RelayChannelStep {
  const { position, version } = opening;
  const resumed = position !== undefined && position.epoch === epoch && position.offset <= head;
  const effects: RelayChannelEffect[] = [
    send({ type: 'opened', channel: state.channel, resumed, epoch, head, access }),
  ];
  // The client has been in contact with another log than this: what that one had acknowledged may be lacking here.
  if (position !== undefined && !resumed) effects.push({ type: 'read-version' });
  if (presence && !opening.congested) effects.push({ type: 'read-presence' });
  const phase: OpenRelayPhase = {
    type: opening.congested ? 'lagging' : 'live',
    access,
    presence,
    sent: resumed ? position.offset : 0,
    head,
    since: resumed || version.length === 0 ? undefined : version,
    reading: false,
    missedPresence: presence && opening.congested,
    pending: [],
    pendingBytes: 0,
  };
  return { state: inPhase(state, following(phase, effects)), effects };
}

function framed(
  state: RelayChannelState,
  phase: OpenRelayPhase,
  frame: Exclude<ClientChannelFrame, { type: 'open' }>,
): RelayChannelStep {
  switch (frame.type) {
    case 'push':
      return pushed(state, phase, frame);
    case 'presence':
      return shown(state, phase, frame.state);
    case 'close':
      return closed(state, 'done', '');
  }
}

function restricted(
  state: RelayChannelState,
  phase: OpenRelayPhase,
  access: Access,
  presence: boolean,
): RelayChannelStep {
  return {
    state: { ...state, phase: { ...phase, access, presence } },
    effects:
      phase.presence && !presence ? [{ type: 'publish-presence', state: new Uint8Array() }] : NO_EFFECTS,
  };
}

function pushed(
  state: RelayChannelState,
  phase: OpenRelayPhase,
  { batch, update }: FrameOf<'push'>,
): RelayChannelStep {
  const { channel, limits } = state;
  const bytes = update.length;
  if (phase.access !== 'write') {
    const message = 'this session may read the document, not write it';
    return { state, effects: [send({ type: 'nack', channel, batch, code: 'permission', message })] };
  }
  if (bytes > limits.maxUpdateBytes) {
    const message = `${bytes} bytes in one update; this relay takes ${limits.maxUpdateBytes}`;
    return { state, effects: [send({ type: 'nack', channel, batch, code: 'too-large', message })] };
  }
  if (!hasRoom(phase.pending.length, phase.pendingBytes, bytes)) {
    const error = new CausewayError(
      'protocol/limit',
      { what: 'batches in flight', value: phase.pending.length + 1, limit: MAX_BATCHES_IN_FLIGHT },
      `${phase.pending.length + 1} batches of ${phase.pendingBytes + bytes} bytes in flight; wait for acks beyond ${MAX_BATCHES_IN_FLIGHT} batches or ${MAX_IN_FLIGHT_BYTES} bytes`,
    );
    return { state, effects: [{ type: 'fail', error }] };
  }
  const pending = [...phase.pending, { batch, bytes }];
  const next = moved(phase, phase.sent, phase.head, pending, phase.pendingBytes + bytes);
  return { state: inPhase(state, next), effects: [{ type: 'append', batch, update }] };
}

function acknowledged(
  state: RelayChannelState,
  before: OpenRelayPhase,
  batch: BatchId,
  offset: number,
): RelayChannelStep {
  const phase = withoutPending(before, batch);
  const head = Math.max(phase.head, offset);
  // The client counts in the same way: an ack moves it on by one, never over a gap. A read under way brings the entry too.
  const sent = offset === phase.sent + 1 && !phase.reading ? offset : phase.sent;
  checkLive(phase, sent, head);
  return {
    state: inPhase(state, moved(phase, sent, head, phase.pending, phase.pendingBytes)),
    effects: [send({ type: 'ack', channel: state.channel, batch, offset })],
  };
}

function committed(
  state: RelayChannelState,
  phase: OpenRelayPhase,
  offset: number,
  shared: SharedFrame,
): RelayChannelStep {
  const head = Math.max(phase.head, offset);
  // Dropped, not queued, unless live: a later read brings it. After a read that ran ahead it was sent already.
  const sends = phase.type === 'live' && offset > phase.sent;
  const sent = sends && offset === phase.sent + 1 ? offset : phase.sent;
  checkLive(phase, sent, head);
  return {
    state: inPhase(state, moved(phase, sent, head, phase.pending, phase.pendingBytes)),
    effects: sends ? [{ type: 'send-shared', shared }] : NO_EFFECTS,
  };
}

function read(
  state: RelayChannelState,
  phase: OpenRelayPhase,
  upTo: number,
  update: Uint8Array,
): RelayChannelStep {
  invariant(
    phase.reading && upTo > phase.sent,
    'sync/read-advances',
    () => `entries up to ${upTo} for a session that was sent ${phase.sent}`,
  );
  const effects: RelayChannelEffect[] = [
    send({ type: 'updates', channel: state.channel, after: phase.sent, upTo, update }),
  ];
  const next: OpenRelayPhase = { ...phase, sent: upTo, head: Math.max(phase.head, upTo), reading: false };
  return { state: inPhase(state, following(next, effects)), effects };
}

function drained(state: RelayChannelState, phase: OpenRelayPhase): RelayChannelStep {
  if (phase.type !== 'lagging') return { state, effects: NO_EFFECTS };
  const effects: RelayChannelEffect[] = [];
  if (phase.missedPresence) {
    // Some may have left meanwhile: the client forgets all, and hears of those who are here.
    const forget = {
      type: 'presence',
      channel: state.channel,
      session: 0,
      state: new Uint8Array(0),
    } as const;
    effects.push(send(forget), { type: 'read-presence' });
  }
  const next: OpenRelayPhase = { ...phase, type: 'catching-up', missedPresence: false };
  return { state: inPhase(state, following(next, effects)), effects };
}

/** Live when everything was sent; else reading on, one piece at a time, unless the socket is congested. */
function following(phase: OpenRelayPhase, effects: RelayChannelEffect[]): OpenRelayPhase {
  if (phase.type === 'lagging') return phase;
  if (phase.reading) return { ...phase, type: 'catching-up' };
  if (phase.sent === phase.head) return { ...phase, type: 'live', since: undefined };
  effects.push({ type: 'read', after: phase.sent, maxBytes: CATCH_UP_PIECE_BYTES, since: phase.since });
  return { ...phase, type: 'catching-up', reading: true };
}

function shown(state: RelayChannelState, phase: OpenRelayPhase, bytes: Uint8Array): RelayChannelStep {
  const { maxPresenceBytes } = state.limits;
  if (bytes.length > maxPresenceBytes) {
    const error = new CausewayError(
      'decode/limit',
      { what: 'presence', value: bytes.length, limit: maxPresenceBytes },
      `a presence of ${bytes.length} bytes is above the limit of ${maxPresenceBytes}`,
    );
    return { state, effects: [{ type: 'fail', error }] };
  }
  return { state, effects: phase.presence ? [{ type: 'publish-presence', state: bytes }] : NO_EFFECTS };
}

function peerPresence(
  state: RelayChannelState,
  phase: OpenRelayPhase,
  shared: SharedFrame,
): RelayChannelStep {
  if (!phase.presence) return { state, effects: NO_EFFECTS };
  if (phase.type !== 'lagging') return { state, effects: [{ type: 'send-shared', shared }] };
  return { state: { ...state, phase: { ...phase, missedPresence: true } }, effects: NO_EFFECTS };
}

function closed(state: RelayChannelState, code: ChannelCloseCode, message: string): RelayChannelStep {
  return {
    state: inPhase(state, CLOSED),
    effects: [send({ type: 'close', channel: state.channel, code, message }), { type: 'leave' }],
  };
}

function withoutPending(phase: OpenRelayPhase, batch: BatchId): OpenRelayPhase {
  const index = phase.pending.findIndex((push) => push.batch === batch);
  const push = phase.pending[index];
  invariant(push !== undefined, 'sync/settles-pending', () => `batch ${batch} is not pending`);
  const pending = phase.pending.toSpliced(index, 1);
  return moved(phase, phase.sent, phase.head, pending, phase.pendingBytes - push.bytes);
}

function checkLive(phase: OpenRelayPhase, sent: number, head: number): void {
  invariant(
    phase.type !== 'live' || sent === head,
    'sync/live-without-gap',
    () => `entry ${head} came to a live session that was sent ${sent}`,
  );
}

/** The phase with other offsets and pushes. Every entry for every session comes here, and a spread takes ten times as long. */
function moved(
  phase: OpenRelayPhase,
  sent: number,
  head: number,
  pending: OpenRelayPhase['pending'],
  pendingBytes: number,
): OpenRelayPhase {
  const { type, access, presence, since, reading, missedPresence } = phase;
  return { type, access, presence, sent, head, since, reading, missedPresence, pending, pendingBytes };
}

function inPhase(state: RelayChannelState, phase: RelayChannelPhase): RelayChannelState {
  return { channel: state.channel, limits: state.limits, phase };
}

function send(frame: Frame): RelayChannelEffect {
  return { type: 'send', frame };
}
