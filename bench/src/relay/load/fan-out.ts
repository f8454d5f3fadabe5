// R3: one writer and fifty readers of one document. Latency is from the writer's call to each reader's event.

import { percentile } from '../../measure.ts';
import { LoadClient } from './load-client.ts';
import { pause, type RowLoad } from './row-load.ts';
import { reach, typed } from './updates.ts';

const READERS = 50;
const EDITS_PER_SECOND = 200;
const WARM_UP_MS = 1_000;
const MEASURED_MS = 6_000;
const WRITER = 1;

export const fanOut: RowLoad = async (relay) => {
  const sentAt: number[] = [];
  const latencies: number[] = [];
  let from = Number.POSITIVE_INFINITY;
  const readers = Array.from({ length: READERS }, () => {
    let known = 0;
    const update = (bytes: Uint8Array): void => {
      const now = performance.now();
      reach(bytes, (_, end) => {
        for (; known < end; known++) if (known >= from) latencies.push(now - (sentAt[known] ?? now));
      });
    };
    return new LoadClient(relay, 'fan-out', { update });
  });
  const writer = new LoadClient(relay, 'fan-out');
  await Promise.all([writer, ...readers].map((client) => client.synced));

  const edit = (): void => {
    const update = typed(WRITER, sentAt.length);
    sentAt.push(performance.now());
    writer.sendUpdate(update);
  };
  const start = performance.now();
  const editing = setInterval(() => {
    const due = ((performance.now() - start) * EDITS_PER_SECOND) / 1000;
    while (sentAt.length < due) edit();
  }, 1);
  await pause(WARM_UP_MS);
  from = sentAt.length;
  const cpu = await relay.ask('cpu');
  await pause(MEASURED_MS);
  const used = (await relay.ask('cpu')) - cpu;
  clearInterval(editing);
  await pause(200);
  for (const client of [writer, ...readers]) client.close();
  return {
    'R3.p50': percentile(latencies, 50),
    'R3.p99': percentile(latencies, 99),
    'R3.cpu': used / latencies.length,
  };
};
