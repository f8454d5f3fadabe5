/** WebSockets on an HTTP server, as Sockets for connections. The only importer of ws. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CausewayError } from '@causeway/core';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { Socket, SocketHandler } from './connection.ts';
import { pathOf } from './http.ts';
import { StreamSocket } from './stream-socket.ts';
import { Turns } from './turns.ts';

/** What is spoken at an address. */
export interface WebSocketRoute {
  /** Larger messages close the socket with 1009, before they are read whole. */
  readonly maxMessageBytes: number;
  connect(socket: Socket): SocketHandler;
}

/** Who takes an upgrade, or the HTTP status that refuses it. */
export type WebSocketRoutes = (request: IncomingMessage, path: string) => WebSocketRoute | Refusal;

export type Refusal = '403 Forbidden' | '404 Not Found';

/** Takes the upgrades of `server`. */
export function serveWebSockets(server: Server, routeOf: WebSocketRoutes): void {
  const servers = new Map<number, HandledServer>();
  const turns = new Turns();
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Until ws takes over, an error of the stream has no other listener.
    const ignoreError = (): void => undefined;
    stream.on('error', ignoreError);
    const path = pathOf(request);
    const route = path === undefined ? '404 Not Found' : routeOf(request, path);
    if (typeof route === 'string') {
      stream.end(`HTTP/1.1 ${route}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const sockets = servers.get(route.maxMessageBytes) ?? webSocketServer(route.maxMessageBytes);
    servers.set(route.maxMessageBytes, sockets);
    sockets.handleUpgrade(request, stream, head, (webSocket) => {
      stream.off('error', ignoreError);
      attach(webSocket, new StreamSocket(webSocket, stream, turns), route);
    });
  });
}

type HandledServer = ReturnType<typeof webSocketServer>;

function webSocketServer(maxMessageBytes: number) {
  return new WebSocketServer({
    WebSocket: HandledWebSocket,
    noServer: true,
    maxPayload: maxMessageBytes,
    // Updates are small or already packed; deflate costs hundreds of kilobytes for each connection.
    perMessageDeflate: false,
    clientTracking: false,
    // An answer of ws could fall into a frame of ours that is half sent.
    autoPong: false,
  });
}

/** Knows who handles it, so that listeners are the same for all: thousands of idle sockets cost nothing for theirs. */
class HandledWebSocket extends WebSocket {
  handler: SocketHandler | undefined;
  out: StreamSocket | undefined;
}

function attach(webSocket: HandledWebSocket, out: StreamSocket, route: WebSocketRoute): void {
  webSocket.out = out;
  webSocket.handler = route.connect(out);
  webSocket.on('message', received);
  webSocket.on('ping', pinged);
  webSocket.on('pong', ponged);
  // ws has closed the socket with the right code by then; `close` follows.
  webSocket.on('error', ignore);
  webSocket.on('close', closed);
}

function received(this: WebSocket, data: RawData, isBinary: boolean): void {
  const handler = handlerOf(this);
  if (isBinary && data instanceof Buffer) handler?.message(bytesOf(data));
  else handler?.fail(textMessage());
}

function pinged(this: WebSocket, data: Buffer): void {
  if (this instanceof HandledWebSocket) this.out?.pong(data);
}

function ponged(this: WebSocket): void {
  handlerOf(this)?.alive();
}

function closed(this: WebSocket): void {
  handlerOf(this)?.lost();
}

function handlerOf(webSocket: WebSocket): SocketHandler | undefined {
  return webSocket instanceof HandledWebSocket ? webSocket.handler : undefined;
}

function ignore(): void {}

/** As a plain array: the slice() of a Buffer is a view, and updates are handed to code that means a copy. */
function bytesOf(data: Buffer): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function textMessage(): CausewayError {
  return new CausewayError(
    'decode/invalid',
    { what: 'message', detail: 'text' },
    'a text message: frames are binary messages',
  );
}
