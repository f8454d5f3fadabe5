import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./base.css', import.meta.url), 'utf8');

/** What stands on what. */
const PAIRS: readonly (readonly [text: string, ground: string])[] = [
  ...['--paper', '--sheet', '--raised', '--hover', '--accent-soft'].flatMap((ground) =>
    ['--ink', '--ink-soft'].map((text) => [text, ground] as const),
  ),
  ...['--paper', '--sheet', '--raised', '--hover'].map((ground) => ['--ink-faint', ground] as const),
  ...['--paper', '--sheet', '--raised'].flatMap((ground) =>
    ['--accent', '--warn', '--bad'].map((text) => [text, ground] as const),
  ),
  ['--accent-ink', '--accent'],
  ['--accent', '--accent-soft'],
  ['--warn', '--warn-soft'],
  ['--ink', '--warn-soft'],
  ['--ink', '--bad-soft'],
  ['--ink-soft', '--bad-soft'],
  ['--sheet', '--ink'],
  ['--raised', '--bad'],
];

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each(PAIRS)('%s on %s can be read', (text, ground) => {
    expect(contrast(colorOf(text, scheme), colorOf(ground, scheme))).toBeGreaterThanOrEqual(4.5);
  });
});

function colorOf(name: string, scheme: 'light' | 'dark'): string {
  const [, light, dark] = new RegExp(`${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(css) ?? [];
  const color = scheme === 'light' ? light : dark;
  if (color === undefined) throw new Error(`${name} is not in base.css`);
  return color;
}

/** The WCAG 2 contrast ratio. */
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const digits =
    color.length === 4 ? [...color.slice(1)].map((digit) => digit + digit).join('') : color.slice(1);
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const channel = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
