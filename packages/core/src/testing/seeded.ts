/**
 * A seeded random source: the same seed gives the same numbers on every machine, so that a failure can be played again.
 * xoshiro128** (Blackman, Vigna 2018), its state filled from the seed by splitmix32. Not for keys or ids of real replicas.
 */
import { InvariantError } from '../error.ts';

export class Seeded {
  /** What this source was made from; a failing test prints it. */
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** `seed` is an unsigned 32-bit integer. */
  constructor(seed: number) {
    this.seed = seed >>> 0;
    const next = splitmix32(this.seed);
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next();
  }

  /** An unsigned 32-bit integer. */
  u32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** A number from 0 up to but not 1, with 53 random bits. */
  unit(): number {
    return ((this.u32() >>> 6) * 0x800_0000 + (this.u32() >>> 5)) / 2 ** 53;
  }

  /** An integer from 0 to `below` - 1; `below` is from 1 to 2^53. */
  int(below: number): number {
    return Math.floor(this.unit() * below);
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.int(high - low + 1);
  }

  /** True with this probability, from 0 to 1. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One of the items; there must be one. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new InvariantError('testing/pick', 'nothing to pick from');
    return items[this.int(items.length)] as T;
  }

  /** The items in random order, in a new array. */
  shuffle<T>(items: readonly T[]): T[] {
    const left = [...items];
    const shuffled: T[] = [];
    while (left.length > 0) shuffled.push(...left.splice(this.int(left.length), 1));
    return shuffled;
  }

  /** Random bytes. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.u32() & 0xff);
  }

  /** A source of its own, so that what one part of a test draws does not move what another gets. */
  fork(): Seeded {
    return new Seeded(this.u32());
  }

  toString(): string {
    return `seed ${this.seed}`;
  }
}

/** How long a suite runs, and from which seed. */
export interface SuiteOptions {
  /** Play from this seed only. Without it a few fixed seeds are taken, so that a failure stays, and a fresh one, which covers new ground. */
  readonly seed?: number;
  /** Random histories in all. */
  readonly runs?: number;
}

const FIXED_SEEDS: readonly number[] = [1, 20_110_713, 0xc0ffee];

/** One seed for each run. With `{seed, runs: 1}` the run has just that seed. */
export function seedsOfRuns(options: SuiteOptions, defaultRuns: number): readonly number[] {
  const runs = options.runs ?? defaultRuns;
  const roots = options.seed === undefined ? [...FIXED_SEEDS, freshSeed()] : [options.seed >>> 0];
  const sources = roots.map((root) => new Seeded(root));
  return Array.from({ length: runs }, (_, run) => {
    const source = sources[run % sources.length] as Seeded;
    return run < sources.length ? source.seed : source.u32();
  });
}

/** A seed that nobody has tried. A test suite is where randomness comes in; everything below it is handed a source. */
export function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
