// The last lines of the comparison: `T1 ours=3.9 best=38.1 peer=diamond-types ratio=0.10`, one for each figure. Pure.

import { OURS, type SubjectName } from './subjects.ts';

/** By engine; one that has no such figure is not in it. */
export type ByEngine = ReadonlyMap<SubjectName, number>;

export interface Standing {
  readonly ours: number | undefined;
  readonly best: number | undefined;
  /** The engine that is best of the others. */
  readonly peer: SubjectName | undefined;
}

export const standingOf = (figures: ByEngine): Standing => {
  const peers = [...figures].filter(([name]) => name !== OURS).sort(([, a], [, b]) => a - b);
  return { ours: figures.get(OURS), best: peers[0]?.[1], peer: peers[0]?.[0] };
};

/** The ratio is ours by the best of the others: smaller is better. */
export const lineOf = (id: string, { ours, best, peer }: Standing): string => {
  const ratio = ours === undefined || best === undefined ? undefined : ours / best;
  return `${id} ours=${shown(ours)} best=${shown(best)} peer=${peer ?? '-'} ratio=${shown(ratio)}`;
};

/** Three significant digits. */
const shown = (value: number | undefined): string => {
  if (value === undefined || !Number.isFinite(value)) return '-';
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
};
