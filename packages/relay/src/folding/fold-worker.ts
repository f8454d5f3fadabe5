/** What a worker thread of the relay runs: it loads the formats it was named, and then answers one job after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { type FormatFamily, formatRegistry } from '@causeway/core/format';
import { carryOut, type FoldAnswer, type FoldJob } from './fold-job.ts';

const { module }: { readonly module: string } = workerData;
const { formats }: { readonly formats: readonly FormatFamily[] } = await import(module);
const registry = formatRegistry(formats);

parentPort?.on('message', (job: FoldJob) => {
  const answer = carryOut(job, registry);
  if (answer.type === 'failed') return parentPort?.postMessage(answer);
  // A part of a larger memory is copied, so that what moves is no more than what is kept.
  const update = new Uint8Array(answer.update);
  parentPort?.postMessage({ ...answer, update } satisfies FoldAnswer, [update.buffer]);
});
