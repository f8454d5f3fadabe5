/** The marks that stand in the columns of an update: see docs/formats.md. */

/** Of the first event of a run: just its replica's event before. */
export const PARENTS_OWN = 0;
/** The dot that ends the run before in this update, and that alone. */
export const PARENTS_RUN_BEFORE = 1;
/** That, and the replica's own event before. */
export const PARENTS_BOTH = 2;
export const PARENTS_LISTED = 3;

/** Added to the type of a container: where it lies, unless at the root. */
export const AT_KEY = 16;
export const IN_ELEMENT = 32;
