/**
 * The edge around one RelayConnection machine: a socket, the channels on it, and what bounds them. Decides nothing of the
 * protocol; keeps what waits in memory for this session within limits:
 *
 *   out   above the high-water mark the session is congested: live updates stop, catch-up reads wait; when the socket has
 *         drained, the channels go on from the log, one after the other
 *   in    while too many pushed bytes wait for the disk, the socket is not read
 *
 * Leaves out: WebSocket itself (websocket-server.ts), one document (channel.ts).
 */
import { CausewayError, InvariantError, invariant } from '@causeway/core';
import {
  CLOSE_CODES,
  type CloseReason,
  encodeFrame,
  encodeShared,
  type Frame,
  type FrameOf,
  messagesOf,
  type RelayConnectionEffect,
  type RelayConnectionInput,
  type RelayConnectionState,
  relayConnection,
  type SharedFrame,
  SOCKET_HIGH_WATER_BYTES,
  stepRelayConnection,
} from '@causeway/core/sync';
import type { Activity } from './activity.ts';
import type { Gatekeeper } from './auth/gatekeeper.ts';
import type { Identity } from './auth/identity.ts';
import { Channel, type ChannelHost } from './channel.ts';
import type { ClientConnection } from './connections.ts';
import type { RelayLimits } from './limits.ts';
import type { Logger } from './logger.ts';
import type { Rooms } from './rooms.ts';

/** What a connection needs of a WebSocket. */
export interface Socket {
  /** Bytes given to `send` and not yet to the operating system. */
  readonly bufferedBytes: number;
  /** Sends one binary message; `written` is called when the operating system has it. */
  send(message: Uint8Array, written: () => void): void;
  /** Sends WebSocket frames that were made before (websocket-frame.ts), as they are. */
  write(frames: Uint8Array, written: () => void): void;
  /** Asks the other side for a sign of life, which its WebSocket gives by itself. */
  ping(): void;
  /** The closing handshake, after what was sent. */
  close(code: number, reason: string): void;
  /** Ends it at once. */
  destroy(): void;
  /** Stops reading. */
  pause(): void;
  resume(): void;
}

/** Who handles a socket. Every call is about this one socket. */
export interface SocketHandler {
  message(bytes: Uint8Array): void;
  /** The other side did what WebSocket or this protocol does not allow. */
  fail(error: unknown): void;
  /** The answer to a ping. */
  alive(): void;
  /** The socket is gone. Once, and last. */
  lost(): void;
}

export interface ConnectionParts {
  readonly activity: Activity;
  /** The name that the relay gives itself. */
  readonly relay: string;
  readonly session: number;
  readonly limits: RelayLimits;
  readonly gatekeeper: Gatekeeper;
  readonly rooms: Rooms;
  readonly logger: Logger;
  /** Milliseconds of a clock that never runs back. */
  now(): number;
  /** Counts one more connection of this user. `protocol/limit` when there are as many as there may be. */
  admit(connection: ClientConnection, identity: Identity): void;
  /** Counts a document that is opened. */
  opening(connection: ClientConnection): void;
  /** The connection is done. */
  left(connection: ClientConnection): void;
}

export class Connection implements ClientConnection {
  readonly #socket: Socket;
  readonly #parts: ConnectionParts;
  readonly #channels = new Map<number, Channel>();
  /** What came in during a step, and waits for its end. Most connections never have any, and an empty list would take 180 bytes. */
  #inputs: RelayConnectionInput[] | undefined;
  #state: RelayConnectionState;
  #stepping = false;
  #identity: Identity | undefined;
  #congestion: Congestion | undefined;
  #pendingBytes = 0;
  #paused = false;
  /** Catch-up reads that wait for their turn; at most one for each channel, and one for its version. */
  readonly #reads: (() => Promise<void>)[] = [];
  #readsUnderWay = 0;

  constructor(socket: Socket, parts: ConnectionParts) {
    this.#socket = socket;
    this.#parts = parts;
    const { relay, session, limits } = parts;
    this.#state = relayConnection({ relay, session, limits: limits.session }, parts.now());
  }

