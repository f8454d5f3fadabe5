/**
 * The edge around one YjsSession machine: a socket of a y-websocket client, and the one document that it names in its address.
 * Asks for rights, enters the room, reads and appends as the machine says. What waits for the client or for the disk is bounded
 * as it is for native clients (connection.ts). Decides nothing.
 */
import { CausewayError, InvariantError } from '@causeway/core';
import {
  type BatchId,
  type ChannelCloseCode,
  CLOSE_CODES,
  type CloseReason,
  type NackCode,
  SOCKET_HIGH_WATER_BYTES,
} from '@causeway/core/sync';
import { holdsUpdate, YJS_KIND } from '@causeway/core/yjs';
import type { Activity } from '../activity.ts';
import type { Gatekeeper } from '../auth/gatekeeper.ts';
import type { Identity } from '../auth/identity.ts';
import { denied } from '../auth/signed-token.ts';
import type { CommittedEntries } from '../committed-entries.ts';
import type { Socket } from '../connection.ts';
import type { ClientConnection } from '../connections.ts';
import type { FreshUpdates } from '../fresh-updates.ts';
import type { RelayLimits } from '../limits.ts';
import type { Logger } from '../logger.ts';
import type { PresenceChanges } from '../presence-changes.ts';
import type { Room, RoomMember } from '../room.ts';
import { forbidden, type Rooms } from '../rooms.ts';
import { frameOf } from '../websocket-frame.ts';
import type { Awarenesses } from './awarenesses.ts';
import { step2Frame, updateFrame, updateFrames } from './message.ts';
import type { RoomAwareness } from './room-awareness.ts';
import {
  followsFresh,
  stepYjsSession,
  type YjsSessionEffect,
  type YjsSessionInput,
  type YjsSessionState,
  yjsSession,
} from './session.ts';
import type { YjsAddress } from './yjs-address.ts';

export interface YjsConnectionParts {
  readonly activity: Activity;
  readonly limits: RelayLimits;
  readonly gatekeeper: Gatekeeper;
  readonly rooms: Rooms;
  readonly awareness: Awarenesses;
  readonly logger: Logger;
  /** Milliseconds of a clock that never runs back. */
  now(): number;
  newBatch(): BatchId;
  /** Calls `run` after `ms`, once. */
  after(ms: number, run: () => void): void;
  /** Counts one more connection of this user. `protocol/limit` when there are as many as there may be. */
  admit(connection: ClientConnection, identity: Identity): void;
  /** The connection is done. */
  left(connection: ClientConnection): void;
}

export class YjsConnection implements ClientConnection, RoomMember {
  readonly #socket: Socket;
  readonly session: number;
  readonly #address: YjsAddress;
  readonly #parts: YjsConnectionParts;
  /** What came in during a step, and waits for its end. Most connections never have any, and an empty list would take 180 bytes. */
  #inputs: YjsSessionInput[] | undefined;
  #state: YjsSessionState;
  #stepping = false;
  #room: Room | undefined;
  #awareness: RoomAwareness | undefined;
  #left = false;
  #identity: Identity | undefined;
  /** When the token expires, by the clock of the relay. These clients have no way to show another on the same connection. */
  #expiresAt = Number.POSITIVE_INFINITY;
  #heardAt: number;
  #congested = false;
  /** Updates with a ticket up to this came in before it followed. */
  #since = 0;
  /** Own updates that are durable and go back to the client soon, many at once. */
  #echo: Uint8Array[] | undefined;
  #pendingBytes = 0;
  #pendingPushes = 0;
  #paused = true;

  constructor(socket: Socket, session: number, address: YjsAddress, parts: YjsConnectionParts) {
    this.#socket = socket;
    this.session = session;
    this.#address = address;
    this.#parts = parts;
    this.#heardAt = parts.now();
    this.#state = yjsSession(parts.limits.session, this.#heardAt);
    // What it sends is for the document: it waits in the network until that is there.
    socket.pause();
    void this.#open();
  }

  message(bytes: Uint8Array): void {
    this.#heardAt = this.#parts.now();
    this.#input({ type: 'message', bytes });
  }

  fail(error: unknown): void {
    this.#input({ type: 'fail', error });
  }

  alive(): void {
    this.#heardAt = this.#parts.now();
  }

  get identity(): Identity | undefined {
    return this.#identity;
  }

