/** UTF-8 counted without being decoded. */

/**
 * Length in UTF-16 units of the text in `bytes` from `start` to `end`, or -1 unless it is well-formed UTF-8: no
 * surrogates, no longer forms than needed, nothing above U+10FFFF.
 */
export function utf16LengthOf(bytes: Uint8Array, start: number, end: number): number {
  let units = 0;
  let at = start;
  while (at < end) {
    const lead = bytes[at++] ?? 0;
    units++;
    if (lead < 0x80) {
      const plain = asciiFrom(bytes, at, end);
      units += plain - at;
      at = plain;
      continue;
    }
    if (lead < 0xc2 || lead > 0xf4) return -1;
    const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (end - at < more) return -1;
    const second = bytes[at++] ?? 0;
    if (second < lowestSecond(lead) || second > highestSecond(lead)) return -1;
    for (let i = 1; i < more; i++) {
      const next = bytes[at++] ?? 0;
      if ((next & 0xc0) !== 0x80) return -1;
    }
    if (more === 3) units++;
  }
  return units;
}

function lowestSecond(lead: number): number {
  return lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
}

function highestSecond(lead: number): number {
  return lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
}

/** Where eight bytes at a time stop being ASCII: most text is, and one look at eight costs little more than one at each. */
function asciiFrom(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at + 8 <= end) {
    const low = (bytes[at] ?? 0) | (bytes[at + 1] ?? 0) | (bytes[at + 2] ?? 0) | (bytes[at + 3] ?? 0);
    const high = (bytes[at + 4] ?? 0) | (bytes[at + 5] ?? 0) | (bytes[at + 6] ?? 0) | (bytes[at + 7] ?? 0);
    if ((low | high) >= 0x80) return at;
    at += 8;
  }
  return at;
}
