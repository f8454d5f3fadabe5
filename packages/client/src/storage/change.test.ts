import { parseDocumentKind, parseDocumentName } from '@causeway/core/id';
import { parseBatchId } from '@causeway/core/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesNothing, onlyAdds, withChange } from './change.ts';
import type { DocumentChange } from './document-store.ts';
import { MemoryStore } from './memory-store.ts';

const KIND = parseDocumentKind('yjs');
const NOTE = parseDocumentName('note');
const BATCH = { id: parseBatchId(1), update: Uint8Array.of(1) };

describe('changes', () => {
  test('that change nothing are told from those that do', () => {
    expect(changesNothing({})).toBe(true);
    expect(changesNothing({ made: [], received: [], upTo: { epoch: 1, offset: 1 } })).toBe(true);
    expect(changesNothing({ position: null })).toBe(false);
    expect(changesNothing({ settled: [BATCH.id] })).toBe(false);
  });

  test('that need no look at what is stored are told from those that do', () => {
    expect(onlyAdds({ made: [BATCH] })).toBe(true);
    expect(onlyAdds({ made: [BATCH], position: null })).toBe(true);
    expect(onlyAdds({ made: [BATCH], position: { epoch: 1, offset: 1 } })).toBe(false);
    expect(onlyAdds({ made: [BATCH], received: [BATCH.update] })).toBe(false);
  });

  test('put together say what they said one by one', async () => {
    // As in a relay's log: offset n is one piece of content, and what is received up to n is all that is not there yet.
    const step = fc.constantFrom('receive', 'receive', 'receive', 'gap', 'forget', 'make', 'settle');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const [together, oneByOne] = [new MemoryStore(), new MemoryStore()];
        const changes = steps.map(changeOf);
        const folded = changes.reduce<readonly DocumentChange[]>(withChange, []);
        await together.write(NOTE, KIND, ...folded);
        for (const change of changes) await oneByOne.write(NOTE, KIND, change);
        expect(folded.length).toBeLessThanOrEqual(changes.length);
        expect(await together.load(NOTE)).toEqual(await oneByOne.load(NOTE));
      }),
    );
  });
});

function changeOf(step: string, index: number): DocumentChange {
  const position = { epoch: 1, offset: index + 1 };
  const received = [Uint8Array.of(index)];
  switch (step) {
    case 'receive':
      return { received, position, upTo: position };
    case 'gap':
      return { received };
    case 'forget':
      return { position: null };
    case 'make':
      return { made: [{ id: parseBatchId(index + 2), update: Uint8Array.of(index) }] };
    default:
      return { settled: [parseBatchId(index + 1)], position, upTo: position };
  }
}
