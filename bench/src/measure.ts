// How long a piece of work takes: cold (the first time in this process) and warm. It leaves out comparing and
// printing.

/** Milliseconds, save `runs`. The median is the figure to quote; `worstMs` shows what it hides. */
export interface Measurement {
  readonly coldMs: number;
  readonly medianMs: number;
  readonly worstMs: number;
  readonly runs: number;
}

export interface Work<Input> {
  /** Makes what one run needs; it is not timed. */
  readonly prepare: () => Input | Promise<Input>;
  /** What is timed. It returns something of its result, so that no run can be optimised away. */
  readonly run: (input: Input) => unknown;
}

export interface Effort {
  /** Warm runs, at most. */
  readonly runs?: number;
  /** No run begins after this much time in all. */
  readonly budgetMs?: number;
}

/**
 * Runs the work once cold, then warm; garbage is collected between runs where Node allows it. Work that takes the whole
 * budget once is not run again: its only figure is both cold and warm.
 */
export const measure = async <Input>(
  { prepare, run }: Work<Input>,
  { runs = 20, budgetMs = Number.POSITIVE_INFINITY }: Effort = {},
): Promise<Measurement> => {
  const end = performance.now() + budgetMs;
  const sample = async (): Promise<number> => {
    const input = await prepare();
    globalThis.gc?.();
    const before = performance.now();
    const result = await run(input);
    const elapsed = performance.now() - before;
    lastResult = result;
    return elapsed;
  };
  const coldMs = await sample();
  const samples: number[] = [];
  while (samples.length < runs && performance.now() < end) samples.push(await sample());
  const warm = samples.length === 0 ? [coldMs] : samples;
  return { coldMs, medianMs: percentile(warm, 50), worstMs: Math.max(...warm), runs: samples.length };
};

/** The value that `percent` of the samples do not exceed (nearest rank); NaN without samples. */
export const percentile = (samples: readonly number[], percent: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
};

/** The last run's result, kept where the compiler cannot prove it unused. */
export let lastResult: unknown;
