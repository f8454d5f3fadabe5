/**
 * Names of documents by pattern: one name, or all that begin alike.
 *
 *      notes/7      that document
 *      notes/*      every document whose name begins with notes/
 *      *            every document
 *
 * A star stands at the end and nowhere else, so a name is compared once, whatever anybody writes into a pattern.
 */
import { CausewayError } from '@causeway/core';
import type { DocumentName } from '@causeway/core/id';

declare const brand: unique symbol;
export type DocumentPattern = string & { readonly [brand]: 'DocumentPattern' };

/** As long as a name may be, and the star. */
export const MAX_PATTERN_LENGTH = 513;

/** `decode/invalid` unless the text is a pattern. */
export function parseDocumentPattern(text: string): DocumentPattern {
  if (isPattern(text)) return text;
  const shown = JSON.stringify(text.slice(0, 60));
  throw new CausewayError(
    'decode/invalid',
    { what: 'document pattern', detail: shown },
    `${shown} is no pattern of document names: take a name, or the beginning of one and a star behind it`,
  );
}

export function matchesPattern(pattern: DocumentPattern, name: DocumentName): boolean {
  const wanted: string = pattern;
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

function isPattern(text: string): text is DocumentPattern {
  const star = text.indexOf('*');
  return text.length > 0 && text.length <= MAX_PATTERN_LENGTH && (star < 0 || star === text.length - 1);
}
