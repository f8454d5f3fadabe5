/** The errors of stores, and what the browser's own mean. */
import { CausewayError } from '@causeway/core';
import type { DocumentKind, DocumentName } from '@causeway/core/id';

export function kindMismatch(
  name: DocumentName,
  found: DocumentKind,
  wanted: DocumentKind,
): CausewayError<'protocol/kind-mismatch'> {
  const message = `${JSON.stringify(name)} is stored as ${found}, not ${wanted}: open it as what it is, or take another name`;
  return new CausewayError('protocol/kind-mismatch', { name, found, wanted }, message);
}

export function storeClosed(what: string): CausewayError<'storage/closed'> {
  return new CausewayError(
    'storage/closed',
    { what },
    `${what}: the store is closed; make another client to go on`,
  );
}

export function storeVersion(found: number, supported: number): CausewayError<'storage/version'> {
  const message = `the database has version ${found}, this page can read ${supported}: reload it to get the newer software`;
  return new CausewayError('storage/version', { found, supported }, message);
}

/** Whatever a database threw, as `storage/*`. Errors of ours pass through. */
export function storageFailure(error: unknown, what: string): CausewayError {
  if (error instanceof CausewayError) return error;
  const name = error instanceof Error ? error.name : '';
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (name === 'QuotaExceededError') {
    const message = `${what}: no room left in this browser's storage; free some, or delete documents`;
    return new CausewayError('storage/full', { what }, message, { cause: error });
  }
  return new CausewayError('storage/failed', { what, detail }, `${what}: ${detail}; it is tried again`, {
    cause: error,
  });
}
