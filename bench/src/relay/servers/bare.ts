// What ws on Node can do: messages are kept in memory and passed on to everyone in the room, without a look into them.

import type { WebSocket } from 'ws';
import type { StartServer } from './server.ts';
import { roomOf, webSocketServer } from './web-socket-server.ts';

interface Room {
  readonly sockets: Set<WebSocket>;
  readonly stored: Buffer[];
}

const SYNC = 0;
const STEP_1 = 0;
/** Step 2 with the empty update: what has been stored stands before it. */
const THAT_IS_ALL = Buffer.from([0, 1, 2, 0, 0]);

export const start: StartServer = async () => {
  const rooms = new Map<string, Room>();
  return webSocketServer((socket, request) => {
    const name = roomOf(request);
    const room: Room = rooms.get(name) ?? { sockets: new Set(), stored: [] };
    rooms.set(name, room);
    room.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => room.sockets.delete(socket));
    socket.on('message', (data: Buffer) => {
      const isSync = data[0] === SYNC;
      if (isSync && data[1] === STEP_1) {
        for (const stored of room.stored) socket.send(stored);
        socket.send(THAT_IS_ALL);
        return;
      }
      // Its own copy: a view would keep the whole piece that was read from the network.
      if (isSync) room.stored.push(Buffer.from(data));
      for (const other of room.sockets) other.send(data);
    });
  });
};
