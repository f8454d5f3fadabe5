/**
 * One y-websocket client, as a pure machine: what it has been sent of its document, and what to send or store next. Bytes
 * in, effects out; the socket, the room and the clock are at the edge (yjs-connection.ts).
 *
 *            granted          step 1             head reached
 *   opening ─────────▶ quiet ────────▶ catching-up ─────────▶ live ◀──┐ drained, nothing missed
 *      │ refused                         ▲    ▲  │ congested   │       │
 *      ▼                                 │    │  ▼             ▼       │
 *   closed ◀── any               step 1 ─┘    └─ lagging ◀── congested ┘
 *
 * These clients count no offsets, so the machine does it for them, as for native ones: live, every update is passed on as it
 * comes in; lagging, none is, and the rest is read from the log when the socket has drained. They take the echo of an own
 * update for the sign that it is stored, so to its author an update goes back, and not before it is durable. A step 1 at any time starts the catching-up anew; step 2 goes out when everything has been sent.
 *
 * What a client may send while it may only read: nothing is stored, and the first such update is answered with `permission
 * denied`. So is one for which the document has no room: closed, its author would come again with it for ever. A message of another kind than the protocol's is passed over: apps make such for each other.
 */
import { CausewayError } from '@causeway/core';
import {
  type Access,
  CATCH_UP_PIECE_BYTES,
  type CloseReason,
  closeReasonOf,
  GREETING_TIMEOUT_MS,
  type SessionLimits,
  type Step,
} from '@causeway/core/sync';
import type { CommittedEntries } from '../committed-entries.ts';
import type { LogPiece } from '../log-piece.ts';
import type { PresenceChanges } from '../presence-changes.ts';
import {
  decodeYjsMessage,
  deniedMessage,
  EMPTY_UPDATE,
  step1Message,
  step2Message,
  updateTooLarge,
} from './message.ts';

export interface YjsSessionState {
  readonly limits: SessionLimits;
  readonly openedAt: number;
  /** When it was last asked whether it is still there. */
  readonly pingedAt: number;
  /** When it was last sent what is not sent otherwise: presence of native sessions, a sign of life. */
  readonly renewedAt: number;
  readonly phase: YjsPhase;
}

export type YjsPhase = { readonly type: 'opening' } | OpenYjsPhase | { readonly type: 'closed' };

export interface OpenYjsPhase {
  readonly type: 'quiet' | 'catching-up' | 'live' | 'lagging';
  readonly access: Access;
  /** It may see others and show itself. */
  readonly presence: boolean;
  /** Everything up to this offset was sent. */
  readonly sent: number;
  /** The last entry known to be durable. Live means `sent` is `head`. */
  readonly head: number;
  /** What it said to hold, until it has been answered. */
  readonly since: Uint8Array | undefined;
  /** A step 2 is owed. */
  readonly answering: boolean;
  /** A read is under way: always when catching up, never when live. */
  readonly reading: boolean;
  /** It asked again while a read was under way. */
  readonly again: Uint8Array | undefined;
  /** It was asked for what the relay lacks. */
  readonly asked: boolean;
  /** It was told that it may not write. */
  readonly denied: boolean;
}

export type YjsSessionInput =
  /** The answer to opening: from now on the edge gives every entry after `head`. */
  | {
      readonly type: 'granted';
      readonly access: Access;
      readonly presence: boolean;
      readonly head: number;
    }
  /** A WebSocket message. */
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  /** The answer to `read`: the entries after the asked offset up to `upTo`, at least one, merged. */
  | { readonly type: 'entries'; readonly piece: LogPiece }
  /** The answer to `read-version`. */
  | { readonly type: 'version'; readonly version: Uint8Array }
  /** Entries are on disk, own ones included. */
  | { readonly type: 'committed'; readonly committed: CommittedEntries }
  /** The document takes no more of what it writes, and why. */
  | { readonly type: 'read-only'; readonly why: string }
  | { readonly type: 'presence'; readonly changes: PresenceChanges }
  /** The socket holds more than its high-water mark; said once until `drained`. */
  | { readonly type: 'congested' }
  | { readonly type: 'drained' }
  /** About once a second: the time, and when something last came from the client; an answer to a ping counts. */
  | { readonly type: 'tick'; readonly now: number; readonly heardAt: number }
  /** The client is at fault, or the relay itself failed. */
  | { readonly type: 'fail'; readonly error: unknown }
  | { readonly type: 'close'; readonly reason: CloseReason }
  /** The socket is gone. */
  | { readonly type: 'lost' };

