/**
 * The connections of a relay, whatever they speak: numbers them, holds them to their bounds, ticks and stops them all. Leaves out:
 * how fast each socket may be (throttle.ts).
 */
import { CausewayError } from '@causeway/core';
import { CLOSE_CODES } from '@causeway/core/sync';
import type { Activity, Protocol } from './activity.ts';
import { ANYONE } from './auth/authenticator.ts';
import type { Identity } from './auth/identity.ts';
import { isOwnMachine } from './client-address.ts';
import type { Socket, SocketHandler } from './connection.ts';
import type { RelayLimits } from './limits.ts';
import { Rates } from './rates.ts';

/** One client, as its protocol handles it. */
export interface ClientConnection extends SocketHandler {
  /** Undefined until its credentials were found right. */
  readonly identity: Identity | undefined;
  /** About once a second. */
  tick(): void;
  /** The relay stops. */
  stop(): void;
}

export type ConnectionBounds = Pick<
  RelayLimits,
  | 'maxConnections'
  | 'maxConnectionsPerAddress'
  | 'maxConnectsPerMinute'
  | 'maxConnectionsPerPrincipal'
  | 'bytesPerMinuteOfSender'
  | 'opensPerMinuteOfSender'
>;

/** A socket that is not read for a while. */
export interface HeldSocket extends Socket {
  /** Reads nothing for at least so long. */
  hold(ms: number): void;
}

/** One that is there, and what it counts against. */
interface Place {
  readonly socket: HeldSocket;
  readonly address: string;
  principal: string | undefined;
  /** Whom all that it sends counts against: a user, or where nobody is told from anybody, an address; nobody for this machine's own. */
  sender: string | undefined;
}

export class Connections {
  readonly #limits: ConnectionBounds;
  readonly #activity: Activity;
  readonly #now: () => number;
  readonly #open = new Map<ClientConnection, Place>();
  readonly #addresses = new Counts();
  readonly #principals = new Counts();
  /** How fast each address connects. */
  readonly #connects: Rates;
  /** What each sender sends and opens by all of its connections. */
  readonly #bytes: Rates;
  readonly #opens: Rates;
  #sessions = 0;
  #stopping = false;
  /** Called when the last one is gone. */
  #whenEmpty: (() => void) | undefined;

  /** `now` in milliseconds of a clock that never runs back. */
  constructor(limits: ConnectionBounds, activity: Activity, now: () => number) {
    this.#limits = limits;
    this.#connects = new Rates(limits.maxConnectsPerMinute);
    this.#bytes = new Rates(limits.bytesPerMinuteOfSender);
    this.#opens = new Rates(limits.opensPerMinuteOfSender);
    this.#activity = activity;
    this.#now = now;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Users that are connected, as far as they are told apart. */
  get users(): number {
    return this.#principals.size;
  }

  /** Takes a socket in until it is removed, for which `connect` makes a connection with the number of its session, or refuses it. */
  add(
    socket: HeldSocket,
    protocol: Protocol,
    address: string,
    connect: (session: number) => ClientConnection,
  ): SocketHandler {
    const refusal = this.#refusal(address);
    if (refusal !== undefined) {
      this.#activity.closed.add(refusal);
      socket.close(CLOSE_CODES[refusal].code, refusal);
      return REFUSED;
    }
    this.#activity.connected.add(protocol);
    this.#sessions += 1;
    const connection = connect(this.#sessions);
    this.#open.set(connection, { socket, address, principal: undefined, sender: undefined });
    this.#addresses.add(address);
    return connection;
  }

  /** Counts a connection as one of its user. `protocol/limit` when there are as many as there may be. */
  admit(connection: ClientConnection, { principal }: Identity): void {
    const place = this.#open.get(connection);
    if (place === undefined || place.principal !== undefined) return;
    const limit = this.#limits.maxConnectionsPerPrincipal;
    // Where nobody is told from anybody, one user is everybody.
    if (principal !== ANYONE && this.#principals.of(principal) >= limit)
      throw new CausewayError(
        'protocol/limit',
        { what: 'connections of one user', value: limit + 1, limit },
        `this user has ${limit} connections; close some first`,
      );
    place.principal = principal;
    if (principal !== ANYONE) place.sender = `user ${principal}`;
    else if (!isOwnMachine(place.address)) place.sender = `address ${place.address}`;
    this.#principals.add(principal);
  }

  /** Counts bytes against whoever sent them. Returns how many milliseconds to wait before the next. */
  readFrom(handler: SocketHandler, bytes: number): number {
    const open: ReadonlyMap<SocketHandler, Place> = this.#open;
    const sender = open.get(handler)?.sender;
    return sender === undefined ? 0 : this.#bytes.take(sender, bytes, this.#now());
  }

  /** Counts a document that is opened against whoever opens it, who waits when that is too fast. */
  opening(connection: ClientConnection): void {
    const place = this.#open.get(connection);
    if (place?.sender === undefined) return;
    const waitMs = this.#opens.take(place.sender, 1, this.#now());
    if (waitMs > 0) place.socket.hold(waitMs);
  }

  /** Its socket is gone. */
  remove(connection: ClientConnection): void {
    const place = this.#open.get(connection);
    if (place !== undefined) {
      this.#open.delete(connection);
      this.#addresses.remove(place.address);
      if (place.principal !== undefined) this.#principals.remove(place.principal);
    }
    if (this.#open.size === 0) this.#whenEmpty?.();
  }

  tick(): void {
    for (const connection of this.#open.keys()) connection.tick();
    const now = this.#now();
    for (const rates of [this.#connects, this.#bytes, this.#opens]) rates.forgetFull(now);
  }

  /** Closes those whose identity is shut out. */
  shutOut(isShutOut: (identity: Identity) => boolean, error: CausewayError): void {
    for (const connection of [...this.#open.keys()])
      if (connection.identity !== undefined && isShutOut(connection.identity)) connection.fail(error);
  }

  /** Tells all that the relay is going away; whoever has not closed after `ms` is cut off. `after` sets a timer. */
  async stop(ms: number, after: (ms: number, run: () => void) => void): Promise<void> {
    this.#stopping = true;
    for (const connection of this.#open.keys()) connection.stop();
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
      after(ms, resolve);
    });
    for (const { socket } of this.#open.values()) socket.destroy();
  }

  #refusal(address: string): 'going-away' | 'busy' | 'too-many' | undefined {
    if (this.#stopping) return 'going-away';
    if (this.#open.size >= this.#limits.maxConnections) return 'busy';
    if (isOwnMachine(address)) return undefined;
    if (this.#addresses.of(address) >= this.#limits.maxConnectionsPerAddress) return 'too-many';
    return this.#connects.takeIfThere(address, 1, this.#now()) ? undefined : 'too-many';
  }
}

/** How many there are of each; those of which there are none take no memory. */
class Counts {
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#counts.size;
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string): void {
    this.#counts.set(name, this.of(name) + 1);
  }

  remove(name: string): void {
    const left = this.of(name) - 1;
    if (left > 0) this.#counts.set(name, left);
    else this.#counts.delete(name);
  }
}

const ignore = (): void => undefined;
const REFUSED: SocketHandler = { message: ignore, fail: ignore, alive: ignore, lost: ignore };
