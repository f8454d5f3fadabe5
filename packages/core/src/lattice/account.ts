/**
 * Accounts: how counters keep apart what each replica counts. An account is named by the dot its replica took for the
 * first amount in it, and only that replica adds to it, so of two versions of an account the larger holds the other.
 *
 *   replica 7 counts 2, then 3                       7.1 → 2,  then 7.1 → 5
 *   the counter is removed from a map; replica 9,
 *   which had seen 2, keeps it by a change           7.1 → 2   at replica 7 again
 *   replica 7 counts 4                               7.1 → 2,  7.8 → 4
 *
 * Had it gone on in 7.1, with 2 + 4, that 6 and a 5 that a third replica still has would have joined to 6, and 3 or more would be
 * lost. `DotSource.lostUpTo` tells a replica which of its accounts may be such leftovers.
 */
import { CausewayError } from '../error.ts';
import { compareDots, type Dot, dotCodec, type ReplicaId } from '../id/index.ts';
import type { Entries, Entry, EntryKeys } from './entry-map.ts';
import type { DotSource } from './lattice.ts';

export const accountKeys: EntryKeys<Dot> = { codec: dotCodec, compare: compareDots };

/** The account that the replica of `dots` may add to; undefined when it has to take a new dot. */
export function ownAccount<V>(accounts: Entries<Dot, V>, dots: DotSource): Entry<Dot, V> | undefined {
  const newest = newestAccount(accounts, dots.replica);
  return newest !== undefined && newest.key.seq > (dots.lostUpTo ?? 0) ? newest : undefined;
}

/** The account of this replica with the highest seq. */
export function newestAccount<V>(accounts: Entries<Dot, V>, replica: ReplicaId): Entry<Dot, V> | undefined {
  return accounts.findLast(({ key }) => key.replica === replica);
}

export function lastSeqOfAccounts(accounts: Entries<Dot, unknown>, replica: ReplicaId): number {
  return newestAccount(accounts, replica)?.key.seq ?? 0;
}

/** `total` and `amount` together; `decode/invalid` unless the amount is an integer from 0, `decode/limit` above 2^53 - 1. */
export function addAmount(total: number, amount: number): number {
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new CausewayError(
      'decode/invalid',
      { what: 'amount', detail: String(amount) },
      `${amount} is no amount: take an integer from 0`,
    );
  }
  const sum = total + amount;
  if (sum > Number.MAX_SAFE_INTEGER) {
    throw new CausewayError(
      'decode/limit',
      { what: 'total of one replica', value: sum, limit: Number.MAX_SAFE_INTEGER },
      `one replica counts to 2^53 - 1 at most`,
    );
  }
  return sum;
}
