import { expect, test } from 'vitest';
import { filesNamedIn, unnamedRules } from './invariant-rules.ts';

const source = (text: string) => ({ path: 'packages/core/src/a.ts', text });

test('a rule that the page names is no finding', () => {
  expect(unnamedRules(source("throw new InvariantError('a/b', 'x');"), 'C1 (`a/b`)')).toEqual([]);
});

test('a rule that the page does not name is found where it stands, however it is written', () => {
  const text =
    "\nthrow new InvariantError('a/b', 'x');\ninvariant(\n  f(1, 2) > 3,\n  'c/d',\n  () => '',\n);";
  expect(unnamedRules(source(text), '').map(({ at }) => at)).toEqual([
    'packages/core/src/a.ts:2',
    'packages/core/src/a.ts:3',
  ]);
});

test('files are named from the folder of packages, or of apps', () => {
  expect(filesNamedIn('(`core/src/a.test.ts`,\n`apps/notes/e2e/b.test.ts`, `decode/*`)')).toEqual([
    { path: 'packages/core/src/a.test.ts', line: 1 },
    { path: 'apps/notes/e2e/b.test.ts', line: 2 },
  ]);
});
