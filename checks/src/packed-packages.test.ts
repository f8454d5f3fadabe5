import { expect, test } from 'vitest';
import { type Manifest, packageFindings } from './packed-packages.ts';

const manifest: Manifest = {
  name: '@causeway/core',
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  bin: { run: './dist/bin.js' },
};
const files = ['package.json', 'LICENSE', 'dist', 'dist/index.js', 'dist/index.d.ts', 'dist/bin.js'];

const says = (one: Manifest, these: readonly string[]): readonly string[] =>
  packageFindings(one, these).map((finding) => finding.says);

test('a package in order has no findings', () => {
  expect(says(manifest, files)).toEqual([]);
});

test.each(['dist/index.js', 'dist/index.d.ts', 'dist/bin.js'])('%s is missed', (missing) => {
  expect(
    says(
      manifest,
      files.filter((path) => path !== missing),
    ),
  ).toHaveLength(1);
});

test.each(['src/index.ts', 'dist/index.test.js', 'dist/index.test.d.ts', 'dist/.tsbuildinfo'])(
  '%s stays at home',
  (path) => {
    expect(says(manifest, [...files, path])).toContain(`${path} must not be published`);
  },
);

test('types come first, and our own condition is not for others', () => {
  const swapped = { '.': { default: './dist/index.js', types: './dist/index.d.ts' } };
  expect(says({ ...manifest, exports: swapped }, files)).not.toEqual([]);
  const sources = {
    '.': { types: './dist/index.d.ts', 'causeway-source': './dist/index.js', default: './dist/index.js' },
  };
  expect(says({ ...manifest, exports: sources }, files)).not.toEqual([]);
});
