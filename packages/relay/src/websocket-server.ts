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
  /** The socket is gone. Once, and last. */
  lost(): void;
}

export interface WebSocketOptions {
  readonly path: string;
  /** Larger messages close the socket with 1009, before they are read whole. */
  readonly maxMessageBytes: number;
  /** Any origin may connect: who may read what is up to tokens, not to the page. */
  connect(socket: Socket): SocketHandler;
}

/** Takes the upgrades of `server` that are for `path`; refuses others with 404. */
export function serveWebSockets(server: Server, options: WebSocketOptions): void {
  const { path, maxMessageBytes, connect } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    // Updates are small or already packed; deflate costs hundreds of kilobytes for each connection.
    perMessageDeflate: false,
    clientTracking: false,
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Until ws takes over, an error of the stream has no other listener.
    const ignoreError = (): void => undefined;
    stream.on('error', ignoreError);
    if (pathOf(request) !== path) {
      stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, stream, head, (webSocket) => {
      stream.off('error', ignoreError);
      attach(webSocket, connect(asSocket(webSocket)));
    });
  });
}

function attach(webSocket: WebSocket, handler: SocketHandler): void {
  webSocket.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary && data instanceof Buffer) handler.message(bytesOf(data));
    else handler.fail(textMessage());
  });
  // ws has closed the socket with the right code by then; `close` follows.
  webSocket.on('error', () => undefined);
  webSocket.on('close', () => handler.lost());
}

/** As a plain array: the slice() of a Buffer is a view, and updates are handed to code that means a copy. */
function bytesOf(data: Buffer): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function asSocket(webSocket: WebSocket): Socket {
  return {
    get bufferedBytes() {
      return webSocket.bufferedAmount;
    },
    send: (message, written) => webSocket.send(message, { binary: true }, written),
    close: (code, reason) => webSocket.close(code, reason),
    destroy: () => webSocket.terminate(),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  };
}

function textMessage(): CausewayError {
  return new CausewayError(
    'decode/invalid',
    { what: 'message', detail: 'text' },
    'a text message: frames are binary messages',
  );
}
