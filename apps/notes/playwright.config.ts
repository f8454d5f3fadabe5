// The end-to-end tests: real Chromium, real relay, several browser contexts. A test's fixture starts a relay of
// its own on a free port and serves the built app from it (`npm test` builds it first).

import { defineConfig } from '@playwright/test';
import { chromiumLaunchOptions } from '../../scripts/chromium.mjs';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // A flaky pass is a bug not yet understood: nothing is retried, and one worker keeps runs alike.
  retries: 0,
  workers: 1,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    headless: true,
    trace: 'retain-on-failure',
    launchOptions: chromiumLaunchOptions(),
  },
});
