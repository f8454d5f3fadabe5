/** Values are the same in states and in operations: see bytes/value.ts. */
export {
  canonicalValue,
  compareNumbers,
  compareStrings,
  compareValues,
  MAX_VALUE_BYTES,
  MAX_VALUE_DEPTH,
  numberCodec,
  type Value,
  valueCodec,
  wellFormed,
} from '../bytes/value.ts';
