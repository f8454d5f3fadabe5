/** What is merged when there are many small pieces: one rule for chunks, in every store, and for the outbox. */

/**
 * Index of the first piece to merge, given the bytes of all pieces, oldest first. Those from there on become one. A piece is
 * taken when what follows it is at least as large: sizes left behind fall like powers of two, so there are few pieces, and
 * each byte is rewritten about log2(all / piece) times. No more than `mostBytes` become one.
 *
 *   sizes    900  400 | 150  20  60  60 100        150 ≤ 240: taken; 400 > 390: stays
 */
export function firstToMerge(sizes: readonly number[], mostBytes: number = Number.POSITIVE_INFINITY): number {
  let following = 0;
  let first = sizes.length;
  for (let i = sizes.length - 1; i >= 0; i--) {
    const size = sizes[i] ?? 0;
    if (size + following > mostBytes) break;
    if (size <= following) first = i;
    following += size;
  }
  return first;
}
