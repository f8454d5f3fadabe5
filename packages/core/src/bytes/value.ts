/**
 * Value: what apps may put into a document, the plain data of JSON and bytes beside it, with one encoding for each value.
 *
 *   tag  0 null  1 false  2 true  3 integer, zigzag  4 double  5 not a number
 *        6 string  7 bytes  8 list: count, values  9 record: count, then key and value, keys ascending
 *
 * Encoding makes one of what JavaScript tells apart for no good: -0 is 0, keys have no order, a lone surrogate is U+FFFD.
 * Leaves out: undefined, bigint, dates and class instances, which have no bytes here and are refused.
 */

import { CausewayError } from '../error.ts';
import { type Codec, compareBytes, decode, encode, type Reader, type Writer } from './index.ts';

export type Value =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value };

/** Lists and records within each other; far below what overflows a stack. */
export const MAX_VALUE_DEPTH = 64;
/** A value is replaced as a whole, so that what is larger belongs into a document of its own. */
export const MAX_VALUE_BYTES = 2 ** 20;

const TAG = {
  null: 0,
  false: 1,
  true: 2,
  integer: 3,
  double: 4,
  notANumber: 5,
  string: 6,
  bytes: 7,
  list: 8,
  record: 9,
} as const;

/** Zigzag coding doubles the magnitude, which must stay exact. */
const MAX_INTEGER = 2 ** 52 - 1;

/** Writing throws `decode/invalid` for what is no Value and `decode/limit` above the limits. */
export const valueCodec: Codec<Value> = {
  write: (writer, value) => {
    const start = writer.length;
    writeValue(writer, value, 0);
    checkSize(writer.length - start);
  },
  read: (reader) => {
    const start = reader.offset;
    const value = readValue(reader, 0);
    checkSize(reader.offset - start);
    return value;
  },
};

/** Numbers alone, in the same bytes as a Value. */
export const numberCodec: Codec<number> = {
  write: writeNumber,
  read: (reader) => readNumber(reader, reader.u8()),
};

/** The value as every replica will read it: a copy that shares nothing. `decode/invalid` or `decode/limit` when it cannot be one. */
export function canonicalValue(value: Value): Value {
  return decode(valueCodec, encode(valueCodec, value), 'value');
}

/** A total order: that of the bytes. Zero only for values that are the same. */
export function compareValues(a: Value, b: Value): number {
  return compareBytes(encode(valueCodec, a), encode(valueCodec, b));
}

/** By size; not-a-number after all others. */
export function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By UTF-16 code units, as `<` does. */
export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function writeValue(writer: Writer, value: Value, depth: number): void {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep();
  if (value === null) writer.u8(TAG.null);
  else if (typeof value === 'boolean') writer.u8(value ? TAG.true : TAG.false);
  else if (typeof value === 'number') writeNumber(writer, value);
  else if (typeof value === 'string') writer.u8(TAG.string).string(value);
  else if (value instanceof Uint8Array) writer.u8(TAG.bytes).bytes(value);
  else if (isList(value)) {
    writer.u8(TAG.list).varint(value.length);
    for (const item of value) writeValue(writer, item, depth + 1);
  } else writeRecord(writer, value, depth);
}

function writeRecord(writer: Writer, value: { readonly [key: string]: Value }, depth: number): void {
  if (!isPlainObject(value)) throw notAValue(value);
  // Sorted as they will be read: two keys that differ only in lone surrogates are one there.
  const entries = Object.entries(value).map(([key, item]) => [wellFormed(key), item] as const);
  entries.sort(([a], [b]) => compareStrings(a, b));
  writer.u8(TAG.record).varint(entries.length);
  let previous: string | undefined;
  for (const [key, item] of entries) {
    if (key === previous)
      throw new CausewayError(
        'decode/invalid',
        { what: 'value', detail: 'two equal keys' },
        'two keys of a record differ only in lone surrogates; use well-formed strings',
      );
    writer.string(key);
    writeValue(writer, item, depth + 1);
    previous = key;
  }
}

function writeNumber(writer: Writer, value: number): void {
  if (Number.isNaN(value)) writer.u8(TAG.notANumber);
  else if (isShortInteger(value)) writer.u8(TAG.integer).zigzag(value === 0 ? 0 : value);
  else writer.u8(TAG.double).f64(value);
}

function readValue(reader: Reader, depth: number): Value {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep();
  const tag = reader.u8();
  switch (tag) {
    case TAG.null:
      return null;
    case TAG.false:
      return false;
    case TAG.true:
      return true;
    case TAG.string:
      return reader.string(MAX_VALUE_BYTES, 'string of a value');
    case TAG.bytes:
      return reader.bytes(MAX_VALUE_BYTES, 'bytes of a value').slice();
    case TAG.list:
      return readList(reader, depth);
    case TAG.record:
      return readRecord(reader, depth);
    default:
      return readNumber(reader, tag);
  }
}

function readList(reader: Reader, depth: number): Value {
  const count = reader.count(MAX_VALUE_BYTES, 'items of a list');
  const items: Value[] = [];
  for (let i = 0; i < count; i++) items.push(readValue(reader, depth + 1));
  return items;
}

function readRecord(reader: Reader, depth: number): Value {
  const count = reader.count(MAX_VALUE_BYTES, 'keys of a record', 2);
  const entries: [string, Value][] = [];
  for (let i = 0; i < count; i++) {
    const key = reader.string(MAX_VALUE_BYTES, 'key of a record');
    const previous = entries.at(-1);
    if (previous !== undefined && previous[0] >= key) throw reader.invalid('keys of a record out of order');
    entries.push([key, readValue(reader, depth + 1)]);
  }
  // Object.fromEntries defines properties, so a key called __proto__ is one like any other.
  return Object.fromEntries(entries);
}

function readNumber(reader: Reader, tag: number): number {
  if (tag === TAG.notANumber) return Number.NaN;
  if (tag === TAG.integer) {
    const value = reader.zigzag();
    if (!isShortInteger(value))
      throw reader.invalid('an integer of 2^52 or more that is not written as a double');
    return value;
  }
  if (tag !== TAG.double) throw reader.invalid(`unknown tag ${tag} of a value`);
  const value = reader.f64();
  if (Number.isNaN(value) || isShortInteger(value)) throw reader.invalid('a number that has a shorter form');
  return value;
}

function isShortInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= MAX_INTEGER;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** An object literal, or one without prototype, from whichever realm. */
function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const loneSurrogate = /\p{Surrogate}/gu;

/** The text with each lone surrogate as U+FFFD, as its UTF-8 has it. */
export function wellFormed(text: string): string {
  return text.replace(loneSurrogate, '\ufffd');
}

function checkSize(bytes: number): void {
  if (bytes <= MAX_VALUE_BYTES) return;
  throw new CausewayError(
    'decode/limit',
    { what: 'value bytes', value: bytes, limit: MAX_VALUE_BYTES },
    `a value of ${bytes} bytes is above ${MAX_VALUE_BYTES}; put what is large into a document of its own`,
  );
}

function tooDeep(): CausewayError<'decode/limit'> {
  return new CausewayError(
    'decode/limit',
    { what: 'value depth', value: MAX_VALUE_DEPTH + 1, limit: MAX_VALUE_DEPTH },
    `lists and records lie within each other more than ${MAX_VALUE_DEPTH} deep`,
  );
}

function notAValue(value: unknown): CausewayError<'decode/invalid'> {
  const shown =
    typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value;
  return new CausewayError(
    'decode/invalid',
    { what: 'value', detail: shown },
    `${shown} is no value: take null, booleans, numbers, strings, Uint8Array, lists and plain objects of these`,
  );
}
