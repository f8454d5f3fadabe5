/** Cuts a failing history short, so that what is shown is what it takes. */
import { type Broken, SuiteFailure } from './suite-failure.ts';

/** Histories played to cut one failure short: each takes about a millisecond. */
const MAX_TRIES = 600;

/** Leaves out steps, in ever smaller pieces, as long as the same check goes on failing. */
export function failureWithFewestSteps<Step>(
  subject: string,
  seed: number,
  steps: readonly Step[],
  broken: Broken,
  run: (steps: readonly Step[]) => Broken | undefined,
  show: (steps: readonly Step[]) => string,
): SuiteFailure {
  let [shortest, last] = [steps, broken];
  let piece = Math.ceil(steps.length / 2);
  let at = 0;
  let cut = false;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (shortest.length === 0) break;
    if (at >= shortest.length) {
      if (piece === 1 && !cut) break;
      piece = Math.ceil(piece / 2);
      at = 0;
      cut = false;
    }
    const shorter = [...shortest.slice(0, at), ...shortest.slice(at + piece)];
    const failure = run(shorter);
    if (failure?.check === broken.check) [shortest, last, cut] = [shorter, failure, true];
    else at += piece;
  }
  const lines = `${shortest.length} of ${steps.length} steps, then everyone meets:\n${show(shortest)}`;
  return new SuiteFailure(broken.check, subject, seed, `${lines}\n${last.message}`, { cause: last.cause });
}
