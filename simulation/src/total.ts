/** What several simulations came to together. */
import type { Outcome } from './world.ts';

const HOUR_MS = 3_600_000;

export class Total {
  readonly #counts = new Map<string, number>();
  #seeds = 0;
  #simulatedMs = 0;
  #clientMs = 0;

  add({ counts, simulatedMs, clientMs }: Outcome): void {
    for (const [what, times] of counts) this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
    this.#seeds += 1;
    this.#simulatedMs += simulatedMs;
    this.#clientMs += clientMs;
  }

  /** How often what happened: what never did, shows nothing. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** For people; `realMs` is what it took. */
  report(realMs: number): string {
    const hours = (ms: number): string => (ms / HOUR_MS).toFixed(1);
    const lines = [...this.#counts].sort().map(([what, times]) => `${`${times}`.padStart(9)}  ${what}`);
    const sum =
      `${this.#seeds} seeds, ${hours(this.#simulatedMs)} hours, ${hours(this.#clientMs)} client-hours ` +
      `in ${(realMs / 1000).toFixed(1)} s: ${Math.round(this.#simulatedMs / realMs)} times as fast as the clock`;
    return [...lines, sum].join('\n');
  }
}
