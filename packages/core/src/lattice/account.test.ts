import { expect, it } from 'vitest';
import { CausewayError } from '../error.ts';
import { dot, parseReplicaId } from '../id/index.ts';
import { checkSpecification } from '../testing/specification.ts';
import { type AwMapCommand, awMapSpecification, pnCounterSpecification } from '../testing/specs/index.ts';
import { addAmount, ownAccount } from './account.ts';
import { awMap } from './aw-map.ts';
import { gCounter } from './g-counter.ts';
import type { DotSource } from './lattice.ts';
import { stringLeaf } from './leaf.ts';
import { pnCounter } from './pn-counter.ts';

const [seven, nine] = [parseReplicaId(7), parseReplicaId(9)];
const votes = awMap(stringLeaf, pnCounter);

it('a replica adds to its newest account, unless that may be a leftover of a removal', () => {
  const accounts = [
    { key: dot(seven, 2), value: 5 },
    { key: dot(seven, 6), value: 1 },
    { key: dot(nine, 9), value: 4 },
  ];
  const source = (lostUpTo: number): DotSource => ({ replica: seven, lostUpTo, next: () => dot(seven, 10) });
  expect(ownAccount(accounts, source(0))).toBe(accounts[1]);
  expect(ownAccount(accounts, source(5))).toBe(accounts[1]);
  expect(ownAccount(accounts, source(6))).toBeUndefined();
  expect(gCounter.increment(accounts, source(6), 3)).toEqual([{ key: dot(seven, 10), value: 3 }]);
});

it('counts what a replica adds after a removal of which it got back only the first part', () => {
  const [a, b, c] = [replica(1), replica(2), replica(3)];
  a.vote(+2);
  b.hears(a);
  a.vote(+3);
  c.hears(a);
  a.remove();
  b.vote(0);
  c.vote(0);
  a.hears(b);
  expect(a.count()).toBe(2);
  a.vote(+4);
  expect(a.count()).toBe(6);
  a.hears(c);
  expect(a.count()).toBe(9);
});

it('counts right in a map from which the counter is removed now and then, in histories made for that', () => {
  const specification = awMapSpecification(votes, pnCounterSpecification(pnCounter));
  const command = (random: {
    chance(p: number): boolean;
    between(a: number, b: number): number;
  }): AwMapCommand<number> =>
    random.chance(0.1)
      ? { do: 'remove', key: 'a' }
      : { do: 'update', key: 'a', change: random.between(1, 3) };
  checkSpecification(votes, { ...specification, command }, { runs: 500 });
});

it('refuses amounts that are no integers from 0, and totals above 2^53 - 1', () => {
  for (const amount of [-1, 0.5, Number.NaN, 2 ** 53]) {
    expect(() => addAmount(0, amount)).toThrow(CausewayError);
  }
  expect(() => addAmount(Number.MAX_SAFE_INTEGER, 1)).toThrow('decode/limit');
  expect(addAmount(Number.MAX_SAFE_INTEGER - 1, 1)).toBe(Number.MAX_SAFE_INTEGER);
});

/** A replica of a map with one counter. */
function replica(number: number) {
  const id = parseReplicaId(number);
  let state = votes.bottom;
  let seq = 0;
  const dots: DotSource = { replica: id, next: () => dot(id, ++seq) };
  return {
    state: () => state,
    vote(amount: number): void {
      const delta = votes.update(state, dots, 'k', (counter, source) =>
        pnCounter.add(counter, source, amount),
      );
      state = votes.join(state, delta);
    },
    remove(): void {
      state = votes.join(state, votes.remove(state, 'k'));
    },
    hears(other: { state(): typeof state }): void {
      state = votes.join(state, other.state());
    },
    count: () => votes.view(state).get('k'),
  };
}
