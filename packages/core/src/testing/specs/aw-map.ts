/**
 * What an add-wins map means, whatever its values are. An update survives if no removal of its key has seen it. It is
 * visible if it survives, or if it was visible to an update that survives: who changes a note keeps all of the note that
 * was there. A key is there if an update of it survives; its value is what the values' own specification says of the
 * visible updates, each of which knows those that were visible to it.
 */
import type { AwMap, AwMapState } from '../../lattice/aw-map.ts';
import type { Operation } from '../history.ts';
import type { Specification } from '../specification.ts';

export type AwMapCommand<C> =
  | { readonly do: 'update'; readonly key: string; readonly change: C }
  | { readonly do: 'remove'; readonly key: string };

const KEYS = ['a', 'b'];

export function awMapSpecification<S, V, C>(
  map: AwMap<string, S, V>,
  values: Specification<S, V, C>,
): Specification<AwMapState<string, S>, ReadonlyMap<string, V>, AwMapCommand<C>> {
  return {
    // A delta holds the whole value at its key, and so more than its own operation did.
    holdsAcrossGaps: false,
    command: (random) =>
      random.chance(0.2)
        ? { do: 'remove', key: random.pick(KEYS) }
        : { do: 'update', key: random.pick(KEYS), change: values.command(random) },
    apply: (state, command, site) => {
      if (command.do === 'remove') return map.remove(state, command.key);
      return map.update(state, site.dots, command.key, (value, dots) =>
        values.apply(value, command.change, { ...site, dots }),
      );
    },
    expected: (operations) => {
      const view = new Map<string, V>();
      for (const key of KEYS) {
        const visible = visibleUpdates(operations.filter(({ command }) => command.key === key));
        if (visible.length > 0) view.set(key, values.expected(visible));
      }
      return view;
    },
  };
}

/** The visible ones of the operations on one key, as operations of the value. */
function visibleUpdates<C>(operations: readonly Operation<AwMapCommand<C>>[]): readonly Operation<C>[] {
  const inValue = new Map<Operation<AwMapCommand<C>>, Operation<C>>();
  const visible = (onKey: readonly Operation<AwMapCommand<C>>[]): ReadonlySet<Operation<C>> => {
    const removals = onKey.filter(({ command }) => command.do === 'remove');
    const found = new Set<Operation<C>>();
    for (const each of onKey) {
      if (each.command.do === 'remove' || removals.some((removal) => removal.past.has(each))) continue;
      const update = updateOf(each, each.command.change);
      for (const earlier of update.past) found.add(earlier);
      found.add(update);
    }
    return found;
  };
  const updateOf = (operation: Operation<AwMapCommand<C>>, change: C): Operation<C> => {
    const known = inValue.get(operation);
    if (known !== undefined) return known;
    const before = operations.filter((other) => operation.past.has(other));
    const update = { ...operation, command: change, past: visible(before) };
    inValue.set(operation, update);
    return update;
  };
  return [...visible(operations)].sort((a, b) => a.id - b.id);
}
