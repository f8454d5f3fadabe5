import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { exampleFindings, examplesIn } from './documentation-examples.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const FENCE = '```';

const page = (...lines: readonly string[]) => ({ path: 'docs/page.md', text: `${lines.join('\n')}\n` });

test('fences marked ts are examples, others are not', () => {
  const examples = examplesIn(
    page(
      '# Title',
      `${FENCE}ts run`,
      'let a = 1;',
      FENCE,
      `${FENCE}sh`,
      'ls',
      FENCE,
      `${FENCE}ts`,
      'a;',
      FENCE,
    ),
  );
  expect(examples).toEqual([
    { page: 'docs/page.md', line: 3, code: 'let a = 1;\n', extension: 'ts', runs: true },
    { page: 'docs/page.md', line: 9, code: 'a;\n', extension: 'ts', runs: false },
  ]);
});

test('an example with a type error is found at its line of the page', async () => {
  const examples = examplesIn(page('Text.', `${FENCE}ts`, '', "const a: number = 'a';", FENCE));
  expect(await exampleFindings(root, examples)).toMatchObject([{ at: 'docs/page.md:4' }]);
});

test('an example that throws is found if it is marked run, and only then', async () => {
  const fence = ['const a = [1];', "if (a.length === 1) throw new Error('off by one');", FENCE];
  const marked = examplesIn(page(`${FENCE}ts run`, ...fence));
  const unmarked = examplesIn(page(`${FENCE}ts`, ...fence));
  const [finding] = await exampleFindings(root, marked);
  expect(finding?.at).toBe('docs/page.md:2');
  expect(finding?.says).toContain('off by one');
  expect(await exampleFindings(root, unmarked)).toEqual([]);
});
