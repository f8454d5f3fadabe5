// What a row of the comparison is: a piece of work that every engine does in a process of its own, and the figures it gives.

import type { FixtureName } from './fixtures.ts';
import type { Subject } from './subject.ts';

/** Smaller is better in all of them. */
export type Unit = 'ms' | 'µs' | 'bytes' | 'KB' | 'MB';

export interface Figure {
  /** As the lines at the end name it: `T3.cold`. */
  readonly id: string;
  readonly says: string;
  readonly unit: Unit;
}

/** By the figures' ids; one that an engine has not is left out. */
export type Figures = Readonly<Record<string, number>>;

export interface RowContext {
  readonly subject: Subject;
  /** What this engine made of a fixture: `rustcode.updates`. */
  readonly fixture: (file: string) => Promise<readonly Uint8Array[]>;
}

export interface Row {
  /** The word by which `--rows` picks it. */
  readonly id: string;
  readonly fixtures: readonly FixtureName[];
  readonly figures: readonly Figure[];
  readonly run: (context: RowContext) => Promise<Figures>;
}
