// R4: what a connection takes that does nothing, what a document takes that is open, and what is left when all have gone.

import * as Y from 'yjs';
import { LoadClient } from './load-client.ts';
import { pause, type RowLoad } from './row-load.ts';

const CONNECTIONS = 2_000;
const DOCUMENTS = 5;
const OPERATIONS = 260_000;
/** Longer than an idle room stays open, and than stores put off writing. */
const SETTLE_MS = 4_500;
const CONNECT_AT_ONCE = 100;

export const memory: RowLoad = async (relay) => {
  const before = await relay.ask('heap');
  const idle: LoadClient[] = [];
  while (idle.length < CONNECTIONS) {
    const some = Array.from({ length: CONNECT_AT_ONCE }, () => new LoadClient(relay, 'idle'));
    await Promise.all(some.map((client) => client.synced));
    idle.push(...some);
  }
  const connected = await relay.ask('heap');
  for (const client of idle) client.close();
  await pause(SETTLE_MS);

  const holds = longHistory();
  const empty = await relay.ask('heap');
  const writers = Array.from(
    { length: DOCUMENTS },
    (_, index) => new LoadClient(relay, `history-${index}`, { holds }),
  );
  await Promise.all(writers.map((client) => client.synced));
  await pause(SETTLE_MS);
  const open = await relay.ask('heap');
  for (const client of writers) client.close();
  await pause(SETTLE_MS);
  const closed = await relay.ask('heap');
  return {
    'R4.connection': (connected - before) / CONNECTIONS / 1024,
    'R4.document': (open - empty) / DOCUMENTS / 1024,
    'R4.returned': (closed - empty) / DOCUMENTS / 1024,
  };
};

/** Text typed here and there, with corrections: every operation a keystroke. */
const longHistory = (): Uint8Array => {
  const doc = new Y.Doc();
  doc.clientID = 7;
  const text = doc.getText();
  let at = 0;
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  doc.transact(() => {
    let deleting = 0;
    for (let i = 0; i < OPERATIONS; i++) {
      if (random(100) === 0) at = random(text.length + 1);
      if (random(40) === 0) deleting = 10;
      deleting -= 1;
      if (deleting >= 0 && at > 0) {
        at -= 1;
        text.delete(at, 1);
      } else {
        text.insert(at, 'x');
        at += 1;
      }
    }
  });
  return Y.encodeStateAsUpdate(doc);
};
