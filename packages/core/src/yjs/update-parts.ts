/**
 * A Yjs update taken apart into runs of structs, without decoding what is in them. A run is the gap-free part of one
 * client: its structs as two columns, each with one entry more than there are structs, which says where the run ends.
 *
 *   clocks   0    5    6   20         three structs: clocks 0–4, 5, 6–19
 *   starts   3   14   19   27         in the bytes 3–13, 14–18, 19–26
 */
import { INFO_SKIP, scanUpdate } from './update-scan.ts';

export interface Run {
  readonly bytes: Uint8Array;
  readonly client: number;
  readonly clocks: readonly number[];
  readonly starts: readonly number[];
}

export interface UpdateParts {
  /** Runs of one client in the order of their clocks; a client's runs stand together. */
  readonly runs: readonly Run[];
  /** By client, deleted ranges as pairs of first clock and the clock after the last. */
  readonly deletions: ReadonlyMap<number, readonly Range[]>;
}

export type Range = readonly [from: number, to: number];

/** Takes `update` apart; `decode/*` unless it is a sound update. */
export function takeApart(update: Uint8Array): UpdateParts {
  const runs: Run[] = [];
  const deletions = new Map<number, Range[]>();
  let client = 0;
  let clocks: number[] = [];
  let starts: number[] = [];
  scanUpdate(update, {
    client: (next) => {
      client = next;
      clocks = [];
    },
    struct: (info, clock, length, start, end) => {
      if (info === INFO_SKIP) {
        clocks = [];
        return;
      }
      if (clocks.length === 0) {
        clocks = [clock];
        starts = [start];
        runs.push({ bytes: update, client, clocks, starts });
      }
      clocks.push(clock + length);
      starts.push(end);
    },
    deletion: (ofClient, clock, length) => {
      const ranges = deletions.get(ofClient);
      if (ranges === undefined) deletions.set(ofClient, [[clock, clock + length]]);
      else ranges.push([clock, clock + length]);
    },
  });
  return { runs, deletions };
}

export function firstClock(run: Run): number {
  return run.clocks[0] ?? 0;
}

/** The clock after the run's last. */
export function endClock(run: Run): number {
  return run.clocks.at(-1) ?? 0;
}

/** Index of the first struct of the run that reaches beyond `clock`. */
export function structBeyond(run: Run, clock: number): number {
  let low = 0;
  let high = run.clocks.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((run.clocks[middle + 1] ?? 0) <= clock) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The clocks as ranges in order, those that touch or overlap as one. */
export function unite(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const united: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = united.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else united.push([from, to]);
  }
  return united;
}

/** Whether every clock of `part` is in `whole`; both united. */
export function isWithin(part: readonly Range[], whole: readonly Range[]): boolean {
  let at = 0;
  return part.every(([from, to]) => {
    while (at < whole.length && (whole[at]?.[1] ?? 0) < to) at++;
    const [start, end] = whole[at] ?? [0, -1];
    return start <= from && to <= end;
  });
}
