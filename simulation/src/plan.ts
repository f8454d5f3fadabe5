/** What happens in one simulation, and when: drawn from a seed, and fewer steps of it still are a plan. */
import { Seeded } from '@causeway/core/testing';
import { DEFAULT_WEIGHTS, type StepName, type Weights } from './faults.ts';

export interface Step {
  /** Passes before it. */
  readonly waitMs: number;
  readonly name: StepName;
  /** What the step draws its own choices from: so that leaving another step out changes nothing in it. */
  readonly seed: number;
}

export interface Plan {
  readonly seed: number;
  /** Of them the last may only read. */
  readonly devices: number;
  readonly steps: readonly Step[];
}

export interface PlanOptions {
  readonly steps?: number;
  readonly weights?: Weights;
}

/** Where nobody says how many: short ones are many, long ones fold, compact and merge. */
const STEPS = [60, 120, 120, 120, 250, 600];

export function planOf(seed: number, { steps, weights = DEFAULT_WEIGHTS }: PlanOptions = {}): Plan {
  const random = new Seeded(seed).fork();
  const draw = drawing(weights);
  return {
    seed,
    devices: random.between(2, 4),
    steps: Array.from({ length: steps ?? random.pick(STEPS) }, () => ({
      waitMs: waitOf(random),
      name: draw(random),
      seed: random.u32(),
    })),
  };
}

/** Mostly bursts, in which things fall onto each other; sometimes a pause, in which they end. */
function waitOf(random: Seeded): number {
  const kind = random.int(100);
  if (kind < 45) return random.int(20);
  if (kind < 80) return random.int(2_000);
  if (kind < 96) return random.int(60_000);
  return random.int(20 * 60_000);
}

function drawing(weights: Weights): (random: Seeded) => StepName {
  const entries = Object.entries(weights) as [StepName, number][];
  const sum = entries.reduce((all, [, weight]) => all + weight, 0);
  return (random) => {
    let at = random.unit() * sum;
    for (const [name, weight] of entries) {
      at -= weight;
      if (at < 0) return name;
    }
    return 'edit';
  };
}
