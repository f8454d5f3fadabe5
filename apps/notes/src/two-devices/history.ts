/**
 * What the strip draws: who edited, and what of it arrived at the other, in the order in which it happened on this page. Pure;
 * it goes by the seqs of the two replicas, so a line is drawn when the edit is there and not when somebody thinks so.
 */
export type Side = 'left' | 'right';

/** Edits that followed each other at one device, with nothing in between. */
export interface Edits {
  readonly side: Side;
  readonly column: number;
  /** Of the last one. */
  readonly seq: number;
  /** Where they came in at the other device; undefined while they have not. */
  readonly arrivedAt: number | undefined;
}

export interface History {
  readonly columns: number;
  readonly edits: readonly Edits[];
}

export const NOTHING_YET: History = { columns: 0, edits: [] };

/** More does not fit on a screen. */
const MAX_EDITS = 60;

export function edited({ columns, edits }: History, side: Side, seq: number): History {
  const last = edits.at(-1);
  if (last?.side === side && last.column === columns && last.arrivedAt === undefined)
    return { columns, edits: [...edits.slice(0, -1), { ...last, seq }] };
  const next = { side, column: columns + 1, seq, arrivedAt: undefined };
  return { columns: columns + 1, edits: [...edits, next].slice(-MAX_EDITS) };
}

/** The device other than `from` now has what `from` wrote up to `seq`. */
export function arrived(history: History, from: Side, seq: number): History {
  const isNew = (one: Edits): boolean => one.side === from && one.arrivedAt === undefined && one.seq <= seq;
  if (!history.edits.some(isNew)) return history;
  const column = history.columns + 1;
  const edits = history.edits.map((one) => (isNew(one) ? { ...one, arrivedAt: column } : one));
  return { columns: column, edits };
}

/** Groups of edits that have not arrived. */
export function underWay({ edits }: History, side: Side): number {
  return edits.filter((one) => one.side === side && one.arrivedAt === undefined).length;
}
