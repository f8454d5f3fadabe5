/**
 * What a page could not finish writing to the store when it was closed: batches whose transaction had not completed, for instance
 * because another tab held the database. They are put into `localStorage`, which is written synchronously, while the page
 * is being hidden, and taken from there into the store by the next page that opens it.
 *
 * Nothing is journalled while a page is open: a page that is killed without a `pagehide` keeps what its browser had taken.
 */
import { type Codec, decode, encode } from '@causeway/core/bytes';
import {
  type DocumentKind,
  type DocumentName,
  MAX_DOCUMENT_KIND_BYTES,
  MAX_DOCUMENT_NAME_BYTES,
  parseDocumentKind,
  parseDocumentName,
  parseReplicaId,
  type ReplicaId,
} from '@causeway/core/id';
import { parseBatchId } from '@causeway/core/sync';
import { crc32 } from './checksum.ts';
import type { Batch } from './document-store.ts';

export interface JournalEntry {
  readonly name: DocumentName;
  readonly kind: DocumentKind;
  readonly batches: readonly Batch[];
}

export interface JournalOptions {
  readonly storage: Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>;
  /** Told of `pagehide` and `pageshow`. */
  readonly page: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
  /** Journals of one store share it; `#` and a number follow. */
  readonly prefix: string;
  /** An unsigned 32-bit integer. */
  readonly random: () => number;
}

/**
 * Browsers give `localStorage` some 5 million characters per site, which the app needs too. What does not fit in here, the
 * paste of an image at the very moment of closing, depends on the browser completing the transaction by itself.
 */
const MAX_JOURNAL_BYTES = 1024 * 1024;
const MAX_JOURNAL_ENTRIES = 100_000;

export class Journal {
  readonly #options: JournalOptions;
  readonly #key: string;
  readonly #retiredKey: string;
  readonly #underWay = new Set<JournalEntry>();
  #leaving = false;
  #saved = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#key = `${options.prefix}#${options.random()}`;
    this.#retiredKey = `${options.prefix}!retired`;
    options.page.addEventListener('pagehide', this.#leave);
    options.page.addEventListener('pageshow', this.#stay);
  }

  /** The entry is under way until the returned function is called. */
  hold(entry: JournalEntry): () => void {
    this.#underWay.add(entry);
    if (this.#leaving) this.#save();
    return () => {
      this.#underWay.delete(entry);
      if (this.#saved) this.#save();
    };
  }

  /** What pages have left behind, each with its key for `forget`. A journal that does not decode is left where it is. */
  left(): readonly { readonly key: string; readonly entries: readonly JournalEntry[] }[] {
    const { storage, prefix } = this.#options;
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
    return keys.flatMap((key) => {
      if (key === null || !key.startsWith(`${prefix}#`) || key === this.#key) return [];
      const entries = entriesIn(storage.getItem(key));
      return entries === undefined ? [] : [{ key, entries }];
    });
  }

  forget(key: string): void {
    this.#options.storage.removeItem(key);
  }

  /** Notes that a replica id may not be used again, where the store cannot. False when that fails too. */
  retire(id: ReplicaId): boolean {
    try {
      this.#options.storage.setItem(this.#retiredKey, [...this.retired(), id].join(' '));
      return true;
    } catch {
      return false;
    }
  }

  retired(): readonly ReplicaId[] {
    const ids = this.#options.storage.getItem(this.#retiredKey)?.split(' ').map(Number) ?? [];
    return ids.filter((id) => Number.isSafeInteger(id) && id > 0).map(parseReplicaId);
  }

  /** The store knows it now. */
  forgetRetired(id: ReplicaId): void {
    const { storage } = this.#options;
    const rest = this.retired().filter((other) => other !== id);
    if (rest.length === 0) storage.removeItem(this.#retiredKey);
    else storage.setItem(this.#retiredKey, rest.join(' '));
  }

  close(): void {
    this.#options.page.removeEventListener('pagehide', this.#leave);
    this.#options.page.removeEventListener('pageshow', this.#stay);
  }

  readonly #leave = (): void => {
    this.#leaving = true;
    if (this.#underWay.size > 0) this.#save();
  };

  readonly #stay = (): void => {
    this.#leaving = false;
  };

  #save(): void {
    const { storage } = this.#options;
    const entries = fitting([...this.#underWay]);
    try {
      if (entries.length === 0) storage.removeItem(this.#key);
      else storage.setItem(this.#key, textOf(entries));
      this.#saved = entries.length > 0;
    } catch {
      // The site's storage is full or forbidden. The transactions are still under way, and most complete by themselves.
    }
  }
}

/** As many entries as fit, oldest first: later edits build on earlier ones. */
function fitting(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  let bytes = 0;
  const end = entries.findIndex((entry) => {
    bytes += entry.batches.reduce((sum, { update }) => sum + update.length, 0);
    return bytes > MAX_JOURNAL_BYTES;
  });
  return end < 0 ? entries : entries.slice(0, end);
}

/** One character per byte: browsers keep such strings in one byte per character. The checksum comes first. */
function textOf(entries: readonly JournalEntry[]): string {
  const bytes = encode(journalCodec, entries);
  let text = crc32(bytes).toString(16).padStart(8, '0');
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function entriesIn(text: string | null): readonly JournalEntry[] | undefined {
  if (text === null) return undefined;
  const bytes = Uint8Array.from(text.slice(8), (character) => character.charCodeAt(0));
  if (crc32(bytes).toString(16).padStart(8, '0') !== text.slice(0, 8)) return undefined;
  try {
    return decode(journalCodec, bytes, 'journal');
  } catch {
    return undefined;
  }
}

const journalCodec: Codec<readonly JournalEntry[]> = {
  write: (writer, entries) => {
    writer.varint(entries.length);
    for (const { name, kind, batches } of entries) {
      writer.string(name).string(kind).varint(batches.length);
      for (const { id, update } of batches) writer.varint(id).bytes(update);
    }
  },
  read: (reader) =>
    Array.from({ length: reader.count(MAX_JOURNAL_ENTRIES, 'entries') }, () => ({
      name: parseDocumentName(reader.string(MAX_DOCUMENT_NAME_BYTES, 'name')),
      kind: parseDocumentKind(reader.string(MAX_DOCUMENT_KIND_BYTES, 'kind')),
      batches: Array.from({ length: reader.count(MAX_JOURNAL_ENTRIES, 'batches') }, () => ({
        id: parseBatchId(reader.varint()),
        update: reader.bytes(MAX_JOURNAL_BYTES, 'update'),
      })),
    })),
};