export type YjsSessionEffect =
  | { readonly type: 'send'; readonly message: Uint8Array }
  /** Send the piece as an update, or as the answer to step 1. */
  | { readonly type: 'send-piece'; readonly piece: LogPiece; readonly answer: boolean }
  /** From now on it is sent what is fresh: of what becomes durable it lacks what came in before. */
  | { readonly type: 'follow' }
  /** Send those of these entries that it lacks, and its own as an echo. */
  | { readonly type: 'settle'; readonly committed: CommittedEntries }
  | { readonly type: 'forward-presence'; readonly changes: PresenceChanges }
  /** Send the presence of everyone else. */
  | { readonly type: 'read-presence' }
  /** Send the presence of those that do not repeat theirs, or nothing but a sign of life. */
  | { readonly type: 'renew-presence' }
  /** Read about this much of the log (at least one entry), merge it, leave out what `since` holds; answer with `entries`. */
  | {
      readonly type: 'read';
      readonly after: number;
      readonly maxBytes: number;
      readonly since: Uint8Array | undefined;
    }
  /** The version of the whole log; answer with `version`. */
  | { readonly type: 'read-version' }
  /** Check the update and append it. `answer`: it is what the relay asked for, and may hold nothing new. */
  | { readonly type: 'append'; readonly update: Uint8Array; readonly answer: boolean }
  /** An awareness update. */
  | { readonly type: 'show'; readonly update: Uint8Array }
  /** Ask whether the client is still there, in a way that only its WebSocket sees. */
  | { readonly type: 'ping' }
  /** Close the socket after what was sent. `error` is for the log. */
  | { readonly type: 'close-socket'; readonly reason: CloseReason; readonly error: unknown }
  /** End the socket at once: the client is gone, or does not answer. */
  | { readonly type: 'destroy' }
  /** Leave the room, also when it is still being entered. Once. */
  | { readonly type: 'leave' };

type YjsSessionStep = Step<YjsSessionState, YjsSessionEffect>;

/** Its clients connect anew when they hear nothing for 30 s, and count no pings; they forget others' presence after as long. */
export const SIGN_OF_LIFE_MS = 15_000;

const NO_EFFECTS: readonly YjsSessionEffect[] = [];
const CLOSED: YjsPhase = { type: 'closed' };
const READ_ONLY = 'this session may read the document, not write it: its changes are not stored';

export function yjsSession(limits: SessionLimits, now: number): YjsSessionState {
  return { limits, openedAt: now, pingedAt: now, renewedAt: now, phase: { type: 'opening' } };
}

/** Whether it is sent what others write as it comes in: asked for every session at every update, and so no input. */
export function followsFresh({ phase }: YjsSessionState): boolean {
  return phase.type === 'live';
}

/** One step, in constant time but for reading a message. Never throws for what the client sent. */
export function stepYjsSession(state: YjsSessionState, input: YjsSessionInput): YjsSessionStep {
  const { phase } = state;
  if (phase.type === 'closed') return { state, effects: NO_EFFECTS };
  switch (input.type) {
    case 'lost':
      return { state: inPhase(state, CLOSED), effects: [{ type: 'leave' }] };
    case 'fail':
      return closed(state, closeReasonOf(input.error), input.error);
    case 'close':
      return closed(state, input.reason, undefined);
    case 'tick':
      return ticked(state, input);
    case 'granted':
      return granted(state, input);
    default:
      return phase.type === 'opening' ? { state, effects: NO_EFFECTS } : whileOpen(state, phase, input);
  }
}

type OpenInput = Exclude<YjsSessionInput, { type: 'lost' | 'fail' | 'close' | 'tick' | 'granted' }>;

