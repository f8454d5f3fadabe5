/** The thread that a WorkerMerger merges on. It knows the kinds of documents that the command serves. */
import { parentPort } from 'node:worker_threads';
import { formatRegistry } from '@causeway/core/format';
import { latticeFormats } from '@causeway/core/lattice-doc';
import { nativeFormats } from '@causeway/core/native';
import { collectYjs, yjsFormats } from '@causeway/core/yjs';
import type { MergeAnswer, MergeJob } from './worker-merger.ts';

const formats = formatRegistry([nativeFormats(), yjsFormats(), latticeFormats()]);

parentPort?.on('message', ({ id, kind, updates, collects }: MergeJob) => {
  let answer: MergeAnswer;
  try {
    const merged = formats.formatOf(kind).merge(updates);
    // A copy of its own, so that it can be handed over whole.
    answer = { id, merged: (collects ? collectYjs(merged) : merged).slice() };
  } catch (error) {
    answer = { id, failure: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer, 'merged' in answer ? [answer.merged.buffer as ArrayBuffer] : []);
});
