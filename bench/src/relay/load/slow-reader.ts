// R8: one client does not read while 210 MB are written past it to another that does; then it reads again. The writer sets the same
// entry of a map again and again, so that the document itself stays small.

import * as Y from 'yjs';
import { LoadClient } from './load-client.ts';
import { pause, type RowLoad } from './row-load.ts';

const ROOM = 'slow';
const UPDATE_BYTES = 60_000;
const WARM_UP_UPDATES = 300;
const UPDATES = 3_500;
/** Under way to the good reader. */
const WINDOW = 16;
const LOOK_EVERY_MS = 50;
const CATCH_UP_LIMIT_MS = 20_000;

export const slowReader: RowLoad = async (relay) => {
  const doc = new Y.Doc();
  doc.clientID = 11;
  const entries = doc.getMap<string>();
  let arrived = 0;
  let goOn: () => void = () => undefined;
  const good = new LoadClient(relay, ROOM, {
    update: (_, answer) => {
      if (answer) return;
      arrived += 1;
      goOn();
    },
  });
  let behind = 0;
  const slow = new LoadClient(relay, ROOM, {
    update: (update) => {
      const held = new Uint8Array(update.buffer, update.byteOffset, update.length);
      behind = Math.max(behind, lastNumber(held));
    },
  });
  const writer = new LoadClient(relay, ROOM);
  await Promise.all([good, slow, writer].map((client) => client.synced));

  let written = 0;
  doc.on('update', (update: Uint8Array) => writer.sendUpdate(update));
  const write = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      written += 1;
      entries.set('state', `#${String(written).padStart(9, '0')}${'x'.repeat(UPDATE_BYTES)}`);
      while (written - arrived > WINDOW) {
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      }
    }
  };
  const highest = async (work: () => Promise<void>): Promise<number> => {
    let most = 0;
    let looking = true;
    const look = (async () => {
      while (looking) {
        most = Math.max(most, await relay.ask('memory'));
        await pause(LOOK_EVERY_MS);
      }
    })();
    await work();
    looking = false;
    await look;
    return most;
  };
  const usual = await highest(() => write(WARM_UP_UPDATES));
  slow.socket.pause();
  const most = await highest(() => write(UPDATES));
  slow.socket.resume();
  const limit = performance.now() + CATCH_UP_LIMIT_MS;
  while (behind < written && performance.now() < limit) await pause(10);
  for (const client of [good, slow, writer]) client.close();
  return {
    'R8.growth': (most - usual) / 1024 / 1024,
    'R8.caughtUp': behind >= written ? 1 : 0,
  };
};

/** The greatest number that a state in these bytes begins with. */
const lastNumber = (bytes: Uint8Array): number => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let last = 0;
  for (let at = buffer.indexOf('#'); at >= 0; at = buffer.indexOf('#', at + 1)) {
    const number = Number(buffer.toString('latin1', at + 1, at + 10));
    if (number > last) last = number;
  }
  return last;
};
