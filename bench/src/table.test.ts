import { expect, test } from 'vitest';
import { formatTable } from './table.ts';

test('columns of numbers align right, others left', () => {
  const table = {
    title: 'merge',
    note: 'ms',
    columns: ['format', 'warm', 'bytes'],
    rows: [
      ['yjs', 1.23456, 160_000],
      ['lattice', 0.5, 98],
    ],
  };
  expect(formatTable(table).split('\n')).toEqual([
    'merge',
    'ms',
    '',
    'format    warm    bytes',
    '-------  -----  -------',
    'yjs       1.23  160,000',
    'lattice  0.500       98',
    '',
  ]);
});
