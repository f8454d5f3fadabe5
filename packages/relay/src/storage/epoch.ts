/** An epoch names one life of a document's log. */

/** A fresh epoch from `random`, which gives unsigned 32-bit integers: 53 random bits, never 0. */
export function randomEpoch(random: () => number): number {
  return (random() & 0x1f_ffff) * 0x1_0000_0000 + (random() >>> 0) || 1;
}
