/**
 * Whether a Yjs update would change nothing in another. A client that is asked for what a relay lacks answers with all
 * the deletions it knows of, each time, since no version says which are known: this tells that there is nothing to store.
 * Cost is linear in the bytes of both.
 */
import { endClock, firstClock, isWithin, type Range, takeApart, unite } from './update-parts.ts';

/** True when every struct and every deletion of `update` is in `whole`. Throws `decode/*` on hostile bytes. */
export function holdsUpdate(whole: Uint8Array, update: Uint8Array): boolean {
  const held = takeApart(whole);
  const asked = takeApart(update);
  const runsOf = (client: number): readonly Range[] =>
    unite(held.runs.filter((run) => run.client === client).map((run) => [firstClock(run), endClock(run)]));
  const ranges = new Map<number, readonly Range[]>();
  for (const run of asked.runs) {
    const known = ranges.get(run.client) ?? runsOf(run.client);
    ranges.set(run.client, known);
    if (!isWithin([[firstClock(run), endClock(run)]], known)) return false;
  }
  for (const [client, deleted] of asked.deletions) {
    if (!isWithin(unite(deleted), unite(held.deletions.get(client) ?? []))) return false;
  }
  return true;
}
