import { concatBytes } from '@causeway/core/bytes';
import { Seeded } from '@causeway/core/testing';
import { describe, expect, test } from 'vitest';
import { LocalWrites } from './local-writes.ts';

describe('local writes', () => {
  test('begin in the turn of the change, and share a transaction for the rest of that turn', async () => {
    const { writes, begun } = disk();
    writes.add(Uint8Array.of(1));
    expect(begun).toEqual([[1]]);
    writes.add(Uint8Array.of(2));
    writes.add(Uint8Array.of(3));
    expect(begun).toEqual([[1]]);
    await Promise.resolve();
    expect(begun).toEqual([[1], [2, 3]]);
    writes.add(Uint8Array.of(4));
    expect(begun).toEqual([[1], [2, 3], [4]]);
  });

  test('put turns together when many are under way, and go on when one is done', async () => {
    const { writes, begun, complete } = disk();
    for (let change = 1; change <= 12; change++) {
      writes.add(Uint8Array.of(change));
      await Promise.resolve();
    }
    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((change) => [change]));
    expect(writes.waiting).toBe(4);
    complete();
    await settle();
    expect(begun.at(-1)).toEqual([9, 10, 11, 12]);
    expect(writes.waiting).toBe(0);
  });

  test('wait for nothing when the page is about to go', async () => {
    const { writes, begun } = disk();
    for (let change = 1; change <= 12; change++) {
      writes.add(Uint8Array.of(change));
      await Promise.resolve();
    }
    writes.hurry();
    expect(begun.flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('are finished when all of them are, also those that come meanwhile', async () => {
    const { writes, begun, complete } = disk();
    writes.add(Uint8Array.of(1));
    let isFinished = false;
    const finished = writes.finish().then(() => {
      isFinished = true;
    });
    writes.add(Uint8Array.of(2));
    await settle();
    complete();
    await settle();
    expect(isFinished).toBe(false);
    complete();
    await finished;
    expect(begun).toEqual([[1], [2]]);
    expect(writes.isIdle).toBe(true);
  });
});

/** A disk that completes its oldest transaction when the test says so. */
function disk(): { writes: LocalWrites; begun: number[][]; complete: () => void } {
  const random = new Seeded(1);
  const begun: number[][] = [];
  const underWay: (() => void)[] = [];
  const writes = new LocalWrites({
    merge: concatBytes,
    random: () => random.u32(),
    write: ({ update }) => {
      begun.push([...update]);
      return new Promise((resolve) => underWay.push(resolve));
    },
  });
  return { writes, begun, complete: () => underWay.shift()?.() };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}
