/**
 * Finds what the editor of this version does not know in the text of a note. The editor's binding deletes such parts, for
 * everyone, as soon as it sees them; so whoever opens an editor looks first, and again before each change from elsewhere.
 */
import { XmlElement, type XmlFragment, XmlText } from 'yjs';

/** The names of the nodes and marks that an editor knows. */
export interface KnownContent {
  readonly nodes: Readonly<Record<string, unknown>>;
  readonly marks: Readonly<Record<string, unknown>>;
}

/** Lists within lists; more is nothing that anyone has written by hand, and would overflow a stack somewhere. */
const MAX_DEPTH = 100;

/** The name of the first part that is not known; undefined when all are. Linear in the text. */
export function unknownIn(fragment: XmlFragment, known: KnownContent): string | undefined {
  for (const part of fragment.toArray()) {
    // Text outside of any paragraph is nothing that an editor has written.
    const unknown = part instanceof XmlElement ? unknownInElement(part, known, 1) : part.constructor.name;
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

function unknownInElement(element: XmlElement, known: KnownContent, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return `more than ${MAX_DEPTH} levels`;
  if (!Object.hasOwn(known.nodes, element.nodeName)) return element.nodeName;
  for (const part of element.toArray()) {
    const unknown =
      part instanceof XmlElement
        ? unknownInElement(part, known, depth + 1)
        : part instanceof XmlText
          ? unknownInText(part, known)
          : part.constructor.name;
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

/** One run of text with the same marks, as Yjs gives it. */
interface Run {
  readonly insert: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

function unknownInText(text: XmlText, known: KnownContent): string | undefined {
  for (const { insert, attributes = {} } of text.toDelta() as readonly Run[]) {
    if (typeof insert !== 'string') return 'an embedded object';
    const unknown = Object.keys(attributes).find((name) => !Object.hasOwn(known.marks, markOf(name)));
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

/** Marks that may overlap themselves have a hash behind their name. */
function markOf(attribute: string): string {
  return attribute.replace(/--[a-zA-Z0-9+/=]{8}$/, '');
}
