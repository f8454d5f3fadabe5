// How a row takes times: within a budget, so that a slow engine does not hold up all others, and with the result checked.

import { setImmediate as turn } from 'node:timers/promises';
import { type Measurement, measure, type Work } from '../measure.ts';

/** Per figure and process. */
const BUDGET_MS = 1000;
const RUNS = 15;

/** Throws unless the last run gave what is wanted. No run begins after the budget. */
export const timed = async <Input, Result>(
  work: Omit<Work<Input>, 'run'> & { readonly run: (input: Input) => Result },
  isRight: (result: Result) => boolean,
  budgetMs = BUDGET_MS,
): Promise<Measurement> => {
  let last: Result | undefined;
  const measurement = await measure(
    {
      prepare: async () => {
        // Lets bindings free what the run before has dropped.
        await turn();
        return work.prepare();
      },
      run: (input: Input) => {
        last = work.run(input);
        return last;
      },
    },
    { runs: RUNS, budgetMs },
  );
  if (last === undefined || !isRight(last)) throw new Error('the work was done wrong');
  return measurement;
};

export const nothing = (): undefined => undefined;
