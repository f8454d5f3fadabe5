/** The text of a note: a Yjs document of its own, beside the list, so that the list stays small. */
import type { EngineFactory } from '@causeway/core/format';
import { type YjsDocument, yjsDocument } from '@causeway/core/yjs';
import { Doc, type XmlFragment } from 'yjs';

/** The part of the Yjs document that holds the text; the same object each time. */
export function bodyFragment(doc: Doc): XmlFragment {
  return doc.getXmlFragment('body');
}

const PREFIX = 'note/';

export function bodyName(id: string): string {
  return PREFIX + id;
}

/** The note whose text this document is; undefined when it is another document. */
export function bodyId(name: string): string | undefined {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;
}

/** Makes a Yjs document each time: the client calls it once for each document that it opens. */
export const bodyFactory: EngineFactory<YjsDocument> = (site) => yjsDocument(new Doc())(site);
