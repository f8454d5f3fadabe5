/**
 * The family of lattice documents: from a kind, which carries the descriptor of its type, to the format. A relay joins
 * states of built-in types without the app's code, and keeps those of an app's own types unread.
 */
import { CausewayError } from '../error.ts';
import type { FormatFamily, UpdateFormat } from '../format/index.ts';
import type { DocumentKind } from '../id/index.ts';
import { latticeOf } from '../lattice/index.ts';
import { latticeFormat, unresolvedLatticeFormat } from './lattice-format.ts';

const FAMILY = 'lattice';
const PREFIX = `${FAMILY}/`;

export function latticeFormats(): FormatFamily {
  return { family: FAMILY, formatOf };
}

/** A name of an app's own, as a type or leaf anywhere in a descriptor. */
const APP_NAME = /(^|[(,:])app:/;

function formatOf(kind: DocumentKind): UpdateFormat {
  if (!kind.startsWith(PREFIX)) {
    throw new CausewayError(
      'protocol/unknown-kind',
      { kind },
      `${kind} names no type: the kind of a lattice document is ${PREFIX} and a descriptor`,
    );
  }
  const descriptor = kind.slice(PREFIX.length);
  try {
    return latticeFormat(latticeOf(descriptor));
  } catch (error) {
    if (CausewayError.is(error, 'protocol/unknown-kind') && APP_NAME.test(descriptor)) {
      return unresolvedLatticeFormat(kind);
    }
    throw error;
  }
}
