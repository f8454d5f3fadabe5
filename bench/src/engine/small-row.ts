// T9: what documents cost that hold nothing, or little.

import { memoryOf } from './memory.ts';
import type { Row } from './row.ts';
import { SMALL_DOCUMENTS, smallDocument } from './small-documents.ts';
import type { Doc } from './subject.ts';
import { nothing, timed } from './timing.ts';

const EMPTY_DOCUMENTS = 1000;
const READER = 9;

export const smallRow: Row = {
  id: 'T9',
  fixtures: ['small'],
  figures: [
    { id: 'T9.empty-bytes', says: 'an empty document, saved', unit: 'bytes' },
    { id: 'T9.empty-memory', says: 'an empty document, in memory', unit: 'KB' },
    { id: 'T9.empty-time', says: 'to make an empty document', unit: 'µs' },
    { id: 'T9.bytes', says: '10,000 small documents, saved', unit: 'MB' },
    { id: 'T9.load', says: 'to load and read them all', unit: 'ms' },
    { id: 'T9.memory', says: 'all of them in memory', unit: 'MB' },
  ],
  run: async ({ subject, fixture }) => {
    const empty = (): readonly Doc[] =>
      Array.from({ length: EMPTY_DOCUMENTS }, (_, i) => subject.create(i + 1));
    const [first] = empty();
    if (first?.map === undefined) return {};
    const emptyBytes = first.save().length;
    const emptyMemory = await memoryOf(empty);
    const making = await timed({ prepare: nothing, run: empty }, (docs) => docs.length === EMPTY_DOCUMENTS);
    const saved = await fixture('small.saved');
    const last = smallDocument(SMALL_DOCUMENTS - 1);
    const load = (): readonly Doc[] =>
      saved.map((bytes) => {
        const doc = subject.load(bytes.slice(), READER);
        doc.text();
        doc.map?.();
        return doc;
      });
    const isRight = (docs: readonly Doc[]): boolean => {
      const doc = docs.at(-1);
      return doc?.text() === last.paragraph && doc.map?.()['title'] === last.entries['title'];
    };
    const memory = await memoryOf(load);
    const loading = await timed({ prepare: nothing, run: load }, isRight);
    return {
      'T9.empty-bytes': emptyBytes,
      'T9.empty-memory': emptyMemory / EMPTY_DOCUMENTS / 1000,
      'T9.empty-time': (making.medianMs * 1000) / EMPTY_DOCUMENTS,
      'T9.bytes': saved.reduce((total, { length }) => total + length, 0) / 1e6,
      'T9.load': loading.medianMs,
      'T9.memory': memory / 1e6,
    };
  },
};
