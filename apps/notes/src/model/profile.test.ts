import { describe, expect, it } from 'vitest';
import { cleanName, MAX_NAME_LENGTH, newProfile, PROFILE_COLORS, parseProfile } from './profile.ts';

describe('profile', () => {
  it('a new one is a profile whatever the dice say', () => {
    for (const random of [0, 1, 15, 16, 127, 128, 2 ** 32 - 1]) {
      expect(parseProfile(newProfile(random))).toEqual(newProfile(random));
    }
  });

  it('cuts a long or broken name of a peer and replaces a colour that is none', () => {
    expect(parseProfile({ name: `a\n\u202e${'b'.repeat(100)}`, color: 'url(x)' })).toEqual({
      name: `a ${'b'.repeat(MAX_NAME_LENGTH - 2)}`,
      color: '#4b5a67',
    });
  });

  it('does not cut a character in half', () => {
    expect(cleanName('𝒜'.repeat(40))).toBe('𝒜'.repeat(MAX_NAME_LENGTH));
  });

  it.each([undefined, null, 'x', {}, { name: 4 }, { name: '  ' }])('%j is no profile', (value) => {
    expect(parseProfile(value)).toBeUndefined();
  });

  it('white text is readable on every colour', () => {
    for (const color of PROFILE_COLORS) expect(contrastToWhite(color)).toBeGreaterThanOrEqual(4.5);
  });
});

/** The WCAG 2 contrast ratio. */
function contrastToWhite(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}
