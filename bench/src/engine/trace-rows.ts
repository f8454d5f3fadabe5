// T1 to T5: what one author's history costs to type, to save, to load, to keep and to receive.

import { deflateRawSync } from 'node:zlib';
import { memoryOf } from './memory.ts';
import type { Row } from './row.ts';
import { nothing, timed } from './timing.ts';
import { type SequentialName, sequentialTrace } from './traces.ts';

const WRITER = 1;
const READER = 9;

/** `suffix` sets the ids of another trace's rows apart. */
export const traceRows = (name: SequentialName, suffix: string): readonly Row[] => [
  typing(name, suffix),
  typingWithUpdates(name, suffix),
  savedBytes(name, suffix),
  loading(name, suffix),
  loadingAndMerging(name, suffix),
  memory(name, suffix),
  receiving(name, suffix),
];

const typing = (name: SequentialName, suffix: string): Row => ({
  id: `T1${suffix}`,
  fixtures: [],
  figures: [
    { id: `T1${suffix}`, says: `type ${name}, read the text`, unit: 'ms' },
    { id: `T1.cold${suffix}`, says: 'the same, cold', unit: 'ms' },
  ],
  run: async ({ subject }) => {
    const { txns, endContent } = sequentialTrace(name);
    const run = (): string => {
      const doc = subject.create(WRITER);
      for (const { patches } of txns) doc.edit(patches);
      return doc.text();
    };
    const { medianMs, coldMs } = await timed({ prepare: nothing, run }, (text) => text === endContent);
    return { [`T1${suffix}`]: medianMs, [`T1.cold${suffix}`]: coldMs };
  },
});

const typingWithUpdates = (name: SequentialName, suffix: string): Row => ({
  id: `T1b${suffix}`,
  fixtures: [],
  figures: [
    { id: `T1b${suffix}`, says: `type ${name} with every update's bytes`, unit: 'ms' },
    { id: `T1b.cold${suffix}`, says: 'the same, cold', unit: 'ms' },
  ],
  run: async ({ subject }) => {
    const { txns, endContent } = sequentialTrace(name);
    const run = (): { text: string; updates: Uint8Array[] } => {
      const updates: Uint8Array[] = [];
      const doc = subject.create(WRITER, (update) => updates.push(update));
      for (const { patches } of txns) doc.edit(patches);
      return { text: doc.text(), updates };
    };
    const { medianMs, coldMs } = await timed(
      { prepare: nothing, run },
      ({ text, updates }) => text === endContent && updates.length === txns.length,
    );
    return { [`T1b${suffix}`]: medianMs, [`T1b.cold${suffix}`]: coldMs };
  },
});

const savedBytes = (name: SequentialName, suffix: string): Row => ({
  id: `T2${suffix}`,
  fixtures: [name],
  figures: [
    { id: `T2.history${suffix}`, says: `${name} saved with all history, deflated`, unit: 'KB' },
    { id: `T2.state${suffix}`, says: 'only the state, deflated', unit: 'KB' },
  ],
  run: async ({ subject, fixture }) => {
    const saved = deflatedKb(await fixture(`${name}.saved`));
    const state = await fixture(`${name}.state`).then(deflatedKb, () => undefined);
    const smallest = subject.savesHistory ? state : Math.min(saved, state ?? saved);
    return {
      ...(subject.savesHistory ? { [`T2.history${suffix}`]: saved } : {}),
      ...(smallest === undefined ? {} : { [`T2.state${suffix}`]: smallest }),
    };
  },
});

/** As stores keep it; some engines compress by themselves, and deflating that may make it larger. */
const deflatedKb = ([saved = new Uint8Array()]: readonly Uint8Array[]): number =>
  Math.min(saved.length, deflateRawSync(saved).length) / 1000;

const loading = (name: SequentialName, suffix: string): Row => ({
  id: `T3${suffix}`,
  fixtures: [name],
  figures: [
    { id: `T3.cold${suffix}`, says: `load ${name} to readable text, cold`, unit: 'ms' },
    { id: `T3.warm${suffix}`, says: 'the same, warm', unit: 'ms' },
  ],
  run: async ({ subject, fixture }) => {
    const { endContent } = sequentialTrace(name);
    const [saved = new Uint8Array()] = await fixture(`${name}.saved`);
    const { medianMs, coldMs } = await timed(
      { prepare: () => saved.slice(), run: (bytes) => subject.load(bytes, READER).text() },
      (text) => text === endContent,
    );
    return { [`T3.cold${suffix}`]: coldMs, [`T3.warm${suffix}`]: medianMs };
  },
});

const loadingAndMerging = (name: SequentialName, suffix: string): Row => ({
  id: `T3b${suffix}`,
  fixtures: [name],
  figures: [
    { id: `T3b.edit${suffix}`, says: `load ${name}, then the first edit`, unit: 'ms' },
    { id: `T3b.merge${suffix}`, says: 'load, then an update that lacks the last 1,000', unit: 'ms' },
  ],
  run: async ({ subject, fixture }) => {
    const { endContent } = sequentialTrace(name);
    const [saved = new Uint8Array()] = await fixture(`${name}.saved`);
    const [late = new Uint8Array()] = await fixture(`${name}.late`);
    const prepare = (): Uint8Array => saved.slice();
    const isLonger = (text: string): boolean => text.length === endContent.length + 1;
    const middle = Math.floor(endContent.length / 2);
    const edit = await timed(
      {
        prepare,
        run: (bytes) => {
          const doc = subject.load(bytes, READER);
          doc.edit([[middle, 0, 'x']]);
          return doc.text();
        },
      },
      isLonger,
    );
    const merge = await timed(
      {
        prepare,
        run: (bytes) => {
          const doc = subject.load(bytes, READER);
          doc.apply(late);
          return doc.text();
        },
      },
      isLonger,
    );
    return { [`T3b.edit${suffix}`]: edit.medianMs, [`T3b.merge${suffix}`]: merge.medianMs };
  },
});

const memory = (name: SequentialName, suffix: string): Row => ({
  id: `T4${suffix}`,
  fixtures: [name],
  figures: [{ id: `T4${suffix}`, says: `memory of ${name} once loaded and read`, unit: 'MB' }],
  run: async ({ subject, fixture }) => {
    const [saved = new Uint8Array()] = await fixture(`${name}.saved`);
    const bytes = await memoryOf(() => {
      const doc = subject.load(saved.slice(), READER);
      doc.text();
      return doc;
    });
    return { [`T4${suffix}`]: bytes / 1e6 };
  },
});

const receiving = (name: SequentialName, suffix: string): Row => ({
  id: `T5${suffix}`,
  fixtures: [name],
  figures: [
    { id: `T5.each${suffix}`, says: `every update of ${name}, one by one`, unit: 'ms' },
    { id: `T5.batch${suffix}`, says: 'the same updates in one batch', unit: 'ms' },
    { id: `T5.bytes${suffix}`, says: 'bytes of such an update', unit: 'bytes' },
  ],
  run: async ({ subject, fixture }) => {
    const { endContent } = sequentialTrace(name);
    const updates = await fixture(`${name}.updates`);
    const isRight = (text: string): boolean => text === endContent;
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
    const bytes = updates.reduce((total, { length }) => total + length, 0) / updates.length;
    return {
      [`T5.each${suffix}`]: each.medianMs,
      [`T5.batch${suffix}`]: batch.medianMs,
      [`T5.bytes${suffix}`]: bytes,
    };
  },
});
