/**
 * A relay put together: HTTP and WebSocket server, connections, rooms, log. Here the clock and the timer are taken from the
 * platform; everything below gets them handed in.
 *
 *   socket ─▶ connection ─▶ channel ─▶ room ─▶ document log
 *               (one per client)  (one per document on it)  (one per open document)
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CausewayError } from '@causeway/core';
import { type FormatFamily, formatRegistry } from '@causeway/core/format';
import { MAX_FRAME_OVERHEAD_BYTES } from '@causeway/core/sync';
import { Activity, type Protocol } from './activity.ts';
import { Administration } from './administration.ts';
import { appFiles } from './app-files.ts';
import { type Authenticator, OPEN_AUTHENTICATOR } from './auth/authenticator.ts';
import { Gatekeeper, type RevocationStore } from './auth/gatekeeper.ts';
import type { Identity } from './auth/identity.ts';
import { type AllowedOrigins, isAllowedOrigin } from './auth/origins.ts';
import { OPEN_POLICY, type Policy } from './auth/policy.ts';
import type { Revocation } from './auth/revocations.ts';
import { denied } from './auth/signed-token.ts';
import { ByteBudget } from './byte-budget.ts';
import { clientAddress, isOwnMachine } from './client-address.ts';
import { Connection, type Socket } from './connection.ts';
import { type ClientConnection, Connections } from './connections.ts';
import { type Folding, LOOP_FOLDING } from './folding/folding.ts';
import { createHttpServer, type Readiness, SYNC_PATH } from './http.ts';
import { DEFAULT_RELAY_LIMITS, type RelayLimits } from './limits.ts';
import { type Logger, SILENT } from './logger.ts';
import { type Metrics, relayMetrics } from './metrics.ts';
import { hasAdminToken, isFromHere, isOperator } from './operator.ts';
import { EntryAges, type RetentionRule } from './retention.ts';
import { Rooms } from './rooms.ts';
import type { DocumentLog } from './storage/document-log.ts';
import { sessionRates, Throttle } from './throttle.ts';
import { type SocketHandler, serveWebSockets, type WebSocketRoute } from './websocket-server.ts';
import { Awarenesses } from './yjs-websocket/awarenesses.ts';
import { batchIds } from './yjs-websocket/batch-ids.ts';
import { type YjsAddress, yjsAddress } from './yjs-websocket/yjs-address.ts';
import { YjsConnection } from './yjs-websocket/yjs-connection.ts';

export interface RelayOptions {
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
  /** The address to listen on; only this machine can reach the default. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  /** A folder with a built web app, served beside the documents. */
  readonly app?: string | undefined;
  /** Who somebody is; everyone is the same when it is left out. */
  readonly authenticator?: Authenticator;
  /** Who may do what; everyone everything when it is left out. */
  readonly policy?: Policy;
  /** Where revocations are kept; they last as long as the relay runs when it is left out. */
  readonly revocations?: RevocationStore;
  /** Pages of other origins than the relay's own that browsers may connect from: see auth/origins.ts. */
  readonly origins?: AllowedOrigins;
  /** Proxies before the relay whose `X-Forwarded-For` is believed; none when it is left out. */
  readonly trustedProxies?: number;
  readonly limits?: Partial<RelayLimits>;
  readonly logger?: Logger;
  /** The name that the relay gives itself to clients. */
  readonly name?: string;
  /** Where it counts what it does; one that is shared with the log counts commits too. */
  readonly activity?: Activity;
}

export interface Relay {
  readonly host: string;
  /** The port that it listens on, also when 0 was asked for. */
  readonly port: number;
  /** Where a browser finds it. */
  readonly url: string;
  /** Where a client finds it. */
  readonly syncUrl: string;
  /** Lists, exports, imports and deletes documents. */
  readonly documents: Administration;
  /** Shuts credentials out that have not expired: closes the connections that were made with them, and takes no more. Resolves when that will hold after a restart too. */
  revoke(revocation: Revocation): Promise<void>;
  /**
   * Stops: takes no more connections, tells clients that it is going away, finishes what is being written, closes the log.
   * Takes no longer than `limits.drainMs` but for the log's last commit. Calls after the first wait for the same.
   */
  close(): Promise<void>;
}

