/**
 * What operators do with documents: list them, take a copy out, bring one in, delete. Leaves out: who may (operator.ts), and HTTP
 * (admin-http.ts).
 */
import { CausewayError } from '@causeway/core';
import type { FormatRegistry } from '@causeway/core/format';
import type { DocumentKind, DocumentName } from '@causeway/core/id';
import type { BatchId } from '@causeway/core/sync';
import type { Folding } from './folding/folding.ts';
import { readLog } from './log-fold.ts';
import type { Rooms } from './rooms.ts';
import type { DocumentLog, LogHead } from './storage/document-log.ts';

export interface DocumentInfo {
  readonly name: DocumentName;
  /** Undefined for a document that cannot be read. */
  readonly kind: DocumentKind | undefined;
  /** Updates that it was made of so far, folded ones too. */
  readonly updates: number;
  readonly bytes: number;
  /** Why it cannot be read. */
  readonly damage?: string;
}

export interface ExportedDocument {
  readonly kind: DocumentKind;
  /** All of it as one update of its kind. */
  readonly update: Uint8Array;
}

export interface AdministrationParts {
  readonly log: DocumentLog;
  readonly rooms: Rooms;
  readonly formats: FormatRegistry;
  readonly folding: Folding;
  readonly maxUpdateBytes: number;
  newBatch(): BatchId;
  /** Calls `run` when everything that has arrived has been looked at. */
  soon(run: () => void): void;
}

/** A listing reads the head of each document. */
const MAX_LISTED = 1000;

export class Administration {
  readonly #parts: AdministrationParts;

  constructor(parts: AdministrationParts) {
    this.#parts = parts;
  }

  /** Documents in the order of their names, those after `after`, at most 1,000 at a time. */
  async list(after: DocumentName | undefined, limit: number = MAX_LISTED): Promise<readonly DocumentInfo[]> {
    const { log } = this.#parts;
    const names = await log.list({
      ...(after === undefined ? {} : { after }),
      limit: Math.min(limit, MAX_LISTED),
    });
    const infos: DocumentInfo[] = [];
    for (const name of names) {
      try {
        const head = await log.find(name);
        if (head !== undefined) infos.push(infoOf(name, head));
      } catch (error) {
        if (!CausewayError.is(error, 'storage/corrupt')) throw error;
        infos.push({ name, kind: undefined, updates: 0, bytes: 0, damage: error.message });
      }
    }
    return infos;
  }

  /** Undefined when there is none. Rejects with `storage/*`. */
  async export(name: DocumentName): Promise<ExportedDocument | undefined> {
    const { log, folding, formats, soon } = this.#parts;
    const head = await log.find(name);
    if (head === undefined) return undefined;
    const { updates } = await readLog({ name, log, soon }, 0);
    const { update } = await folding.merge(formats.formatOf(head.kind), updates, false);
    return { kind: head.kind, update };
  }

  /**
   * Merges an update into a document, which is made when there is none; who has it open is told as of any other. Resolves when
   * that is durable. Rejects with `decode/*` for what is no update of this kind, and as `DocumentLog.open`.
   */
  async import(name: DocumentName, { kind, update }: ExportedDocument): Promise<void> {
    const { rooms, formats, maxUpdateBytes } = this.#parts;
    if (update.length > maxUpdateBytes) throw tooLarge(update.length, maxUpdateBytes);
    formats.formatOf(kind).validate(update);
    const room = await rooms.enter(name, kind, true);
    try {
      await room.take(this.#parts.newBatch(), update);
    } finally {
      rooms.leave(room);
    }
  }

  /** Folds its log now, as far as the rules of what to keep allow. False when there is none. */
  async compact(name: DocumentName): Promise<boolean> {
    const { log, rooms } = this.#parts;
    const head = await log.find(name);
    if (head === undefined) return false;
    const room = await rooms.enter(name, head.kind, false);
    try {
      await room.fold();
    } finally {
      rooms.leave(room);
    }
    return true;
  }

  /** Closes it for everyone and deletes it. With `forever`, clients that still have it cannot bring it back. False when there was none. */
  async delete(name: DocumentName, forever: boolean): Promise<boolean> {
    const { log, rooms } = this.#parts;
    const isThere = (await log.find(name)) !== undefined;
    await rooms.bury(name);
    if (!forever) await log.delete(name);
    return isThere;
  }
}

function infoOf(name: DocumentName, { kind, head, snapshotBytes, tailBytes }: LogHead): DocumentInfo {
  return { name, kind, updates: head, bytes: snapshotBytes + tailBytes };
}

function tooLarge(bytes: number, limit: number): CausewayError<'decode/limit'> {
  return new CausewayError(
    'decode/limit',
    { what: 'update', value: bytes, limit },
    `${bytes} bytes in one update; this relay takes ${limit}`,
  );
}
