// @y/websocket-server 0.1.5, which keeps documents in memory only.

import { setupWSConnection } from '@y/websocket-server/utils';
import type { StartServer } from './server.ts';
import { webSocketServer } from './web-socket-server.ts';

export const start: StartServer = () =>
  webSocketServer((socket, request) => {
    socket.on('error', () => undefined);
    setupWSConnection(socket, request);
  });
