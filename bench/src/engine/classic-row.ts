// T7: the classic synthetic workloads of crdt-benchmarks at N = 6,000, as its README and code define them: B1 without
// conflicts (11 kinds), B2 with two writers (4), B3 with many (4). Where the README and its code differ for B2 (there the
// second writer has already seen the first), the README is followed.

import { Seeded } from '@causeway/core/testing';
import { memoryOf } from './memory.ts';
import type { Figure, Row, Unit } from './row.ts';
import type { Doc, Patch, Subject } from './subject.ts';
import { nothing, timed } from './timing.ts';

const N = 6000;
/** Its `20√N clients`. */
const CLIENTS = 20 * Math.floor(Math.sqrt(N));
const SEED = 6000;
/** Per figure: there are 95 of them. */
const BUDGET_MS = 250;

/** What is measured of each kind, and in which unit. */
export const CLASSIC_METRICS = {
  time: 'ms',
  update: 'bytes',
  doc: 'bytes',
  load: 'ms',
  memory: 'KB',
} as const satisfies Record<string, Unit>;

export type ClassicMetric = keyof typeof CLASSIC_METRICS;

type Measured = Readonly<Record<ClassicMetric, number>>;

interface Kind {
  readonly id: string;
  readonly says: string;
  /** Undefined when the engine has no such type. */
  readonly run: (subject: Subject, random: Seeded) => Promise<Measured | undefined>;
}

/** What of a document the kind is about, and so what is read once it is loaded. */
type Part = 'text' | 'map' | 'items';

/** A step of one client: something it does to its document. */
type Step = (doc: Doc) => void;

export const classicRow: Row = {
  id: 'T7',
  fixtures: [],
  get figures(): readonly Figure[] {
    return kinds.flatMap(({ id, says }) =>
      Object.entries(CLASSIC_METRICS).map(([metric, unit]) => ({ id: `T7.${id}.${metric}`, says, unit })),
    );
  },
  run: async ({ subject }) => {
    const figures: Record<string, number> = {};
    for (const { id, run } of kinds) {
      const measured = await run(subject, new Seeded(SEED));
      for (const [metric, value] of Object.entries(measured ?? {})) figures[`T7.${id}.${metric}`] = value;
    }
    return figures;
  },
};

/** One client edits, the other gets its updates. */
const alone = (
  id: string,
  says: string,
  input: (random: Seeded) => readonly Step[],
  part: Part = 'text',
): Kind => ({
  id,
  says,
  run: async (subject, random) => {
    if (subject.create(1)[part] === undefined) return undefined;
    const steps = input(random);
    const run = (): Played => {
      const updates: Uint8Array[] = [];
      const doc = subject.create(1, (update) => updates.push(update));
      for (const step of steps) step(doc);
      return { doc, updates };
    };
    const isRight = ({ doc, updates }: Played): boolean => {
      const other = subject.create(2);
      for (const update of updates) other.apply(update);
      return same(doc, other);
    };
    const { medianMs } = await timed({ prepare: nothing, run }, isRight, BUDGET_MS);
    const { doc, updates } = run();
    return measuredOf(subject, medianMs, bytesOf(updates) / steps.length, doc, part);
  },
});

interface Played {
  readonly doc: Doc;
  readonly updates: readonly Uint8Array[];
}

/** Two with a synced text edit it in one transaction each; the time is that of taking in the other's. */
const together = (
  id: string,
  says: string,
  input: (random: Seeded, text: string) => readonly Patch[],
): Kind => ({
  id,
  says,
  run: async (subject, random) => {
    const base = word(random, 100, 100);
    const patches = [input(random, base), input(random, base)] as const;
    const prepare = (): { docs: readonly [Doc, Doc]; updates: readonly [Uint8Array, Uint8Array] } => {
      const updates: [Uint8Array[], Uint8Array[]] = [[], []];
      const docs = [
        subject.create(1, (update) => updates[0].push(update)),
        subject.create(2, (update) => updates[1].push(update)),
      ] as const;
      docs[0].edit([[0, 0, base]]);
      docs[1].applyAll(updates[0].slice());
      docs[0].edit(patches[0]);
      docs[1].edit(patches[1]);
      return { docs, updates: [lastOf(updates[0]), lastOf(updates[1])] };
    };
    const run = ({ docs, updates }: ReturnType<typeof prepare>) => {
      docs[0].apply(updates[1]);
      return { docs, updates };
    };
    const isRight = ({ docs: [doc, other], updates }: ReturnType<typeof prepare>): boolean => {
      other.apply(updates[0]);
      return same(doc, other);
    };
    const { medianMs } = await timed({ prepare, run }, isRight, BUDGET_MS);
    const { docs, updates } = run(prepare());
    return measuredOf(subject, medianMs, bytesOf(updates) / 2, docs[0], 'text');
  },
});

/** Many write at once, and one takes in what all have written. */
const crowd = (id: string, says: string, step: (doc: Doc, client: number) => void, part: Part): Kind => ({
  id,
  says,
  run: async (subject) => {
    if (subject.create(1)[part] === undefined) return undefined;
    const updates: Uint8Array[] = [];
    for (let client = 0; client < CLIENTS; client++) {
      step(
        subject.create(client + 1, (update) => updates.push(update)),
        client,
      );
    }
    const take = (doc: Doc): Doc => {
      doc.applyAll(updates);
      return doc;
    };
    const reference = take(subject.create(CLIENTS + 1));
    const { medianMs } = await timed(
      { prepare: () => subject.create(CLIENTS + 2), run: take },
      (doc) => same(doc, reference),
      BUDGET_MS,
    );
    return measuredOf(subject, medianMs, bytesOf(updates), reference, part);
  },
});

