/**
 * Bounded counter: never below 0, on any replica, without asking anyone. An increment gives its replica the right to
 * decrement as much later; a replica decrements only by rights it holds, and passes on rights that others need.
 * Balegas et al. 2015, "Extending Eventually Consistent Cloud Databases for Enforcing Numeric Invariants" (escrow).
 *
 *   A   +10 ─── passes 4 to B ──┬── −6 ─────┬── 1      A may take 6, B may take 4: whatever both do
 *                               │           │          while apart, it never goes below 0
 *   B                           └── −3 ─────┘
 *
 *   account  created   rights made by increments
 *            used      rights used by decrements
 *            given     rights passed on, by the account they went to
 *
 *   value  = all created − all used
 *   rights = created + given by others to it − given by it − used
 *
 * All totals of an account only grow and only its replica moves them, so a replica knows exactly what it has given and
 * used, and at worst not yet all that it was given. Accounts are named as in account.ts. Rights in an account that may be a
 * leftover of a removal cannot be used any more, as they might have been used already. So a counter in a map is as
 * safe as any, but removing a key, also another one, leaves rights behind that nobody can use: give it a place where nothing
 * is removed.
 */
import type { Codec } from '../bytes/index.ts';
import type { Dot, ReplicaId } from '../id/index.ts';
import { accountKeys, addAmount, lastSeqOfAccounts, newestAccount, ownAccount } from './account.ts';
import { type Entries, type Entry, entryMap } from './entry-map.ts';
import type { DotSource, Lattice } from './lattice.ts';

export interface RightsAccount {
  readonly created: number;
  readonly used: number;
  /** Totals above 0. */
  readonly given: Entries<Dot, number>;
}

export type BoundedCounterState = Entries<Dot, RightsAccount>;

/** A delta, or the reason why there is none. */
export type Spending =
  | { readonly granted: true; readonly delta: BoundedCounterState }
  | {
      readonly granted: false;
      readonly reason: 'too-few-rights';
      readonly rights: number;
      readonly amount: number;
    }
  | { readonly granted: false; readonly reason: 'recipient-has-no-account'; readonly to: ReplicaId };

/** Views as the value, at least 0. Amounts are integers from 0. */
export interface BoundedCounter extends Lattice<BoundedCounterState, number> {
  /** How much the replica of `dots` may decrement or pass on. */
  rights(state: BoundedCounterState, dots: DotSource): number;

  /** Opens an account, so that others can pass rights on to this replica; bottom when it has one. */
  open(state: BoundedCounterState, dots: DotSource): BoundedCounterState;

  increment(state: BoundedCounterState, dots: DotSource, amount?: number): BoundedCounterState;
  decrement(state: BoundedCounterState, dots: DotSource, amount?: number): Spending;

  /** Passes rights on to the newest account of another replica. */
  transfer(state: BoundedCounterState, dots: DotSource, to: ReplicaId, amount: number): Spending;
}

const emptyAccount: RightsAccount = { created: 0, used: 0, given: [] };

const totals: Codec<number> = {
  write: (writer, total) => void writer.varint(total),
  read: (reader) => {
    const total = reader.varint();
    if (total === 0) throw reader.invalid('nothing given');
    return total;
  },
};

const gifts = entryMap<Dot, number>(accountKeys, { codec: totals, join: Math.max });

const accounts = entryMap<Dot, RightsAccount>(accountKeys, {
  codec: {
    write: (writer, { created, used, given }) => {
      writer.varint(created).varint(used);
      gifts.codec.write(writer, given);
    },
    read: (reader) => ({ created: reader.varint(), used: reader.varint(), given: gifts.codec.read(reader) }),
  },
  join: (a, b) => {
    const given = gifts.join(a.given, b.given);
    if (given === a.given && b.created <= a.created && b.used <= a.used) return a;
    return { created: Math.max(a.created, b.created), used: Math.max(a.used, b.used), given };
  },
});

export const boundedCounter: BoundedCounter = {
  ...accounts,
  descriptor: 'bounded-counter',
  // Deltas that overtake each other can show decrements before the increments they rest on; those only wait.
  view: (state) =>
    Math.max(
      0,
      state.reduce((sum, { value }) => sum + value.created - value.used, 0),
    ),
  lastSeq: lastSeqOfAccounts,
  rights: (state, dots) => rightsOf(state, ownAccount(state, dots)),
  open: (state, dots) =>
    ownAccount(state, dots) === undefined ? [{ key: dots.next(), value: emptyAccount }] : [],
  increment: (state, dots, amount = 1) => {
    const own = ownAccount(state, dots);
    const created = addAmount(own?.value.created ?? 0, amount);
    return amount === 0
      ? []
      : [{ key: own?.key ?? dots.next(), value: { ...(own?.value ?? emptyAccount), created } }];
  },
  decrement: (state, dots, amount = 1) =>
    spend(state, dots, amount, (account) => ({ ...account, used: addAmount(account.used, amount) })),
  transfer: (state, dots, to, amount) => {
    const recipient = newestAccount(state, to);
    if (recipient === undefined) return { granted: false, reason: 'recipient-has-no-account', to };
    return spend(state, dots, amount, (account) => {
      const total = addAmount(gifts.at(account.given, recipient.key) ?? 0, amount);
      return { ...account, given: gifts.join(account.given, [{ key: recipient.key, value: total }]) };
    });
  },
};

function spend(
  state: BoundedCounterState,
  dots: DotSource,
  amount: number,
  change: (account: RightsAccount) => RightsAccount,
): Spending {
  const own = ownAccount(state, dots);
  const rights = rightsOf(state, own);
  if (addAmount(0, amount) > rights) return { granted: false, reason: 'too-few-rights', rights, amount };
  if (amount === 0 || own === undefined) return { granted: true, delta: [] };
  return { granted: true, delta: [{ key: own.key, value: change(own.value) }] };
}

function rightsOf(state: BoundedCounterState, own: Entry<Dot, RightsAccount> | undefined): number {
  if (own === undefined) return 0;
  const { created, used, given } = own.value;
  const received = state.reduce((sum, { value }) => sum + (gifts.at(value.given, own.key) ?? 0), 0);
  return created + received - given.reduce((sum, { value }) => sum + value, 0) - used;
}
