import { describe, expect, test } from 'vitest';
import { importFindings } from './import-directions.ts';

const says = (path: string, ...lines: readonly string[]): readonly string[] =>
  importFindings([{ path, text: lines.join('\n') }], { subpaths: ['.', './lattice'] }).map((f) => f.says);

describe('layers of core', () => {
  test('imports point down', () => {
    expect(says('packages/core/src/lattice/max.ts', `import { a } from '../bytes/index.ts';`)).toEqual([]);
    expect(says('packages/core/src/bytes/reader.ts', `import type { A } from '../id/dot.ts';`)).toEqual([
      'bytes may not import id',
    ]);
  });

  test('lattice and history never meet', () => {
    expect(says('packages/core/src/lattice/max.ts', `export * from '../history/event.ts';`)).toHaveLength(1);
    expect(says('packages/core/src/history/event.ts', `import '../lattice/max.ts';`)).toHaveLength(1);
  });

  test('sync knows no implementation of a format', () => {
    for (const format of ['native', 'yjs', 'lattice-doc']) {
      expect(
        says('packages/core/src/sync/step.ts', `const x = await import('../${format}/index.ts');`),
      ).toEqual([`sync may not import ${format}`]);
    }
    expect(says('packages/core/src/sync/step.ts', `import type { F } from '../format/index.ts';`)).toEqual(
      [],
    );
  });

  test('the top does not drag in an optional peer', () => {
    expect(says('packages/core/src/index.ts', `export * from './yjs/index.ts';`)).toHaveLength(1);
    expect(says('packages/core/src/index.ts', `export * from './id/index.ts';`)).toEqual([]);
  });

  test('a new folder must be given its place', () => {
    expect(says('packages/core/src/misc/a.ts', `import '../id/dot.ts';`)).toHaveLength(1);
  });

  test('tests of core are free', () => {
    expect(says('packages/core/src/bytes/reader.test.ts', `import '../testing/index.ts';`)).toEqual([]);
  });
});

describe('borders', () => {
  test('a package is entered by its name and its public subpaths', () => {
    const path = 'packages/client/src/client.ts';
    expect(says(path, `import { a } from '@causeway/core/lattice';`)).toEqual([]);
    expect(says(path, `import { a } from '@causeway/core/lattice/max.ts';`)).toHaveLength(1);
    expect(says(path, `import { a } from '../../core/src/index.ts';`)).toHaveLength(1);
  });

  test('core and client run in a browser', () => {
    expect(says('packages/client/src/client.ts', `import { readFile } from 'node:fs';`)).toHaveLength(1);
    expect(says('packages/relay/src/relay.ts', `import { readFile } from 'node:fs';`)).toEqual([]);
  });
});

describe('doors', () => {
  test('an outside package comes in by its own door', () => {
    expect(says('packages/core/src/yjs/format.ts', `import * as Y from 'yjs';`)).toEqual([]);
    expect(says('packages/client/src/client.ts', `import * as Y from 'yjs';`)).toHaveLength(1);
    expect(says('packages/client/src/client.ts', `import { openDB } from 'idb';`)).toHaveLength(1);
    expect(says('apps/notes/src/body.ts', `import * as Y from 'yjs';`)).toEqual([]);
  });

  test('an outside package without a door stays out', () => {
    expect(says('packages/relay/src/relay.ts', `import _ from 'lodash';`)).toEqual([
      'outside package lodash has no door',
    ]);
  });

  test('a door for one file lets one file through', () => {
    const text = `import { open } from 'lmdb';`;
    const files = ['a', 'b'].map((name) => ({ path: `packages/relay/src/storage/${name}.ts`, text }));
    expect(importFindings(files, { subpaths: [] })).toHaveLength(1);
    expect(importFindings(files.slice(1), { subpaths: [] })).toEqual([]);
  });
});

test.each([
  `import { a } from '../id/dot.ts';`,
  `import type { A } from "../id/dot.ts";`,
  `import {\n  type A,\n  b,\n} from '../id/dot.ts';`,
  `export * from '../id/dot.ts';`,
  `import '../id/dot.ts';`,
  `const a = await import('../id/dot.ts');`,
  `type A = import('../id/dot.ts').A;`,
])('an import is seen in the form %s', (line) => {
  expect(says('packages/core/src/bytes/reader.ts', line)).toEqual(['bytes may not import id']);
});

test('what a comment or a message says is not an import', () => {
  const path = 'packages/core/src/bytes/reader.ts';
  expect(says(path, `// import x from '../id/dot.ts'`, '/*', ` * from '../id/dot.ts'`, ' */')).toEqual([]);
  expect(says(path, 'fail(`cannot read from "../id/dot.ts"`);')).toEqual([]);
});
