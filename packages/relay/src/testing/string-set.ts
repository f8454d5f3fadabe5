/** The simplest documents there are, for tests: sets of strings that grow. One edit adds one string. */
import { gSet, stringLeaf } from '@causeway/core/lattice';
import { latticeFormat } from '@causeway/core/lattice-doc';

const type = gSet(stringLeaf);

export const STRING_SET = latticeFormat(type);

export function adding(element: string): Uint8Array {
  return STRING_SET.updateOf(type.add(type.bottom, element));
}

/** In ascending order. */
export function elementsOf(update: Uint8Array): readonly string[] {
  return type.view(STRING_SET.stateOf(update));
}
