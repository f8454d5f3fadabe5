// R7: clients in one room, each moving its cursor twice a second. A delivery is a state that has reached another client.

import { LoadClient } from './load-client.ts';
import { pause, type RowLoad } from './row-load.ts';
import { Cursor, varint } from './updates.ts';

const CLIENTS = 150;
const MOVE_EVERY_MS = 500;
const WARM_UP_MS = 1_500;
const MEASURED_MS = 5_000;
const textEncoder = new TextEncoder();

export const presence: RowLoad = async (relay) => {
  let delivered = 0;
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const awareness = (update: Uint8Array): void => {
      const cursor = new Cursor(update);
      for (let left = cursor.varint(); left > 0; left--) {
        if (cursor.varint() !== index + 1) delivered += 1;
        cursor.varint();
        cursor.field();
      }
    };
    return new LoadClient(relay, 'presence', { awareness });
  });
  await Promise.all(clients.map((client) => client.synced));
  const moving = clients.map((client, index) => {
    let clock = 0;
    const move = (): void => {
      clock += 1;
      client.sendAwareness(state(index + 1, clock));
    };
    const first = setTimeout(
      () => {
        move();
        timers.push(setInterval(move, MOVE_EVERY_MS));
      },
      (index * MOVE_EVERY_MS) / CLIENTS,
    );
    return first;
  });
  const timers: ReturnType<typeof setInterval>[] = [];
  await pause(WARM_UP_MS);
  const [cpu, before] = [await relay.ask('cpu'), delivered];
  await pause(MEASURED_MS);
  const count = delivered - before;
  const used = (await relay.ask('cpu')) - cpu;
  for (const timer of [...moving, ...timers]) clearInterval(timer);
  for (const client of clients) client.close();
  return { 'R7.cpu': used / count, 'R7.delivered': (1000 * count) / MEASURED_MS };
};

/** An awareness update of one client: a cursor with a name and a colour. */
const state = (client: number, clock: number): Uint8Array => {
  const user = { name: `User ${client}`, color: '#30bced' };
  const cursor = { anchor: clock * 3, head: clock * 3 + (client % 7) };
  const json = textEncoder.encode(JSON.stringify({ user, cursor }));
  const bytes = [1];
  varint(bytes, client);
  varint(bytes, clock);
  varint(bytes, json.length);
  return Uint8Array.from([...bytes, ...json]);
};