function whileOpen(state: YjsSessionState, phase: OpenYjsPhase, input: OpenInput): YjsSessionStep {
  switch (input.type) {
    case 'message':
      return received(state, phase, input.bytes);
    case 'committed':
      return committed(state, phase, input.committed);
    case 'entries':
      return read(state, phase, input.piece);
    case 'version':
      return { state, effects: [send(step1Message(input.version))] };
    case 'read-only':
      return {
        state: inPhase(state, { ...phase, access: 'read', denied: true }),
        effects: phase.denied ? NO_EFFECTS : [send(deniedMessage(input.why))],
      };
    case 'presence': {
      const shows = phase.presence && phase.type !== 'lagging';
      return {
        state,
        effects: shows ? [{ type: 'forward-presence', changes: input.changes }] : NO_EFFECTS,
      };
    }
    case 'congested':
      return phase.type === 'quiet'
        ? { state, effects: NO_EFFECTS }
        : { state: inPhase(state, { ...phase, type: 'lagging' }), effects: NO_EFFECTS };
    case 'drained': {
      if (phase.type !== 'lagging') return { state, effects: NO_EFFECTS };
      const effects: YjsSessionEffect[] = phase.presence ? [{ type: 'read-presence' }] : [];
      const next = following({ ...phase, type: 'catching-up' }, effects);
      return { state: inPhase(state, next), effects };
    }
  }
}

function granted(
  state: YjsSessionState,
  { access, presence, head }: Extract<YjsSessionInput, { type: 'granted' }>,
): YjsSessionStep {
  const phase: OpenYjsPhase = {
    type: 'quiet',
    access,
    presence,
    sent: 0,
    head,
    since: undefined,
    answering: false,
    reading: false,
    again: undefined,
    asked: false,
    denied: false,
  };
  return {
    state: inPhase(state, phase),
    effects: presence ? [{ type: 'read-presence' }] : NO_EFFECTS,
  };
}

function received(state: YjsSessionState, phase: OpenYjsPhase, bytes: Uint8Array): YjsSessionStep {
  try {
    const message = decodeYjsMessage(bytes);
    switch (message.type) {
      case 'step-1':
        return asked(state, phase, message.vector.slice());
      case 'step-2':
      case 'update':
        return pushed(state, phase, message.update, message.type === 'step-2');
      case 'awareness':
        return {
          state,
          effects: phase.presence ? [{ type: 'show', update: message.update }] : NO_EFFECTS,
        };
      case 'query-awareness':
        return { state, effects: phase.presence ? [{ type: 'read-presence' }] : NO_EFFECTS };
      case 'other':
        return { state, effects: NO_EFFECTS };
    }
  } catch (error) {
    if (CausewayError.inFamily(error, 'decode')) return closed(state, closeReasonOf(error), error);
    throw error;
  }
}

function asked(state: YjsSessionState, phase: OpenYjsPhase, vector: Uint8Array): YjsSessionStep {
  if (phase.reading) return { state: inPhase(state, { ...phase, again: vector }), effects: NO_EFFECTS };
  const effects: YjsSessionEffect[] = [];
  const type = phase.type === 'lagging' ? 'lagging' : 'catching-up';
  const from: OpenYjsPhase = { ...phase, type, sent: 0, since: vector, answering: true, again: undefined };
  return { state: inPhase(state, following(from, effects)), effects };
}

function pushed(
  state: YjsSessionState,
  phase: OpenYjsPhase,
  update: Uint8Array,
  answer: boolean,
): YjsSessionStep {
  if (isEmpty(update)) return { state, effects: NO_EFFECTS };
  if (phase.access !== 'write') {
    if (phase.denied) return { state, effects: NO_EFFECTS };
    return {
      state: inPhase(state, { ...phase, denied: true }),
      effects: [send(deniedMessage(READ_ONLY))],
    };
  }
  const { maxUpdateBytes } = state.limits;
  if (update.length > maxUpdateBytes) {
    const error = updateTooLarge(update.length, maxUpdateBytes);
    return closed(state, closeReasonOf(error), error);
  }
  return { state, effects: [{ type: 'append', update, answer }] };
}

function committed(state: YjsSessionState, phase: OpenYjsPhase, entries: CommittedEntries): YjsSessionStep {
  const head = Math.max(phase.head, entries.upTo);
  // Passed over unless live: a later read brings them. After a read that ran ahead they were sent already.
  if (phase.type !== 'live' || entries.upTo <= phase.sent) {
    return head === phase.head
      ? { state, effects: NO_EFFECTS }
      : { state: inPhase(state, { ...phase, head }), effects: NO_EFFECTS };
  }
  return {
    state: inPhase(state, movedTo(phase, head)),
    effects: [{ type: 'settle', committed: entries }],
  };
}

