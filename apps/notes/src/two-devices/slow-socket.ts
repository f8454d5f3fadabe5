/** A WebSocket whose messages take a while longer, in both directions and in order: a far network on one machine. */
import type { Platform, WebSocketLike } from '@causeway/client';

/** `latencyMs` is asked for at each message. */
export function slowSockets(latencyMs: () => number): Platform['WebSocket'] {
  return class implements WebSocketLike {
    readonly #socket: WebSocket;
    readonly #out = delayLine(latencyMs);
    readonly #in = delayLine(latencyMs);

    constructor(url: string) {
      this.#socket = new WebSocket(url);
    }

    get binaryType(): string {
      return this.#socket.binaryType;
    }

    set binaryType(type: string) {
      this.#socket.binaryType = type === 'blob' ? 'blob' : 'arraybuffer';
    }

    get bufferedAmount(): number {
      return this.#socket.bufferedAmount;
    }

    addEventListener(type: 'open' | 'error', listener: () => void): void;
    addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
    addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
    addEventListener(
      type: 'open' | 'error' | 'message' | 'close',
      listener: (event: { readonly data: unknown; readonly code: number }) => void,
    ): void {
      const heard = (event: Event): void => {
        const data: unknown = event instanceof MessageEvent ? event.data : undefined;
        const code = event instanceof CloseEvent ? event.code : 0;
        if (type === 'message') this.#in(() => listener({ data, code }));
        else listener({ data, code });
      };
      this.#socket.addEventListener(type, heard);
    }

    send(bytes: Uint8Array<ArrayBuffer>): void {
      this.#out(() => {
        if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes);
      });
    }

    close(code?: number): void {
      this.#socket.close(code);
    }
  };
}

/** Runs what it is given after the latency, and never before what it was given earlier. */
function delayLine(latencyMs: () => number): (run: () => void) => void {
  let lastDueMs = 0;
  return (run) => {
    const nowMs = performance.now();
    lastDueMs = Math.max(lastDueMs, nowMs + latencyMs());
    setTimeout(run, lastDueMs - nowMs);
  };
}
