/**
 * The relay over plain HTTP: its health, what it does as numbers, and the app's files when it serves one. Leaves out: the
 * WebSocket at /sync.
 *
 *   /healthz   it runs                                                  for whoever restarts it
 *   /readyz    it takes connections, and its disk takes writes          for whoever sends clients to it
 *   /metrics   for Prometheus                                           for its operators
 *   /admin/    documents, one by one (admin-http.ts)                    for its operators
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AdminParts, administer, isAdminPath } from './admin-http.ts';
import { notFound, type RequestHandler } from './app-files.ts';
import type { Logger } from './logger.ts';
import { isStatusPage, sendStatusPage } from './status-page.ts';

export interface Health {
  /** `stopping` answers with 503, so that a load balancer sends nobody here any more. */
  readonly status: 'ok' | 'stopping';
  readonly connections: number;
  readonly documents: number;
  readonly uptimeSeconds: number;
}

/** A request's headers have to be here by then, and all of it: only operators send bodies. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** Between two requests on one socket. */
const KEEP_ALIVE_MS = 5_000;
/** How often these are looked after; Node's own 30 s would let silent sockets pile up. */
const CHECK_MS = 2_000;

/** Whether clients should come, and if not, why. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason: 'stopping' | 'storage' | undefined;
}

export interface HttpParts {
  health(): Health;
  readiness(): Readiness;
  /** What stands at /metrics. */
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Whether this request may see what the relay does. */
  mayWatch(request: IncomingMessage): Promise<boolean>;
  readonly admin: AdminParts;
  readonly app: RequestHandler | undefined;
  readonly logger: Logger;
}

export function createHttpServer(parts: HttpParts): Server {
  const options = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_MS,
  };
  return createServer(options, (request, response) => answer(request, response, parts));
}

function answer(request: IncomingMessage, response: ServerResponse, parts: HttpParts): void {
  const path = pathOf(request);
  if (path !== undefined && isAdminPath(path)) {
    void administer(request, response, path, parts.admin);
    return;
  }
  if (path !== undefined && isStatusPage(path)) {
    sendStatusPage(response, path);
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  const { app } = parts;
  if (path === '/healthz') tellJson(response, parts.health().status === 'ok' ? 200 : 503, parts.health());
  else if (path === '/readyz') tellJson(response, parts.readiness().ready ? 200 : 503, parts.readiness());
  else if (path === '/metrics') {
    tellMetrics(request, response, parts).catch((error: unknown) => {
      parts.logger.error({ err: error }, 'the metrics could not be told');
      response.destroy();
    });
  } else if (path === SYNC_PATH)
    response.writeHead(426, { Upgrade: 'websocket' }).end('this is a WebSocket\n');
  else if (app === undefined || path === undefined) notFound(response);
  else app(request, response, path);
}

/** Where WebSockets are. */
export const SYNC_PATH = '/sync';

/** The path of the request as it was sent, still encoded; undefined when it is none. */
export function pathOf(request: IncomingMessage): string | undefined {
  const url = request.url ?? '';
  if (!url.startsWith('/')) return undefined;
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

function tellJson(response: ServerResponse, status: number, said: Health | Readiness): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(said)}\n`);
}

async function tellMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  { metrics, mayWatch }: HttpParts,
): Promise<void> {
  if (!(await mayWatch(request))) {
    notFound(response);
    return;
  }
  const { contentType, body } = await metrics();
  response.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' });
  response.end(body);
}
