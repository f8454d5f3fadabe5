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

/** A byte that says whether there is a value, then the value. */
export function optionalCodec<T>(inner: Codec<T>): Codec<T | undefined> {
  return {
    write: (writer, value) => {
      writer.u8(value === undefined ? 0 : 1);
      if (value !== undefined) inner.write(writer, value);
    },
    read: (reader) => {
      const there = reader.u8();
      if (there > 1) throw reader.invalid(`${there} where 0 or 1 belongs`);
      return there === 1 ? inner.read(reader) : undefined;
    },
  };
}
