// Every row, in the order in which they are printed.

import { classicRow } from './classic-row.ts';
import { mergeRows } from './merge-rows.ts';
import type { Row } from './row.ts';
import { smallRow } from './small-row.ts';
import { traceRows } from './trace-rows.ts';

export const rows: readonly Row[] = [
  ...traceRows('automerge-paper', ''),
  ...mergeRows,
  classicRow,
  smallRow,
  ...traceRows('rustcode', '/rustcode'),
];
