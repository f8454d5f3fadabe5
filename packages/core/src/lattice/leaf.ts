/**
 * Leaf: a type of plain values that registers and sets hold and maps have as keys: how it is written, ordered, and
 * named in descriptors. Leaves never merge; that is what lattices are for.
 */
import { type Codec, compareBytes, decode, encode } from '../bytes/index.ts';
import {
  canonicalValue,
  compareNumbers,
  compareStrings,
  compareValues,
  MAX_VALUE_BYTES,
  numberCodec,
  type Value,
  valueCodec,
  wellFormed,
} from '../bytes/value.ts';
import { CausewayError } from '../error.ts';

export interface Leaf<T> {
  /** In descriptors; lower-case letters and hyphens. */
  readonly name: string;
  readonly codec: Codec<T>;

  /** A total order, zero only for values with equal bytes. */
  compare(a: T, b: T): number;

  /**
   * The value as other replicas will read it. Mutators store this and nothing else, so that a state is the same before
   * and after its bytes. `decode/*` when the value has no bytes: of another type, or too large.
   */
  canonical(value: T): T;
}

/** A leaf of an app's own; `canonical` is a way through the codec and back. */
export function leafOf<T>(name: string, codec: Codec<T>, compare: (a: T, b: T) => number): Leaf<T> {
  return { name, codec, compare, canonical: (value) => decode(codec, encode(codec, value), name) };
}

/** Lone surrogates become U+FFFD: they have no UTF-8. */
export const stringLeaf: Leaf<string> = {
  name: 'string',
  codec: {
    write: (writer, value) => {
      const start = writer.length;
      writer.string(value);
      checkSize(writer.length - start);
    },
    read: (reader) => {
      const start = reader.offset;
      const value = reader.string(MAX_VALUE_BYTES, 'string');
      checkSize(reader.offset - start);
      return value;
    },
  },
  compare: compareStrings,
  canonical: (value) => {
    checkType('string', typeof value === 'string', value);
    // UTF-8 has at most three bytes for each UTF-16 unit: only a long string needs to be measured.
    if (value.length * 3 > MAX_VALUE_BYTES) encode(stringLeaf.codec, value);
    return wellFormed(value);
  },
};

/** Any number of JavaScript; -0 is 0. Not-a-number is equal to itself and above all others. */
export const numberLeaf: Leaf<number> = {
  name: 'number',
  codec: numberCodec,
  compare: compareNumbers,
  canonical: (value) => {
    checkType('number', typeof value === 'number', value);
    return value === 0 ? 0 : value;
  },
};

/** False comes before true. */
export const booleanLeaf: Leaf<boolean> = {
  name: 'boolean',
  codec: {
    write: (writer, value) => void writer.u8(value ? 1 : 0),
    read: (reader) => {
      const byte = reader.u8();
      if (byte > 1) throw reader.invalid(`${byte} is no boolean`);
      return byte === 1;
    },
  },
  compare: (a, b) => Number(a) - Number(b),
  canonical: (value) => {
    checkType('boolean', typeof value === 'boolean', value);
    return value;
  },
};

export const bytesLeaf: Leaf<Uint8Array> = {
  name: 'bytes',
  codec: {
    write: (writer, value) => {
      checkSize(value.length);
      writer.bytes(value);
    },
    // A copy: a view would keep the whole update in memory and change with it.
    read: (reader) => reader.bytes(MAX_VALUE_BYTES, 'bytes').slice(),
  },
  compare: compareBytes,
  canonical: (value) => {
    checkType('Uint8Array', value instanceof Uint8Array, value);
    checkSize(value.length);
    return value.slice();
  },
};

export const valueLeaf: Leaf<Value> = {
  name: 'value',
  codec: valueCodec,
  compare: compareValues,
  canonical: canonicalValue,
};

const builtIn: readonly Leaf<Value>[] = [stringLeaf, numberLeaf, booleanLeaf, bytesLeaf, valueLeaf];

/** The built-in leaf of this name, its type widened to what all of them hold. */
export function leafNamed(name: string): Leaf<Value> | undefined {
  return builtIn.find((leaf) => leaf.name === name);
}

function checkType(wanted: string, is: boolean, found: unknown): void {
  if (is) return;
  throw new CausewayError(
    'decode/invalid',
    { what: wanted, detail: typeof found },
    `a value of type ${typeof found} where a ${wanted} belongs`,
  );
}

function checkSize(size: number): void {
  if (size <= MAX_VALUE_BYTES) return;
  throw new CausewayError(
    'decode/limit',
    { what: 'value bytes', value: size, limit: MAX_VALUE_BYTES },
    `a value of ${size} bytes is above ${MAX_VALUE_BYTES}; put what is large into a document of its own`,
  );
}
