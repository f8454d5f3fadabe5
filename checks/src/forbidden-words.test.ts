import { expect, test } from 'vitest';
import { wordFindings } from './forbidden-words.ts';

const findings = (text: string) => wordFindings({ path: 'a.ts', text });

// Written in two halves, so that this file passes the check it tests.
test.each([
  ['// @ts', '-ignore'],
  ['// biome', '-ignore lint: no'],
  ['test.', "only('x', f)"],
  ['describe.', "skip('x', f)"],
  ['test.concurrent.', "skip('x', f)"],
  ['const a = b as', ' any;'],
  ['let a:', ' any;'],
  ['const a: Map<string,', ' any> = b;'],
  ['const f = (a:', ' any) => a;'],
  ['const a: an', 'y[] = b;'],
  ['// TO', 'DO later'],
])('%s%s is found', (first, second) => {
  expect(findings(`const fine = 1;\n${first}${second}`)).toMatchObject([{ at: 'a.ts:2' }]);
});

test('the same words in their plain meaning are not found', () => {
  expect(
    findings(
      '// delivered in any order, as any peer may\ntest("merged twice, any order: any peer", f);\nreader.skip(4);\nconst any = 1;',
    ),
  ).toEqual([]);
});
