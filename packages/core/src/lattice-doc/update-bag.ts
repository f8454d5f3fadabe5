/**
 * Bytes of a lattice update: encoded states of one lattice, whose join is the change.
 *
 *   update := 1 #states (length state)*        1 is the version of the format; states in ascending order of bytes, each once
 *
 * Whoever knows the type writes one state, or none for bottom. A relay that does not know an app's own type can only put
 * the states of several updates side by side; whoever opens the document joins them.
 */
import { compareBytes, Reader, Writer } from '../bytes/index.ts';
import { CausewayError } from '../error.ts';

export const LATTICE_UPDATE_VERSION = 1;

export function writeBag(states: readonly Uint8Array[]): Uint8Array {
  const sorted = [...states]
    .sort(compareBytes)
    .filter((state, i, all) => i === 0 || compareBytes(state, all[i - 1] ?? state) !== 0);
  const writer = new Writer(sorted.reduce((sum, state) => sum + state.length + 4, 8));
  writer.varint(LATTICE_UPDATE_VERSION).varint(sorted.length);
  for (const state of sorted) writer.bytes(state);
  return writer.finish();
}

/** The encoded states of an update, as views on it; `decode/*` unless it is one. What is in them is not looked at. */
export function readBag(update: Uint8Array): Uint8Array[] {
  const reader = new Reader(update, 'lattice update');
  const found = reader.varint();
  if (found !== LATTICE_UPDATE_VERSION) {
    throw new CausewayError(
      'decode/version',
      { what: 'lattice update', found, supported: LATTICE_UPDATE_VERSION },
      `a lattice update of version ${found}; this software reads version ${LATTICE_UPDATE_VERSION}`,
    );
  }
  const states: Uint8Array[] = [];
  const count = reader.count(reader.left, 'states in a lattice update');
  for (let i = 0; i < count; i++) {
    const state = reader.bytes(reader.left, 'state of a lattice');
    const last = states.at(-1);
    if (last !== undefined && compareBytes(last, state) >= 0)
      throw reader.invalid('states that are not sorted');
    states.push(state);
  }
  reader.end();
  return states;
}
