/** A codec writes a value to bytes and reads it back; and the few that every folder needs. */
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/**
 * Writes and reads one type. Laws: `read(write(v))` equals `v`; equal values write equal bytes; `read` throws `decode/*`
 * on anything that `write` could not have written, and leaves nothing half done.
 */
export interface Codec<T> {
  write(writer: Writer, value: T): void;
  read(reader: Reader): T;
}

/** One value as bytes of its own. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new Writer();
  codec.write(writer, value);
  return writer.finish();
}

/** The one value that `bytes` hold; bytes left over are `decode/trailing`. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, what: string): T {
  const reader = new Reader(bytes, what);
  const value = codec.read(reader);
  reader.end();
  return value;
}
