/**
 * A relay without its HTTP server: rooms, connections, rights, all over one log. Sockets are handed in, and so are clock,
 * timers and dice, so that it runs on a network and a clock that are not this machine's too. Leaves out: HTTP, WebSocket,
 * operators (relay.ts).
 */
import { type FormatFamily, type FormatRegistry, formatRegistry } from '@causeway/core/format';
import { Activity, type Protocol } from './activity.ts';
import { Administration } from './administration.ts';
import { type Authenticator, OPEN_AUTHENTICATOR } from './auth/authenticator.ts';
import { Gatekeeper, type RevocationStore } from './auth/gatekeeper.ts';
import type { Identity } from './auth/identity.ts';
import { OPEN_POLICY, type Policy } from './auth/policy.ts';
import type { Revocation } from './auth/revocations.ts';
import { denied } from './auth/signed-token.ts';
import { ByteBudget } from './byte-budget.ts';
import { Connection, type ConnectionParts, type Socket, type SocketHandler } from './connection.ts';
import { type ClientConnection, Connections } from './connections.ts';
import { type Folding, LOOP_FOLDING } from './folding/folding.ts';
import { DEFAULT_RELAY_LIMITS, type RelayLimits } from './limits.ts';
import { type Logger, SILENT } from './logger.ts';
import { EntryAges, type RetentionRule } from './retention.ts';
import { Rooms } from './rooms.ts';
import type { DocumentLog } from './storage/document-log.ts';
import { sessionRates, Throttle, type ThrottleParts } from './throttle.ts';
import { Awarenesses } from './yjs-websocket/awarenesses.ts';
import { batchIds } from './yjs-websocket/batch-ids.ts';
import type { YjsAddress } from './yjs-websocket/yjs-address.ts';
import { YjsConnection, type YjsConnectionParts } from './yjs-websocket/yjs-connection.ts';

export interface RelayCoreOptions {
  /** Where documents are kept. The relay closes it when it closes. */
  readonly log: DocumentLog;
  /** The kinds of document that it takes. */
  readonly formats: readonly FormatFamily[];
  /**
   * Where large documents are merged: on the event loop when it is left out, or on worker threads (`WorkerFolding`). The relay
   * closes it when it closes.
   */
  readonly folding?: Folding;
  /** What is kept of the past of which documents; the first rule that is for a document counts. Without one, as little as may be. */
  readonly retention?: readonly RetentionRule[];
  /** Who somebody is; everyone is the same when it is left out. */
  readonly authenticator?: Authenticator;
  /** Who may do what; everyone everything when it is left out. */
  readonly policy?: Policy;
  /** Where revocations are kept; they last as long as the relay runs when it is left out. */
  readonly revocations?: RevocationStore;
  readonly limits?: Partial<RelayLimits>;
  readonly logger?: Logger;
  /** The name that the relay gives itself to clients. */
  readonly name?: string;
  /** Where it counts what it does; one that is shared with the log counts commits too. */
  readonly activity?: Activity;
}

