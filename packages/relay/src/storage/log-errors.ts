/** The errors that every document log gives alike. */
import { CausewayError, InvariantError } from '@causeway/core';
import type { DocumentKind, DocumentName } from '@causeway/core/id';

export function kindMismatch(name: DocumentName, found: DocumentKind, wanted: DocumentKind): CausewayError {
  return new CausewayError(
    'protocol/kind-mismatch',
    { name, found, wanted },
    `document ${JSON.stringify(name)} is of kind ${found}, not ${wanted}: open it as what it is, or take another name`,
  );
}

export function documentDeleted(name: DocumentName): CausewayError<'protocol/deleted'> {
  return new CausewayError(
    'protocol/deleted',
    { name },
    `document ${JSON.stringify(name)} was deleted: take another name, or have an operator allow this one again`,
  );
}

export function logClosed(): CausewayError {
  return new CausewayError('storage/closed', { what: 'document log' }, 'the document log is closed');
}

export function queueFull(bytes: number, limit: number): CausewayError {
  return new CausewayError(
    'storage/full',
    { what: 'queue of appends' },
    `${bytes} bytes wait to be written, the limit is ${limit}: the disk is slower than what comes in; try again later`,
  );
}

export function notOpened(name: DocumentName): InvariantError {
  return new InvariantError('relay/opened-first', `document ${JSON.stringify(name)} was never opened`);
}

/** A snapshot holds a prefix of the log that is there. */
export function checkSnapshotOffset(name: DocumentName, offset: number, head: number): void {
  if (!Number.isSafeInteger(offset) || offset < 1 || offset > head) {
    throw new InvariantError(
      'R3',
      `a snapshot of ${JSON.stringify(name)} at ${offset}, but its head is ${head}`,
    );
  }
}
