/** The connections of a relay, whatever they speak: numbers them, holds them to their bound, ticks and stops them all. */
import { CLOSE_CODES } from '@causeway/core/sync';
import type { Socket } from './connection.ts';
import type { RelayLimits } from './limits.ts';
import type { SocketHandler } from './websocket-server.ts';

/** One client, as its protocol handles it. */
export interface ClientConnection extends SocketHandler {
  /** About once a second. */
  tick(): void;
  /** The relay stops. */
  stop(): void;
}

export class Connections {
  readonly #limits: Pick<RelayLimits, 'maxConnections'>;
  readonly #open = new Map<ClientConnection, Socket>();
  #sessions = 0;
  #stopping = false;
  /** Called when the last one is gone. */
  #whenEmpty: (() => void) | undefined;

  constructor(limits: Pick<RelayLimits, 'maxConnections'>) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Takes a socket in until it is removed, for which `connect` makes a connection with the number of its session, or refuses it. */
  add(socket: Socket, connect: (session: number) => ClientConnection): SocketHandler {
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      socket.close(CLOSE_CODES[refusal].code, refusal);
      return REFUSED;
    }
    this.#sessions += 1;
    const connection = connect(this.#sessions);
    this.#open.set(connection, socket);
    return connection;
  }

  /** Its socket is gone. */
  remove(connection: ClientConnection): void {
    this.#open.delete(connection);
    if (this.#open.size === 0) this.#whenEmpty?.();
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
    return this.#open.size >= this.#limits.maxConnections ? 'busy' : undefined;
  }
}

const ignore = (): void => undefined;
const REFUSED: SocketHandler = { message: ignore, fail: ignore, alive: ignore, lost: ignore };
