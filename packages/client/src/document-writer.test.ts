import { CausewayError } from '@causeway/core';
import { Seeded, VirtualTime } from '@causeway/core/testing';
import { describe, expect, test } from 'vitest';
import { DocumentWriter } from './document-writer.ts';
import type { DocumentChange } from './storage/document-store.ts';

const FULL = new CausewayError('storage/full', { what: 'write' }, 'the disk is full');

describe('a document writer', () => {
  test('writes one transaction at a time, and what comes meanwhile in the next', async () => {
    const { writer, written, complete } = newWriter();
    writer.write(change(1));
    writer.write(change(2));
    writer.write(change(3));
    expect(written).toEqual([[change(1)]]);
    await complete();
    expect(written).toEqual([[change(1)], [change(2), change(3)]]);
    await complete();
    expect(writer.isIdle).toBe(true);
  });

  test('tries what failed again, first and with what came later, after a while', async () => {
    const { writer, written, complete, time } = newWriter();
    writer.write(change(1));
    writer.write(change(2));
    await complete(FULL);
    expect(writer.failure).toBe(FULL);
    expect(written).toHaveLength(1);
    writer.write(change(3));
    expect(written).toHaveLength(1);
    time.advance(500);
    expect(written.at(-1)).toEqual([change(1), change(2), change(3)]);
    await complete(FULL);
    time.advance(499);
    expect(written).toHaveLength(2);
    time.advance(501);
    await complete();
    expect(writer.failure).toBeUndefined();
    expect(writer.isIdle).toBe(true);
  });

  test('flushes at once, and says why when it cannot', async () => {
    const { writer, complete, time } = newWriter();
    writer.write(change(1));
    await complete(FULL);
    const flushed = expect(writer.flush()).rejects.toBe(FULL);
    await complete(FULL);
    await flushed;
    expect(time.pending).toBe(1);
    const again = writer.flush();
    await complete();
    await again;
    expect(time.pending).toBe(0);
  });

  test('that is closed tries no more', async () => {
    const { writer, written, complete, time } = newWriter();
    writer.write(change(1));
    await complete(FULL);
    writer.close();
    time.advance(100_000);
    expect(written).toHaveLength(1);
    expect(writer.isIdle).toBe(true);
  });
});

function change(byte: number): DocumentChange {
  return { received: [Uint8Array.of(byte)] };
}

/** A writer on a store that completes, or fails, its write when the test says so. */
function newWriter(): {
  writer: DocumentWriter;
  written: (readonly DocumentChange[])[];
  complete: (failure?: CausewayError) => Promise<void>;
  time: VirtualTime;
} {
  const time = new VirtualTime();
  const random = new Seeded(1);
  const written: (readonly DocumentChange[])[] = [];
  let underWay: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const writer = new DocumentWriter({
    write: (changes) => {
      written.push(changes);
      return new Promise((resolve, reject) => {
        underWay = { resolve, reject };
      });
    },
    platform: { setTimer: time.setTimer, random: () => random.u32() },
    onWritten: () => {},
    onFailure: () => {},
  });
  const complete = async (failure?: CausewayError): Promise<void> => {
    if (failure === undefined) underWay?.resolve();
    else underWay?.reject(failure);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { writer, written, complete, time };
}
