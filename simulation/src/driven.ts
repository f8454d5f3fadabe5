/** Lets a clock run for as long as something is under way on it. */
import type { VirtualTime } from '@causeway/core/testing';

/** Resolves when all promises that can go on have gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Settles as `work` does, with every timer that it waits for run. */
export async function driven<T>(time: VirtualTime, work: Promise<T>): Promise<T> {
  let isDone = false;
  const end = (): void => {
    isDone = true;
  };
  work.then(end, end);
  await settled();
  while (!isDone) {
    time.runNext(Number.POSITIVE_INFINITY);
    await settled();
  }
  return work;
}