function read(state: YjsSessionState, phase: OpenYjsPhase, piece: LogPiece): YjsSessionStep {
  const { upTo, update } = piece;
  const effects: YjsSessionEffect[] = [];
  const at: OpenYjsPhase = { ...phase, reading: false, again: undefined };
  if (phase.again !== undefined) {
    const from: OpenYjsPhase = { ...at, sent: 0, since: phase.again, answering: true };
    return { state: inPhase(state, following(from, effects)), effects };
  }
  const head = Math.max(phase.head, upTo);
  const isLast = upTo === head && phase.answering;
  if (isLast || !isEmpty(update)) effects.push({ type: 'send-piece', piece, answer: isLast });
  const next: OpenYjsPhase = { ...at, sent: upTo, head, answering: phase.answering && !isLast };
  return { state: inPhase(state, following(next, effects)), effects };
}

/** Live when everything was sent; else reading on, one piece at a time, unless the socket is congested. */
function following(phase: OpenYjsPhase, effects: YjsSessionEffect[]): OpenYjsPhase {
  if (phase.sent < phase.head) {
    if (phase.type === 'lagging') return phase;
    const { sent, since } = phase;
    effects.push({ type: 'read', after: sent, maxBytes: CATCH_UP_PIECE_BYTES, since });
    return { ...phase, type: 'catching-up', reading: true };
  }
  if (phase.answering) effects.push(send(step2Message(EMPTY_UPDATE)));
  if (phase.type !== 'lagging' && phase.type !== 'live') effects.push({ type: 'follow' });
  const asks = !phase.asked && phase.access === 'write';
  if (asks) effects.push({ type: 'read-version' });
  return {
    ...phase,
    type: phase.type === 'lagging' ? 'lagging' : 'live',
    since: undefined,
    answering: false,
    asked: phase.asked || asks,
  };
}

function ticked(
  state: YjsSessionState,
  { now, heardAt }: Extract<YjsSessionInput, { type: 'tick' }>,
): YjsSessionStep {
  const { idleMs } = state.limits;
  const { type } = state.phase;
  if ((type === 'opening' || type === 'quiet') && now - state.openedAt >= GREETING_TIMEOUT_MS)
    return closed(state, 'silence', undefined);
  // Twice what is allowed between messages: a page in the background answers pings, but says nothing of its own.
  if (now - heardAt >= 2 * idleMs) {
    return { state: inPhase(state, CLOSED), effects: [{ type: 'destroy' }, { type: 'leave' }] };
  }
  const renews = type !== 'opening' && type !== 'lagging' && now - state.renewedAt >= SIGN_OF_LIFE_MS;
  const pings = now - heardAt >= idleMs && now - state.pingedAt >= idleMs;
  if (!renews && !pings) return { state, effects: NO_EFFECTS };
  const effects: YjsSessionEffect[] = [];
  if (renews) effects.push({ type: 'renew-presence' });
  if (pings) effects.push({ type: 'ping' });
  const { pingedAt, renewedAt } = state;
  return {
    state: { ...state, pingedAt: pings ? now : pingedAt, renewedAt: renews ? now : renewedAt },
    effects,
  };
}

function closed(state: YjsSessionState, reason: CloseReason, error: unknown): YjsSessionStep {
  const effects: YjsSessionEffect[] = [];
  if (reason === 'denied') effects.push(send(deniedMessage('no right to read this document')));
  effects.push({ type: 'close-socket', reason, error }, { type: 'leave' });
  return { state: inPhase(state, CLOSED), effects };
}

/** Whether it is the one update that says nothing. */
function isEmpty(update: Uint8Array): boolean {
  return update.length === 2 && update[0] === 0 && update[1] === 0;
}

/** The phase with everything up to `head` sent. Every entry for every session comes here, and a spread takes ten times as long. */
function movedTo(phase: OpenYjsPhase, head: number): OpenYjsPhase {
  const { type, access, presence, since, answering, reading, again, asked, denied } = phase;
  return {
    type,
    access,
    presence,
    sent: head,
    head,
    since,
    answering,
    reading,
    again,
    asked,
    denied,
  };
}

function inPhase(state: YjsSessionState, phase: YjsPhase): YjsSessionState {
  const { limits, openedAt, pingedAt, renewedAt } = state;
  return { limits, openedAt, pingedAt, renewedAt, phase };
}

function send(message: Uint8Array): YjsSessionEffect {
  return { type: 'send', message };
}
