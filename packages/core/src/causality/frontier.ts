/**
 * Frontier: the heads of a history, that is, the events that no other event in it has seen. It stands for them and all
 * their ancestors, as a Git commit list stands for what the commits reach.
 *
 *        A1 ── A2 ── A3            frontier {A3, B2}
 *          ╲                       an event C1 with parents {A3, B2} makes it {C1}
 *           B1 ── B2               an event C1 with parents {A2}     makes it {A3, B2, C1}
 *
 * Each event is named by one of its dots; which one is the history's business. Heads are pairwise concurrent, and one replica's events
 * never are, so there is at most one head for each replica. Leaves out: whether one event has seen another, which only the
 * history knows.
 */
import type { Codec } from '../bytes/index.ts';
import { CausewayError, invariant } from '../error.ts';
import { compareDots, type Dot, dotCodec, equalDots } from '../id/index.ts';
import { MAX_CAUSAL_ENTRIES } from './version-vector.ts';

declare const brand: unique symbol;

/** Heads by ascending replica. */
export type Frontier = readonly Dot[] & { readonly [brand]: 'Frontier' };

/** The frontier of the empty history. */
export const emptyFrontier: Frontier = brandFrontier([]);

/** These heads as a frontier, in any order; `decode/invalid` when two are of one replica. */
export function frontierOf(heads: Iterable<Dot>): Frontier {
  const sorted = [...heads].sort(compareDots);
  for (const [i, head] of sorted.entries()) {
    if (head.replica === sorted[i - 1]?.replica) {
      const detail = `two heads of replica ${head.replica}`;
      throw new CausewayError(
        'decode/invalid',
        { what: 'frontier', detail },
        `${detail}: of one replica's events the later has seen the earlier`,
      );
    }
  }
  return brandFrontier(sorted);
}

/**
 * The frontier after `event`, whose parents the history holds already (the causal buffer's promise). An event that is not
 * later than its replica's own head is an InvariantError: whoever takes events in must know the repeats.
 */
export function advanceFrontier(frontier: Frontier, event: Dot, parents: Frontier): Frontier {
  const own = frontier.find((head) => head.replica === event.replica);
  invariant(
    own === undefined || own.seq < event.seq,
    'causality/frontier-forward',
    () => `${event.replica}.${event.seq} after ${own?.seq}`,
  );
  const rest = frontier.filter((head) => head !== own && !frontierHas(parents, head));
  return brandFrontier([...rest, event].sort(compareDots));
}

/** Whether `head` is one of the heads; an ancestor of one is not. */
export function frontierHas(frontier: Frontier, head: Dot): boolean {
  return frontier.some((other) => equalDots(other, head));
}

export function equalFrontiers(a: Frontier, b: Frontier): boolean {
  return a.length === b.length && a.every((head) => frontierHas(b, head));
}

export const frontierCodec: Codec<Frontier> = {
  write: (writer, frontier) => {
    writer.varint(frontier.length);
    for (const head of frontier) dotCodec.write(writer, head);
  },
  read: (reader) => {
    const count = reader.count(MAX_CAUSAL_ENTRIES, 'frontier heads', 2);
    const heads: Dot[] = [];
    for (let i = 0; i < count; i++) {
      const head = dotCodec.read(reader);
      if (head.replica <= (heads.at(-1)?.replica ?? 0)) throw reader.invalid('frontier heads out of order');
      heads.push(head);
    }
    return brandFrontier(heads);
  },
};

function brandFrontier(heads: readonly Dot[]): Frontier {
  return heads as Frontier;
}
