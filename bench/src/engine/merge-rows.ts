// T6 and T6b: what it costs when several write at once.

import type { Measurement } from '../measure.ts';
import { APART_EDITS, branchPosition, REBASED_EDITS, REPLICAS } from './fixtures.ts';
import type { Row, RowContext } from './row.ts';
import type { Doc, Subject } from './subject.ts';
import { nothing, timed } from './timing.ts';

const READER = 9;

const friends: Row = {
  id: 'T6',
  fixtures: ['friendsforever'],
  figures: [
    { id: 'T6.each', says: 'every update of friendsforever, one by one', unit: 'ms' },
    { id: 'T6.batch', says: 'the same updates in one batch', unit: 'ms' },
  ],
  run: async ({ subject, fixture }) => {
    const updates = await fixture('friendsforever.updates');
    const wanted = await textOf(fixture, 'friendsforever');
    const isRight = (text: string): boolean => text === wanted;
    const each = await timed(
      {
        prepare: nothing,
        run: () => {
          const doc = subject.create(READER);
          for (const update of updates) doc.apply(update);
          return doc.text();
        },
      },
      isRight,
    );
    const batch = await timed(
      {
        prepare: nothing,
        run: () => {
          const doc = subject.create(READER);
          doc.applyAll(updates);
          return doc.text();
        },
      },
      isRight,
    );
    return { 'T6.each': each.medianMs, 'T6.batch': batch.medianMs };
  },
};

const badRow = (
  fixture: 'apart' | 'replicas' | 'rebased',
  says: string,
  run: (context: RowContext, pauses: Pauses) => Promise<Measurement>,
): Row => {
  const id = `T6b.${fixture}`;
  const pause = `${id}-pause`;
  return {
    id,
    fixtures: [fixture],
    figures: [
      { id, says, unit: 'ms' },
      { id: pause, says: 'the longest call of it', unit: 'ms' },
    ],
    run: async (context) => {
      const pauses = new Pauses();
      const { medianMs } = await run(context, pauses);
      return { [id]: medianMs, [pause]: pauses.longestMs };
    },
  };
};

/** The longest call of a run; of several runs, that of the best, so that what disturbs the machine once does not count. */
class Pauses {
  longestMs = Number.POSITIVE_INFINITY;
  #ofRun = 0;

  call<Result>(work: () => Result): Result {
    const before = performance.now();
    const result = work();
    this.#ofRun = Math.max(this.#ofRun, performance.now() - before);
    return result;
  }

  endRun(): void {
    this.longestMs = Math.min(this.longestMs, this.#ofRun);
    this.#ofRun = 0;
  }
}

const mergeApart = async ({ subject, fixture }: RowContext, pauses: Pauses): Promise<Measurement> => {
  const [saved = new Uint8Array()] = await fixture('apart.saved');
  const changes = await fixture('apart.changes');
  const [change] = changes;
  const wanted = await textOf(fixture, 'apart');
  return timed(
    {
      prepare: () => ready(subject, saved),
      run: (doc) => {
        pauses.call(() => (changes.length === 1 && change ? doc.apply(change) : doc.applyAll(changes)));
        pauses.endRun();
        return doc.text();
      },
    },
    (text) => text === wanted,
  );
};

const mergeReplicas = async ({ subject, fixture }: RowContext, pauses: Pauses): Promise<Measurement> => {
  const [saved = new Uint8Array()] = await fixture('replicas.saved');
  const updates = await fixture('replicas.updates');
  const base = subject.load(saved, READER).text();
  return timed(
    {
      prepare: () => ready(subject, saved),
      run: (doc) => {
        for (const update of updates) pauses.call(() => doc.apply(update));
        pauses.endRun();
        return doc.text();
      },
    },
    (text) => text.length === base.length + 'word '.length * REPLICAS,
  );
};

const rebase = async ({ subject, fixture }: RowContext, pauses: Pauses): Promise<Measurement> => {
  const [base = new Uint8Array()] = await fixture('rebased.base');
  const [saved = new Uint8Array()] = await fixture('rebased.saved');
  const updates = await fixture('rebased.updates');
  const length = subject.load(base, READER).text().length + 2 * REBASED_EDITS;
  return timed(
    {
      prepare: () => {
        const own: Uint8Array[] = [];
        const branch = subject.load(base, READER, (update) => own.push(update));
        branch.text();
        return { branch, own, main: ready(subject, saved) };
      },
      run: ({ branch, own, main }) => {
        for (const [i, update] of updates.entries()) {
          pauses.call(() => branch.apply(update));
          pauses.call(() => branch.edit([[branchPosition(i), 0, 'b']]));
        }
        for (const update of own) pauses.call(() => main.apply(update));
        pauses.endRun();
        return { branch: branch.text(), main: main.text() };
      },
    },
    ({ branch, main }) => branch === main && main.length === length,
  );
};

/** What the authors themselves ended with. */
const textOf = async (fixture: RowContext['fixture'], name: string): Promise<string> =>
  new TextDecoder().decode((await fixture(`${name}.text`))[0]);

/** Loaded and read, so that only the merge is timed. */
const ready = (subject: Subject, saved: Uint8Array): Doc => {
  const doc = subject.load(saved.slice(), 1);
  doc.text();
  return doc;
};

const edits = (count: number): string => count.toLocaleString('en-US');

export const mergeRows: readonly Row[] = [
  friends,
  badRow('apart', `merge 2 × ${edits(APART_EDITS)} edits made apart`, mergeApart),
  badRow('replicas', `${edits(REPLICAS)} replicas with one edit each`, mergeReplicas),
  badRow('rebased', `a branch rebased at each of ${edits(REBASED_EDITS)} keystrokes, merged at last`, rebase),
];
