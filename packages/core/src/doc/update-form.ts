/** The first byte of an update: the version of the format in its lower half, the form in its upper. What each form holds is in update-codec.ts. */
import { CausewayError } from '../error.ts';

/** A change to the order of concurrent insertions is a new version too. */
export const UPDATE_VERSION = 1;

/** One insertion into a text at the root, or one deletion: what typing makes. */
export const SINGLE = 0x10;
export const SINGLE_DELETES = 0x20;
/** The replica id stands in seven bytes, which is what a random one takes. */
export const SINGLE_LONG_REPLICA = 0x40;
export const SINGLE_HAS_PARENTS = 0x80;

/** One operation on any other container; without SINGLE. */
export const LONE = 0x40;
export const LONE_LONG_REPLICA = 0x20;
export const LONE_HAS_PARENTS = 0x80;

/** A snapshot: this and no other bit. */
export const SNAPSHOT = 0x20;

/** A base and what came after it: this and no other bit. */
export const SHALLOW = 0x80;

export const WHAT = 'native update';

/** A random id is this long with near certainty, and would take eight bytes as a varint. */
export const LONG_REPLICA = 2 ** 49;

export function wrongVersion(found: number): CausewayError<'decode/version'> {
  return new CausewayError(
    'decode/version',
    { what: WHAT, found, supported: UPDATE_VERSION },
    `a native update of version ${found}; this software reads version ${UPDATE_VERSION}`,
  );
}
