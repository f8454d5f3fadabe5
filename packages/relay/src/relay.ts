/**
 * A relay put together: HTTP and WebSocket server around relay-core.ts. Here the clock and the timer are taken from the
 * platform; everything below gets them handed in.
 *
 *   socket ─▶ connection ─▶ channel ─▶ room ─▶ document log
 *               (one per client)  (one per document on it)  (one per open document)
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CausewayError } from '@causeway/core';
import { MAX_FRAME_OVERHEAD_BYTES } from '@causeway/core/sync';
import type { Administration } from './administration.ts';
import { appFiles } from './app-files.ts';
import { type AllowedOrigins, isAllowedOrigin } from './auth/origins.ts';
import type { Revocation } from './auth/revocations.ts';
import { clientAddress, isOwnMachine } from './client-address.ts';
import { createHttpServer, type Readiness, SYNC_PATH } from './http.ts';
import { SILENT } from './logger.ts';
import { type Metrics, relayMetrics } from './metrics.ts';
import { hasAdminToken, isFromHere, isOperator } from './operator.ts';
import { RelayCore, type RelayCoreOptions, TICK_MS } from './relay-core.ts';
import { serveWebSockets, type WebSocketRoute } from './websocket-server.ts';
import { yjsAddress } from './yjs-websocket/yjs-address.ts';

export interface RelayOptions extends RelayCoreOptions {
  /** The address to listen on; only this machine can reach the default. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  /** A folder with a built web app, served beside the documents. */
  readonly app?: string | undefined;
  /** Pages of other origins than the relay's own that browsers may connect from: see auth/origins.ts. */
  readonly origins?: AllowedOrigins;
  /** Proxies before the relay whose `X-Forwarded-For` is believed; none when it is left out. */
  readonly trustedProxies?: number;
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
/** Resolves when the relay listens. Rejects with `transport/listen` when the address cannot be had; the log is still open then. */
export async function createRelay(options: RelayOptions): Promise<Relay> {
  const { host = '127.0.0.1', port = DEFAULT_PORT, logger = SILENT } = options;
  const core = await RelayCore.open(options, {
    monotonicNow: () => performance.now(),
    now: Date.now,
    after: (ms, run) => void setTimeout(run, ms).unref(),
    soon: (run) => void setImmediate(run),
    random,
  });
  const { activity, limits, gatekeeper, connections, rooms } = core;
  const takesYjs = options.formats.some(({ family }) => family === 'yjs');
  const native = (address: string): WebSocketRoute => ({
    maxMessageBytes: limits.session.maxMessageBytes,
    connect: (socket) => core.accept(address, socket),
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
        cacheBytes: core.cache.taken,
        isReady: readiness().ready,
      }));
      return { contentType: metrics.contentType, body: await metrics.render() };
    },
    mayWatch: (request) => isOperator(request, gatekeeper),
    admin: {
      administration: core.documents,
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
      revoke: (revocation) => core.revoke(revocation),
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
    if (wanted === undefined) return '404 Not Found';
    return {
      maxMessageBytes: limits.session.maxUpdateBytes + MAX_FRAME_OVERHEAD_BYTES,
      connect: (socket) => core.acceptYjs(address, wanted, socket),
    };
  });
  server.maxConnections = limits.maxConnections + SPARE_HTTP_SOCKETS;
  await listen(server, host, port);
  server.on('error', (error) => logger.error({ err: error }, 'the server failed to take a connection'));
  const ticking = setInterval(() => core.tick(), TICK_MS);

  const address = addressOf(server);
  return {
    host,
    port: address.port,
    url: `http://${hostInUrl(host)}:${address.port}`,
    syncUrl: `ws://${hostInUrl(host)}:${address.port}${SYNC_PATH}`,
    documents: core.documents,
    revoke: (revocation) => core.revoke(revocation),
    close: () => {
      closing ??= (async () => {
        clearInterval(ticking);
        const stopped = stopListening(server);
        await core.drain();
        server.closeAllConnections();
        await stopped;
        await core.close();
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

function random(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
