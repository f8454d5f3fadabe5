import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldersInPath, pathFor, printNoteFile, readNoteFile } from './note-file.ts';
import { cleanTag, cleanTitle } from './note-list.ts';

describe('a note as a file', () => {
  it('is read as it was printed', () => {
    fc.assert(
      fc.property(
        fc.record({
          title: fc.string({ unit: 'grapheme' }).map(cleanTitle),
          tags: fc.uniqueArray(
            fc
              .string()
              .map(cleanTag)
              .filter((tag) => tag !== ''),
            { maxLength: 5 },
          ),
          pinned: fc.boolean(),
          created: fc.option(fc.nat(), { nil: undefined }),
          markdown: fc.constantFrom('', 'one\n\ntwo\n', '---\n', '# A\n\n- b\n'),
        }),
        (file) => {
          const read = readNoteFile('x.md', printNoteFile(file));
          expect({ ...read, markdown: read.markdown.trim() }).toEqual({
            ...file,
            markdown: file.markdown.trim(),
          });
        },
      ),
    );
  });

  it('from elsewhere is named by its path', () => {
    expect(readNoteFile('a/Shopping list.md', 'milk')).toEqual({
      ...{ title: 'Shopping list', tags: [], pinned: false, created: undefined, markdown: 'milk' },
    });
    expect(readNoteFile('a.md', '---\ntitle: Plain words\ntags: nonsense\n---\nx')).toMatchObject({
      ...{ title: 'Plain words', tags: [], markdown: 'x' },
    });
  });

  it('has a path of its own that any system takes', () => {
    const taken = new Set<string>();
    const paths = [
      pathFor(['Home', 'a/b'], 'What? Now', taken),
      pathFor([], 'Same', taken),
      pathFor([], 'same', taken),
      pathFor([], '..', taken),
    ];
    expect(paths).toEqual(['Home/a b/What  Now.md', 'Same.md', 'same 2.md', 'Untitled.md']);
    expect(foldersInPath('./Home/../a b/x.md')).toEqual(['Home', 'a b']);
  });
});
