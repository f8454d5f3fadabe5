/** The relay over plain HTTP: its health, and the app's files when it serves one. Leaves out: the WebSocket at /sync. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { notFound, type RequestHandler } from './app-files.ts';

export interface Health {
  /** `stopping` answers with 503, so that a load balancer sends nobody here any more. */
  readonly status: 'ok' | 'stopping';
  readonly connections: number;
  readonly documents: number;
  readonly uptimeSeconds: number;
}

/** A request's headers have to be here by then, and all of it: requests have no bodies. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** Between two requests on one socket. */
const KEEP_ALIVE_MS = 5_000;
/** How often these are looked after; Node's own 30 s would let silent sockets pile up. */
const CHECK_MS = 2_000;

export function createHttpServer(health: () => Health, app: RequestHandler | undefined): Server {
  const options = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_MS,
  };
  return createServer(options, (request, response) => answer(request, response, health, app));
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  health: () => Health,
  app: RequestHandler | undefined,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  const path = pathOf(request);
  if (path === '/healthz') tellHealth(response, health());
  else if (path === SYNC_PATH) response.writeHead(426, { Upgrade: 'websocket' }).end('this is a WebSocket\n');
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

function tellHealth(response: ServerResponse, health: Health): void {
  const status = health.status === 'ok' ? 200 : 503;
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(health)}\n`);
}
