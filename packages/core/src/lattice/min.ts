/**
 * Min: the least value that anyone has put in, by the order of its leaf. The mirror image of Max.
 *
 *   A   put 3 ──┬── 3
 *               │
 *   B   put 5 ──┴── 3
 */
import type { Leaf } from './leaf.ts';
import { type Extremum, extremum } from './max.ts';

export function min<T>(leaf: Leaf<T>): Extremum<T> {
  return extremum(`min(${leaf.name})`, leaf, (a, b) => leaf.compare(b, a));
}
