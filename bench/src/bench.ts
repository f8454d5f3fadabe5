// What a bench is. Each stands in a file of its own and is listed in benches.ts.

import type { Table } from './table.ts';

export interface Bench {
  /** The word by which `npm run bench -- <name>` picks it. */
  readonly name: string;
  /** Measures and reports; a bench that needs a relay or files starts and removes its own. */
  readonly run: () => Promise<readonly Table[]>;
}
