/**
 * What was incremented less the decrements that were granted, which is never below 0. A decrement or a transfer is
 * granted exactly when its replica has the rights as far as it has seen: what it incremented and was given, less what
 * it decremented and gave.
 */
import type { ReplicaId } from '../../id/index.ts';
import type { BoundedCounter, BoundedCounterState, Spending } from '../../lattice/bounded-counter.ts';
import type { Operation } from '../history.ts';
import type { Specification } from '../specification.ts';

export type BoundedCounterCommand =
  | { readonly do: 'open' }
  | { readonly do: 'increment'; readonly amount: number }
  | { readonly do: 'decrement'; readonly amount: number }
  /** To the nth replica, by id, of those with an account; around the end. */
  | { readonly do: 'transfer'; readonly amount: number; readonly nth: number };

type Done = Operation<BoundedCounterCommand>;

export function boundedCounterSpecification(
  counter: BoundedCounter,
): Specification<BoundedCounterState, number, BoundedCounterCommand> {
  const deltaOf = (spending: Spending): BoundedCounterState =>
    spending.granted ? spending.delta : counter.bottom;
  return {
    // A delta holds all that its replica has counted.
    holdsAcrossGaps: false,
    command: (random) => {
      const amount = random.int(5);
      const transfer = { do: 'transfer', amount, nth: random.int(3) } as const;
      return random.pick<BoundedCounterCommand>([
        { do: 'open' },
        { do: 'increment', amount },
        { do: 'decrement', amount },
        { do: 'decrement', amount },
        transfer,
      ]);
    },
    apply: (state, command, { dots }) => {
      if (command.do === 'open') return counter.open(state, dots);
      if (command.do === 'increment') return counter.increment(state, dots, command.amount);
      if (command.do === 'decrement') return deltaOf(counter.decrement(state, dots, command.amount));
      const to = nthOf(
        state.map(({ key }) => key.replica),
        command.nth,
      );
      return to === undefined ? counter.bottom : deltaOf(counter.transfer(state, dots, to, command.amount));
    },
    expected: (operations) => {
      const ledger = new Ledger();
      const value = operations.reduce((sum, operation) => sum + ledger.changeOf(operation), 0);
      if (value < 0) throw new Error(`the value is ${value}, below 0, by the operations alone`);
      return value;
    },
  };
}

/** Who held which rights at each operation, worked out anew from the operations in its past. */
class Ledger {
  readonly #granted = new Map<Done, boolean>();

  /** What the operation does to the value. */
  changeOf(operation: Done): number {
    const { command } = operation;
    if (command.do === 'increment') return command.amount;
    return command.do === 'decrement' && this.#isGranted(operation) ? -command.amount : 0;
  }

  #isGranted(operation: Done): boolean {
    const { command, replica, past } = operation;
    if (command.do === 'open' || command.do === 'increment') return true;
    const known = this.#granted.get(operation);
    if (known !== undefined) return known;
    const possible = command.do === 'decrement' || recipientOf(operation) !== undefined;
    const granted = possible && command.amount <= this.#rightsOf(replica, past);
    this.#granted.set(operation, granted);
    return granted;
  }

  #rightsOf(replica: ReplicaId, past: ReadonlySet<Done>): number {
    let rights = 0;
    for (const operation of past) {
      const own = operation.replica === replica;
      if (own) rights += this.changeOf(operation);
      if (operation.command.do !== 'transfer' || !this.#isGranted(operation)) continue;
      if (own) rights -= operation.command.amount;
      if (recipientOf(operation) === replica) rights += operation.command.amount;
    }
    return rights;
  }
}

function recipientOf({ command, past }: Done): ReplicaId | undefined {
  if (command.do !== 'transfer') return undefined;
  const opening = [...past].filter(
    ({ command: earlier }) => earlier.do === 'open' || (earlier.do === 'increment' && earlier.amount > 0),
  );
  return nthOf(
    opening.map(({ replica }) => replica),
    command.nth,
  );
}

function nthOf(replicas: readonly ReplicaId[], nth: number): ReplicaId | undefined {
  const sorted = [...new Set(replicas)].sort((a, b) => a - b);
  return sorted[nth % Math.max(sorted.length, 1)];
}
