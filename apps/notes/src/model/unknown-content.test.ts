import { describe, expect, it } from 'vitest';
import { Doc, XmlElement, type XmlFragment, XmlText } from 'yjs';
import { type KnownContent, unknownIn } from './unknown-content.ts';

const known: KnownContent = { nodes: { paragraph: 1, quote: 1 }, marks: { bold: 1 } };

function fragmentOf(...parts: readonly (XmlElement | XmlText)[]): XmlFragment {
  const fragment = new Doc().getXmlFragment('body');
  fragment.insert(0, [...parts]);
  return fragment;
}

function element(name: string, ...parts: readonly (XmlElement | XmlText)[]): XmlElement {
  const made = new XmlElement(name);
  made.insert(0, [...parts]);
  return made;
}

function text(words: string, marks: Readonly<Record<string, unknown>> = {}): XmlText {
  const made = new XmlText();
  made.insert(0, words, marks);
  return made;
}

describe('unknown content', () => {
  it('is not found where all is known', () => {
    const fragment = fragmentOf(
      element('paragraph', text('plain')),
      element(
        'quote',
        element('paragraph', text('bold', { bold: {} }), text('twice', { 'bold--AbCd1234': {} })),
      ),
    );
    expect(unknownIn(fragment, known)).toBeUndefined();
    expect(unknownIn(fragmentOf(), known)).toBeUndefined();
  });

  it.each([
    ['a node', element('table'), 'table'],
    ['a node inside of another', element('quote', element('table')), 'table'],
    ['a mark', element('paragraph', text('x', { comment: {} })), 'comment'],
    ['text outside of any node', text('x'), 'XmlText'],
    ['a name that every object has', element('constructor'), 'constructor'],
  ])('%s', (_, part, name) => {
    expect(unknownIn(fragmentOf(element('paragraph'), part), known)).toContain(name);
  });

  it('so is nesting without end', () => {
    let nested = element('paragraph');
    for (let i = 0; i < 200; i++) nested = element('quote', nested);
    expect(unknownIn(fragmentOf(nested), known)).toContain('levels');
  });
});
