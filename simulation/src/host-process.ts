/**
 * A program on the simulated machine of somebody: a tab, or the relay. Everything that reaches it from outside goes through
 * `deliver`, so that it can be stopped for a while, as a hidden tab is, or for ever, as one that crashed. Its clock may be wrong.
 *
 *   running ──freeze──▶ frozen: what comes waits ──thaw──▶ running: what waited, one turn each, before what comes now
 *      └──────kill───────┴──▶ dead: nothing comes any more
 */
import type { Seeded, VirtualTime } from '@causeway/core/testing';

/** The wall clock begins somewhere that looks like today, so that times have as many bytes as real ones. */
export const WALL_CLOCK_START_MS = 1_800_000_000_000;

export class HostProcess {
  readonly name: string;
  readonly #time: VirtualTime;
  readonly #random: Seeded;
  readonly #timers = new Set<() => void>();
  readonly #waiting: (() => void)[] = [];
  #state: 'running' | 'frozen' | 'dead' = 'running';
  #isPumping = false;
  /** How far its wall clock is ahead. */
  skewMs: number;

  constructor(name: string, time: VirtualTime, random: Seeded, skewMs: number) {
    this.name = name;
    this.#time = time;
    this.#random = random;
    this.skewMs = skewMs;
  }

  get isAlive(): boolean {
    return this.#state !== 'dead';
  }

  get isFrozen(): boolean {
    return this.#state === 'frozen';
  }

  /** Timers set and not yet run. */
  get timers(): number {
    return this.#timers.size;
  }

  readonly now = (): number => WALL_CLOCK_START_MS + this.#time.now() + this.skewMs;

  readonly monotonicNow = (): number => this.#time.now();

  readonly random = (): number => this.#random.u32();

  /** As VirtualTime.setTimer, for as long as the program lives. */
  readonly setTimer = (ms: number, run: () => void): (() => void) => {
    if (!this.isAlive) return () => undefined;
    let isWanted = true;
    const stop = this.#time.setTimer(ms, () => {
      this.#timers.delete(cancel);
      this.deliver(() => {
        if (isWanted) run();
      });
    });
    const cancel = (): void => {
      isWanted = false;
      stop();
      this.#timers.delete(cancel);
    };
    this.#timers.add(cancel);
    return cancel;
  };

  /** Runs `run` now, or when the program runs again; never when it is dead. */
  deliver(run: () => void): void {
    if (this.#state === 'dead') return;
    if (this.#state === 'running' && this.#waiting.length === 0) run();
    else this.#waiting.push(run);
  }

  freeze(): void {
    if (this.#state === 'running') this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    this.#pump();
  }

  kill(): void {
    this.#state = 'dead';
    this.#waiting.length = 0;
    for (const cancel of [...this.#timers]) cancel();
  }

  /** One at a time, so that promises settle between them, as between two events of a page. */
  #pump(): void {
    if (this.#isPumping || this.#waiting.length === 0) return;
    this.#isPumping = true;
    this.#time.setTimer(0, () => {
      this.#isPumping = false;
      if (this.#state !== 'running') return;
      this.#waiting.shift()?.();
      this.#pump();
    });
  }
}
