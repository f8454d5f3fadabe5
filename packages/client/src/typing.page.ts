// A tab in which someone types: tests tell it what to do by `globalThis.page`.
import { gSet, stringLeaf } from '@causeway/core/lattice';
import { latticeDocument } from '@causeway/core/lattice-doc';
import { createClient } from './index.ts';

const NOWHERE = 'ws://127.0.0.1:9/sync';

const words = gSet(stringLeaf);
const client = createClient({ url: NOWHERE, namespace: 'typing', connect: false });
const note = await client.open('note', latticeDocument(words));

export const page = {
  /** Each word is a change of its own. Returns before anything is stored. */
  type: (...typed: readonly string[]): void => {
    for (const word of typed) note.document.mutate((state) => words.add(state, word));
  },
  saved: () => note.saved('disk'),
  words: () => note.document.value,
  status: () => note.status,
};

Object.assign(globalThis, { page });
