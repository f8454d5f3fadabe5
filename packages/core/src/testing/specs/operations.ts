/** What specifications ask of operations. */
import type { Operation } from '../history.ts';

/**
 * What is left where each operation replaces those that were latest when and where it was made. With whole pasts these are
 * the operations that no other has seen. Where some are still on their way, an old one is latest until the one that
 * replaced it arrives, even if what replaced that one has come already.
 */
export function latest<C>(operations: readonly Operation<C>[]): readonly Operation<C>[] {
  const replacedBy = new Map<Operation<C>, ReadonlySet<Operation<C>>>();
  const latestOf = (some: readonly Operation<C>[]): readonly Operation<C>[] => {
    const replaced = new Set(some.flatMap((each) => [...replacedByOne(each)]));
    return some.filter((each) => !replaced.has(each));
  };
  const replacedByOne = (operation: Operation<C>): ReadonlySet<Operation<C>> => {
    const known = replacedBy.get(operation);
    if (known !== undefined) return known;
    const found = new Set(latestOf([...operation.past]));
    replacedBy.set(operation, found);
    return found;
  };
  return latestOf(operations);
}

/**
 * The operations on a part of the state, as operations of that part's own type: `partOf` gives the part's command, or
 * undefined for an operation that has nothing to do with it. Pasts are cut down to the part.
 */
export function operationsOn<C, D>(
  operations: readonly Operation<C>[],
  partOf: (command: C) => D | undefined,
): readonly Operation<D>[] {
  const parts = new Map<Operation<C>, Operation<D>>();
  const partsOf = (whole: Iterable<Operation<C>>): readonly Operation<D>[] =>
    [...whole].flatMap((operation) => {
      const known = parts.get(operation);
      if (known !== undefined) return [known];
      const command = partOf(operation.command);
      if (command === undefined) return [];
      const part = { ...operation, command, past: new Set(partsOf(operation.past)) };
      parts.set(operation, part);
      return [part];
    });
  return partsOf(operations);
}
