/**
 * The movable tree as its paper has it, carried out from the start for every question: slow, and simple enough to believe.
 * The tree type is held to it. (Kleppmann, Mulligan, Gomes, Beresford 2021, "A highly-available move operation for
 * replicated trees", section 3.)
 *
 * Moves are sorted by time. Each takes its child from where it is and puts it below its parent, unless the parent is the
 * child or below it. Children stand by fractional index, then in the order of the moves that put them there.
 */

export const TOP = 'top';
export const GONE = 'gone';

export interface TreeMove {
  readonly child: string;
  readonly parent: string;
  readonly index: string;
}

/** Where every child stands after these moves, which are sorted by time; siblings in order. */
export function placesAfter(moves: readonly TreeMove[]): ReadonlyMap<string, TreeMove> {
  const places = new Map<string, TreeMove & { readonly order: number }>();
  const isWithin = (node: string, ancestor: string): boolean => {
    if (node === ancestor) return true;
    const parent = places.get(node)?.parent;
    return parent !== undefined && isWithin(parent, ancestor);
  };
  for (const [order, move] of moves.entries()) {
    if (!isWithin(move.parent, move.child)) places.set(move.child, { ...move, order });
  }
  const inOrder = [...places].sort(([, a], [, b]) => {
    if (a.index !== b.index) return a.index < b.index ? -1 : 1;
    return a.order - b.order;
  });
  return new Map(inOrder);
}

/** The children of every parent that has any, in order. */
export function childrenOf(places: ReadonlyMap<string, TreeMove>): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const { child, parent } of places.values())
    children.set(parent, [...(children.get(parent) ?? []), child]);
  return children;
}
