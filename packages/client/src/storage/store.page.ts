// A tab with a store: tests tell it what to do by `globalThis.page`.
import { parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import { parseBatchId } from '@causeway/core/sync';
import { IndexedDbStore } from './indexed-db-store.ts';

const KIND = parseDocumentKind('yjs');
const NOTE = parseDocumentName('note');

const store = new IndexedDbStore({ database: 'store page', now: () => Date.now(), setTimer: () => () => {} });

export const page = {
  /** Resolves to the code of the error; undefined when it was written. */
  write: async (id: number, length: number): Promise<unknown> => {
    const update = new Uint8Array(length);
    for (let start = 0; start < length; start += 60_000)
      crypto.getRandomValues(update.subarray(start, start + 60_000));
    try {
      await store.write(NOTE, KIND, { made: [{ id: parseBatchId(id), update }] });
      return undefined;
    } catch (error) {
      return error instanceof Object && 'code' in error ? error.code : String(error);
    }
  },
  outbox: async (): Promise<readonly number[]> => {
    const stored = await store.load(NOTE);
    return stored?.outbox.map(({ id }) => id) ?? [];
  },
};

Object.assign(globalThis, { page });
