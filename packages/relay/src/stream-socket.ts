/**
 * What is sent on a WebSocket, over the stream of its upgrade: frames made here go out as they are, in order, and large ones
 * in pieces, so that whoever sends five megabytes to twenty clients does not hold up everybody else. ws does the rest of the
 * protocol on the same stream; it writes whole frames at once, and so may write between two of ours, never inside one:
 * pings are answered here, and a closing handshake waits until nothing is half sent.
 */
import type { Duplex } from 'node:stream';
import type { Socket } from './connection.ts';
import type { Turns } from './turns.ts';
import { frameOf, PONG, pongFrame } from './websocket-frame.ts';

/** The part of a ws WebSocket that is used here. */
export interface WebSocketEnd {
  readonly readyState: number;
  readonly OPEN: number;
  readonly bufferedAmount: number;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
}

/** Written in one go: some 30 µs of the event loop. */
const PIECE_BYTES = 128 * 1024;
/** How long a closing handshake waits for what is half sent. */
const CLOSE_LIMIT_MS = 10_000;

interface Waiting {
  readonly frames: Uint8Array;
  readonly written: () => void;
}

export class StreamSocket implements Socket {
  readonly #webSocket: WebSocketEnd;
  readonly #stream: Duplex;
  readonly #turns: Turns;
  /** What does not go out at once, oldest first; undefined while everything does. */
  #waiting: Waiting[] | undefined;
  /** Bytes of the first that have been written, and of all that have not. */
  #done = 0;
  #waitingBytes = 0;
  #closing: { readonly code: number; readonly reason: string } | undefined;

  /** `turns` are those of all sockets of a relay. */
  constructor(webSocket: WebSocketEnd, stream: Duplex, turns: Turns) {
    this.#webSocket = webSocket;
    this.#stream = stream;
    this.#turns = turns;
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount + this.#waitingBytes;
  }

  send(message: Uint8Array, written: () => void): void {
    this.write(frameOf(message), written);
  }

  write(frames: Uint8Array, written: () => void): void {
    if (!this.#isOpen()) return;
    if (this.#waiting !== undefined) this.#wait(frames, written);
    else if (frames.length <= PIECE_BYTES) this.#stream.write(frames, written);
    else {
      this.#waiting = [];
      this.#wait(frames, written);
      this.#nextTurn();
    }
  }

  ping(): void {
    if (this.#isOpen() && this.#waiting === undefined) this.#webSocket.ping();
  }

  /** Answers a ping of the other side. */
  pong(data: Uint8Array): void {
    if (data.length <= PONG.maxBytes) this.write(pongFrame(data), ignore);
  }

  close(code: number, reason: string): void {
    if (this.#waiting === undefined) {
      this.#webSocket.close(code, reason);
      return;
    }
    this.#closing ??= { code, reason };
    setTimeout(() => this.#webSocket.terminate(), CLOSE_LIMIT_MS).unref();
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  #isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN && this.#closing === undefined;
  }

  #wait(frames: Uint8Array, written: () => void): void {
    this.#waiting?.push({ frames, written });
    this.#waitingBytes += frames.length;
  }

  /** Writes the next piece; the one after it when its turn has come and the stream has room. */
  #writeOn(): void {
    const [first] = this.#waiting ?? [];
    if (first === undefined || this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    const piece = first.frames.subarray(this.#done, this.#done + PIECE_BYTES);
    this.#done += piece.length;
    this.#waitingBytes -= piece.length;
    const isLast = this.#done === first.frames.length;
    if (isLast) {
      this.#waiting?.shift();
      this.#done = 0;
    }
    const hasRoom = this.#stream.write(piece, isLast ? first.written : ignore);
    if (this.#waiting?.length === 0) this.#finish();
    else if (hasRoom) this.#nextTurn();
    else this.#stream.once('drain', () => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#turns.next(() => this.#writeOn());
  }

  #finish(): void {
    this.#waiting = undefined;
    if (this.#closing !== undefined) this.#webSocket.close(this.#closing.code, this.#closing.reason);
  }
}

const ignore = (): void => undefined;
