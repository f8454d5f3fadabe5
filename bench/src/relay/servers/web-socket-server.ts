// The ws server that stands in front of every peer, so that all of them are measured on the same one.

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { RunningServer } from './server.ts';

/** More than any message of the load. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

/** Listens on a free port of this machine; `connect` gets every socket, `end` is called when it closes. */
export const webSocketServer = (
  connect: (socket: WebSocket, request: IncomingMessage) => void,
  end: () => Promise<void> | void = () => undefined,
): Promise<RunningServer> =>
  new Promise((resolve) => {
    const server = createServer();
    const sockets = new WebSocketServer({ server, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
    sockets.on('connection', connect);
    server.listen(0, '127.0.0.1', () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        close: async () => {
          for (const socket of sockets.clients) socket.terminate();
          await end();
          server.close();
        },
      });
    });
  });

/** The room that a y-websocket client names: the path without its slash. */
export const roomOf = (request: IncomingMessage): string => (request.url ?? '').slice(1).split('?')[0] ?? '';