const DEFAULT_PORT = 4600;
/** Sockets beyond the connections of clients: pages being loaded, health being asked for, clients being refused. */
const SPARE_HTTP_SOCKETS = 1000;
/** How often liveness and idle rooms are looked after. */
const TICK_MS = 1000;
/** How often a disk that refused a write is tried, so that the relay is ready again by itself. */
const PROBE_EVERY_MS = 5_000;

/** Resolves when the relay listens. Rejects with `transport/listen` when the address cannot be had; the log is still open then. */
export async function createRelay(options: RelayOptions): Promise<Relay> {
  const { log, host = '127.0.0.1', port = DEFAULT_PORT } = options;
  const limits = { ...DEFAULT_RELAY_LIMITS, ...options.limits };
  const logger = options.logger ?? SILENT;
  const activity = options.activity ?? new Activity();
  const cache = new ByteBudget(limits.maxCacheBytes);
  const folding = options.folding ?? LOOP_FOLDING;
  const formats = formatRegistry(options.formats);
  const soon = (run: () => void): void => void setImmediate(run);
  const rooms = new Rooms(formats, {
    activity,
    log,
    limits,
    cache,
    held: new ByteBudget(limits.maxHeldBytes),
    folding,
    retention: options.retention ?? [],
    ages: new EntryAges(),
    logger,
    after,
    soon,
  });
  const now = (): number => Math.floor(performance.now());
  const connections = new Connections(limits, activity, now);
  const gatekeeper = new Gatekeeper({
    authenticator: options.authenticator ?? OPEN_AUTHENTICATOR,
    policy: options.policy ?? OPEN_POLICY,
    revocations: options.revocations,
    nowMs: Date.now,
  });
  await gatekeeper.load();
  const newBatch = batchIds(random);
  const administration = new Administration({
    ...{ log, rooms, formats, folding, newBatch, soon },
    maxUpdateBytes: limits.session.maxUpdateBytes,
  });
  const revoke = async (revocation: Revocation): Promise<void> => {
    const kept = gatekeeper.revoke(revocation);
    connections.shutOut((identity) => gatekeeper.isRevoked(identity), denied('the token was revoked'));
    await kept;
  };
  const parts = {
    relay: options.name ?? 'causeway',
    activity,
    limits,
    gatekeeper,
    rooms,
    logger,
    now,
    admit: (connection: ClientConnection, identity: Identity) => connections.admit(connection, identity),
    opening: (connection: ClientConnection) => connections.opening(connection),
    left: (connection: ClientConnection) => connections.remove(connection),
  };
  const takesYjs = options.formats.some(({ family }) => family === 'yjs');
  const yjsParts = {
    ...parts,
    after,
    awareness: new Awarenesses(Date.now),
    newBatch,
  };
  const throttling = {
    ...{ activity, now, after },
    rates: sessionRates(limits),
    readFrom: (handler: SocketHandler, bytes: number) => connections.readFrom(handler, bytes),
  };
  /** Each socket is held to a rate, and counts against its address, and against its user once that is known. */
  const taken =
    (protocol: Protocol, address: string, connect: (socket: Socket, session: number) => ClientConnection) =>
    (plain: Socket): SocketHandler =>
      new Throttle(plain, throttling, (socket) =>
        connections.add(socket, protocol, address, (session) => connect(socket, session)),
      );
  const native = (address: string): WebSocketRoute => ({
    maxMessageBytes: limits.session.maxMessageBytes,
    connect: taken('native', address, (socket, session) => new Connection(socket, { ...parts, session })),
  });
  const yjs = (address: string, wanted: YjsAddress): WebSocketRoute => ({
    maxMessageBytes: limits.session.maxUpdateBytes + MAX_FRAME_OVERHEAD_BYTES,
    connect: taken(
      'y-websocket',
      address,
      (socket, session) => new YjsConnection(socket, session, wanted, yjsParts),
    ),
  });
  const startedAt = performance.now();
  let closing: Promise<void> | undefined;
  const readiness = (): Readiness => {
    const reason = closing !== undefined ? 'stopping' : activity.storage === 'ok' ? undefined : 'storage';
    return { ready: reason === undefined, reason };
  };
  let metrics: Metrics | undefined;
  const server = createHttpServer({
    health: () => ({
      status: closing === undefined ? 'ok' : 'stopping',
      connections: connections.size,
      documents: rooms.size,
      uptimeSeconds: Math.floor((performance.now() - startedAt) / 1000),
    }),
    readiness,
    metrics: async () => {
      // Whoever never asks pays nothing for what prom-client watches.
      metrics ??= relayMetrics(activity, () => ({
        connections: connections.size,
        users: connections.users,
        documents: rooms.size,
        cacheBytes: cache.taken,
        isReady: readiness().ready,
      }));
      return { contentType: metrics.contentType, body: await metrics.render() };
    },
    mayWatch: (request) => isOperator(request, gatekeeper),
    admin: {
      administration,
      logger,
      maxBodyBytes: limits.session.maxUpdateBytes,
      status: () => ({
        ...readiness(),
        uptimeSeconds: (performance.now() - startedAt) / 1000,
        connections: connections.size,
        users: connections.users,
        openDocuments: rooms.size,
        memoryBytes: process.memoryUsage.rss(),
        loopLagMs: activity.loopLagMs,
        stored: activity.stored,
        bytesIn: activity.bytesIn,
        bytesOut: activity.bytesOut,
      }),
      // An open relay is its machine's; one with a key is whose token says so.
      mayAdminister: async (request) =>
        options.authenticator === undefined ? isFromHere(request) : hasAdminToken(request, gatekeeper),
      revoke,
    },
    app: options.app === undefined ? undefined : appFiles(options.app),
    logger,
  });
  serveWebSockets(server, (request, path) => {
    const { origin, host: asked } = request.headers;
    const address = clientAddress(request, options.trustedProxies ?? 0);
    if (!isAllowedOrigin(origin, asked, options.origins ?? [], isOwnMachine(address))) {
      activity.foreignOrigins += 1;
      logger.warn({ origin }, 'a page of this origin may not connect: allow it with --origin or origins');
      return '403 Forbidden';
    }
    if (path === SYNC_PATH) return native(address);
    const wanted = takesYjs ? yjsAddress(request.url ?? '') : undefined;
    return wanted === undefined ? '404 Not Found' : yjs(address, wanted);
  });
  server.maxConnections = limits.maxConnections + SPARE_HTTP_SOCKETS;
  await listen(server, host, port);
  server.on('error', (error) => logger.error({ err: error }, 'the server failed to take a connection'));
  let probedAt = 0;
  let tickedAt = now();
  const ticking = setInterval(() => {
    activity.loopLagMs = Math.max(0, now() - tickedAt - TICK_MS);
    tickedAt = now();
    connections.tick();
    rooms.tick(performance.now());
    if (activity.storage === 'ok' || now() - probedAt < PROBE_EVERY_MS) return;
    probedAt = now();
    log.probe().then(
      () => {
        activity.storage = 'ok';
        logger.info({}, 'the disk takes writes again');
      },
      (error: unknown) => logger.warn({ err: error }, 'the disk takes no writes'),
    );
  }, TICK_MS);

  const address = addressOf(server);
  return {
    host,
    port: address.port,
    url: `http://${hostInUrl(host)}:${address.port}`,
    syncUrl: `ws://${hostInUrl(host)}:${address.port}${SYNC_PATH}`,
    documents: administration,
    revoke,
    close: () => {
      closing ??= (async () => {
        clearInterval(ticking);
        const stopped = stopListening(server);
        await connections.stop(limits.drainMs);
        server.closeAllConnections();
        await stopped;
        await folding.close();
        await log.close();
      })();
      return closing;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(notListening(host, port, error));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function notListening(host: string, port: number, error: Error): CausewayError {
  const code = 'code' in error ? String(error.code) : '';
  const why = {
    EADDRINUSE: `port ${port} is taken: stop what runs there, or choose another with --port or PORT`,
    EACCES: `port ${port} may not be used by this user: choose one above 1023`,
    EADDRNOTAVAIL: `${host} is no address of this machine: choose another with --host`,
    ENOTFOUND: `${host} is no known host: choose another with --host`,
  }[code];
  return new CausewayError(
    'transport/listen',
    { host, port, detail: code },
    why ?? `cannot listen on ${host}:${port} (${error.message})`,
    { cause: error },
  );
}

/** Resolves when no socket is left. Idle HTTP sockets are ended at once. */
function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address;
}

/** As it stands in a URL that works on this machine. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function after(ms: number, run: () => void): void {
  setTimeout(run, ms).unref();
}

function random(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
