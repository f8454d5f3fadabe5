/** Both ends of a simulated connection in the shapes that client and relay know: a browser's WebSocket, and the relay's Socket. */
import type { WebSocketLike } from '@causeway/client';
import type { SimulatedNetwork, SimulatedSocket } from '@causeway/core/testing';
import type { RelaySocket, RelaySocketHandler } from '@causeway/relay/testing';
import type { HostProcess } from './host-process.ts';

/** Where the relay is reached. */
export const RELAY_HOST = 'relay';

/** The WebSocket class of one program. */
export function webSocketOf(
  network: SimulatedNetwork,
  process: HostProcess,
): new (
  url: string,
) => WebSocketLike {
  return class extends PageSocket {
    constructor(_url: string) {
      super(network, process);
    }
  };
}

interface Events {
  readonly open: (() => void)[];
  readonly error: (() => void)[];
  readonly message: ((event: { readonly data: unknown }) => void)[];
  readonly close: ((event: { readonly code: number }) => void)[];
}

class PageSocket implements WebSocketLike {
  binaryType = 'blob';
  readonly #events: Events = { open: [], error: [], message: [], close: [] };
  readonly #socket: SimulatedSocket;

  constructor(network: SimulatedNetwork, process: HostProcess) {
    const { open, message, close } = this.#events;
    this.#socket = network.connect(process.name, RELAY_HOST, {
      opened: () =>
        process.deliver(() => {
          for (const hear of open) hear();
        }),
      message: (bytes) =>
        process.deliver(() => {
          const data = bytes.slice().buffer;
          for (const hear of message) hear({ data });
        }),
      closed: (code) =>
        process.deliver(() => {
          for (const hear of close) hear({ code });
        }),
    });
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedBytes;
  }

  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
  addEventListener<T extends keyof Events>(type: T, listener: Events[T][number]): void {
    const listeners: Events[T][number][] = this.#events[type];
    listeners.push(listener);
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(bytes.slice());
  }

  close(code = 1005): void {
    this.#socket.close(code);
  }
}

/** Above it a relay takes a session for one that lags: twice its high-water mark. */
const STUCK_BYTES = 2 * 1024 * 1024;

/** The relay's end. Its client may be a slow reader for a while: nothing leaves then, and the socket looks full. */
export class RelayEnd implements RelaySocket {
  readonly #socket: SimulatedSocket;
  readonly #process: HostProcess;
  handler: RelaySocketHandler | undefined;
  #isPaused = false;
  #isStuck = false;
  readonly #received: Uint8Array[] = [];
  readonly #unsent: Uint8Array[] = [];
  readonly #written: (() => void)[] = [];

  constructor(socket: SimulatedSocket, process: HostProcess) {
    this.#socket = socket;
    this.#process = process;
  }

  get bufferedBytes(): number {
    const unsent = this.#unsent.reduce((sum, bytes) => sum + bytes.length, 0);
    return this.#socket.bufferedBytes + unsent + (this.#isStuck ? STUCK_BYTES : 0);
  }

  send(message: Uint8Array, written: () => void): void {
    this.#written.push(written);
    if (this.#isStuck) this.#unsent.push(message.slice());
    else this.#socket.send(message.slice());
  }

  /** Only sockets of y-websocket are written whole frames to. */
  write(): void {
    throw new Error('no y-websocket client is simulated');
  }

  /** The client's WebSocket would answer by itself. */
  ping(): void {
    this.handler?.alive();
  }

  close(code: number): void {
    this.unstick();
    this.#socket.close(code);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#read();
  }

  stick(): void {
    this.#isStuck = true;
  }

  unstick(): void {
    if (!this.#isStuck) return;
    this.#isStuck = false;
    for (const message of this.#unsent.splice(0)) this.#socket.send(message);
  }

  message(bytes: Uint8Array): void {
    this.#received.push(bytes);
    this.#read();
  }

  /** All that was sent has left. */
  drained(): void {
    if (this.#isStuck) return;
    for (const written of this.#written.splice(0)) written();
  }

  #read(): void {
    if (this.#isPaused) return;
    const bytes = this.#received.shift();
    if (bytes === undefined) return;
    this.handler?.message(bytes);
    if (this.#received.length > 0) this.#process.setTimer(0, () => this.#read());
  }
}