  tick(): void {
    if (this.#parts.now() >= this.#expiresAt) this.fail(denied('the token has expired'));
    this.#input({ type: 'tick', now: this.#parts.now(), heardAt: this.#heardAt });
  }

  stop(): void {
    this.#input({ type: 'close', reason: 'going-away' });
  }

  lost(): void {
    this.#parts.left(this);
    this.#input({ type: 'lost' });
  }

  fresh(fresh: FreshUpdates): void {
    if (followsFresh(this.#state)) this.#write(fresh.encodedFor(this, updateFrames));
  }

  committed(committed: CommittedEntries): void {
    for (const { authors, update } of committed.entries) {
      if (authors.includes(this)) this.#pending(-1, -update.length);
    }
    this.#input({ type: 'committed', committed });
  }

  durable(): void {}

  rejected(_: BatchId, code: NackCode, message: string): void {
    this.#parts.activity.refusedUpdates.add(code);
    if (code === 'quota') {
      this.#input({ type: 'read-only', why: message });
      return;
    }
    this.fail(
      new CausewayError(
        'decode/invalid',
        { what: 'update', detail: code },
        `an update was refused: ${message}`,
      ),
    );
  }

  failed(error: unknown): void {
    this.fail(error);
  }

  presence(changes: PresenceChanges): void {
    this.#input({ type: 'presence', changes });
  }

  closed(code: ChannelCloseCode, message: string): void {
    this.#parts.logger.info({ document: this.#address.name, code }, message);
    this.#input({ type: 'close', reason: 'denied' });
  }

  #input(input: YjsSessionInput): void {
    if (this.#stepping) {
      this.#inputs ??= [];
      this.#inputs.push(input);
      return;
    }
    this.#stepping = true;
    for (let next: YjsSessionInput | undefined = input; next !== undefined; next = this.#inputs?.shift()) {
      const step = stepYjsSession(this.#state, next);
      this.#state = step.state;
      for (const effect of step.effects) this.#carryOut(effect);
    }
    this.#inputs = undefined;
    this.#stepping = false;
  }

  #carryOut(effect: YjsSessionEffect): void {
    switch (effect.type) {
      case 'send':
        this.#write(frameOf(effect.message));
        break;
      case 'send-piece':
        this.#write(effect.piece.encodedBy(effect.answer ? step2Frame : updateFrame));
        break;
      case 'follow':
        this.#since = this.#room?.shown ?? 0;
        break;
      case 'settle':
        this.#settle(effect.committed);
        break;
      case 'forward-presence':
        this.#write(this.#awareness?.framesOf(effect.changes, this.session));
        break;
      case 'read-presence':
        this.#write(this.#awareness?.everyoneBut(this.session));
        break;
      case 'renew-presence':
        this.#write(this.#awareness?.renewal());
        break;
      case 'read':
        void this.#read(effect);
        break;
      case 'read-version':
        // In a turn of its own: of a large document it takes as long as sending it.
        this.#parts.after(1, () => void this.#readVersion());
        break;
      case 'append':
        this.#append(effect.update, effect.answer);
        break;
      case 'show':
        this.#show(effect.update);
        break;
      case 'ping':
        this.#socket.ping();
        break;
      case 'close-socket':
        this.#close(effect.reason, effect.error);
        break;
      case 'destroy':
        this.#socket.destroy();
        break;
      case 'leave':
        this.#leave();
        break;
    }
  }

  async #open(): Promise<void> {
    const { gatekeeper, rooms } = this.#parts;
    const { name, token } = this.#address;
    try {
      const identity = await gatekeeper.authenticate(token);
      this.#parts.admit(this, identity);
      this.#identity = identity;
      this.#expiresAt = this.#parts.now() + (identity.expiresInMs ?? Number.POSITIVE_INFINITY);
      const { access, presence } = await gatekeeper.authorize({ identity, name, kind: YJS_KIND });
      if (access === undefined) throw forbidden(name);
      if (this.#left) return;
      const room = await rooms.enter(name, YJS_KIND, access === 'write');
      if (this.#left) {
        rooms.leave(room);
        return;
      }
      this.#room = room;
      this.#awareness = this.#parts.awareness.join(room, this.session);
      room.join(this);
      this.#input({ type: 'granted', access, presence, head: room.head });
      this.#pending(0, 0);
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      const isOther =
        CausewayError.is(error, 'protocol/kind-mismatch') ||
        CausewayError.is(error, 'protocol/unknown-kind') ||
        CausewayError.is(error, 'protocol/deleted');
      // There is no Yjs document of this name, and there will be none: what else is of no concern here.
      if (isOther) this.#input({ type: 'close', reason: 'unexpected-frame' });
      else this.fail(error);
    }
  }

  async #read({ after, maxBytes, since }: Extract<YjsSessionEffect, { type: 'read' }>): Promise<void> {
    if (this.#room === undefined) return;
    try {
      this.#input({ type: 'entries', piece: await this.#room.read(after, maxBytes, since) });
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.fail(error);
    }
  }

  async #readVersion(): Promise<void> {
    if (this.#room === undefined) return;
    try {
      this.#input({ type: 'version', version: await this.#room.version() });
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.fail(error);
    }
  }

  #append(update: Uint8Array, answer: boolean): void {
    if (this.#room === undefined) return;
    try {
      if (answer && isHeld(this.#room.wholeAtHand, update)) return;
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.#room.appendOnce(this, this.#parts.newBatch(), update)) this.#pending(1, update.length);
  }

  #settle(committed: CommittedEntries): void {
    const missed: Uint8Array[] = [];
    for (const { authors, update, ticket } of committed.entries) {
      if (authors.includes(this)) this.#echoSoon(update);
      else if (ticket <= this.#since) missed.push(update);
    }
    if (missed.length === 0) return;
    const all = missed.length === committed.entries.length;
    this.#write(all ? committed.encodedBy(updateFrames) : updateFrames(missed));
  }

  #echoSoon(update: Uint8Array): void {
    if (this.#echo === undefined) {
      this.#echo = [];
      this.#parts.after(ECHO_MS, () => this.#sendEcho());
    }
    this.#echo.push(update);
  }

  #sendEcho(): void {
    const updates = this.#echo;
    if (updates === undefined) return;
    this.#echo = undefined;
    this.#write(updateFrames(updates));
  }

  #show(update: Uint8Array): void {
    try {
      const state = this.#awareness?.claim(this.session, update);
      if (state === undefined) return;
      const limit = this.#parts.limits.session.maxPresenceBytes;
      if (state.length > limit) throw presenceTooLarge(state.length, limit);
      this.#room?.publishPresence(this, state);
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.fail(error);
    }
  }

  #write(frames: Uint8Array | undefined): void {
    if (frames === undefined) return;
    // Most writes leave nothing behind, and most connections need to hear of none.
    const fills = this.#socket.bufferedBytes + frames.length > LOW_WATER_BYTES;
    this.#socket.write(frames, fills ? () => this.#written() : ignore);
    if (fills) this.#checkCongestion();
  }

  #written(): void {
    if (!this.#congested || this.#socket.bufferedBytes > LOW_WATER_BYTES) return;
    this.#congested = false;
    this.#input({ type: 'drained' });
  }

  #checkCongestion(): void {
    if (this.#congested || this.#socket.bufferedBytes <= SOCKET_HIGH_WATER_BYTES) return;
    this.#congested = true;
    this.#parts.activity.lagged += 1;
    // What comes later is read from the log; these are counted as sent.
    this.#sendEcho();
    this.#input({ type: 'congested' });
  }

  /** Pushes that wait for the disk: more or fewer. Above their bounds the socket is not read. */
  #pending(pushes: number, bytes: number): void {
    this.#pendingPushes += pushes;
    this.#pendingBytes += bytes;
    const { maxPendingBytes } = this.#parts.limits;
    const paused = this.#pendingBytes > maxPendingBytes || this.#pendingPushes > MAX_PENDING_PUSHES;
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  #close(reason: CloseReason, error: unknown): void {
    const { logger, activity } = this.#parts;
    activity.closed.add(reason);
    const fields = { session: this.session, reason, document: this.#address.name, err: error };
    if (reason === 'failed') logger.error(fields, 'a y-websocket connection was closed');
    else logger.info(fields, 'a y-websocket connection was closed');
    this.#socket.close(closeCodeOf(reason), reason);
    // A socket that is not read would not see the other side close.
    if (this.#paused) this.#socket.resume();
  }

  #leave(): void {
    this.#left = true;
    if (this.#room === undefined) return;
    this.#room.leave(this);
    this.#parts.awareness.leave(this.#room, this.session);
    this.#parts.rooms.leave(this.#room);
    this.#room = undefined;
    this.#awareness = undefined;
  }
}

const ignore = (): void => undefined;

/** An echo says that an update is stored, which nobody waits for: one for all that a client types in this time. */
const ECHO_MS = 50;
/** Low enough that there is something to win from going on, high enough that the link does not run dry meanwhile. */
const LOW_WATER_BYTES = SOCKET_HIGH_WATER_BYTES / 4;
/** Pushes of one client that wait for the disk: a tenth of a second of the fastest there is. Each takes some hundred bytes beside its own. */
const MAX_PENDING_PUSHES = 1_000;
/** Up to this size of a document it is looked up whether an answer holds anything new; above, storing it costs less. */
const MAX_SEARCHED_BYTES = 1024 * 1024;

function isHeld(whole: Uint8Array | undefined, update: Uint8Array): boolean {
  if (whole === undefined || whole.length > MAX_SEARCHED_BYTES) return false;
  return holdsUpdate(whole, update);
}

/**
 * Its clients take 4400 to 4499 for good and stop; what may be different a moment later has to stand elsewhere.
 */
function closeCodeOf(reason: CloseReason): number {
  const passes = reason === 'silence' || reason === 'too-many';
  return CLOSE_CODES[passes ? 'busy' : reason].code;
}

function presenceTooLarge(bytes: number, limit: number): CausewayError<'decode/limit'> {
  return new CausewayError(
    'decode/limit',
    { what: 'presence', value: bytes, limit },
    `an awareness state of ${bytes} bytes is above the limit of ${limit}`,
  );
}
