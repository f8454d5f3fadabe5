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
import { type CausewayError, invariant } from '../error.ts';
import type { DocumentKind, DocumentName } from '../id/index.ts';
import { appended, type BatchQueue, batchQueue, oldest, putBack, withoutOldest } from './batch-queue.ts';
import { unexpectedFrame } from './failure.ts';
import type {
  Access,
  BatchId,
  ChannelCloseCode,
  Frame,
  FrameOf,
  NackCode,
  Position,
  RelayChannelFrame,
  SessionLimits,
} from './frame.ts';
import { hasRoom } from './limits.ts';
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
  /** Batches not sent, oldest first. */
  readonly queue: BatchQueue;
  /** Own presence, sent again at every reconnect. */
  readonly presence: Uint8Array | undefined;
  readonly link: ClientLink;
}

export type ClientLink =
  | { readonly type: 'offline' }
  | { readonly type: 'opening'; readonly channel: number; readonly limits: SessionLimits }
  | OpenLink
  /** Until `connected`: at the next connection, or under another number in this one. */
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
   * The connection is up and this document gets this channel number; also from `refused`, to ask again under a new one. `version` is the engine's, needed only when the state
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
  /** Own presence; undefined takes it away. Above `maxPresenceBytes` it is not sent: check before. */
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

type ClientChannelStep = Step<ClientChannelState, ClientChannelEffect>;

const NO_EFFECTS: readonly ClientChannelEffect[] = [];
const NO_BYTES = new Uint8Array(0);

/** A document that is offline, with what the store has: its position, and its outbox as the queue. */
export function clientChannel(options: {
  readonly name: DocumentName;
  readonly kind: DocumentKind;
  readonly wanted: Access;
  readonly position: Position | undefined;
  readonly outbox: readonly PendingBatch[];
}): ClientChannelState {
  const { name, kind, wanted, position, outbox } = options;
  const queue = batchQueue(outbox);
  return { name, kind, wanted, position, queue, presence: undefined, link: { type: 'offline' } };
}

/** One step. Cost: constant, but for `disconnected` and `close` (the batches in flight). */
export function stepClientChannel(state: ClientChannelState, input: ClientChannelInput): ClientChannelStep {
  switch (input.type) {
    case 'connected':
      return connected(state, input.channel, input.limits, input.version);
    case 'disconnected':
      return disconnected(state);
    case 'frame':
      return received(state, input.frame);
    case 'enqueue':
      return pumped(
        stateWith(state, state.position, appended(state.queue, input.batch), state.link),
        NO_EFFECTS,
      );
    case 'presence': {
      const shown: ClientChannelState = { ...state, presence: input.state };
      return { state: shown, effects: presenceEffects(shown, input.state ?? NO_BYTES) };
    }
    case 'close':
      return closed(state);
  }
}

/** Batches not yet acknowledged: queued and in flight. */
export function unsettledBatches(state: ClientChannelState): number {
  return state.queue.size + (isOpen(state.link) ? state.link.inFlight.length : 0);
}

function connected(
  state: ClientChannelState,
  channel: number,
  limits: SessionLimits,
  version: Uint8Array,
): ClientChannelStep {
  if (state.link.type === 'closed') return { state, effects: NO_EFFECTS };
  const free = state.link.type === 'offline' || state.link.type === 'refused';
  invariant(free, 'sync/one-channel', () => `${state.name} is ${state.link.type} and was connected again`);
  const { name, kind, wanted: access, position } = state;
  const held = position === undefined ? version : NO_BYTES;
  return {
    state: { ...state, link: { type: 'opening', channel, limits } },
    effects: [
      { type: 'send', frame: { type: 'open', channel, name, kind, access, position, version: held } },
    ],
  };
}

function disconnected(state: ClientChannelState): ClientChannelStep {
  if (state.link.type === 'closed') return { state, effects: NO_EFFECTS };
  return {
    state: { ...state, queue: queueWithInFlight(state), link: { type: 'offline' } },
    effects: isOpen(state.link) ? [{ type: 'peers-lost' }] : NO_EFFECTS,
  };
}

function closed(state: ClientChannelState): ClientChannelStep {
  const { link } = state;
  const up = link.type === 'opening' || isOpen(link);
  return {
    state: { ...state, queue: queueWithInFlight(state), link: { type: 'closed' } },
    effects: up
      ? [{ type: 'send', frame: { type: 'close', channel: link.channel, code: 'done', message: '' } }]
      : NO_EFFECTS,
  };
}

