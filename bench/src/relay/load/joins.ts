// R5 and R6: joining a large document, one client at a time and twenty at once, while somebody edits another one; and the
// first join after a restart. A client has joined when it has step 2 and all of the content.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as Y from 'yjs';
import { percentile } from '../../measure.ts';
import { LoadClient, type Target } from './load-client.ts';
import { pause, type RowLoad } from './row-load.ts';

const ROOM = 'large';
const MEGABYTES = 5;
const ITEM_BYTES = 50;
const WARM_JOINS = 15;
const AT_ONCE = 20;
const ROUNDS = 6;
/** Longer than stores put off writing. */
const SETTLE_MS = 3_000;
const BYSTANDER = fileURLToPath(new URL('./bystander.js', import.meta.url));

export const joins: RowLoad = async (relay) => {
  const author = await publish(relay);
  const watch = await startBystander(relay);
  const single: number[] = [];
  for (let i = 0; i < WARM_JOINS; i++) single.push(await join(relay, author.size));
  const together: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, () => join(relay, author.size)));
    together.push(performance.now() - before);
  }
  const { p99, worst } = await watch();
  author.client.close();
  return {
    'R5.join': percentile(single, 50),
    'R5.twenty': percentile(together, 50),
    'R5.bystander': p99,
    'R5.worst': worst,
  };
};

export const coldJoin: RowLoad = async (relay) => {
  const author = await publish(relay);
  await pause(SETTLE_MS);
  author.client.close();
  await pause(SETTLE_MS);
  const target = await relay.restart();
  return { 'R6.first': await join(target, author.size) };
};

interface Author {
  readonly client: LoadClient;
  readonly size: number;
}

/** One client brings the document in, and stays. Resolves when others are sent it. */
const publish = async (target: Target): Promise<Author> => {
  const holds = largeDocument();
  const client = new LoadClient(target, ROOM, { holds });
  await client.synced;
  await pause(SETTLE_MS);
  return { client, size: holds.length };
};

/** Milliseconds until all of the document is there; NaN when the relay has lost it. */
const join = (target: Target, size: number): Promise<number> =>
  new Promise((resolve) => {
    const before = performance.now();
    let left = 0.99 * size;
    let answered = false;
    const finish = (ms: number): void => {
      clearTimeout(limit);
      client.close();
      resolve(ms);
    };
    const limit = setTimeout(() => finish(Number.NaN), JOIN_LIMIT_MS);
    const update = (bytes: Uint8Array, answer: boolean): void => {
      answered ||= answer;
      left -= bytes.length;
      if (answered && left <= 0) finish(performance.now() - before);
    };
    const client = new LoadClient(target, ROOM, { update });
  });

const JOIN_LIMIT_MS = 10_000;

/** Small items, each put in front of the others: nothing fuses, as in a document of many short paragraphs. */
const largeDocument = (): Uint8Array => {
  const doc = new Y.Doc();
  doc.clientID = 9;
  const text = doc.getText();
  const count = (MEGABYTES * 1024 * 1024) / (ITEM_BYTES + 10);
  doc.transact(() => {
    for (let i = 0; i < count; i++) text.insert(0, String(i).padStart(ITEM_BYTES, 'lorem ipsum '));
  });
  return Y.encodeStateAsUpdate(doc);
};

/** Somebody who edits another document, in a process of its own: what delays it is the relay, not the load. */
const startBystander = async ({
  port,
  named,
}: Target): Promise<() => Promise<{ readonly p99: number; readonly worst: number }>> => {
  const child: ChildProcess = fork(BYSTANDER, [String(port), String(named)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return async () => {
    child.send('stop');
    const [figures] = await once(child, 'message');
    await once(child, 'exit');
    return figures as { readonly p99: number; readonly worst: number };
  };
};
