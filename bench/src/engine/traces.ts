// The editing histories that the rows play: real ones where they are at hand (the folder of CAUSEWAY_TRACES, else one
// beside the repository), else made up from a seed, so that the bench runs for anyone.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Seeded } from '@causeway/core/testing';
import type { Patch } from './subject.ts';

export const SEQUENTIAL_TRACES = ['automerge-paper', 'rustcode'] as const;
export type SequentialName = (typeof SEQUENTIAL_TRACES)[number];

/** One author. */
export interface SequentialTrace {
  readonly endContent: string;
  readonly txns: readonly { readonly patches: readonly Patch[] }[];
}

/** Two authors at once. */
export interface ConcurrentTrace {
  readonly endContent: string;
  readonly txns: readonly {
    /** Indexes of the transactions whose merged version this one was made at. */
    readonly parents: readonly number[];
    readonly agent: number;
    readonly patches: readonly Patch[];
  }[];
}

export const sequentialTrace = (name: SequentialName): SequentialTrace =>
  read<SequentialTrace>(name) ?? madeUpTrace(name);

export const concurrentTrace = (): ConcurrentTrace =>
  read<ConcurrentTrace>('friendsforever') ?? madeUpPair(FRIENDS_KEYSTROKES);

/** The names of the traces that are not at hand, and so are made up. */
export const madeUpTraces = (): readonly string[] =>
  [...SEQUENTIAL_TRACES, 'friendsforever'].filter((name) => !existsSync(pathOf(name)));

const folder = (): string =>
  process.env['CAUSEWAY_TRACES'] ?? fileURLToPath(new URL('../../../../shared/traces', import.meta.url));

const pathOf = (name: string): string => `${folder()}/${name}.json.gz`;

const read = <Trace>(name: string): Trace | undefined => {
  if (!existsSync(pathOf(name))) return undefined;
  const json = gunzipSync(readFileSync(pathOf(name))).toString();
  // Positions there count code points, and engines here UTF-16 units.
  if (/[\ud800-\udfff]/.test(json))
    throw new Error(`${name} has letters beyond U+FFFF; its positions need converting`);
  return JSON.parse(json);
};

/** As many keystrokes as the real ones have. */
const PAPER_KEYSTROKES = 259_778;
const CODE_KEYSTROKES = 40_000;
const FRIENDS_KEYSTROKES = 26_000;
const SEED = 1987;

/** In place of a real one. */
export const madeUpTrace = (name: SequentialName): SequentialTrace => {
  const random = new Seeded(SEED);
  const typist = new Typist(random, name === 'rustcode' ? 0.01 : 0);
  const count = name === 'rustcode' ? CODE_KEYSTROKES : PAPER_KEYSTROKES;
  const txns = Array.from({ length: count }, () => ({ patches: [typist.type()] }));
  return { endContent: typist.content.join(''), txns };
};

/** Types as people do: words one after the other, letters taken back, now and then somewhere else, maybe a paste. */
export class Typist {
  /** By UTF-16 unit. */
  readonly content: string[] = [];
  readonly #random: Seeded;
  readonly #pasting: number;
  #at = 0;
  #takingBack = 0;

  constructor(random: Seeded, pasting = 0, content = '') {
    this.#random = random;
    this.#pasting = pasting;
    this.content.push(...content);
    this.#at = content.length;
  }

  /** One keystroke, or one paste. */
  type(): Patch {
    const random = this.#random;
    if (random.chance(0.004)) this.#at = random.int(this.content.length + 1);
    if (this.#takingBack === 0 && random.chance(0.08)) this.#takingBack = random.between(1, 8);
    if (this.#takingBack > 0 && this.#at > 0) {
      this.#takingBack -= 1;
      this.#at -= 1;
      this.content.splice(this.#at, 1);
      return [this.#at, 1, ''];
    }
    const inserted = random.chance(this.#pasting)
      ? 'lorem ipsum '.repeat(random.between(2, 20))
      : random.pick(LETTERS);
    const at = this.#at;
    this.content.splice(at, 0, ...inserted);
    this.#at += inserted.length;
    return [at, 0, inserted];
  }
}

const LETTERS = [...'etaoin shrdlu cmfwyp '];

/** Two who type at both ends of one text, and read each other every few keystrokes. */
export const madeUpPair = (count: number): ConcurrentTrace => {
  const random = new Seeded(SEED);
  // The separator keeps their insertions apart, so that every correct order is the same.
  const typists = [new Typist(random), new Typist(random)] as const;
  const txns: { parents: number[]; agent: number; patches: Patch[] }[] = [
    { parents: [], agent: 0, patches: [[0, 0, '\n']] },
  ];
  const own = [0, 0];
  const read = [0, 0];
  let seenLength = 0;
  for (let i = 1; i < count; i++) {
    const agent = random.int(2) as 0 | 1;
    if (random.chance(0.2)) {
      read[agent] = own[1 - agent] ?? 0;
      if (agent === 1) seenLength = typists[0].content.length;
    }
    const [position, deleted, inserted] = typists[agent].type();
    const shift = agent === 0 ? 0 : seenLength + 1;
    const parents = [...new Set([own[agent] ?? 0, read[agent] ?? 0])];
    txns.push({ parents, agent, patches: [[position + shift, deleted, inserted]] });
    own[agent] = i;
  }
  return { endContent: `${typists[0].content.join('')}\n${typists[1].content.join('')}`, txns };
};
