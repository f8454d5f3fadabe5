import { expect, it } from 'vitest';
import type { HybridTime } from '../causality/index.ts';
import { dot, parseReplicaId } from '../id/index.ts';
import { checkSpecification, type Specification } from '../testing/specification.ts';
import {
  awMapSpecification,
  type BoundedCounterCommand,
  boundedCounterSpecification,
} from '../testing/specs/index.ts';
import { awMap } from './aw-map.ts';
import { type BoundedCounterState, boundedCounter, type Spending } from './bounded-counter.ts';
import type { DotSource } from './lattice.ts';
import { stringLeaf } from './leaf.ts';

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

it('counts every decrement that it granted, and stays at least 0, also in a map from which it is removed now and then', () => {
  const stocks = awMap(stringLeaf, boundedCounter);
  const specification = awMapSpecification(stocks, asGranted());
  // One counter, changed often and removed seldom: what it takes for three versions of one account to meet.
  const often: typeof specification = {
    ...specification,
    command: (random) => {
      if (random.chance(0.1)) return { do: 'remove', key: 'a' };
      return { do: 'update', key: 'a', change: { do: random.pick(['increment', 'decrement']), amount: 1 } };
    },
  };
  checkSpecification(stocks, often, { runs: 600 });
});

/** What was incremented less what was in fact granted; in a map rights may get lost, and then less is granted than could be. */
function asGranted(): Specification<BoundedCounterState, number, BoundedCounterCommand> {
  const specification = boundedCounterSpecification(boundedCounter);
  const grantedAt = new Set<HybridTime>();
  return {
    ...specification,
    apply: (state, command, site) => {
      const delta = specification.apply(state, command, site);
      if (delta !== boundedCounter.bottom) grantedAt.add(site.time);
      return delta;
    },
    expected: (operations) => {
      const value = operations.reduce((sum, { command, time }) => {
        if (command.do === 'increment') return sum + command.amount;
        return command.do === 'decrement' && grantedAt.has(time) ? sum - command.amount : sum;
      }, 0);
      expect(value).toBeGreaterThanOrEqual(0);
      return value;
    },
  };
}

function granted(spending: Spending): BoundedCounterState {
  if (!spending.granted) throw new Error(`refused: ${spending.reason}`);
  return spending.delta;
}

function sourceOf(number: number): DotSource {
  const replica = parseReplicaId(number);
  let seq = 0;
  return { replica, next: () => dot(replica, ++seq) };
}
