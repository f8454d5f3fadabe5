/** Names for new notes: random, so that two devices that never met do not pick the same. */

/** 96 bits: a billion notes collide with a chance of one in 10^11. */
const ID_BYTES = 12;

/** Not `crypto.randomUUID`: a page on a local network without a certificate has none. */
export function newNoteId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
