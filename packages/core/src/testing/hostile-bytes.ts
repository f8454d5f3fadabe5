/**
 * Bytes as an enemy, a bad disk or a bug might make them: sound ones cut short, changed, spliced with others, with counts and
 * lengths blown up; or noise. Whatever reads bytes of peers gives a typed error for these or reads them as what they say.
 */
import type { Seeded } from './seeded.ts';

/** Varints of 2^31, 2^53 - 1 and 2^63, as a decoder may take for a count: the last is too large for any of ours. */
const LARGE_NUMBERS: readonly Uint8Array[] = [
  Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x08),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
];

/** One hostile byte string made of `sound` ones, or of nothing. */
export function hostileBytes(random: Seeded, sound: readonly Uint8Array[]): Uint8Array {
  const bytes = random.pick(sound);
  switch (random.int(8)) {
    case 0:
      return random.bytes(random.int(40));
    case 1:
      return bytes.slice(0, random.int(bytes.length + 1));
    case 2:
      return splice(bytes, bytes.length, 0, random.bytes(random.between(1, 4)));
    case 3:
      return splice(bytes, placeIn(random, bytes), 1, random.pick(LARGE_NUMBERS));
    case 4:
      return splice(bytes, placeIn(random, bytes), random.between(1, 8), new Uint8Array());
    case 5: {
      const other = random.pick(sound);
      const from = placeIn(random, other);
      return splice(bytes, placeIn(random, bytes), random.int(8), other.slice(from, from + random.int(24)));
    }
    case 6:
      return changed(random, bytes, (byte) => byte ^ (1 << random.int(8)));
    default:
      return changed(random, bytes, (byte) =>
        random.chance(0.5) ? byte + random.pick([-1, 1]) : random.u32(),
      );
  }
}

function changed(random: Seeded, bytes: Uint8Array, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  const places = Math.min(copy.length, random.between(1, 3));
  for (let place = 0; place < places; place++) {
    const at = random.int(copy.length);
    copy[at] = change(copy[at] ?? 0) & 0xff;
  }
  return copy;
}

function placeIn(random: Seeded, bytes: Uint8Array): number {
  return random.int(Math.max(1, bytes.length));
}

function splice(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...added, ...bytes.subarray(at + removed)]);
}
