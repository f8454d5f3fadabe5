/** The value of a lattice document, as state: the same object while nothing has changed. */
import type { LatticeDocument } from '@causeway/core/lattice-doc';
import { useCallback, useSyncExternalStore } from 'react';

export function useLattice<S, V>(document: LatticeDocument<S, V>): V {
  const subscribe = useCallback((listener: () => void) => document.onChange(listener), [document]);
  return useSyncExternalStore(subscribe, () => document.value);
}
