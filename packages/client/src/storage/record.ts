/**
 * What one stored record holds, as bytes under a checksum: stored bytes are input from the disk and from other versions of
 * this software, so they are checked like input. A record that fails is `storage/corrupt` with its key.
 */
import { CausewayError } from '@causeway/core';
import { type Codec, decode, encode } from '@causeway/core/bytes';
import { type DocumentKind, MAX_DOCUMENT_KIND_BYTES, parseDocumentKind } from '@causeway/core/id';
import { type Position, parseBatchId } from '@causeway/core/sync';
import type { Dated } from './apply-changes.ts';
import { crc32 } from './checksum.ts';
import type { Batch, QuarantinedBatch } from './document-store.ts';

/** Bytes and their CRC-32: what lies in a store's row. */
export interface Sealed {
  readonly bytes: Uint8Array;
  readonly sum: number;
}

/** Longest update in a record: what the relay may send in one frame. */
const MAX_RECORD_UPDATE_BYTES = 256 * 1024 * 1024;
/** Longer than any code or message that a relay may send. */
const MAX_RECORD_TEXT_BYTES = 4096;

export function seal<T>(codec: Codec<T>, value: T): Sealed {
  const bytes = encode(codec, value);
  return { bytes, sum: crc32(bytes) };
}

/** The value of a row read at `key`; throws `storage/corrupt` unless it is whole. */
export function unseal<T>(codec: Codec<T>, row: unknown, key: string): T {
  if (!isSealed(row)) throw corrupt(key, 'the row is no record');
  if (crc32(row.bytes) !== row.sum) throw corrupt(key, 'the bytes do not match their checksum');
  try {
    return decode(codec, row.bytes, 'stored record');
  } catch (error) {
    if (CausewayError.inFamily(error, 'decode')) throw corrupt(key, error.message);
    throw error;
  }
}

export function corrupt(key: string, detail: string): CausewayError<'storage/corrupt'> {
  const message = `record ${key}: ${detail}; other records are unharmed, and the relay may still have what it held`;
  return new CausewayError('storage/corrupt', { key, detail }, message);
}

function isSealed(row: unknown): row is Sealed {
  if (typeof row !== 'object' || row === null) return false;
  return 'bytes' in row && row.bytes instanceof Uint8Array && 'sum' in row && typeof row.sum === 'number';
}

export const kindCodec: Codec<DocumentKind> = {
  write: (writer, kind) => void writer.string(kind),
  read: (reader) => parseDocumentKind(reader.string(MAX_DOCUMENT_KIND_BYTES, 'document kind')),
};

export const positionCodec: Codec<Position> = {
  write: (writer, { epoch, offset }) => void writer.varint(epoch).varint(offset),
  read: (reader) => ({ epoch: reader.varint(), offset: reader.varint() }),
};

export const chunkCodec: Codec<Uint8Array> = {
  write: (writer, update) => void writer.raw(update),
  read: (reader) => reader.rest(),
};

export const batchCodec: Codec<Dated<Batch>> = {
  write: (writer, { id, update, madeAt }) => void writer.varint(madeAt).varint(id).bytes(update),
  read: (reader) => ({
    madeAt: reader.varint(),
    id: parseBatchId(reader.varint()),
    update: reader.bytes(MAX_RECORD_UPDATE_BYTES, 'update'),
  }),
};

export const quarantineCodec: Codec<Dated<QuarantinedBatch>> = {
  write: (writer, batch) => {
    batchCodec.write(writer, batch);
    writer.string(batch.code).string(batch.message);
  },
  read: (reader) => ({
    ...batchCodec.read(reader),
    code: reader.string(MAX_RECORD_TEXT_BYTES, 'code'),
    message: reader.string(MAX_RECORD_TEXT_BYTES, 'message'),
  }),
};
