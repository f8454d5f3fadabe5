/**
 * Keys and records of a document log in an ordered key-value store. Every record carries a checksum over its key and its
 * body, so that damage is told from data, and a record under another's key too.
 *
 *   key                             body
 *   name 00 'e' offset (8 bytes)    varint batch · update           one for each entry
 *   name 00 'h'                     head: kind, epoch, offsets, sizes
 *   name 00 's'                     varint offset · update          the snapshot, if there is one
 *   00 'format'                     varint version of this layout
 *
 * Names hold no control characters, so the zero ends them and keeps their order. The head stands right behind the last
 * entry: an append touches one place of the tree.
 */
import { crc32 } from 'node:zlib';
import { CausewayError } from '@causeway/core';
import { Reader, Writer } from '@causeway/core/bytes';
import {
  type DocumentName,
  MAX_DOCUMENT_KIND_BYTES,
  parseDocumentKind,
  parseDocumentName,
} from '@causeway/core/id';
import { parseBatchId } from '@causeway/core/sync';
import type { LogEntry, LogHead } from './document-log.ts';

const ENTRY = 'e'.charCodeAt(0);
const HEAD = 'h'.charCodeAt(0);
const SNAPSHOT = 's'.charCodeAt(0);
const OFFSET_BYTES = 8;
const CHECKSUM_BYTES = 4;

export const FORMAT_KEY: Buffer = Buffer.from('\0format');
/** Before every key of a document. */
export const FIRST_NAME_KEY: Buffer = Buffer.from([1]);

export function entryKey(name: DocumentName, offset: number): Buffer {
  const prefix = Buffer.byteLength(name) + 2;
  const key = Buffer.allocUnsafe(prefix + OFFSET_BYTES);
  writePrefix(key, name, ENTRY);
  key.writeUInt32BE(Math.floor(offset / 2 ** 32), prefix);
  key.writeUInt32BE(offset % 2 ** 32, prefix + 4);
  return key;
}

export function headKey(name: DocumentName): Buffer {
  return shortKey(name, HEAD);
}

export function snapshotKey(name: DocumentName): Buffer {
  return shortKey(name, SNAPSHOT);
}

/** The first key that a document after this one could have. */
export function endKey(name: DocumentName): Buffer {
  return shortKey(name, SNAPSHOT + 1);
}

/** The name in any key of a document. */
export function nameOfKey(key: Buffer): DocumentName {
  return parseDocumentName(key.toString('utf8', 0, Math.max(0, key.indexOf(0))));
}

/** The offset in the key of an entry. */
export function offsetOfKey(key: Buffer): number {
  return Number(key.readBigUInt64BE(key.length - OFFSET_BYTES));
}

export function encodeEntry(key: Buffer, entry: LogEntry): Buffer {
  return sealNumbered(key, entry.batch, entry.update);
}

export function decodeEntry(key: Buffer, record: Buffer): LogEntry {
  return unseal(key, record, (reader) => ({
    offset: offsetOfKey(key),
    batch: parseBatchId(reader.varint()),
    update: reader.rest(),
  }));
}

export function encodeSnapshot(key: Buffer, offset: number, update: Uint8Array): Buffer {
  return sealNumbered(key, offset, update);
}

export function decodeSnapshot(key: Buffer, record: Buffer): { offset: number; update: Uint8Array } {
  return unseal(key, record, (reader) => ({ offset: reader.varint(), update: reader.rest() }));
}

export function encodeHead(key: Buffer, head: LogHead): Buffer {
  const writer = new Writer().string(head.kind).varint(head.epoch).varint(head.head);
  return seal(key, writer.varint(head.snapshot).varint(head.snapshotBytes).varint(head.tailBytes));
}

export function decodeHead(key: Buffer, record: Buffer): LogHead {
  return unseal(key, record, (reader) => {
    const head = {
      kind: parseDocumentKind(reader.string(MAX_DOCUMENT_KIND_BYTES, 'kind')),
      epoch: reader.varint(),
      head: reader.varint(),
      snapshot: reader.varint(),
      snapshotBytes: reader.varint(),
      tailBytes: reader.varint(),
    };
    reader.end();
    return head;
  });
}

