import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { measureBundles } from './bundle-sizes.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const entry = `export const words = ${JSON.stringify(Array.from({ length: 500 }, (_, i) => i * i * 7919))};`;

test('a bundle over its budget is found, one within it is not', async () => {
  const budget = { name: 'words', entry, beside: [], limitBytes: 100 };
  expect((await measureBundles([budget], here)).findings).toMatchObject([{ at: 'words' }]);
  expect((await measureBundles([{ ...budget, limitBytes: 100_000 }], here)).findings).toEqual([]);
});

test('what the app brings anyway is not counted', async () => {
  const budget = { name: 'yjs', entry: `export { Doc } from 'yjs';`, beside: ['yjs'], limitBytes: 100 };
  expect((await measureBundles([budget], here)).findings).toEqual([]);
  expect((await measureBundles([{ ...budget, beside: [] }], here)).findings).toHaveLength(1);
});
