// @ts-check
// Draws the app's icons into public/: one SVG, and PNGs of it for those who do not take SVG. Run it by hand after a
// change of the drawing (`node apps/notes/make-icons.mjs`); the files are committed.

import { writeFile } from 'node:fs/promises';
import { chromium } from 'playwright';
import { chromiumLaunchOptions } from '../../scripts/chromium.mjs';

const folder = new URL('public/', import.meta.url);

const SEA = '#0d6b62';
const SAND = '#f3f4f1';

/**
 * Three posts and the road that joins them, on the sea.
 * @param {number} corner radius of the corners, of 512
 * @param {number} scale of the drawing within, so that a mask cuts nothing off
 */
const icon = (corner, scale) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">
  <title>Causeway Notes</title>
  <rect width="512" height="512" rx="${corner}" fill="${SEA}"/>
  <g transform="translate(256 256) scale(${scale})" fill="${SAND}" stroke="${SAND}" stroke-linecap="round">
    <path d="M-150 44h300" stroke-width="26" fill="none"/>
    <circle cx="-150" cy="44" r="48"/>
    <circle cx="0" cy="44" r="48"/>
    <circle cx="150" cy="44" r="48"/>
    <path d="M-170 -86q42 -34 85 0t85 0t85 0t85 0" stroke-width="22" fill="none" opacity=".55"/>
  </g>
</svg>
`;

/** @type {readonly (readonly [name: string, size: number, svg: string])[]} */
const pngs = [
  ['icon-180.png', 180, icon(0, 0.86)],
  ['icon-192.png', 192, icon(112, 1)],
  ['icon-512.png', 512, icon(112, 1)],
  ['icon-maskable-512.png', 512, icon(0, 0.8)],
];

await writeFile(new URL('icon.svg', folder), icon(112, 1));
const browser = await chromium.launch(chromiumLaunchOptions());
try {
  const page = await browser.newPage();
  for (const [name, size, svg] of pngs) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>body { margin: 0 } svg { display: block; width: ${size}px }</style>${svg}`);
    await writeFile(new URL(name, folder), await page.screenshot({ omitBackground: true }));
  }
} finally {
  await browser.close();
}
