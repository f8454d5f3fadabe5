/**
 * Positive-negative counter: increments and decrements all count once. Shapiro et al. 2011, specification 7: two grow-only
 * counters, one subtracted from the other, here kept together in accounts (account.ts).
 *
 *   A   +2 ──┬── 1     { A: up 2, B: up 3 down 4 }
 *            │
 *   B   +3 ── −4 ──┴── 1
 */
import type { Codec } from '../bytes/index.ts';
import type { Dot } from '../id/index.ts';
import { accountKeys, addAmount, lastSeqOfAccounts, ownAccount } from './account.ts';
import { type Entries, entryMap } from './entry-map.ts';
import type { DotSource, Lattice } from './lattice.ts';

export interface UpAndDown {
  readonly up: number;
  readonly down: number;
}

/** At least one of the two totals of an account is above 0. */
export type PnCounterState = Entries<Dot, UpAndDown>;

/** Views as the sum of all increments less that of all decrements, exact up to 2^53. */
export interface PnCounter extends Lattice<PnCounterState, number> {
  /** `amount` is an integer, below 0 to decrement; takes a dot when the replica has no account that it can add to. */
  add(state: PnCounterState, dots: DotSource, amount: number): PnCounterState;
}

const totals: Codec<UpAndDown> = {
  write: (writer, { up, down }) => void writer.varint(up).varint(down),
  read: (reader) => {
    const [up, down] = [reader.varint(), reader.varint()];
    if (up === 0 && down === 0) throw reader.invalid('an account with nothing in it');
    return { up, down };
  },
};

const accounts = entryMap<Dot, UpAndDown>(accountKeys, {
  codec: totals,
  join: (a, b) =>
    b.up <= a.up && b.down <= a.down ? a : { up: Math.max(a.up, b.up), down: Math.max(a.down, b.down) },
});

export const pnCounter: PnCounter = {
  ...accounts,
  descriptor: 'pn-counter',
  view: (state) => state.reduce((sum, { value }) => sum + value.up - value.down, 0),
  lastSeq: lastSeqOfAccounts,
  add: (state, dots, amount) => {
    const own = ownAccount(state, dots);
    const { up, down } = own?.value ?? { up: 0, down: 0 };
    const value = amount < 0 ? { up, down: addAmount(down, -amount) } : { up: addAmount(up, amount), down };
    return amount === 0 ? [] : [{ key: own?.key ?? dots.next(), value }];
  },
};
