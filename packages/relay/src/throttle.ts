/**
 * Holds what is read of one socket to a rate: above it the socket is not read for as long as it owes, so that the sender's own
 * network makes it wait; what comes by all sockets of one user counts together too. Nothing is lost and nobody is closed for being fast. Reading stops for other reasons too (a slow
 * disk), and goes on when none is left. What goes in and out is counted on the way.
 */
import type { Activity } from './activity.ts';
import type { Socket, SocketHandler } from './connection.ts';
import type { HeldSocket } from './connections.ts';
import type { RelayLimits } from './limits.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';

const MESSAGE_BURST_SECONDS = 5;
const BYTE_BURST_SECONDS = 4;

/** What a session may send. */
export interface SessionRates {
  readonly messages: Rate;
  readonly bytes: Rate;
}

export function sessionRates(
  limits: Pick<RelayLimits, 'messagesPerSecond' | 'bytesPerSecond'>,
): SessionRates {
  const { messagesPerSecond, bytesPerSecond } = limits;
  return {
    messages: { perSecond: messagesPerSecond, burst: messagesPerSecond * MESSAGE_BURST_SECONDS },
    bytes: { perSecond: bytesPerSecond, burst: bytesPerSecond * BYTE_BURST_SECONDS },
  };
}

export interface ThrottleParts {
  readonly activity: Activity;
  readonly rates: SessionRates;
  /** Counts bytes against whoever sends them by this socket and others. Returns how many milliseconds to wait before the next. */
  readFrom(handler: SocketHandler, bytes: number): number;
  /** Milliseconds of a clock that never runs back. */
  now(): number;
  /** Calls `run` after `ms`, once. */
  after(ms: number, run: () => void): void;
}

/**
 * Stands between a socket and its connection, one object because there are thousands: for the connection it is the socket, which
 * goes on reading only when the rate allows it too; for the socket it is who handles what comes.
 */
export class Throttle implements HeldSocket, SocketHandler {
  readonly #socket: Socket;
  readonly #parts: ThrottleParts;
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #handler: SocketHandler;
  #isPaused = false;
  #owes = false;
  /** No reading before this, for what all of its user's sockets sent or opened. */
  #heldUntil = 0;

  /** `connect` makes what handles the socket, as which it is given this. */
  constructor(socket: Socket, parts: ThrottleParts, connect: (socket: HeldSocket) => SocketHandler) {
    const now = parts.now();
    this.#socket = socket;
    this.#parts = parts;
    this.#messages = new TokenBucket(parts.rates.messages, now);
    this.#bytes = new TokenBucket(parts.rates.bytes, now);
    this.#handler = connect(this);
  }

  message(bytes: Uint8Array): void {
    this.#received(bytes.length);
    this.#handler.message(bytes);
  }

  fail(error: unknown): void {
    this.#handler.fail(error);
  }

  alive(): void {
    this.#handler.alive();
  }

  lost(): void {
    this.#handler.lost();
  }

  /** Counts a message that was read. */
  #received(bytes: number): void {
    const { activity } = this.#parts;
    activity.messagesIn += 1;
    activity.bytesIn += bytes;
    const now = this.#parts.now();
    const together = this.#parts.readFrom(this.#handler, bytes);
    if (together > 0) this.hold(together);
    this.#wait(Math.max(this.#messages.take(1, now), this.#bytes.take(bytes, now)));
  }

  hold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#parts.now() + ms);
    this.#wait(ms);
  }

  #wait(waitMs: number): void {
    // What was read already still comes when reading stops: it is counted, and waited for at the end of this wait.
    if (waitMs === 0 || this.#owes) return;
    this.#owes = true;
    this.#parts.activity.throttled += 1;
    this.#socket.pause();
    this.#parts.after(waitMs, () => this.#goOn());
  }

  #goOn(): void {
    const now = this.#parts.now();
    const waitMs = Math.max(this.#messages.take(0, now), this.#bytes.take(0, now), this.#heldUntil - now);
    if (waitMs > 0) {
      this.#parts.after(waitMs, () => this.#goOn());
      return;
    }
    this.#owes = false;
    if (!this.#isPaused) this.#socket.resume();
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes;
  }

  send(message: Uint8Array, written: () => void): void {
    this.#sent(message);
    this.#socket.send(message, written);
  }

  write(frames: Uint8Array, written: () => void): void {
    this.#sent(frames);
    this.#socket.write(frames, written);
  }

  #sent({ length }: Uint8Array): void {
    this.#parts.activity.messagesOut += 1;
    this.#parts.activity.bytesOut += length;
  }

  ping(): void {
    this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#owes) this.#socket.resume();
  }
}
