import { expect, test } from 'vitest';
import { Seeded, seedsOfRuns } from '../testing/index.ts';
import { utf16LengthOf } from './utf8.ts';

test('counts UTF-16 units as decoding does, and refuses what decoding refuses', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (const seed of seedsOfRuns({}, 20_000)) {
    const random = new Seeded(seed);
    const bytes = randomUtf8(random);
    let units = -1;
    try {
      units = decoder.decode(bytes).length;
    } catch {
      // Malformed.
    }
    expect(utf16LengthOf(bytes, 0, bytes.length), `seed ${seed}: ${bytes}`).toBe(units);
  }
});

/** Bytes at the edges of what UTF-8 allows, so that many are well-formed and many just not. */
function randomUtf8(random: Seeded): Uint8Array {
  const edges = [
    0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
    0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
  ];
  if (random.chance(0.5)) return Uint8Array.from({ length: random.int(6) }, () => random.pick(edges));
  const points = Array.from({ length: random.int(4) }, () =>
    random.pick([0x0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x1_0000, 0x10_ffff]),
  );
  const bytes = new TextEncoder().encode(String.fromCodePoint(...points));
  if (random.chance(0.5) && bytes.length > 0) bytes[random.int(bytes.length)] = random.pick(edges);
  return bytes;
}
