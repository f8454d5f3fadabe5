/**
 * Where y-websocket clients find a document: they put its name behind the address they are given, and parameters behind that.
 *
 *   ws://relay/yjs/<name>?token=…        ws://relay/<name>
 *
 * So one relay serves apps that were told either. A document whose own name begins with `yjs/` is found at `/yjs/yjs/…` only.
 */
import { CausewayError } from '@causeway/core';
import { type DocumentName, parseDocumentName } from '@causeway/core/id';

export interface YjsAddress {
  readonly name: DocumentName;
  /** The parameter `token`. */
  readonly token: string | undefined;
}

const PREFIX = '/yjs/';

/** The document of a request's path and query; undefined when that is no document name. */
export function yjsAddress(url: string): YjsAddress | undefined {
  const [path = '', query = ''] = splitAt(url, url.indexOf('?'));
  const encoded = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : path.slice(1);
  try {
    const name = parseDocumentName(encoded.replace(/(?:%[0-9a-f]{2})+/gi, decoded));
    return { name, token: new URLSearchParams(query).get('token') ?? undefined };
  } catch (error) {
    if (CausewayError.is(error, 'protocol/document-name')) return undefined;
    throw error;
  }
}

/** What an address encodes. A name with a percent sign of its own comes as it is: nobody encodes names for these clients. */
function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function splitAt(text: string, index: number): readonly string[] {
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
