// What a bench is. Each stands in a file or folder of its own and is listed in benches.ts.

import type { Table } from './table.ts';

export interface Bench {
  /** The word by which `npm run bench -- <name>` picks it. */
  readonly name: string;
  /** It takes minutes: it runs when it is named, and not with all the others. */
  readonly onlyNamed?: boolean;
  /** Measures and reports; a bench that needs a relay or files starts and removes its own. */
  readonly run: (options: BenchOptions) => Promise<Report>;
}

/** What the command line asks of a bench that compares; empty: all there are. */
export interface BenchOptions {
  readonly engines: readonly string[];
  readonly rows: readonly string[];
}

export interface Report {
  readonly tables: readonly Table[];
  /** Printed last: one figure to a line, in a form that can be followed over time. */
  readonly lines?: readonly string[];
}
