// A tab whose client starts when it is told to: tests take its disk away before, by `globalThis.page`.
import { gSet, stringLeaf } from '@causeway/core/lattice';
import { latticeDocument } from '@causeway/core/lattice-doc';
import { type Client, createClient } from './index.ts';

const words = gSet(stringLeaf);
const WORD_BYTES = 30_000;

async function start() {
  const client = createClient({ url: 'ws://127.0.0.1:9/sync', namespace: 'full disk', connect: false });
  return { client, note: await client.open('note', latticeDocument(words)) };
}

let started: Awaited<ReturnType<typeof start>> | undefined;

function running(): { readonly client: Client; readonly note: Awaited<ReturnType<typeof start>>['note'] } {
  if (started === undefined) throw new Error('not started');
  return started;
}

/** Nothing that could be compressed. */
function randomWord(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(WORD_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const page = {
  start: async (): Promise<void> => {
    started = await start();
  },
  startAgain: async (): Promise<void> => {
    await running().client.close();
    started = await start();
  },
  type: (count: number): void => {
    for (let word = 0; word < count; word++) {
      running().note.document.mutate((state) => words.add(state, randomWord()));
    }
  },
  trouble: () => running().note.status.error?.code,
  atRisk: () => running().client.atRisk,
  words: () => running().note.document.value.length,
  saved: () => running().note.saved('disk'),
};

Object.assign(globalThis, { page });
