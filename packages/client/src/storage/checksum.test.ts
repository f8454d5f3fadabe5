import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from './checksum.ts';

test('the checksum is CRC-32 as gzip has it', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  expect(crc32(bytes(''))).toBe(0);
  expect(crc32(bytes('123456789'))).toBe(0xcbf43926);
  expect(crc32(bytes('The quick brown fox jumps over the lazy dog'))).toBe(0x414fa339);
});

test('the checksum finds every change of one byte', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, change) => {
        const changed = bytes.slice();
        const index = at % bytes.length;
        changed[index] = (bytes[index] ?? 0) ^ change;
        expect(crc32(changed)).not.toBe(crc32(bytes));
      },
    ),
  );
});
