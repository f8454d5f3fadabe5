/** Which chunks a compaction takes: one rule for every store. */

/**
 * Index of the first chunk to merge, given the bytes of all chunks, oldest first. The chunks from there on are merged into
 * one. A chunk is taken when what follows it is at least as large: sizes left behind fall like powers of two, so there are
 * few chunks, and each byte is rewritten about log2(document / chunk) times in all.
 *
 *   sizes    900  400 | 150  20  60  60 100        150 ≤ 240: taken; 400 > 390: stays
 */
export function firstChunkToMerge(sizes: readonly number[]): number {
  let following = 0;
  let first = sizes.length;
  for (let i = sizes.length - 1; i >= 0; i--) {
    const size = sizes[i] ?? 0;
    if (size <= following) first = i;
    following += size;
  }
  // The last chunk has nothing behind it; it goes with those before it, or there is nothing to merge.
  return first;
}
