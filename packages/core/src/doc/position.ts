/**
 * Positions in a text or a list that stay where they are while it changes around them: cursors, selections, comments. A position
 * clings to an element, by its dot, from the left or from the right; when that is deleted, it stays where it was. It is plain data,
 * so it can be kept, and sent as presence.
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

/** Who inserted some units of a text, or items of a list, in a row that are still there, and when. */
export interface Authorship extends Author {
  readonly index: number;
  readonly count: number;
}

/** Whose operation something is, by its first dot, and when it was made as their clock had it: typing, within about a second. */
export interface Author {
  readonly first: Dot;
  readonly wallMs: number;
}
