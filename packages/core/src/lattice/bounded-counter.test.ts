import { expect, it } from 'vitest';
import { dot, parseReplicaId } from '../id/index.ts';
import { type BoundedCounterState, boundedCounter, type Spending } from './bounded-counter.ts';
import type { DotSource } from './lattice.ts';

const { join } = boundedCounter;
const [a, b] = [sourceOf(1), sourceOf(2)];

it('a replica that incremented may decrement as much, and another one not at all', () => {
  const state = boundedCounter.increment(boundedCounter.bottom, a, 10);
  expect(boundedCounter.rights(state, a)).toBe(10);
  expect(boundedCounter.decrement(state, b, 1)).toEqual({
    granted: false,
    reason: 'too-few-rights',
    rights: 0,
    amount: 1,
  });
  expect(boundedCounter.decrement(state, a, 11)).toEqual({
    granted: false,
    reason: 'too-few-rights',
    rights: 10,
    amount: 11,
  });
  expect(boundedCounter.view(join(state, granted(boundedCounter.decrement(state, a, 10))))).toBe(0);
});

it('rights that were passed on are used by the other, and the value stays at least 0 whatever both do apart', () => {
  const opened = join(
    boundedCounter.increment(boundedCounter.bottom, a, 10),
    boundedCounter.open(boundedCounter.bottom, b),
  );
  const shared = join(opened, granted(boundedCounter.transfer(opened, a, b.replica, 4)));
  expect([boundedCounter.rights(shared, a), boundedCounter.rights(shared, b)]).toEqual([6, 4]);
  const atA = join(shared, granted(boundedCounter.decrement(shared, a, 6)));
  const atB = join(shared, granted(boundedCounter.decrement(shared, b, 3)));
  expect(boundedCounter.decrement(atA, a, 1).granted).toBe(false);
  expect(boundedCounter.view(join(atA, atB))).toBe(1);
});

it('rights go only to a replica that has an account', () => {
  const state = boundedCounter.increment(boundedCounter.bottom, a, 10);
  expect(boundedCounter.transfer(state, a, b.replica, 1)).toEqual({
    granted: false,
    reason: 'recipient-has-no-account',
    to: b.replica,
  });
});

it('opening twice gives no second account', () => {
  const opened = boundedCounter.open(boundedCounter.bottom, a);
  expect(boundedCounter.open(opened, a)).toEqual([]);
});

function granted(spending: Spending): BoundedCounterState {
  if (!spending.granted) throw new Error(`refused: ${spending.reason}`);
  return spending.delta;
}

function sourceOf(number: number): DotSource {
  const replica = parseReplicaId(number);
  let seq = 0;
  return { replica, next: () => dot(replica, ++seq) };
}
