// Documents as most are: ten keys and a paragraph.

import { Seeded } from '@causeway/core/testing';
import type { Value } from './subject.ts';

export const SMALL_DOCUMENTS = 10_000;

export interface SmallDocument {
  readonly entries: Readonly<Record<string, Value>>;
  readonly paragraph: string;
}

/** The same number gives the same document. */
export const smallDocument = (number: number): SmallDocument => {
  const random = new Seeded(number);
  const words = (count: number): string => Array.from({ length: count }, () => random.pick(WORDS)).join(' ');
  return {
    entries: {
      title: words(4),
      author: words(2),
      created: 1_700_000_000 + random.int(30_000_000),
      changed: 1_730_000_000 + random.int(30_000_000),
      color: random.pick(['red', 'green', 'blue']),
      pinned: random.chance(0.1),
      votes: random.int(100),
      folder: `folder-${random.int(20)}`,
      language: 'en',
      source: `https://example.org/${random.u32()}`,
    },
    paragraph: `${words(60)}.`,
  };
};

const WORDS = [
  'tide',
  'boat',
  'rope',
  'stone',
  'lamp',
  'ferry',
  'sand',
  'gull',
  'island',
  'water',
  'and',
  'the',
];
