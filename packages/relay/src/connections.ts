/** The connections of a relay: numbers them, holds them to their bound, ticks and stops them all. */
import { CLOSE_CODES } from '@causeway/core/sync';
import { Connection, type ConnectionParts, type Socket } from './connection.ts';
import type { SocketHandler } from './websocket-server.ts';

export class Connections {
  readonly #parts: Omit<ConnectionParts, 'session'>;
  readonly #open = new Map<Connection, Socket>();
  #sessions = 0;
  #stopping = false;
  /** Called when the last one is gone. */
  #whenEmpty: (() => void) | undefined;

  constructor(parts: Omit<ConnectionParts, 'session'>) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#open.size;
  }

  add(socket: Socket): SocketHandler {
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      socket.close(CLOSE_CODES[refusal].code, refusal);
      return { message: () => undefined, fail: () => undefined, lost: () => undefined };
    }
    this.#sessions += 1;
    const connection = new Connection(socket, { ...this.#parts, session: this.#sessions });
    this.#open.set(connection, socket);
    return {
      message: (bytes) => connection.message(bytes),
      fail: (error) => connection.fail(error),
      lost: () => {
        this.#open.delete(connection);
        connection.lost();
        if (this.#open.size === 0) this.#whenEmpty?.();
      },
    };
  }

  tick(): void {
    for (const connection of this.#open.keys()) connection.tick();
  }

  /** Tells all that the relay is going away; whoever has not closed after `ms` is cut off. */
  async stop(ms: number): Promise<void> {
    this.#stopping = true;
    for (const connection of this.#open.keys()) connection.stop();
    if (this.#open.size === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    for (const socket of this.#open.values()) socket.destroy();
  }

  #refusal(): 'going-away' | 'busy' | undefined {
    if (this.#stopping) return 'going-away';
    return this.#open.size >= this.#parts.limits.maxConnections ? 'busy' : undefined;
  }
}
