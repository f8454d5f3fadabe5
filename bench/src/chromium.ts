// The browser of the benches that need one. Which Chromium, and how it is started, is said in one place for all of the house.

import { type Browser, chromium, type LaunchOptions } from 'playwright';

interface ChromiumScript {
  readonly chromiumLaunchOptions: () => LaunchOptions;
}

export const launchChromium = async (): Promise<Browser> => {
  const address = new URL('../../scripts/chromium.mjs', import.meta.url).href;
  const { chromiumLaunchOptions }: ChromiumScript = await import(address);
  return chromium.launch(chromiumLaunchOptions());
};
