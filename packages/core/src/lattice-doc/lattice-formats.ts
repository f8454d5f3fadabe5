/**
 * The family of lattice documents: from a kind, which carries the descriptor of its type, to the format. Types of ours are
 * resolved, so that a relay joins their states without the app's code.
 */
import { CausewayError } from '../error.ts';
import type { FormatFamily } from '../format/index.ts';
import { unresolvedLatticeFormat } from './lattice-format.ts';

const PREFIX = 'lattice/';

export function latticeFormats(): FormatFamily {
  return {
    family: 'lattice',
    formatOf: (kind) => {
      if (!kind.startsWith(PREFIX)) {
        throw new CausewayError(
          'protocol/unknown-kind',
          { kind },
          `${kind} names no type: a lattice document's kind is ${PREFIX} and a descriptor`,
        );
      }
      return unresolvedLatticeFormat(kind);
    },
  };
}
