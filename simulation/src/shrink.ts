/** Cuts a failing plan short: fewer steps, then fewer devices, as long as the same rule goes on being broken. */
import type { Plan, Step } from './plan.ts';
import type { Outcome } from './world.ts';

/** Simulations played for one failure. */
const MOST_TRIES = 400;

export interface Shrunk {
  readonly plan: Plan;
  readonly outcome: Outcome;
}

/** `play` plays a plan; `outcome` is that of `plan`, which fails. */
export async function shrink(
  plan: Plan,
  outcome: Outcome,
  play: (plan: Plan) => Promise<Outcome>,
): Promise<Shrunk> {
  const rule = outcome.violation?.rule;
  let best: Shrunk = { plan, outcome };
  let tries = 0;
  const tryOut = async (steps: readonly Step[], devices: number): Promise<boolean> => {
    if (tries >= MOST_TRIES) return false;
    tries += 1;
    const shorter = { ...best.plan, steps, devices };
    const played = await play(shorter);
    if (played.violation === undefined || played.violation.rule !== rule) return false;
    best = { plan: shorter, outcome: played };
    return true;
  };
  for (let piece = Math.ceil(plan.steps.length / 2); ; piece = Math.ceil(piece / 2)) {
    let at = 0;
    let wasCut = false;
    while (at < best.plan.steps.length) {
      const { steps, devices } = best.plan;
      // What the wait of a step left out was for may be what it takes: it goes to the next.
      if (await tryOut(without(steps, at, piece), devices)) wasCut = true;
      else at += piece;
    }
    if (piece === 1 && (!wasCut || tries >= MOST_TRIES)) break;
  }
  for (let devices = best.plan.devices - 1; devices >= 1; devices--) await tryOut(best.plan.steps, devices);
  return best;
}

function without(steps: readonly Step[], at: number, count: number): readonly Step[] {
  const left = steps.slice(at, at + count);
  const waitMs = left.reduce((sum, step) => sum + step.waitMs, 0);
  const [next, ...rest] = steps.slice(at + count);
  const after = next === undefined ? [] : [{ ...next, waitMs: next.waitMs + waitMs }, ...rest];
  return [...steps.slice(0, at), ...after];
}