/** What a relay takes from the machine that it runs on. */
export interface RelayPlatform {
  /** Milliseconds of a clock that never runs back. */
  monotonicNow(): number;
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` after `ms`, once. */
  after(ms: number, run: () => void): void;
  /** Calls `run` when everything that has arrived has been looked at, once. */
  soon(run: () => void): void;
  /** An unsigned 32-bit integer that nobody can foresee. */
  random(): number;
}

/** How often `tick` is to be called. */
export const TICK_MS = 1000;
/** How often a disk that refused a write is tried, so that the relay is ready again by itself. */
const PROBE_EVERY_MS = 5_000;

export class RelayCore {
  readonly activity: Activity;
  readonly limits: RelayLimits;
  readonly documents: Administration;
  readonly gatekeeper: Gatekeeper;
  readonly cache: ByteBudget;
  readonly rooms: Rooms;
  readonly connections: Connections;
  readonly #platform: RelayPlatform;
  readonly #log: DocumentLog;
  readonly #folding: Folding;
  readonly #logger: Logger;
  readonly #throttling: ThrottleParts;
  readonly #parts: Omit<ConnectionParts, 'session'>;
  readonly #yjsParts: YjsConnectionParts;
  #probedAt = 0;
  #tickedAt: number;

  /** Resolves when it takes sockets; knows by then what was revoked before. */
  static async open(options: RelayCoreOptions, platform: RelayPlatform): Promise<RelayCore> {
    const core = new RelayCore(options, platform, formatRegistry(options.formats));
    await core.gatekeeper.load();
    return core;
  }

  private constructor(options: RelayCoreOptions, platform: RelayPlatform, formats: FormatRegistry) {
    const { log, folding = LOOP_FOLDING, logger = SILENT, activity = new Activity() } = options;
    const limits = { ...DEFAULT_RELAY_LIMITS, ...options.limits };
    const now = (): number => Math.floor(platform.monotonicNow());
    const after = (ms: number, run: () => void): void => platform.after(ms, run);
    const soon = (run: () => void): void => platform.soon(run);
    const newBatch = batchIds(() => platform.random());
    this.#platform = platform;
    this.#log = log;
    this.#folding = folding;
    this.#logger = logger;
    this.activity = activity;
    this.limits = limits;
    this.cache = new ByteBudget(limits.maxCacheBytes);
    this.rooms = new Rooms(formats, {
      ...{ activity, log, limits, folding, logger, after, soon },
      cache: this.cache,
      held: new ByteBudget(limits.maxHeldBytes),
      retention: options.retention ?? [],
      ages: new EntryAges(),
    });
    this.connections = new Connections(limits, activity, now);
    this.gatekeeper = new Gatekeeper({
      authenticator: options.authenticator ?? OPEN_AUTHENTICATOR,
      policy: options.policy ?? OPEN_POLICY,
      revocations: options.revocations,
      nowMs: () => platform.now(),
    });
    this.documents = new Administration({
      ...{ log, rooms: this.rooms, formats, folding, newBatch, soon },
      maxUpdateBytes: limits.session.maxUpdateBytes,
    });
    this.#parts = {
      relay: options.name ?? 'causeway',
      ...{ activity, limits, logger, now },
      gatekeeper: this.gatekeeper,
      rooms: this.rooms,
      admit: (connection: ClientConnection, identity: Identity) =>
        this.connections.admit(connection, identity),
      opening: (connection: ClientConnection) => this.connections.opening(connection),
      left: (connection: ClientConnection) => this.connections.remove(connection),
    };
    this.#yjsParts = {
      ...this.#parts,
      ...{ after, newBatch },
      awareness: new Awarenesses(() => platform.now()),
    };
    this.#throttling = {
      ...{ activity, now, after },
      rates: sessionRates(limits),
      readFrom: (handler: SocketHandler, bytes: number) => this.connections.readFrom(handler, bytes),
    };
    this.#tickedAt = platform.monotonicNow();
  }

  /** Takes a socket of a client of our own protocol. */
  accept(address: string, plain: Socket): SocketHandler {
    return this.#take('native', address, plain, (socket, session) => {
      return new Connection(socket, { ...this.#parts, session });
    });
  }

  /** Takes a socket of a y-websocket client. */
  acceptYjs(address: string, wanted: YjsAddress, plain: Socket): SocketHandler {
    return this.#take('y-websocket', address, plain, (socket, session) => {
      return new YjsConnection(socket, session, wanted, this.#yjsParts);
    });
  }

  /** Looks after liveness, idle rooms, and a disk that takes no writes. */
  tick(): void {
    const now = this.#platform.monotonicNow();
    this.activity.loopLagMs = Math.max(0, now - this.#tickedAt - TICK_MS);
    this.#tickedAt = now;
    this.connections.tick();
    this.rooms.tick(now);
    if (this.activity.storage === 'ok' || now - this.#probedAt < PROBE_EVERY_MS) return;
    this.#probedAt = now;
    this.#log.probe().then(
      () => {
        this.activity.storage = 'ok';
        this.#logger.info({}, 'the disk takes writes again');
      },
      (error: unknown) => this.#logger.warn({ err: error }, 'the disk takes no writes'),
    );
  }

  /** Shuts credentials out that have not expired. Resolves when that will hold after a restart too. */
  async revoke(revocation: Revocation): Promise<void> {
    const kept = this.gatekeeper.revoke(revocation);
    this.connections.shutOut(
      (identity) => this.gatekeeper.isRevoked(identity),
      denied('the token was revoked'),
    );
    await kept;
  }

  /** Takes no more sockets, and tells everyone that it is going away. Resolves when nobody is left, after `limits.drainMs` at the latest. */
  drain(): Promise<void> {
    return this.connections.stop(this.limits.drainMs, (ms, run) => this.#platform.after(ms, run));
  }

  /** After `drain`: finishes what is being written, and closes the log. */
  async close(): Promise<void> {
    await this.#folding.close();
    await this.#log.close();
  }

  /** Each socket is held to a rate, and counts against its address, and against its user once that is known. */
  #take(
    protocol: Protocol,
    address: string,
    plain: Socket,
    connect: (socket: Socket, session: number) => ClientConnection,
  ): SocketHandler {
    return new Throttle(plain, this.#throttling, (socket) =>
      this.connections.add(socket, protocol, address, (session) => connect(socket, session)),
    );
  }
}
