/** WebSockets on an HTTP server, as Sockets for connections. The only importer of ws. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CausewayError } from '@causeway/core';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Socket } from './connection.ts';
import { pathOf } from './http.ts';

/** Who handles a socket. Every call is about this one socket. */
export interface SocketHandler {
  message(bytes: Uint8Array): void;
  /** The other side did what WebSocket or this protocol does not allow. */
  fail(error: unknown): void;
  /** The answer to a ping. */
  alive(): void;
  /** The socket is gone. Once, and last. */
  lost(): void;
}

/** What is spoken at an address. */
export interface WebSocketRoute {
  /** Larger messages close the socket with 1009, before they are read whole. */
  readonly maxMessageBytes: number;
  connect(socket: Socket): SocketHandler;
}

/** Who takes an upgrade; undefined refuses it with 404. Any origin may connect: who may read what is up to tokens, not to the page. */
export type WebSocketRoutes = (request: IncomingMessage, path: string) => WebSocketRoute | undefined;

/** Takes the upgrades of `server`. */
export function serveWebSockets(server: Server, routeOf: WebSocketRoutes): void {
  const servers = new Map<number, WebSocketServer>();
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Until ws takes over, an error of the stream has no other listener.
    const ignoreError = (): void => undefined;
    stream.on('error', ignoreError);
    const path = pathOf(request);
    const route = path === undefined ? undefined : routeOf(request, path);
    if (route === undefined) {
      stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const sockets = servers.get(route.maxMessageBytes) ?? webSocketServer(route.maxMessageBytes);
    servers.set(route.maxMessageBytes, sockets);
    sockets.handleUpgrade(request, stream, head, (webSocket) => {
      stream.off('error', ignoreError);
      attach(webSocket, route.connect(new StreamSocket(webSocket, stream)));
    });
  });
}

function webSocketServer(maxMessageBytes: number): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    // Updates are small or already packed; deflate costs hundreds of kilobytes for each connection.
    perMessageDeflate: false,
    clientTracking: false,
  });
}

function attach(webSocket: WebSocket, handler: SocketHandler): void {
  webSocket.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary && data instanceof Buffer) handler.message(bytesOf(data));
    else handler.fail(textMessage());
  });
  webSocket.on('pong', () => handler.alive());
  // ws has closed the socket with the right code by then; `close` follows.
  webSocket.on('error', () => undefined);
  webSocket.on('close', () => handler.lost());
}

/** As a plain array: the slice() of a Buffer is a view, and updates are handed to code that means a copy. */
function bytesOf(data: Buffer): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** A WebSocket over the stream of its upgrade. Without deflate ws writes whole frames at once, so frames of ours may stand between its own. */
class StreamSocket implements Socket {
  readonly #webSocket: WebSocket;
  readonly #stream: Duplex;

  constructor(webSocket: WebSocket, stream: Duplex) {
    this.#webSocket = webSocket;
    this.#stream = stream;
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  send(message: Uint8Array, written: () => void): void {
    this.#webSocket.send(message, { binary: true }, written);
  }

  write(frames: Uint8Array, written: () => void): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#stream.write(frames, written);
  }

  ping(): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.ping();
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }
}

function textMessage(): CausewayError {
  return new CausewayError(
    'decode/invalid',
    { what: 'message', detail: 'text' },
    'a text message: frames are binary messages',
  );
}
