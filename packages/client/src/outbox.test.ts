// The books on local changes, against the plainest reading of what they promise.
import { parseBatchId } from '@causeway/core/sync';
import { Seeded } from '@causeway/core/testing';
import { describe, expect, test } from 'vitest';
import { Outbox } from './outbox.ts';
import type { Batch } from './storage/document-store.ts';

const RUNS = 200;
const STEPS = 40;

describe('an outbox', () => {
  test('is on the relay when nothing was ever changed', () => {
    const outbox = new Outbox('note', () => 0);
    expect(outbox.saved).toBe('relay');
    expect(outbox.pending).toEqual({ memory: 0, disk: 0 });
  });

  test('follows a change from memory to disk to relay', async () => {
    const outbox = new Outbox('note', () => 0);
    outbox.add(batch(1), false);
    expect(outbox.saved).toBe('memory');
    const [disk, relay] = [outbox.whenSaved('disk'), outbox.whenSaved('relay')];
    outbox.durable(batch(1).id);
    await disk;
    expect(outbox.saved).toBe('disk');
    outbox.settled(batch(1).id);
    await relay;
    expect(outbox.saved).toBe('relay');
    expect(outbox.has(batch(1).id)).toBe(false);
  });

  test('waits for what was changed up to the call, and for nothing later', async () => {
    const outbox = new Outbox('note', () => 0);
    outbox.add(batch(1), true);
    outbox.add(batch(2), true);
    const saved = outbox.whenSaved('relay');
    outbox.add(batch(3), false);
    outbox.settled(batch(2).id);
    outbox.settled(batch(1).id);
    await saved;
    expect(outbox.saved).toBe('memory');
  });

  test('does not forget a change that only the relay has', async () => {
    const outbox = new Outbox('note', () => 0);
    outbox.add(batch(1), false);
    outbox.settled(batch(1).id);
    expect(outbox.saved).toBe('relay');
    expect(outbox.pending).toEqual({ memory: 1, disk: 0 });
    const disk = outbox.whenSaved('disk');
    outbox.durable(batch(1).id);
    await disk;
  });

  test('waits on for what was merged', async () => {
    const outbox = new Outbox('note', () => 0);
    outbox.add(batch(1), true);
    const first = outbox.whenSaved('relay');
    outbox.add(batch(2), true);
    outbox.add(batch(3), true);
    outbox.merged([batch(1).id, batch(2).id], batch(9));
    expect(outbox.pending).toEqual({ memory: 0, disk: 3 });
    outbox.settled(batch(3).id);
    expect(outbox.pending).toEqual({ memory: 0, disk: 2 });
    outbox.settled(batch(9).id);
    await first;
    expect(outbox.saved).toBe('relay');
  });

  test('rejects who waits for a change that is refused, and who asks later', async () => {
    const outbox = new Outbox('note', () => 0);
    outbox.add(batch(1), true);
    outbox.add(batch(2), true);
    const saved = outbox.whenSaved('relay');
    outbox.refused({ id: batch(2).id, code: 'quota', message: 'full' });
    await expect(saved).rejects.toMatchObject({ code: 'protocol/refused', data: { code: 'quota' } });
    await expect(outbox.whenSaved('relay')).rejects.toMatchObject({ code: 'protocol/refused' });
    await outbox.whenSaved('disk');
    expect(outbox.saved).toBe('disk');
    expect(outbox.release(batch(2).id)).toEqual({ ...batch(2), madeAt: 0 });
    expect(outbox.quarantined).toEqual([]);
  });

  test('says of random lives what their steps say', () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = new Seeded(seed);
      const outbox = new Outbox('note', () => 0);
      const states = new Map<number, { durable: boolean; settled: boolean }>();
      for (let step = 0; step < STEPS; step++) {
        const known = [...states.keys()];
        const id = known.length === 0 ? 0 : random.pick(known);
        const state = states.get(id);
        const what = random.int(3);
        if (what === 0 || state === undefined) {
          const made = batch(step + 1);
          const durable = random.chance(0.3);
          outbox.add(made, durable);
          states.set(made.id, { durable, settled: false });
        } else if (what === 1) {
          outbox.durable(parseBatchId(id));
          state.durable = true;
        } else {
          outbox.settled(parseBatchId(id));
          state.settled = true;
        }
        const all = [...states.values()];
        const memory = all.filter(({ durable }) => !durable).length;
        const disk = all.filter(({ settled }) => !settled).length;
        const isSafe = all.every(({ durable, settled }) => durable || settled);
        expect(outbox.pending, `seed ${seed}, step ${step}`).toEqual({ memory, disk });
        expect(outbox.saved, `seed ${seed}, step ${step}`).toBe(
          disk === 0 ? 'relay' : isSafe ? 'disk' : 'memory',
        );
      }
    }
  });
});

function batch(id: number): Batch {
  return { id: parseBatchId(id), update: Uint8Array.of(id) };
}