  /** A binary message. */
  message(bytes: Uint8Array): void {
    this.#input({ type: 'message', now: this.#parts.now(), bytes, openChannels: this.#channels.size });
  }

  /** The client or the socket did what it may not. */
  fail(error: unknown): void {
    this.#input({ type: 'fail', error });
  }

  /** Nothing is asked for by WebSocket pings here: native clients have their own. */
  alive(): void {}

  /** About once a second. */
  tick(): void {
    const now = this.#parts.now();
    this.#input({ type: 'tick', now });
    if (this.#congestion !== undefined) this.#checkStalled(this.#congestion, now);
  }

  get identity(): Identity | undefined {
    return this.#identity;
  }

  /** The relay stops. */
  stop(): void {
    this.#input({ type: 'stop' });
  }

  /** The socket is gone. */
  lost(): void {
    this.#parts.left(this);
    this.#input({ type: 'lost' });
  }

  #input(input: RelayConnectionInput): void {
    if (this.#stepping) {
      this.#inputs ??= [];
      this.#inputs.push(input);
      return;
    }
    this.#stepping = true;
    for (
      let next: RelayConnectionInput | undefined = input;
      next !== undefined;
      next = this.#inputs?.shift()
    ) {
      const step = stepRelayConnection(this.#state, next);
      this.#state = step.state;
      for (const effect of step.effects) this.#carryOut(effect);
    }
    this.#inputs = undefined;
    this.#stepping = false;
  }

  #carryOut(effect: RelayConnectionEffect): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect.frame);
        break;
      case 'authenticate':
        void this.#authenticate(effect.token);
        break;
      case 'open-channel':
        this.#open(effect.frame);
        break;
      case 'channel':
        this.#channels.get(effect.frame.channel)?.frame(effect.frame);
        break;
      case 'close-socket':
        this.#close(effect.reason, effect.error);
        break;
      case 'drop-channels':
        for (const channel of this.#channels.values()) channel.lost();
        this.#channels.clear();
        this.#reads.length = 0;
        break;
    }
  }

