// The two kinds of tests that stand beside the source: `unit` in Node and `browser` in a headless Chromium.
// Both read the packages' TypeScript sources (the `causeway-source` condition of their exports), so that a
// test run needs no build. The end-to-end tests have their own runner: apps/notes/playwright.config.ts.

import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { chromiumLaunchOptions } from './scripts/chromium.mjs';
import { browserCommands } from './vitest.commands.ts';

const SOURCE_CONDITION = 'causeway-source';

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { conditions: [SOURCE_CONDITION, ...defaultServerConditions] },
        ssr: { resolve: { conditions: [SOURCE_CONDITION, ...defaultServerConditions] } },
        test: {
          name: 'unit',
          environment: 'node',
          include: ['{packages/*,apps/*,bench,simulation,checks}/src/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**', '**/dist/**'],
          testTimeout: 30_000,
        },
      },
      {
        resolve: { conditions: [SOURCE_CONDITION, ...defaultClientConditions] },
        test: {
          name: 'browser',
          include: ['{packages/*,apps/*}/src/**/*.browser.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 30_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunchOptions() }),
            instances: [{ browser: 'chromium' }],
            commands: browserCommands,
          },
        },
      },
    ],
  },
});
