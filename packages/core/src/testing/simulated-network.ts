/**
 * A network without sockets: connections with the promises of a WebSocket (messages whole, in order, and none after a lost
 * one) and all the trouble of a real one, drawn from a seed and played on virtual time. Leaves out: bytes below messages.
 *
 *   client ──message──▶ ─ ─ ─▶ listener        each message takes its own delay, in order within one direction
 *          ◀─ ─ ─ ─ ─ ◀─message──              a cut loses what is under way, and each end notices in its own time,
 *                                              so that a client may be back while its old connection still delivers
 */
import { InvariantError } from '../error.ts';
import type { Seeded } from './seeded.ts';
import type { VirtualTime } from './virtual-time.ts';

/** From, to: both included. */
export type MsRange = readonly [number, number];

/** What may go wrong and how slow it is. Read at every message, so a test may change it as it goes. */
export interface NetworkConditions {
  /** One way, for each message and each attempt to connect. */
  readonly delayMs: MsRange;
  /** How long each end takes to notice that its connection was cut. */
  readonly noticeMs: MsRange;
  /** The chance, for each message, that the connection is cut instead of delivering it. */
  readonly cutChance: number;
  /** The chance that an attempt to connect fails. */
  readonly refuseChance: number;
  /** Of each direction of each connection; what is above it waits and counts as `bufferedBytes`. */
  readonly bytesPerMs: number;
}

export const CALM: NetworkConditions = {
  delayMs: [1, 5],
  noticeMs: [0, 0],
  cutChance: 0,
  refuseChance: 0,
  bytesPerMs: Number.POSITIVE_INFINITY,
};

/** What one end of a connection is told. */
export interface SocketHandlers {
  /** Only for the end that connects. */
  opened?(): void;
  message(bytes: Uint8Array): void;
  /** Once, and nothing after it. 1006 when the connection was lost or could not be made. */
  closed(code: number): void;
  /** Everything that was sent has left. */
  drained?(): void;
}

/** One end of a connection. */
export interface SimulatedSocket {
  /** Dropped when the connection is not open. The bytes must not be changed after. */
  send(bytes: Uint8Array): void;
  /** The other end gets what was sent before, then `closed(code)`. This end gets no more messages. */
  close(code: number): void;
  /** Ends it as if the network were gone: what is under way is lost, and each end notices in its own time. */
  destroy(): void;
  /** Sent and not yet on its way. */
  readonly bufferedBytes: number;
}

export class SimulatedNetwork {
  conditions: NetworkConditions;
  readonly #time: VirtualTime;
  readonly #random: Seeded;
  readonly #listeners = new Map<string, (socket: SimulatedSocket, from: string) => SocketHandlers>();
  readonly #connections = new Set<Connection>();
  readonly #isolated = new Set<string>();

  constructor(time: VirtualTime, random: Seeded, conditions: NetworkConditions = CALM) {
    this.#time = time;
    this.#random = random;
    this.conditions = conditions;
  }

