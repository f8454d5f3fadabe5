/** What a suite throws: which check failed, and how to see it again. */
export class SuiteFailure extends Error {
  override readonly name = 'SuiteFailure';
  /** The law or promise that does not hold, as named by the suite. */
  readonly check: string;
  /** Pass `{ seed, runs: 1 }` to the suite to see this failure alone. */
  readonly seed: number;

  constructor(check: string, subject: string, seed: number, detail: string, options?: ErrorOptions) {
    super(`${subject} breaks "${check}"; again with { seed: ${seed}, runs: 1 }\n${detail}`, options);
    this.check = check;
    this.seed = seed;
  }
}

/** A check that failed inside a run, before the run's seed and steps are put to it. */
export class Broken extends Error {
  readonly check: string;

  constructor(check: string, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.check = check;
  }
}

/** The error as a broken check: whatever else the code under test throws breaks "throws nothing". */
export function asBroken(error: unknown): Broken {
  if (error instanceof Broken) return error;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Broken('throws nothing', detail, { cause: error });
}
