// Frames on a stream that the test drains: their order, and what may come between the pieces of a large one.
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { StreamSocket, type WebSocketEnd } from './stream-socket.ts';
import { Turns } from './turns.ts';
import { frameOf } from './websocket-frame.ts';

const LARGE = frameOf(new Uint8Array(300 * 1024).fill(7));
const SMALL = frameOf(Uint8Array.of(1, 2, 3));

test('small frames go out at once, a large one in pieces, and nothing comes between', async () => {
  const { socket, written } = open();
  socket.write(SMALL, ignore);
  expect(written()).toEqual(SMALL);
  socket.write(LARGE, ignore);
  socket.send(Uint8Array.of(9), ignore);
  socket.pong(Uint8Array.of(5));
  expect(socket.bufferedBytes).toBeGreaterThan(LARGE.length);
  await until(() => socket.bufferedBytes === 0);
  const pong = Uint8Array.of(0x8a, 1, 5);
  expect(Buffer.concat([SMALL, LARGE, frameOf(Uint8Array.of(9)), pong]).equals(written())).toBe(true);
});

test('sockets take turns', async () => {
  const turns = new Turns();
  const [one, two] = [open(turns), open(turns)];
  one.socket.write(LARGE, ignore);
  two.socket.write(LARGE, ignore);
  let [ahead, rounds] = [0, 0];
  while (one.socket.bufferedBytes + two.socket.bufferedBytes > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    ahead = Math.max(ahead, Math.abs(one.written().length - two.written().length));
    rounds += 1;
  }
  expect(ahead).toBeLessThanOrEqual(128 * 1024);
  expect(rounds).toBeGreaterThan(4);
});

test('says when a large frame has been written, and not before', async () => {
  const { socket } = open();
  let done = false;
  socket.write(LARGE, () => {
    done = true;
  });
  expect(done).toBe(false);
  await until(() => done);
  expect(socket.bufferedBytes).toBe(0);
});

test('closes behind what is half sent, and takes nothing more', async () => {
  const { socket, written, closed } = open();
  socket.write(LARGE, ignore);
  socket.close(4400, 'bad-frame');
  socket.write(SMALL, ignore);
  expect(closed()).toBe(undefined);
  await until(() => closed() !== undefined);
  expect([closed(), written().length]).toEqual([4400, LARGE.length]);
});

function open(turns = new Turns()): {
  readonly socket: StreamSocket;
  written(): Buffer;
  closed(): number | undefined;
} {
  const pieces: Buffer[] = [];
  let code: number | undefined;
  const stream = new Duplex({
    read: ignore,
    write: (piece: Buffer, _, done) => {
      pieces.push(piece);
      done();
    },
  });
  const end: WebSocketEnd = {
    readyState: 1,
    OPEN: 1,
    get bufferedAmount() {
      return stream.writableLength;
    },
    ping: ignore,
    close: (given) => {
      code = given;
    },
    terminate: ignore,
    pause: ignore,
    resume: ignore,
  };
  return {
    socket: new StreamSocket(end, stream, turns),
    written: () => Buffer.concat(pieces),
    closed: () => code,
  };
}

function ignore(): void {}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
