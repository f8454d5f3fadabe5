/** The words of a note's text, without its form: what is searched. */
import { XmlElement, type XmlFragment, XmlText } from 'yjs';

/** Lists within lists; what lies deeper is not read. */
const MAX_DEPTH = 100;

/** Each block of the text is a line. Linear in the text. */
export function plainTextOf(fragment: XmlFragment): string {
  const lines: string[] = [];
  for (const part of fragment.toArray()) collect(part, lines, 1);
  return lines.join('\n');
}

function collect(part: unknown, lines: string[], depth: number): void {
  if (part instanceof XmlText) {
    lines.push(part.toDelta().map(insertedText).join(''));
  } else if (part instanceof XmlElement && depth < MAX_DEPTH) {
    for (const inner of part.toArray()) collect(inner, lines, depth + 1);
  }
}

function insertedText(piece: unknown): string {
  if (typeof piece !== 'object' || piece === null || !('insert' in piece)) return '';
  return typeof piece.insert === 'string' ? piece.insert : '';
}