  async #authenticate(token: string | undefined): Promise<void> {
    let identity: Identity;
    try {
      identity = await this.#parts.gatekeeper.authenticate(token);
      if (this.#identity === undefined) this.#parts.admit(this, identity);
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      if (CausewayError.is(error, 'auth/denied')) this.#input({ type: 'denied', reason: error.data.reason });
      else this.#input({ type: 'fail', error });
      return;
    }
    const { principal, expiresInMs } = identity;
    const before = this.#identity;
    if (before !== undefined && principal !== before.principal) {
      this.#input({ type: 'denied', reason: 'the refreshed token is of another user' });
      return;
    }
    this.#identity = identity;
    this.#input({ type: 'authenticated', now: this.#parts.now(), expiresInMs });
    if (before === undefined) return;
    for (const channel of this.#channels.values()) void channel.reauthorize();
  }

  #open(frame: FrameOf<'open'>): void {
    this.#parts.opening(this);
    const channel = new Channel(frame, this.#host());
    this.#channels.set(frame.channel, channel);
    channel.open();
    if (this.#congestion !== undefined) channel.congested();
  }

  #host(): ChannelHost {
    const { session, limits, gatekeeper, rooms, logger } = this.#parts;
    return {
      session,
      identity: () => {
        const identity = this.#identity;
        invariant(identity !== undefined, 'relay/identity-first', () => `session ${session} has none`);
        return identity;
      },
      limits: limits.session,
      gatekeeper,
      rooms,
      logger,
      send: (frame) => this.#send(frame),
      sendShared: (shared, channel) => this.#sendShared(shared, channel),
      schedule: (read) => {
        this.#reads.push(read);
        this.#readOn();
      },
      pending: (bytes) => this.#pending(bytes),
      fail: (error) => this.fail(error),
      reconnect: () => this.stop(),
      left: (channel) => void this.#channels.delete(channel),
    };
  }

  #send(frame: Frame): void {
    const { activity } = this.#parts;
    if (frame.type === 'nack') activity.refusedUpdates.add(frame.code);
    else if (frame.type === 'close' && frame.code !== 'done') activity.refusedDocuments.add(frame.code);
    const bytes = encodeFrame(frame);
    if (this.#congestion !== undefined && frame.type !== 'updates')
      this.#countAnswer(this.#congestion, bytes.length);
    for (const message of messagesOf(bytes, this.#parts.limits.session.maxMessageBytes)) this.#write(message);
  }

  #sendShared(shared: SharedFrame, channel: number): void {
    const bytes = encodeShared(shared, channel);
    for (const message of messagesOf(bytes, this.#parts.limits.session.maxMessageBytes)) this.#write(message);
  }

  #write(message: Uint8Array): void {
    this.#socket.send(message, this.#written);
    if (this.#congestion === undefined && this.#socket.bufferedBytes > SOCKET_HIGH_WATER_BYTES)
      this.#congest();
  }

  readonly #written = (): void => {
    if (this.#congestion !== undefined && this.#socket.bufferedBytes <= LOW_WATER_BYTES) this.#drain();
  };

  #congest(): void {
    const bufferedBytes = this.#socket.bufferedBytes;
    this.#parts.activity.lagged += 1;
    this.#congestion = { answerBytes: 0, bufferedBytes, movedAt: this.#parts.now() };
    for (const channel of this.#channels.values()) channel.congested();
  }

  /** The channels take turns at being the first: whoever was told goes to the end. */
  #drain(): void {
    this.#congestion = undefined;
    for (const [number, channel] of [...this.#channels]) {
      if (this.#congestion !== undefined) return;
      if (!this.#channels.delete(number)) continue;
      this.#channels.set(number, channel);
      channel.drained();
    }
    this.#readOn();
  }

  /** Answers go out even to a congested session; one that sends and never reads would let them pile up. */
  #countAnswer(congestion: Congestion, bytes: number): void {
    congestion.answerBytes += bytes;
    const limit = this.#parts.limits.maxUnreadAnswerBytes;
    if (congestion.answerBytes <= limit) return;
    this.fail(
      new CausewayError(
        'protocol/limit',
        { what: 'bytes of unread answers', value: congestion.answerBytes, limit },
        `${congestion.answerBytes} bytes of answers were not read; read what the relay sends`,
      ),
    );
  }

  /** A socket through which nothing went for as long as silence is allowed: the client does not read, or the network is gone. */
  #checkStalled(congestion: Congestion, now: number): void {
    const { bufferedBytes } = this.#socket;
    if (bufferedBytes !== congestion.bufferedBytes) {
      congestion.bufferedBytes = bufferedBytes;
      congestion.movedAt = now;
      return;
    }
    if (now - congestion.movedAt < this.#parts.limits.session.idleMs) return;
    this.#parts.logger.info(
      { session: this.#parts.session, bufferedBytes },
      'a session does not read: ended',
    );
    this.#socket.destroy();
  }

  #readOn(): void {
    const { maxReadsAtOnce } = this.#parts.limits;
    while (this.#congestion === undefined && this.#readsUnderWay < maxReadsAtOnce) {
      const read = this.#reads.shift();
      if (read === undefined) return;
      this.#readsUnderWay += 1;
      void read().finally(() => {
        this.#readsUnderWay -= 1;
        this.#readOn();
      });
    }
  }

  #pending(bytes: number): void {
    this.#pendingBytes += bytes;
    const paused = this.#pendingBytes > this.#parts.limits.maxPendingBytes;
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  #close(reason: CloseReason, error: unknown): void {
    const { session, logger, activity } = this.#parts;
    activity.closed.add(reason);
    const fields = { session, reason, principal: this.#identity?.principal, err: error };
    if (reason === 'failed') logger.error(fields, 'a connection was closed');
    else logger.info(fields, 'a connection was closed');
    this.#socket.close(CLOSE_CODES[reason].code, reason);
  }
}

/** The socket holds more than its high-water mark. */
interface Congestion {
  /** Bytes of answers sent meanwhile. */
  answerBytes: number;
  /** What the socket held at the last tick at which that changed, and when that was. */
  bufferedBytes: number;
  movedAt: number;
}

/** Low enough that there is something to win from going on, high enough that the link does not run dry meanwhile. */
const LOW_WATER_BYTES = SOCKET_HIGH_WATER_BYTES / 4;
