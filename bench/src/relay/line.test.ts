import { expect, test } from 'vitest';
import { lineOf, Results } from './line.ts';
import type { Row } from './rows.ts';

const row: Row = {
  id: 'R9',
  against: 'bare',
  load: async () => ({}),
  figures: [
    { id: 'R9.rate', says: 'rate', unit: '1/s', more: true },
    { id: 'R9.ms', says: 'latency', unit: 'ms' },
    { id: 'R9.aside', says: 'aside', unit: 'ms', aside: true },
  ],
};

test('a line has ours, the best peer of each figure, the bare relay, and ours by the one it is held against', () => {
  const results = new Results();
  results.add('ours', { 'R9.rate': 300, 'R9.ms': 0.5, 'R9.aside': 1 });
  results.add('hocuspocus', { 'R9.rate': 100, 'R9.ms': 1.2345 });
  results.add('y-leveldb', { 'R9.rate': 50, 'R9.ms': 1 });
  results.add('bare', { 'R9.rate': 400, 'R9.ms': 0.25 });
  expect(lineOf(row, results)).toBe(
    'R9 ours=300/0.5 best=100/1 peer=hocuspocus/y-leveldb bare=400/0.25 ratio=0.75/2',
  );
  expect(lineOf({ ...row, against: 'best' }, results)).toMatch(/ratio=3\/0\.5$/);
});

test('what was not measured is a dash', () => {
  const results = new Results();
  results.add('ours', { 'R9.rate': 300, 'R9.ms': Number.NaN });
  expect(lineOf(row, results)).toBe('R9 ours=300/- best=-/- peer=- bare=-/- ratio=-/-');
});
