/**
 * How operations are told apart in updates of every form: a varint with the kind and, of a sequence's, how many elements, of
 * any other, which fields it has.
 *
 *      a sequence's     4·elements + 0 insert, 1 delete, 2 delete backward
 *      any other        4·(fields + 16·kind) + 3
 */
import type { Reader, Writer } from '../bytes/index.ts';
import { valueCodec } from '../bytes/value.ts';
import type { Dot } from '../id/index.ts';
import { BACKSPACE, INSERT, type SequenceOpKind } from '../op/sequence/sequence-log.ts';
import { type ContainerType, MAX_CONTAINER_NAME_BYTES } from './container-id.ts';
import { MAX_DOTS } from './event-batch.ts';
import { LIST_MOVE } from './list-content.ts';
import type { PlainOp } from './op-log.ts';

const PLAIN = 3;
const HAS_KEY = 1;
const HAS_TARGET = 2;
const HAS_PARENT = 4;
const HAS_VALUE = 8;
/** Far more kinds than types need. */
const MAX_PLAIN_KIND = 63;

const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function codeOfSequence(kind: SequenceOpKind, count: number): number {
  return kind + 4 * count;
}

export function codeOfPlain(op: PlainOp): number {
  const fields =
    (op.key === undefined ? 0 : HAS_KEY) |
    (op.target === undefined ? 0 : HAS_TARGET) |
    (op.parent === undefined ? 0 : HAS_PARENT) |
    (op.value === undefined ? 0 : HAS_VALUE);
  return PLAIN + 4 * (fields + 16 * op.kind);
}

export function isPlainCode(code: number): boolean {
  return code % 4 === PLAIN;
}

/** Of a sequence's operation. */
export function kindOfCode(code: number): SequenceOpKind {
  return (code % 4) as SequenceOpKind;
}

/** Of a sequence's operation: its elements. */
export function countOfCode(code: number): number {
  return Math.floor(code / 4);
}

/** Whether an operation of this code on a container of this type has an index beside its fields: a list's move does, and takes a dot for its slot. */
export function isMoveCode(type: ContainerType | undefined, code: number): boolean {
  return isPlainCode(code) && isMoveOp(type, Math.floor(code / 64));
}

export function isMoveOp(type: ContainerType | undefined, kind: number): boolean {
  return type === 'list' && kind === LIST_MOVE;
}

/** An index that an operation of this code can have. */
export function checkIndex(reader: Reader, type: ContainerType, code: number, index: number): number {
  let lowest = index;
  if (!isPlainCode(code)) {
    if (type !== 'text' && type !== 'list') throw reader.invalid('an index where there is no order');
    const count = countOfCode(code);
    if (count === 0 || count > MAX_DOTS) throw reader.invalid(`an operation on ${count} elements`);
    if (kindOfCode(code) === BACKSPACE) lowest = index - count + 1;
  }
  if (lowest < 0 || index > MAX_DOTS) throw reader.invalid(`index ${index}`);
  return index;
}

/** Where typing or deleting would go on. */
export function indexAfter(kind: SequenceOpKind, index: number, count: number): number {
  return kind === INSERT ? index + count : kind === BACKSPACE ? index - count : index;
}

export function writeFields(
  writer: Writer,
  op: PlainOp,
  writeKey: (key: string) => void,
  writeDot: (dot: Dot) => void,
): void {
  if (op.key !== undefined) writeKey(op.key);
  if (op.target !== undefined) writeDot(op.target);
  if (op.parent !== undefined) writeDot(op.parent);
  if (op.value !== undefined) valueCodec.write(writer, op.value);
}

export function readFields(reader: Reader, code: number, readKey: () => string, readDot: () => Dot): PlainOp {
  const head = Math.floor(code / 4);
  const kind = Math.floor(head / 16);
  if (kind > MAX_PLAIN_KIND) throw reader.invalid(`unknown operation ${kind}`);
  return {
    kind,
    ...((head & HAS_KEY) === 0 ? {} : { key: readKey() }),
    ...((head & HAS_TARGET) === 0 ? {} : { target: readDot() }),
    ...((head & HAS_PARENT) === 0 ? {} : { parent: readDot() }),
    ...((head & HAS_VALUE) === 0 ? {} : { value: valueCodec.read(reader) }),
  };
}

/** The name of a container at the root, or a key. */
export function readName(reader: Reader): string {
  return reader.string(MAX_CONTAINER_NAME_BYTES, 'name');
}

/** What is left, which is text. */
export function readText(reader: Reader): string {
  try {
    return textDecoder.decode(reader.rest());
  } catch {
    throw reader.invalid('text that is not UTF-8');
  }
}
