// A full disk: a real IndexedDB, in a profile of its own whose quota is taken away.
import { expect, test } from 'vitest';
import { commands } from 'vitest/browser';

test('a full disk is said, nothing is half written, and writing goes on when there is room', async () => {
  const tab = await commands.openTab('/packages/client/src/storage/store.page.ts', 'fresh');
  // Before the first write: Chromium remembers for a while how much room there was.
  await commands.setQuotaOfTab(tab, 1);
  expect(await commands.evaluateInTab(tab, 'page.write(1, 60_000)')).toBe('storage/full');
  expect(await commands.evaluateInTab(tab, 'page.outbox()')).toEqual([]);
  await commands.setQuotaOfTab(tab, null);
  expect(await commands.evaluateInTab(tab, 'page.write(2, 60_000)')).toBeUndefined();
  expect(await commands.evaluateInTab(tab, 'page.outbox()')).toEqual([2]);
  await commands.closeTab(tab);
});
