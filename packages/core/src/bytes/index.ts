export { type Codec, decode, encode, optionalCodec } from './codec.ts';
export { compareBytes, concatBytes, equalBytes } from './compare.ts';
export { Reader } from './reader.ts';
export { Writer } from './writer.ts';