/** A head of this kind is a tombstone: no format has it, and software that knows of none takes it for a document of another kind. */
const BURIED = parseDocumentKind('deleted');

export function isTombstone({ kind }: LogHead): boolean {
  return kind === BURIED;
}

export function tombstone(epoch: number): LogHead {
  return { kind: BURIED, epoch, head: 0, snapshot: 0, snapshotBytes: 0, tailBytes: 0 };
}

export function encodeFormatVersion(version: number): Buffer {
  return seal(FORMAT_KEY, new Writer().varint(version));
}

export function decodeFormatVersion(record: Buffer): number {
  return unseal(FORMAT_KEY, record, (reader) => reader.varint());
}

/** `storage/corrupt` for a record that should be there and is not, or does not say what it must. */
export function corruptRecord(key: Buffer, detail: string, options?: ErrorOptions): CausewayError {
  const shown = showKey(key);
  return new CausewayError(
    'storage/corrupt',
    { key: shown, detail },
    `the record of ${shown} is damaged (${detail}): restore it from a backup; other documents are not touched`,
    options,
  );
}

function shortKey(name: DocumentName, kind: number): Buffer {
  const key = Buffer.allocUnsafe(Buffer.byteLength(name) + 2);
  writePrefix(key, name, kind);
  return key;
}

function writePrefix(key: Buffer, name: DocumentName, kind: number): void {
  const length = key.write(name);
  key[length] = 0;
  key[length + 1] = kind;
}

function seal(key: Buffer, body: Writer): Buffer {
  const bytes = body.finish();
  const record = Buffer.allocUnsafe(CHECKSUM_BYTES + bytes.length);
  record.writeUInt32LE(checksum(key, bytes), 0);
  record.set(bytes, CHECKSUM_BYTES);
  return record;
}

/** A body of a varint and bytes, copied once: most of what a relay writes is this. */
function sealNumbered(key: Buffer, number: number, bytes: Uint8Array): Buffer {
  let numberBytes = 1;
  for (let rest = number; rest > 0x7f; rest = Math.floor(rest / 128)) numberBytes += 1;
  const record = Buffer.allocUnsafe(CHECKSUM_BYTES + numberBytes + bytes.length);
  let at = CHECKSUM_BYTES;
  let rest = number;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) record[at++] = (rest % 128) | 0x80;
  record[at++] = rest;
  record.set(bytes, at);
  record.writeUInt32LE(checksum(key, record.subarray(CHECKSUM_BYTES)), 0);
  return record;
}

function unseal<T>(key: Buffer, record: Buffer, read: (reader: Reader) => T): T {
  if (record.length < CHECKSUM_BYTES) throw corruptRecord(key, `${record.length} bytes are too few`);
  // No Buffer: its slice() would give whoever uses it on the update a view instead of a copy.
  const body = new Uint8Array(record.buffer, record.byteOffset, record.length).subarray(CHECKSUM_BYTES);
  const [stored, found] = [record.readUInt32LE(0), checksum(key, body)];
  if (stored !== found)
    throw corruptRecord(key, `checksum ${found.toString(16)} instead of ${stored.toString(16)}`);
  try {
    return read(new Reader(body, 'log record'));
  } catch (error) {
    throw corruptRecord(key, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function checksum(key: Buffer, body: Uint8Array): number {
  return crc32(body, crc32(key));
}

function showKey(key: Buffer): string {
  const end = key.indexOf(0);
  if (end <= 0) return 'the format of the store';
  const name = JSON.stringify(key.toString('utf8', 0, end));
  if (key[end + 1] === ENTRY) return `document ${name}, entry ${offsetOfKey(key)}`;
  return `document ${name}, ${key[end + 1] === HEAD ? 'head' : 'snapshot'}`;
}
