/** The text of a note as Markdown, and Markdown as the text of a new note. Loaded when somebody exports or imports: it brings the editor's schema along. */
import { getSchema } from '@tiptap/core';
import { MarkdownManager } from '@tiptap/markdown';
import { prosemirrorJSONToYXmlFragment, yXmlFragmentToProsemirrorJSON } from '@tiptap/y-tiptap';
import type { XmlFragment } from 'yjs';
import { noteText } from './note-extensions.ts';

const manager = new MarkdownManager({ extensions: [noteText] });
const schema = getSchema([noteText]);

export function markdownOf(fragment: XmlFragment): string {
  return manager.serialize(yXmlFragmentToProsemirrorJSON(fragment));
}

/** The fragment is empty before. */
export function fillFromMarkdown(fragment: XmlFragment, markdown: string): void {
  prosemirrorJSONToYXmlFragment(schema, manager.parse(markdown), fragment);
}
