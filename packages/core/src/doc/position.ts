/**
 * Positions in a text that stay where they are while the text changes around them: cursors, selections, comments. A position
 * clings to an element, by its dot, from the left or from the right; when that is deleted, it stays where it was.
 *
 *      T h e · c a t          index 4, side 'left'   clings to the · before it: what is inserted at 4 comes after
 *      0 1 2 3 4 5 6          index 4, side 'right'  clings to the c after it: what is inserted at 4 comes before
 */
import type { Dot } from '../id/index.ts';

export interface Position {
  readonly side: 'left' | 'right';
  /** Undefined at the start, for 'left', and at the end, for 'right'. */
  readonly element: Dot | undefined;
}

/** Who inserted some units in a row that are still there, and when as their clock had it, within about a second. */
export interface Authorship {
  readonly index: number;
  readonly count: number;
  readonly first: Dot;
  readonly wallMs: number;
}
