// The server of y-websocket 2.1 with LevelDB.

import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { WebSocket } from 'ws';
import type { StartServer } from './server.ts';
import { webSocketServer } from './web-socket-server.ts';

interface Utilities {
  setupWSConnection(socket: WebSocket, request: IncomingMessage): void;
  getPersistence(): { readonly provider: { destroy(): Promise<void> } } | null;
}

export const start: StartServer = async ({ folder }) => {
  process.env['YPERSISTENCE'] = folder;
  const utilities: Utilities = createRequire(import.meta.url)('y-websocket-2/bin/utils');
  return webSocketServer(
    (socket, request) => {
      socket.on('error', () => undefined);
      utilities.setupWSConnection(socket, request);
    },
    () => utilities.getPersistence()?.provider.destroy(),
  );
};
