import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  appended,
  type BatchQueue,
  batchesIn,
  batchQueue,
  oldest,
  putBack,
  withoutOldest,
} from './batch-queue.ts';
import type { PendingBatch } from './client-channel.ts';
import type { BatchId } from './frame.ts';

const batch = (id: number): PendingBatch => ({ id: id as BatchId, update: new Uint8Array(0) });

/** The ids in the queue, checked against its size. */
function idsIn(queue: BatchQueue): readonly number[] {
  const ids = [...batchesIn(queue)].map(({ id }) => Number(id));
  expect(queue.size).toBe(ids.length);
  expect(oldest(queue)?.id).toBe(ids[0]);
  return ids;
}

test('a batch queue does what an array does, and leaves earlier queues as they were', () => {
  const command = fc.oneof(
    fc.constant({ do: 'append' as const, count: 1 }),
    fc.constant({ do: 'take' as const, count: 1 }),
    fc.record({ do: fc.constant('put back' as const), count: fc.nat(4) }),
  );
  fc.assert(
    fc.property(fc.nat(5), fc.array(command, { maxLength: 60 }), (start, commands) => {
      let next = 0;
      const fresh = (count: number) => Array.from({ length: count }, () => batch(++next));
      const first = fresh(start);
      let queue = batchQueue(first);
      let model = first;
      for (const { do: what, count } of commands) {
        const before = { queue, ids: idsIn(queue) };
        const batches = fresh(count);
        if (what === 'append') {
          queue = batches.reduce(appended, queue);
          model = [...model, ...batches];
        } else if (what === 'take') {
          queue = withoutOldest(queue);
          model = model.slice(1);
        } else {
          queue = putBack(queue, batches);
          model = [...batches, ...model];
        }
        expect(idsIn(queue)).toEqual(model.map(({ id }) => id));
        expect(idsIn(before.queue)).toEqual(before.ids);
      }
    }),
  );
});
