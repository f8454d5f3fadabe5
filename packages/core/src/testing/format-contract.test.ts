/** The contract of formats and engines finds what it is there to find: one fault at a time is put into a sound document. */
import { describe, expect, test } from 'vitest';
import type { Engine, EngineFactory, Site, UpdateFormat, Version } from '../format/index.ts';
import { parseReplicaId } from '../id/index.ts';
import { awSet, stringLeaf } from '../lattice/index.ts';
import { type LatticeDocument, latticeDocument } from '../lattice-doc/index.ts';
import { checkFormat, type DocumentSubject } from './format-contract.ts';
import type { SuiteOptions } from './seeded.ts';
import { SuiteFailure } from './suite-failure.ts';

const tags = awSet(stringLeaf);
type Tags = LatticeDocument<ReturnType<typeof tags.add>, readonly string[]>;

/** A sound document; faults override what they break. */
class TagsDocument implements Engine {
  readonly inner: Tags;
  readonly format: UpdateFormat;

  constructor(site: Site, fault: Partial<UpdateFormat> = {}) {
    this.inner = latticeDocument(tags)(site);
    this.format = { ...this.inner.format, ...fault };
  }

  apply(update: Uint8Array): void {
    this.inner.apply(update);
  }

  onUpdate(listener: (update: Uint8Array) => void): () => void {
    return this.inner.onUpdate(listener);
  }

  onChange(listener: () => void): () => void {
    return this.inner.onChange(listener);
  }

  snapshot(): Uint8Array {
    return this.inner.snapshot();
  }

  version(): Version {
    return this.inner.version();
  }

  close(): void {
    this.inner.close();
  }
}

function subjectOf(open: EngineFactory<TagsDocument>): DocumentSubject<TagsDocument> {
  return {
    open,
    change: ({ inner }, random) => {
      const tag = random.pick(['red', 'green', 'blue']);
      inner.mutate((state, source) =>
        random.chance(0.7) ? tags.add(state, source.next(), tag) : tags.remove(state, tag),
      );
    },
    value: ({ inner }) => inner.value,
  };
}

const site: Site = { replica: parseReplicaId(1), now: () => 0, random: () => 4 };
const sound = new TagsDocument(site).format;
/** An update that nobody has made. */
const ghost = ghostOf(new TagsDocument(site));

function ghostOf(document: TagsDocument): Uint8Array {
  document.inner.mutate((state, source) => tags.add(state, source.next(), 'ghost'));
  return document.snapshot();
}

/** What the check of the contract is called that fails first. */
function brokenCheck(open: EngineFactory<TagsDocument>): string | undefined {
  try {
    checkFormat(subjectOf(open), OPTIONS);
    return undefined;
  } catch (error) {
    if (error instanceof SuiteFailure) return error.check;
    throw error;
  }
}

const OPTIONS: SuiteOptions = { seed: 7, runs: 8 };

/** A fault, the check that finds it, and what is wrong. */
type FormatFault = readonly [fault: string, check: string, Partial<UpdateFormat>];

const formatFaults: readonly FormatFault[] = [
  [
    'merge keeps one update of many',
    'merge in order',
    { merge: (updates) => sound.merge(updates.slice(0, 1)) },
  ],
  [
    'merge of none is something',
    'merge of none is empty',
    { merge: (updates) => sound.merge([...updates, ...(updates.length === 0 ? [ghost] : [])]) },
  ],
  ['empty is something', 'empty is neutral', { empty: ghost }],
  ['diff is empty', 'diff to a blank holder', { diff: () => sound.empty }],
  [
    'parseVersion forgets the version',
    'a version is read as it was written',
    { parseVersion: () => sound.versionOf(sound.empty) },
  ],
  ['compare finds nothing equal', 'a snapshot opens as the same document', { compare: () => 'before' }],
  [
    'compare mixes up before and after',
    'more is not before less',
    { compare: (a, b) => MIRRORED[sound.compare(a, b)] },
  ],
  [
    'compare knows nothing concurrent',
    'compare looks from both sides',
    { compare: (a, b) => (sound.compare(a, b) === 'concurrent' ? 'before' : sound.compare(a, b)) },
  ],
  ['validate accepts everything', 'one verdict on hostile bytes', { validate: () => undefined }],
  [
    'validate throws what comes',
    'hostile bytes give decode/*',
    {
      validate: (update) => {
        try {
          sound.validate(update);
        } catch {
          throw new RangeError('Invalid array length');
        }
      },
    },
  ],
];

