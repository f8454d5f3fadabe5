/**
 * What a worker thread is asked, and what it answers: pure functions on bytes. Errors travel as what they are made of, since
 * an object loses its class on the way.
 */
import { CausewayError, type ErrorCode, type ErrorData } from '@causeway/core';
import type { FormatRegistry, Version } from '@causeway/core/format';
import type { DocumentKind } from '@causeway/core/id';
import { mergeOf } from './folding.ts';

export type FoldJob =
  /** Updates are packed one behind the other, so that they move to the thread at once. */
  | {
      readonly type: 'merge';
      readonly kind: DocumentKind;
      readonly packed: Uint8Array;
      readonly lengths: readonly number[];
      readonly collect: boolean;
    }
  | { readonly type: 'version'; readonly kind: DocumentKind; readonly update: Uint8Array }
  | {
      readonly type: 'diff';
      readonly kind: DocumentKind;
      readonly update: Uint8Array;
      readonly since: Version;
    };

export type FoldAnswer =
  | { readonly type: 'done'; readonly update: Uint8Array; readonly version: Version | undefined }
  | { readonly type: 'failed'; readonly message: string; readonly cause: FailureCause | undefined };

interface FailureCause {
  readonly code: ErrorCode;
  readonly data: ErrorData[ErrorCode];
}

/** Does the job. Never throws: what fails is an answer too. */
export function carryOut(job: FoldJob, formats: FormatRegistry): FoldAnswer {
  try {
    const format = formats.formatOf(job.kind);
    switch (job.type) {
      case 'version':
        return { type: 'done', update: NOTHING, version: format.versionOf(job.update) };
      case 'diff':
        return { type: 'done', update: format.diff(job.update, job.since), version: undefined };
      case 'merge': {
        const merged = mergeOf(format, unpack(job.packed, job.lengths));
        const update = job.collect ? (format.collect?.(merged) ?? merged) : merged;
        return { type: 'done', update, version: format.versionOf(update) };
      }
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const cause = error instanceof CausewayError ? { code: error.code, data: error.data } : undefined;
    return { type: 'failed', message, cause };
  }
}

/** The error as it was thrown in the thread; one of no code of ours is the format's own fault. */
export function errorOf({ message, cause }: Extract<FoldAnswer, { type: 'failed' }>): CausewayError {
  if (cause === undefined)
    return new CausewayError('storage/failed', { what: 'worker thread', detail: message }, message);
  return new CausewayError(cause.code, cause.data, message.replace(`${cause.code}: `, ''));
}

/** The updates in one piece of memory that nothing else is in. */
export function pack(updates: readonly Uint8Array[]): {
  readonly packed: Uint8Array<ArrayBuffer>;
  readonly lengths: readonly number[];
} {
  const lengths = updates.map(({ length }) => length);
  const packed = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const update of updates) {
    packed.set(update, at);
    at += update.length;
  }
  return { packed, lengths };
}

function unpack(packed: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return packed.subarray(at - length, at);
  });
}

const NOTHING = new Uint8Array();