function received(state: ClientChannelState, frame: RelayChannelFrame): ClientChannelStep {
  const { link } = state;
  if (link.type === 'opening') {
    if (frame.type === 'opened') return opened(state, link, frame);
    if (frame.type === 'close') return refused(state, frame);
    return failed(state, unexpectedFrame(frame, 'opening'));
  }
  // Closed on this side while the frame was on its way, or refused.
  if (!isOpen(link)) return { state, effects: NO_EFFECTS };
  switch (frame.type) {
    case 'updates':
      return updated(state, link, frame);
    case 'ack':
      return acknowledged(state, link, frame);
    case 'nack':
      return rejected(state, link, frame);
    case 'have':
      return told(state, link, frame);
    case 'presence':
      if (frame.session !== 0) {
        return { state, effects: [{ type: 'peer-presence', session: frame.session, state: frame.state }] };
      }
      return frame.state.length === 0
        ? { state, effects: [{ type: 'peers-lost' }] }
        : failed(state, unexpectedFrame(frame, 'it names no session'));
    case 'close':
      return refused(state, frame);
    case 'opened':
      return failed(state, unexpectedFrame(frame, 'open'));
  }
}

function opened(
  state: ClientChannelState,
  { channel, limits }: Extract<ClientLink, { type: 'opening' }>,
  frame: FrameOf<'opened'>,
): ClientChannelStep {
  const { epoch, head, access } = frame;
  const held = state.position;
  if (frame.resumed && (held === undefined || held.epoch !== epoch || held.offset > head)) {
    return failed(state, unexpectedFrame(frame, 'opening at another position'));
  }
  const resumedAt = frame.resumed ? held : undefined;
  // At first contact the position is 0 of this epoch, and is stored with the first acknowledgement: should the relay lose
  // its log before the catch-up is complete, the next `open` tells that there is something to send again.
  const position = held ?? { epoch, offset: 0 };
  const link: OpenLink = {
    type: 'catching-up',
    channel,
    limits,
    access,
    epoch,
    head,
    reached: resumedAt?.offset ?? 0,
    awaitsHave: !frame.resumed && held !== undefined,
    inFlight: [],
    inFlightBytes: 0,
  };
  const open: ClientChannelState = { ...state, position, link };
  const effects: ClientChannelEffect[] = [{ type: 'opened', access }];
  if (state.presence !== undefined) effects.push(...presenceEffects(open, state.presence));
  return pumped(caughtUp(open, effects), effects);
}

function updated(state: ClientChannelState, link: OpenLink, frame: FrameOf<'updates'>): ClientChannelStep {
  // After a gap (this session lagged, and a reply overtook the rest) the content is good, but the position has to wait.
  const advances = frame.after <= link.reached && frame.upTo > link.reached;
  const next = advances ? reaching(state, link, frame.upTo) : state;
  const effects: ClientChannelEffect[] = [
    { type: 'apply', update: frame.update, position: advances ? storedPosition(next) : undefined },
  ];
  return { state: caughtUp(next, effects), effects };
}

function acknowledged(state: ClientChannelState, link: OpenLink, frame: FrameOf<'ack'>): ClientChannelStep {
  const rest = withoutBatch(link, frame.batch);
  if (rest === undefined)
    return failed(state, unexpectedFrame(frame, `batch ${frame.batch} is not in flight`));
  const known = stateWith(state, state.position, state.queue, rest);
  const next = frame.offset === link.reached + 1 ? reaching(known, rest, frame.offset) : known;
  const effects: ClientChannelEffect[] = [
    { type: 'settled', batch: frame.batch, position: storedPosition(next) },
  ];
  return pumped(caughtUp(next, effects), effects);
}

function rejected(state: ClientChannelState, link: OpenLink, frame: FrameOf<'nack'>): ClientChannelStep {
  const { batch, code, message } = frame;
  const rest = withoutBatch(link, batch);
  if (rest === undefined) return failed(state, unexpectedFrame(frame, `batch ${batch} is not in flight`));
  return pumped(stateWith(state, state.position, state.queue, rest), [
    { type: 'refused', batch, code, message },
  ]);
}

function told(state: ClientChannelState, link: OpenLink, frame: FrameOf<'have'>): ClientChannelStep {
  if (!link.awaitsHave) return failed(state, unexpectedFrame(frame, 'nothing is to be sent again'));
  const position: Position = { epoch: link.epoch, offset: link.reached };
  const version = link.access === 'write' ? frame.version : undefined;
  const effects: ClientChannelEffect[] = [{ type: 'new-epoch', version, position }];
  const next: ClientChannelState = { ...state, position, link: { ...link, awaitsHave: false } };
  return { state: caughtUp(next, effects), effects };
}

