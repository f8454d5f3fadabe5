// How much memory something keeps once garbage is gone: heap, buffers and WebAssembly memory, which Node counts as
// external. What WebAssembly grew to while it worked it keeps, so that counts too.

import { setImmediate as turn } from 'node:timers/promises';

/** Of something large one copy is enough, and several are too much; of something small many are needed to see it at all. */
const LARGE_BYTES = 16 * 2 ** 20;
const SMALL_BYTES = 64 * 2 ** 10;
const COPIES = 10;
const MANY_COPIES = 300;

/** Bytes of one thing that `make` makes. */
export const memoryOf = async (make: () => unknown): Promise<number> => {
  const first = await memoryOfCopies(make, 1);
  if (first > LARGE_BYTES) return first;
  const one = await memoryOfCopies(make, COPIES);
  return one > SMALL_BYTES ? one : memoryOfCopies(make, MANY_COPIES);
};

const memoryOfCopies = async (make: () => unknown, count: number): Promise<number> => {
  const before = await usedBytes();
  const copies = Array.from({ length: count }, make);
  return ((await usedBytes()) - before) / copies.length;
};

const usedBytes = async (): Promise<number> => {
  if (globalThis.gc === undefined) throw new Error('memory is measured with --expose-gc');
  // Finalizers, by which bindings free their side, run in turns of the event loop between collections.
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
