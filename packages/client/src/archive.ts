/**
 * Documents as a file: one, several or all of a client, with what the relay does not have yet. Leaves out: compression, and
 * who may read the file.
 *
 *   file      "causeway-archive", version, count, that many of (record, its CRC-32)
 *   record    name, kind, updates
 *
 * Lengths and numbers are varints, as in docs/formats.md. A file is read whole before any of it is imported.
 */
import { CausewayError } from '@causeway/core';
import { type Codec, decode, encode } from '@causeway/core/bytes';
import { MAX_DOCUMENT_KIND_BYTES, MAX_DOCUMENT_NAME_BYTES } from '@causeway/core/id';
import type { Client, ExportedDocument } from './client.ts';
import { crc32 } from './storage/checksum.ts';

export const ARCHIVE_VERSION = 1;

const MAGIC = 'causeway-archive';
/** More than a client can list in a reasonable time. */
const MAX_DOCUMENTS = 1_000_000;
/** As in a store: what a relay may send at once. */
const MAX_RECORD_BYTES = 256 * 1024 * 1024;
/** A document has a few dozen chunks; offline, as many batches again. */
const MAX_UPDATES = 1_000_000;

export interface Archive {
  readonly bytes: Uint8Array;
  /** Names of the documents in it. */
  readonly names: readonly string[];
  /** What could not be read here, and is not in it. */
  readonly failures: readonly ArchiveFailure[];
}

export interface ArchiveFailure {
  readonly name: string;
  readonly error: CausewayError;
}

export interface ImportReport {
  readonly imported: readonly string[];
  /** Each failed by itself; the others are there. */
  readonly failures: readonly ArchiveFailure[];
}

/** The documents of these names as a file, or all that this device has. Names of no document are left out. */
export async function exportDocuments(
  client: Pick<Client, 'exportDocument' | 'list'>,
  names?: readonly string[],
): Promise<Archive> {
  const wanted = names ?? (await client.list()).map(({ name }) => name);
  const documents: ExportedDocument[] = [];
  const failures = await failuresOf(wanted, async (name) => {
    const document = await client.exportDocument(name);
    if (document !== undefined) documents.push(document);
  });
  return { bytes: encodeArchive(documents), names: documents.map(({ name }) => name), failures };
}

/** Imports every document of a file: see `Client.importDocument`. `decode/*` unless the file is whole; then nothing is imported. */
export async function importDocuments(
  client: Pick<Client, 'importDocument'>,
  bytes: Uint8Array,
): Promise<ImportReport> {
  const documents = new Map(decodeArchive(bytes).map((document) => [document.name, document]));
  const imported: string[] = [];
  const failures = await failuresOf([...documents.keys()], async (name) => {
    const document = documents.get(name);
    if (document !== undefined) await client.importDocument(document);
    imported.push(name);
  });
  return { imported, failures };
}

export function encodeArchive(documents: readonly ExportedDocument[]): Uint8Array {
  return encode(archiveCodec, documents);
}

/** `decode/*` unless the bytes are a whole archive: `decode/version` for one of newer software. */
export function decodeArchive(bytes: Uint8Array): readonly ExportedDocument[] {
  return decode(archiveCodec, bytes, 'archive');
}

const recordCodec: Codec<ExportedDocument> = {
  write: (writer, { name, kind, updates }) => {
    writer.string(name).string(kind).varint(updates.length);
    for (const update of updates) writer.bytes(update);
  },
  read: (reader) => ({
    name: reader.string(MAX_DOCUMENT_NAME_BYTES, 'name'),
    kind: reader.string(MAX_DOCUMENT_KIND_BYTES, 'kind'),
    updates: Array.from({ length: reader.count(MAX_UPDATES, 'updates') }, () =>
      reader.bytes(MAX_RECORD_BYTES, 'update'),
    ),
  }),
};

const archiveCodec: Codec<readonly ExportedDocument[]> = {
  write: (writer, documents) => {
    writer.string(MAGIC).varint(ARCHIVE_VERSION).varint(documents.length);
    for (const document of documents) {
      const record = encode(recordCodec, document);
      writer.bytes(record).varint(crc32(record));
    }
  },
  read: (reader) => {
    if (reader.string(MAGIC.length, 'magic') !== MAGIC)
      throw reader.invalid('this file is no archive of documents');
    const found = reader.varint();
    if (found !== ARCHIVE_VERSION) throw archiveVersion(found);
    return Array.from({ length: reader.count(MAX_DOCUMENTS, 'documents') }, () => {
      const record = reader.bytes(MAX_RECORD_BYTES, 'record');
      if (reader.varint() !== crc32(record)) {
        throw reader.invalid('a record does not match its checksum: the file is damaged, take another copy');
      }
      return decode(recordCodec, record, 'archive record');
    });
  },
};

function archiveVersion(found: number): CausewayError<'decode/version'> {
  const data = { what: 'archive', found, supported: ARCHIVE_VERSION };
  const message = `an archive of version ${found}; this page reads ${ARCHIVE_VERSION}: reload it to get the newer software`;
  return new CausewayError('decode/version', data, message);
}

/** One after the other, so that never more than one document is in memory twice. */
async function failuresOf(
  names: readonly string[],
  action: (name: string) => Promise<void>,
): Promise<readonly ArchiveFailure[]> {
  const failures: ArchiveFailure[] = [];
  for (const name of names) {
    try {
      await action(name);
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      failures.push({ name, error });
    }
  }
  return failures;
}
