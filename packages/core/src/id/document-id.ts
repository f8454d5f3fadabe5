/**
 * What a document is called and what it is: its name (chosen by the app, unique on a relay) and its kind (which format
 * its updates have). Both travel on the wire, so both have one parser with limits.
 *
 * A kind is `yjs`, `native`, or `lattice/` followed by the descriptor of its type, for example
 * `lattice/aw-map(string,aw-set(string))`.
 */
import { CausewayError } from '../error.ts';

declare const brand: unique symbol;
export type DocumentName = string & { readonly [brand]: 'DocumentName' };
export type DocumentKind = string & { readonly [brand]: 'DocumentKind' };

/** Fits every store's key size beside a prefix (LMDB's is 1,978 bytes), and is longer than any path an app would build. */
export const MAX_DOCUMENT_NAME_BYTES = 512;
/** A descriptor of some fifty fields. */
export const MAX_DOCUMENT_KIND_BYTES = 2048;

const textEncoder = new TextEncoder();

/** The text as a document name; `protocol/document-name` when it is empty, too long, or has control characters. */
export function parseDocumentName(text: string): DocumentName {
  const reason = faultOfName(text);
  if (reason !== undefined) {
    const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
    throw new CausewayError(
      'protocol/document-name',
      { reason },
      `${shown} is no document name (${reason}): take 1 to ${MAX_DOCUMENT_NAME_BYTES} bytes of UTF-8 without control characters`,
    );
  }
  return text as DocumentName;
}

/** The text as a document kind; `decode/invalid` when it is not lower-case ASCII of a known shape. Says nothing of whether it is registered. */
export function parseDocumentKind(text: string): DocumentKind {
  if (text.length > MAX_DOCUMENT_KIND_BYTES) {
    throw new CausewayError(
      'decode/limit',
      { what: 'document kind', value: text.length, limit: MAX_DOCUMENT_KIND_BYTES },
      `a document kind of ${text.length} characters is above ${MAX_DOCUMENT_KIND_BYTES}`,
    );
  }
  if (!/^[a-z][a-z0-9-]*(\/[\x21-\x7e]+)?$/.test(text)) {
    throw new CausewayError(
      'decode/invalid',
      { what: 'document kind', detail: text.slice(0, 60) },
      `${JSON.stringify(text.slice(0, 60))} is no document kind: take a family such as yjs, or family/descriptor in printable ASCII`,
    );
  }
  return text as DocumentKind;
}

/** The part of a kind before the first slash, by which a format is looked up. */
export function familyOf(kind: DocumentKind): string {
  const slash = kind.indexOf('/');
  return slash < 0 ? kind : kind.slice(0, slash);
}

function faultOfName(text: string): 'empty' | 'too-long' | 'control-character' | 'surrogate' | undefined {
  if (text.length === 0) return 'empty';
  if (text.length > MAX_DOCUMENT_NAME_BYTES || textEncoder.encode(text).length > MAX_DOCUMENT_NAME_BYTES)
    return 'too-long';
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || (unit >= 0x7f && unit <= 0x9f)) return 'control-character';
    if (unit >= 0xd800 && unit <= 0xdfff) {
      const paired = unit < 0xdc00 && text.charCodeAt(i + 1) >= 0xdc00 && text.charCodeAt(i + 1) <= 0xdfff;
      if (!paired) return 'surrogate';
      i++;
    }
  }
  return undefined;
}
