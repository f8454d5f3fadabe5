import { Editor } from '@tiptap/core';
import { afterEach, describe, expect, it } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import { applyUpdate, Doc, encodeStateAsUpdate, XmlElement, XmlText } from 'yjs';
import { bodyFragment } from '../model/body.ts';
import { newProfile } from '../model/profile.ts';
import { noteExtensions } from './note-extensions.ts';

/** Two documents that tell each other of every change at once. */
function pair(): readonly [Doc, Doc] {
  const docs = [new Doc(), new Doc()] as const;
  docs[0].on(
    'update',
    (update: Uint8Array, origin: unknown) => origin !== docs[1] && applyUpdate(docs[1], update, docs[0]),
  );
  docs[1].on(
    'update',
    (update: Uint8Array, origin: unknown) => origin !== docs[0] && applyUpdate(docs[0], update, docs[1]),
  );
  return docs;
}

const editors: Editor[] = [];

function edit(doc: Doc, onUnknown: (name: string) => void): Editor {
  const element = document.createElement('div');
  document.body.append(element);
  const editor = new Editor({
    element,
    extensions: noteExtensions({
      fragment: bodyFragment(doc),
      awareness: new Awareness(doc),
      profile: newProfile(0),
      onUnknown,
    }),
  });
  editors.push(editor);
  return editor;
}

afterEach(() => {
  for (const editor of editors.splice(0)) editor.destroy();
});

function paragraph(words: string, marks: Readonly<Record<string, unknown>> = {}): XmlElement {
  const text = new XmlText();
  text.insert(0, words, marks);
  const element = new XmlElement('paragraph');
  element.insert(0, [text]);
  return element;
}

/** The binding draws what it finds in the turn after the view is made. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('an editor among others', () => {
  it('shows what others write and sends what is written here', async () => {
    const [here, there] = pair();
    const editor = edit(here, (name) => expect.fail(name));
    bodyFragment(there).insert(0, [paragraph('theirs')]);
    await nextTurn();
    expect(editor.getText()).toContain('theirs');
    editor.commands.insertContentAt(0, '<p>ours</p>');
    expect(bodyFragment(there).toString()).toContain('<paragraph>ours</paragraph>');
  });

  it('merely looking changes nothing', async () => {
    const doc = new Doc();
    bodyFragment(doc).insert(0, [paragraph('as it was')]);
    const before = encodeStateAsUpdate(doc);
    edit(doc, (name) => expect.fail(name));
    await nextTurn();
    expect(encodeStateAsUpdate(doc)).toEqual(before);
  });

  it.each([
    ['a node', (): XmlElement => new XmlElement('table'), 'table'],
    ['a mark', (): XmlElement => paragraph('remark', { comment: {} }), 'comment'],
  ])('ends before it would delete %s that it does not know', async (_, unknown, name) => {
    const [here, there] = pair();
    const told: string[] = [];
    const editor = edit(here, (found) => told.push(found));
    bodyFragment(there).insert(0, [paragraph('known')]);
    await nextTurn();
    bodyFragment(there).insert(1, [unknown()]);
    const written = bodyFragment(there).toString();
    await nextTurn();
    expect(told).toEqual([name]);
    expect(editor.isDestroyed).toBe(true);
    expect(bodyFragment(there).toString()).toBe(written);
    expect(bodyFragment(here).toString()).toBe(written);
  });
});