  /** Takes connections to `host`. Returns the way to stop: connections that are open stay. */
  listen(host: string, accept: (socket: SimulatedSocket, from: string) => SocketHandlers): () => void {
    if (this.#listeners.has(host))
      throw new InvariantError('testing/one-listener', `${host} listens already`);
    this.#listeners.set(host, accept);
    return () => this.#listeners.delete(host);
  }

  /** Tries to connect `from` to `to`; `opened` or `closed` follows. */
  connect(from: string, to: string, handlers: SocketHandlers): SimulatedSocket {
    const connection = new Connection(
      this.#time,
      this.#random,
      () => this.conditions,
      from,
      to,
      () => this.#connections.delete(connection),
    );
    this.#connections.add(connection);
    connection.near.handlers = handlers;
    this.#time.setTimer(this.#delay(), () => {
      const accept = this.#listeners.get(to);
      const refused = this.#random.chance(this.conditions.refuseChance);
      if (accept === undefined || refused || this.#isolated.has(from) || this.#isolated.has(to)) {
        connection.cut();
        return;
      }
      if (!connection.open()) return;
      connection.far.handlers = accept(connection.far, from);
      connection.far.inOrder(() => connection.near.tellOpened());
    });
    return connection.near;
  }

  /** Cuts every connection of this host. */
  cut(host: string): void {
    for (const connection of [...this.#connections]) if (connection.joins(host)) connection.cut();
  }

  /** Cuts this host off: its connections and its attempts, until `restore`. */
  isolate(host: string): void {
    this.#isolated.add(host);
    this.cut(host);
  }

  restore(host: string): void {
    this.#isolated.delete(host);
  }

  restoreAll(): void {
    this.#isolated.clear();
  }

  /** The process of this host dies: it is told nothing more, and the others notice. What it had sent may still arrive. */
  crash(host: string): void {
    this.#listeners.delete(host);
    for (const connection of [...this.#connections]) if (connection.joins(host)) connection.abandon(host);
  }

  #delay(): number {
    return between(this.#random, this.conditions.delayMs);
  }
}

/** Two ends and the two directions between them. */
class Connection {
  readonly near: End;
  readonly far: End;
  readonly #time: VirtualTime;
  readonly #random: Seeded;
  readonly #conditions: () => NetworkConditions;
  readonly #forget: () => void;
  readonly #from: string;
  readonly #to: string;
  #isCut = false;

  constructor(
    time: VirtualTime,
    random: Seeded,
    conditions: () => NetworkConditions,
    from: string,
    to: string,
    forget: () => void,
  ) {
    this.#time = time;
    this.#random = random;
    this.#conditions = conditions;
    this.#forget = forget;
    this.#from = from;
    this.#to = to;
    this.near = new End(time, random, conditions, this);
    this.far = new End(time, random, conditions, this);
    this.near.peer = this.far;
    this.far.peer = this.near;
  }

  joins(host: string): boolean {
    return host === this.#from || host === this.#to;
  }

  /** False when it was closed or cut before it was open. */
  open(): boolean {
    if (this.#isCut || this.near.state !== 'connecting') return false;
    this.far.state = 'open';
    return true;
  }

  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    for (const end of [this.near, this.far]) {
      const { noticeMs } = this.#conditions();
      end.deafAtMs = Math.min(end.deafAtMs, this.#time.now() + between(this.#random, [0, noticeMs[1]]));
      this.#time.setTimer(between(this.#random, noticeMs), () => end.tellClosed(1006));
    }
  }

  abandon(host: string): void {
    const end = host === this.#from ? this.near : this.far;
    end.state = 'closed';
    this.cut();
  }

  ended(): void {
    if (this.near.state === 'closed' && this.far.state === 'closed') this.#forget();
  }
}

class End implements SimulatedSocket {
  state: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting';
  handlers: SocketHandlers | undefined;
  peer: End | undefined;
  /** Nothing reaches this end from then on. */
  deafAtMs = Number.POSITIVE_INFINITY;
  bufferedBytes = 0;
  readonly #time: VirtualTime;
  readonly #random: Seeded;
  readonly #conditions: () => NetworkConditions;
  readonly #connection: Connection;
  /** When the last message sent so far leaves, and when it arrives. */
  #lineFreeAtMs = 0;
  #lastArrivalMs = 0;

  constructor(
    time: VirtualTime,
    random: Seeded,
    conditions: () => NetworkConditions,
    connection: Connection,
  ) {
    this.#time = time;
    this.#random = random;
    this.#conditions = conditions;
    this.#connection = connection;
  }

  send(bytes: Uint8Array): void {
    const { peer } = this;
    if (this.state !== 'open' || peer === undefined) return;
    const { bytesPerMs, cutChance } = this.#conditions();
    const now = this.#time.now();
    this.#lineFreeAtMs = Math.max(now, this.#lineFreeAtMs) + bytes.length / bytesPerMs;
    this.bufferedBytes += bytes.length;
    this.#time.setTimer(this.#lineFreeAtMs - now, () => {
      this.bufferedBytes -= bytes.length;
      if (this.bufferedBytes === 0 && this.state === 'open') this.handlers?.drained?.();
    });
    const cut = this.#random.chance(cutChance);
    this.inOrder(() => (cut ? peer.#lose() : peer.#receive(bytes)));
  }

  close(code: number): void {
    if (this.state === 'closing' || this.state === 'closed') return;
    const wasOpen = this.state === 'open';
    this.state = 'closing';
    if (!wasOpen) {
      this.#connection.cut();
      return;
    }
    this.inOrder(() => {
      const heard = this.peer?.tellClosed(code) === true;
      this.#time.setTimer(between(this.#random, this.#conditions().delayMs), () =>
        this.tellClosed(heard ? code : 1006),
      );
    });
  }

  destroy(): void {
    this.#connection.cut();
  }

  /** Runs `arrive` after what was sent before it has arrived. */
  inOrder(arrive: () => void): void {
    const now = this.#time.now();
    const delay = between(this.#random, this.#conditions().delayMs);
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, Math.max(now, this.#lineFreeAtMs) + delay);
    this.#time.setTimer(this.#lastArrivalMs - now, arrive);
  }

  tellOpened(): void {
    if (this.state !== 'connecting' || this.deafAtMs <= this.#time.now()) return;
    this.state = 'open';
    this.handlers?.opened?.();
  }

  /** False when this end was closed before, or cut off. */
  tellClosed(code: number): boolean {
    const heard = this.state !== 'closed' && (code === 1006 || this.deafAtMs > this.#time.now());
    if (!heard) return false;
    this.state = 'closed';
    this.#connection.ended();
    this.handlers?.closed(code);
    return true;
  }

  /** A message to this end is lost, and so is everything after it. */
  #lose(): void {
    this.deafAtMs = this.#time.now();
    this.#connection.cut();
  }

  #receive(bytes: Uint8Array): void {
    if (this.state === 'open' && this.deafAtMs > this.#time.now()) this.handlers?.message(bytes);
  }
}

function between(random: Seeded, [low, high]: MsRange): number {
  return low === high ? low : random.between(low, high);
}
