// Every bench, in the order in which they run.

import type { Bench } from './bench.ts';

export const benches: readonly Bench[] = [];
