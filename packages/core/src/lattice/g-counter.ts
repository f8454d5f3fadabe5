/**
 * Grow-only counter: every increment counts once, whoever makes it and however often it arrives. Shapiro et al. 2011,
 * specification 6, with accounts (account.ts) in the place of one entry for each replica.
 *
 *   A   +2 ──┬── 5     { A: 2, B: 3 }: of each account the larger total holds, the value is the sum
 *            │
 *   B   +3 ──┴── 5
 */
import type { Codec } from '../bytes/index.ts';
import type { Dot } from '../id/index.ts';
import { accountKeys, addAmount, lastSeqOfAccounts, ownAccount } from './account.ts';
import { type Entries, entryMap } from './entry-map.ts';
import type { DotSource, Lattice } from './lattice.ts';

/** Totals above 0. */
export type GCounterState = Entries<Dot, number>;

/** Views as the sum, exact up to 2^53. */
export interface GCounter extends Lattice<GCounterState, number> {
  /** `amount` is an integer from 0; takes a dot when the replica has no account that it can add to. */
  increment(state: GCounterState, dots: DotSource, amount?: number): GCounterState;
}

const totals: Codec<number> = {
  write: (writer, total) => void writer.varint(total),
  read: (reader) => {
    const total = reader.varint();
    if (total === 0) throw reader.invalid('an account with nothing in it');
    return total;
  },
};

const accounts = entryMap<Dot, number>(accountKeys, { codec: totals, join: Math.max });

export const gCounter: GCounter = {
  ...accounts,
  descriptor: 'g-counter',
  view: (state) => state.reduce((sum, { value }) => sum + value, 0),
  lastSeq: lastSeqOfAccounts,
  increment: (state, dots, amount = 1) => {
    const own = ownAccount(state, dots);
    const total = addAmount(own?.value ?? 0, amount);
    return amount === 0 ? [] : [{ key: own?.key ?? dots.next(), value: total }];
  },
};