const MIRRORED = { equal: 'equal', before: 'after', after: 'before', concurrent: 'concurrent' } as const;

type EngineFault = readonly [fault: string, check: string, EngineFactory<TagsDocument>];

const engineFaults: readonly EngineFault[] = [
  [
    'an update is lost at one replica',
    'documents that hold the same are the same',
    (site) =>
      new (class extends TagsDocument {
        #applied = 0;
        // The replicas of the contract listen; those that it compares them with do not.
        #isReplica = false;
        override onUpdate(listener: (update: Uint8Array) => void): () => void {
          this.#isReplica = true;
          return super.onUpdate(listener);
        }
        override apply(update: Uint8Array): void {
          if (!this.#isReplica || this.#applied++ % 3 !== 2) super.apply(update);
        }
      })(site),
  ],
  [
    'remote updates are told',
    'remote updates are not told',
    (site) =>
      new (class extends TagsDocument {
        #listener: ((update: Uint8Array) => void) | undefined;
        override onUpdate(listener: (update: Uint8Array) => void): () => void {
          this.#listener = listener;
          return super.onUpdate(listener);
        }
        override apply(update: Uint8Array): void {
          super.apply(update);
          this.#listener?.(update);
        }
      })(site),
  ],
  [
    'local changes are told later',
    'local changes are told in the same turn',
    (site) =>
      new (class extends TagsDocument {
        override onUpdate(listener: (update: Uint8Array) => void): () => void {
          return super.onUpdate((update) => queueMicrotask(() => listener(update)));
        }
      })(site),
  ],
  [
    'changes are heard of later',
    'every change is heard of',
    (site) =>
      new (class extends TagsDocument {
        override onChange(listener: () => void): () => void {
          return super.onChange(() => queueMicrotask(listener));
        }
      })(site),
  ],
  [
    'a snapshot is empty',
    'a snapshot opens as the same document',
    (site) =>
      new (class extends TagsDocument {
        override snapshot(): Uint8Array {
          return this.format.empty;
        }
      })(site),
  ],
  [
    'closing does nothing',
    'a closed document tells nothing',
    (site) =>
      new (class extends TagsDocument {
        override close(): void {}
      })(site),
  ],
  [
    'changes without a listener are lost',
    'the first listener is told what it missed',
    (site) =>
      new (class extends TagsDocument {
        override onUpdate(listener: (update: Uint8Array) => void): () => void {
          let isListening = false;
          const stop = super.onUpdate((update) => {
            if (isListening) listener(update);
          });
          isListening = true;
          return stop;
        }
      })(site),
  ],
  [
    'errors are swallowed',
    'a document takes what its format accepts',
    (site) =>
      new (class extends TagsDocument {
        override apply(update: Uint8Array): void {
          try {
            super.apply(update);
          } catch {
            // Swallowed.
          }
        }
      })(site),
  ],
  [
    'an update that is refused leaves something behind',
    'apply is all or nothing',
    (site) =>
      new (class extends TagsDocument {
        override apply(update: Uint8Array): void {
          try {
            super.apply(update);
          } catch (error) {
            this.inner.mutate((state, source) => tags.add(state, source.next(), 'half'));
            throw error;
          }
        }
      })(site),
  ],
];

describe('the contract of formats and engines', () => {
  test('is kept by the document that the faults are put into', () => {
    expect(brokenCheck((site) => new TagsDocument(site))).toBeUndefined();
  });

  test.each(formatFaults)('finds that %s: "%s"', (_fault, check, fault) => {
    expect(brokenCheck((site) => new TagsDocument(site, fault))).toBe(check);
  });

  test.each(engineFaults)('finds that %s: "%s"', (_fault, check, open) => {
    expect(brokenCheck(open)).toBe(check);
  });

  test('names the seed that shows a failure again', () => {
    const open = (site: Site): TagsDocument =>
      new TagsDocument(site, { merge: (updates) => sound.merge(updates.slice(1)) });
    expect(() => checkFormat(subjectOf(open), { seed: 99, runs: 1 })).toThrow('{ seed: 99, runs: 1 }');
  });
});
