/**
 * Updates of a document without its first history: a base, and what came after it.
 *
 *   shallow := head, length of the base, base │ an update of another form
 */
import { Reader, Writer } from '../bytes/index.ts';
import { decodeBase } from './base-reader.ts';
import type { DocumentBase } from './document-base.ts';
import { SHALLOW, UPDATE_VERSION, WHAT } from './update-form.ts';

/** `base` is one as bytes, `update` what came after it. */
export function encodeShallow(base: Uint8Array, update: Uint8Array): Uint8Array {
  return new Writer(16)
    .u8(UPDATE_VERSION | SHALLOW)
    .bytes(base)
    .joinedWith(update);
}

export function isShallow(update: Uint8Array): boolean {
  return update.length > 0 && ((update[0] as number) & 0xf0) === SHALLOW;
}

/** `decode/*` unless the bytes are such an update. What came after the base is not looked at. */
export function decodeShallow(update: Uint8Array): {
  readonly base: DocumentBase;
  readonly update: Uint8Array;
} {
  const reader = new Reader(update, WHAT);
  reader.u8();
  const base = decodeBase(reader.bytes(reader.left, 'base'));
  return { base, update: reader.rest() };
}
