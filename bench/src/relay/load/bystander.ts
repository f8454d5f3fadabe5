// `bystander <port> <named>`: edits a small document and waits for its own edits at a second client, until it is told to stop.

import { percentile } from '../../measure.ts';
import { LoadClient } from './load-client.ts';
import { pause } from './row-load.ts';
import { reach, typed } from './updates.ts';

const ROOM = 'bystander';
const EDIT_EVERY_MS = 5;
const WRITER = 3;

const [port = '0', named = 'false'] = process.argv.slice(2);
const target = { port: Number(port), named: named === 'true' };
const sentAt: number[] = [];
let latencies: number[] = [];
let known = 0;
const update = (bytes: Uint8Array): void => {
  const now = performance.now();
  reach(bytes, (_, end) => {
    for (; known < end; known++) latencies.push(now - (sentAt[known] ?? now));
  });
};
process.once('disconnect', () => process.exit(1));
const reader = new LoadClient(target, ROOM, { update });
const writer = new LoadClient(target, ROOM);
await Promise.all([reader.synced, writer.synced]);
const editing = setInterval(() => {
  const edit = typed(WRITER, sentAt.length);
  sentAt.push(performance.now());
  writer.sendUpdate(edit);
}, EDIT_EVERY_MS);
await pause(500);
latencies = [];
process.send?.('ready');
process.once('message', async () => {
  clearInterval(editing);
  await pause(500);
  process.send?.({ p99: percentile(latencies, 99), worst: Math.max(...latencies) }, () => process.exit(0));
});
