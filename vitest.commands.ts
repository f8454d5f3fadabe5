// What a browser test may ask the machine behind its page to do: a test calls them as `commands.<name>()` from
// 'vitest/browser'. They run in Node, with Playwright's handles of the page and its browser context. Their types
// as a test sees them stand in vitest.commands.types.d.ts.

import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Relay } from '@causeway/relay';
import type { CDPSession, Page } from 'playwright';
import { build, defaultClientConditions } from 'vite';
import type { BrowserCommand } from 'vitest/node';

interface Tab {
  readonly page: Page;
  /** What is set through it holds for as long as it is open. */
  readonly devtools: CDPSession;
  readonly close: () => Promise<void>;
}

const ROOT = fileURLToPath(new URL('.', import.meta.url));

/** Each module as one script, made once: a hundred tabs that load dozens of files each would take minutes. */
const bundles = new Map<string, Promise<string>>();
const tabs = new Map<number, Tab>();
const relays = new Map<string, Relay>();
let lastTab = 0;

const openTab: BrowserCommand<[module: string, profile?: 'shared' | 'fresh']> = async (
  { context, page: tester },
  module,
  profile = 'shared',
) => {
  const own = profile === 'fresh' ? await context.browser()?.newContext() : undefined;
  const page = await (own ?? context).newPage();
  const address = new URL('/blank-tab', tester.url()).href;
  const script = await bundled(module);
  await page.route(address, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>tab</title>' }),
  );
  await page.route(`${address}.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: script }),
  );
  await page.goto(address);
  await page.evaluate(`import('${address}.js').then(() => undefined)`);
  const devtools = await page.context().newCDPSession(page);
  const close = async (): Promise<void> => {
    await page.close();
    await own?.close();
  };
  lastTab += 1;
  tabs.set(lastTab, { page, devtools, close });
  return lastTab;
};

const evaluateInTab: BrowserCommand<[tab: number, expression: string]> = async (_, tab, expression) =>
  openedTab(tab).page.evaluate(expression);

const closeTab: BrowserCommand<[tab: number]> = async (_, tab) => {
  const { close } = openedTab(tab);
  tabs.delete(tab);
  await close();
};

const crashTab: BrowserCommand<[tab: number]> = async (_, tab) => {
  const { page, devtools, close } = openedTab(tab);
  tabs.delete(tab);
  const crashed = page.waitForEvent('crash');
  // A page that has crashed does not answer.
  devtools.send('Page.crash').catch(() => {});
  await crashed;
  await close();
};

const setQuotaOfTab: BrowserCommand<[tab: number, bytes: number | null]> = async (_, tab, bytes) => {
  const { page, devtools } = openedTab(tab);
  const { origin } = new URL(page.url());
  const quota = bytes === null ? { origin } : { origin, quotaSize: bytes };
  await devtools.send('Storage.overrideQuotaForOrigin', quota);
};

/** As an input method does, in what has the focus. */
const composeText: BrowserCommand<[text: string]> = async ({ page }, text) => {
  const devtools = await page.context().newCDPSession(page);
  const end = text.length;
  await devtools.send('Input.imeSetComposition', { text, selectionStart: end, selectionEnd: end });
  await devtools.detach();
};

const commitText: BrowserCommand<[text: string]> = async ({ page }, text) => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Input.insertText', { text });
  await devtools.detach();
};

/** A relay in memory; the compiled one, since Node runs these commands. */
const startRelay: BrowserCommand<[]> = async () => {
  const [{ createRelay, MemoryDocumentLog }, { latticeFormats }, { nativeFormats }, { yjsFormats }] =
    await Promise.all([
      import('@causeway/relay'),
      import('@causeway/core/lattice-doc'),
      import('@causeway/core/native'),
      import('@causeway/core/yjs'),
    ]);
  const relay = await createRelay({
    log: new MemoryDocumentLog(() => randomInt(2 ** 32)),
    formats: [nativeFormats(), yjsFormats(), latticeFormats()],
    port: 0,
  });
  relays.set(relay.syncUrl, relay);
  return relay.syncUrl;
};

const stopRelay: BrowserCommand<[url: string]> = async (_, url) => {
  await relays.get(url)?.close();
  relays.delete(url);
};

const bundled = (module: string): Promise<string> => {
  const made = bundles.get(module) ?? bundle(module);
  bundles.set(module, made);
  return made;
};

const bundle = async (module: string): Promise<string> => {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: ROOT,
    resolve: { conditions: ['causeway-source', ...defaultClientConditions] },
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      modulePreload: false,
      rolldownOptions: { input: ROOT + module, output: { format: 'es', codeSplitting: false } },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  const [script] = outputs.flatMap((one) => ('output' in one ? one.output : []));
  if (script?.type !== 'chunk') throw new Error(`${module} did not become one script`);
  return script.code;
};

const openedTab = (tab: number): Tab => {
  const opened = tabs.get(tab);
  if (opened === undefined) throw new Error(`no tab ${tab} is open: pass the number that openTab returned`);
  return opened;
};

export const browserCommands = {
  openTab,
  evaluateInTab,
  closeTab,
  crashTab,
  setQuotaOfTab,
  composeText,
  commitText,
  startRelay,
  stopRelay,
};
