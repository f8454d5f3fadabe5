// What a browser test may ask the machine behind its page to do: a test calls them as `commands.<name>()` from
// 'vitest/browser'. They run in Node, with Playwright's handles of the page and its browser context. Their types
// as a test sees them stand in vitest.commands.types.d.ts.

import type { Page } from 'playwright';
import type { BrowserCommand } from 'vitest/node';

const tabs = new Map<number, Page>();
let lastTab = 0;

const openTab: BrowserCommand<[module: string]> = async ({ context, page }, module) => {
  const tab = await context.newPage();
  const address = new URL('/blank-tab', page.url()).href;
  const body = `<!doctype html><title>tab</title><script type="module" src="${module}"></script>`;
  await tab.route(address, (route) => route.fulfill({ contentType: 'text/html', body }));
  await tab.goto(address);
  lastTab += 1;
  tabs.set(lastTab, tab);
  return lastTab;
};

const evaluateInTab: BrowserCommand<[tab: number, expression: string]> = async (_, tab, expression) =>
  openedTab(tab).evaluate(expression);

const closeTab: BrowserCommand<[tab: number]> = async (_, tab) => {
  await openedTab(tab).close();
  tabs.delete(tab);
};

const openedTab = (tab: number): Page => {
  const page = tabs.get(tab);
  if (page === undefined) throw new Error(`no tab ${tab} is open: pass the number that openTab returned`);
  return page;
};

export const browserCommands = { openTab, evaluateInTab, closeTab };
