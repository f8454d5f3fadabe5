// @ts-check
// Which Chromium the browser tests drive, and how: one place for Vitest, Playwright and the set-up.
// Installing one is the work of setup.mjs.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

// No sandbox (containers run as root), no GPU, and no network traffic of its own.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Playwright's launch options. Without a system Chromium they name none, and Playwright uses its own.
 * @returns {{ args: string[], executablePath?: string }}
 */
export const chromiumLaunchOptions = () => {
  const executablePath = chromiumPath();
  return { args: [...ARGUMENTS], ...(executablePath === undefined ? {} : { executablePath }) };
};

/**
 * The path of the system's Chromium: `CHROMIUM_PATH`, else the first known name in `PATH`.
 * @returns {string | undefined}
 */
export const chromiumPath = () => {
  const chosen = process.env['CHROMIUM_PATH'];
  if (chosen) return chosen;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
};

/** @param {string} path */
const isExecutable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