const measuredOf = async (
  subject: Subject,
  time: number,
  update: number,
  doc: Doc,
  part: Part,
): Promise<Measured> => {
  const saved = doc.save();
  const load = (): Doc => {
    const loaded = subject.load(saved.slice(), 9);
    loaded[part]?.();
    return loaded;
  };
  const { medianMs } = await timed({ prepare: nothing, run: load }, (loaded) => same(loaded, doc), BUDGET_MS);
  return { time, update, doc: saved.length, load: medianMs, memory: (await memoryOf(load)) / 1000 };
};

const same = (a: Doc, b: Doc): boolean => JSON.stringify(contentOf(a)) === JSON.stringify(contentOf(b));

const contentOf = (doc: Doc): unknown => [doc.text(), doc.map?.(), doc.items?.()];

const bytesOf = (updates: readonly Uint8Array[]): number =>
  updates.reduce((total, { length }) => total + length, 0);

const lastOf = (updates: readonly Uint8Array[]): Uint8Array => updates.at(-1) ?? new Uint8Array();

// ---- The inputs ----

const word = (random: Seeded, least: number, most: number): string =>
  Array.from({ length: random.between(least, most) }, () => String.fromCharCode(97 + random.int(26))).join(
    '',
  );

const number = (random: Seeded): number => random.int(0x7fff_ffff);

const repeat = <T>(make: (i: number) => T): readonly T[] => Array.from({ length: N }, (_, i) => make(i));

const insert =
  (index: number, text: string): Step =>
  (doc) =>
    doc.edit([[index, 0, text]]);

const insertItems =
  (index: number, items: readonly number[]): Step =>
  (doc) =>
    doc.insertItems?.(index, items);

/** Insertions at random positions of a text that starts with `length`. */
const scattered = (random: Seeded, least: number, most: number, length = 0): readonly Patch[] => {
  let total = length;
  return repeat(() => {
    const text = word(random, least, most);
    const patch: Patch = [random.int(total + 1), 0, text];
    total += text.length;
    return patch;
  });
};

const insertsAndDeletes = (random: Seeded): readonly Patch[] => {
  let total = 0;
  return repeat(() => {
    const index = random.int(total + 1);
    if (index === total || random.chance(0.5)) {
      const text = word(random, 2, 10);
      total += text.length;
      return [index, 0, text] as const;
    }
    const count = random.between(1, Math.min(9, total - index));
    total -= count;
    return [index, count, ''] as const;
  });
};

/** An insertion each time, and after it another or a deletion. */
const insertsThenDeletes = (random: Seeded, length: number): readonly Patch[] => {
  let total = length;
  return repeat((): readonly Patch[] => {
    const index = random.int(total + 1);
    const text = word(random, 3, 9);
    total += text.length;
    if (random.chance(0.5)) {
      const more = word(random, 2, 10);
      total += more.length;
      return [
        [index, 0, text],
        [index, 0, more],
      ];
    }
    const count = random.between(1, Math.min(9, total - index));
    total -= count;
    return [
      [index, 0, text],
      [index, count, ''],
    ];
  }).flat();
};

const eachStep = (patches: readonly Patch[]): readonly Step[] =>
  patches.map((patch) => (doc) => doc.edit([patch]));

const kinds: readonly Kind[] = [
  alone('B1.1', 'append N characters', (random) => repeat((i) => insert(i, word(random, 1, 1)))),
  alone('B1.2', 'insert a string of length N', (random) => [insert(0, word(random, N, N))]),
  alone('B1.3', 'prepend N characters', (random) => repeat(() => insert(0, word(random, 1, 1)))),
  alone('B1.4', 'insert N characters at random', (random) => eachStep(scattered(random, 1, 1))),
  alone('B1.5', 'insert N words at random', (random) => eachStep(scattered(random, 2, 10))),
  alone('B1.6', 'insert a string, then delete it', (random) => {
    const text = word(random, N, N);
    return [
      (doc) => {
        doc.edit([[0, 0, text]]);
        doc.edit([[0, N, '']]);
      },
    ];
  }),
  alone('B1.7', 'insert and delete strings at random', (random) => eachStep(insertsAndDeletes(random))),
  alone('B1.8', 'append N numbers', (random) => repeat((i) => insertItems(i, [number(random)])), 'items'),
  alone(
    'B1.9',
    'insert an array of N numbers',
    (random) => [
      insertItems(
        0,
        repeat(() => number(random)),
      ),
    ],
    'items',
  ),
  alone('B1.10', 'prepend N numbers', (random) => repeat(() => insertItems(0, [number(random)])), 'items'),
  alone(
    'B1.11',
    'insert N numbers at random',
    (random) => repeat((i) => insertItems(random.int(i + 1), [number(random)])),
    'items',
  ),
  together('B2.1', 'two insert a string of length N', (random) => [[0, 0, word(random, N, N)]]),
  together('B2.2', 'two insert N characters at random', (random, { length }) =>
    scattered(random, 1, 1, length),
  ),
  together('B2.3', 'two insert N words at random', (random, { length }) => scattered(random, 3, 9, length)),
  together('B2.4', 'two insert and delete', (random, { length }) => insertsThenDeletes(random, length)),
  crowd('B3.1', 'many set a number in a map', (doc, client) => doc.set?.({ v: client }), 'map'),
  crowd(
    'B3.2',
    'many set an object in a map',
    (doc, client) => doc.set?.({ v: { name: `${client}`, address: 'here' } }),
    'map',
  ),
  crowd(
    'B3.3',
    'many set a string in a map',
    (doc, client) => doc.set?.({ v: `${client}`.repeat(CLIENTS) }),
    'map',
  ),
  crowd('B3.4', 'many insert into an array', (doc, client) => doc.insertItems?.(0, [`${client}`]), 'items'),
];