function refused(state: ClientChannelState, frame: FrameOf<'close'>): ClientChannelStep {
  const { code, message } = frame;
  const effects: ClientChannelEffect[] = isOpen(state.link) ? [{ type: 'peers-lost' }] : [];
  effects.push({ type: 'closed', code, message });
  return {
    state: { ...state, queue: queueWithInFlight(state), link: { type: 'refused', code, message } },
    effects,
  };
}

function failed(state: ClientChannelState, error: CausewayError): ClientChannelStep {
  return { state, effects: [{ type: 'fail', error }] };
}

/** Sends what the window has room for, oldest first; a batch that the relay cannot take is refused here, unsent. */
function pumped(state: ClientChannelState, before: readonly ClientChannelEffect[]): ClientChannelStep {
  const { link } = state;
  if (!isOpen(link) || link.access !== 'write' || state.queue.size === 0) return { state, effects: before };
  const effects = [...before];
  const inFlight = [...link.inFlight];
  let { queue } = state;
  let { inFlightBytes } = link;
  for (let batch = oldest(queue); batch !== undefined; batch = oldest(queue)) {
    const bytes = batch.update.length;
    const { maxUpdateBytes } = link.limits;
    if (bytes > maxUpdateBytes) {
      const message = `${bytes} bytes in one update; the relay takes ${maxUpdateBytes}`;
      effects.push({ type: 'refused', batch: batch.id, code: 'too-large', message });
    } else if (hasRoom(inFlight.length, inFlightBytes, bytes)) {
      const { id, update } = batch;
      effects.push({ type: 'send', frame: { type: 'push', channel: link.channel, batch: id, update } });
      inFlight.push(batch);
      inFlightBytes += bytes;
    } else break;
    queue = withoutOldest(queue);
  }
  return {
    state: stateWith(state, state.position, queue, linkWith(link, link.reached, inFlight, inFlightBytes)),
    effects,
  };
}

/** Moves on in the relay's log; the position follows unless it is still to leave its old epoch. */
function reaching(state: ClientChannelState, link: OpenLink, offset: number): ClientChannelState {
  const position = link.awaitsHave ? state.position : { epoch: link.epoch, offset };
  return stateWith(state, position, state.queue, linkWith(link, offset, link.inFlight, link.inFlightBytes));
}

/** What is to be written beside content and acknowledgements: nothing while the stored position is of another epoch. */
function storedPosition(state: ClientChannelState): Position | undefined {
  return isOpen(state.link) && state.link.awaitsHave ? undefined : state.position;
}

/** The state, live if it has caught up; says so in `effects` when that is new. */
function caughtUp(state: ClientChannelState, effects: ClientChannelEffect[]): ClientChannelState {
  const { link } = state;
  if (link.type !== 'catching-up' || link.awaitsHave || link.reached < link.head) return state;
  effects.push({ type: 'caught-up' });
  return { ...state, link: { ...link, type: 'live' } };
}

function presenceEffects(state: ClientChannelState, shown: Uint8Array): readonly ClientChannelEffect[] {
  const { link } = state;
  if (!isOpen(link) || shown.length > link.limits.maxPresenceBytes) return NO_EFFECTS;
  return [{ type: 'send', frame: { type: 'presence', channel: link.channel, session: 0, state: shown } }];
}

/** The link without this batch in flight; undefined when it is not. */
function withoutBatch(link: OpenLink, id: BatchId): OpenLink | undefined {
  const index = link.inFlight.findIndex((batch) => batch.id === id);
  const batch = link.inFlight[index];
  if (batch === undefined) return undefined;
  const inFlight = link.inFlight.toSpliced(index, 1);
  return linkWith(link, link.reached, inFlight, link.inFlightBytes - batch.update.length);
}

/** The two copies that every update and acknowledgement makes, written out: a spread takes ten times as long. */
function stateWith(
  state: ClientChannelState,
  position: Position | undefined,
  queue: BatchQueue,
  link: ClientLink,
): ClientChannelState {
  const { name, kind, wanted, presence } = state;
  return { name, kind, wanted, position, queue, presence, link };
}

function linkWith(
  link: OpenLink,
  reached: number,
  inFlight: readonly PendingBatch[],
  inFlightBytes: number,
): OpenLink {
  const { type, channel, limits, access, epoch, head, awaitsHave } = link;
  return { type, channel, limits, access, epoch, head, reached, awaitsHave, inFlight, inFlightBytes };
}

function queueWithInFlight(state: ClientChannelState): BatchQueue {
  return isOpen(state.link) ? putBack(state.queue, state.link.inFlight) : state.queue;
}

function isOpen(link: ClientLink): link is OpenLink {
  return link.type === 'catching-up' || link.type === 'live';
}
