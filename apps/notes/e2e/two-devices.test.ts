import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

const frame = (page: Page, side: 'Left' | 'Right'): Locator =>
  page.getByRole('region', { name: `${side} device` });
const text = (device: Locator): Locator => device.getByRole('textbox', { name: 'Text' });

test('two devices on one page write together, go apart, and come together again', async ({ page, relay }) => {
  await page.goto(new URL('/two-devices', relay.url).href);
  const [left, right] = [frame(page, 'Left'), frame(page, 'Right')];
  await text(left).click();
  await page.keyboard.type('One line');
  await expect(text(right)).toHaveText('One line');
  await expect(page.getByRole('status')).toHaveText('Both hold the same note.');

  await test.step('each has a database of its own', async () => {
    const names = await page.evaluate(async () =>
      (await indexedDB.databases()).map(({ name }) => name ?? ''),
    );
    expect(names.filter((name) => name.includes('two-devices-'))).toHaveLength(2);
  });

  await left.getByRole('switch').uncheck();
  await text(left).press('End');
  await page.keyboard.type(' of the left');
  await text(right).click();
  await page.keyboard.press('Home');
  await page.keyboard.type('Right: ');
  for (const device of [left, right]) await device.getByRole('button', { name: /^Vote/ }).click();
  await expect(page.getByRole('status')).toHaveText(/^The two have gone apart/);
  await expect(text(left)).toHaveText('One line of the left');
  await expect(text(right)).toHaveText('Right: One line');

  await page.getByRole('button', { name: 'Reconnect' }).click();
  await expect(page.getByRole('status')).toHaveText('Both hold the same note.');
  for (const device of [left, right]) {
    await expect(text(device)).toHaveText('Right: One line of the left');
    await expect(device.getByRole('button', { name: 'Vote: 2' })).toBeVisible();
  }
  await expect(page.locator('.edit[data-arrived="false"]')).toHaveCount(0);

  await page.reload();
  await expect(text(frame(page, 'Right'))).toHaveText('Right: One line of the left');
});

test('a link opens the page with the two apart, and the title of the later clock wins', async ({
  page,
  relay,
}) => {
  await page.goto(new URL('/two-devices#apart', relay.url).href);
  const [left, right] = [frame(page, 'Left'), frame(page, 'Right')];
  await expect(page.getByRole('status')).toHaveText(/^The two have gone apart/);
  await expect(left.getByLabel('Title')).toHaveValue('Island at low tide');
  await expect(right.getByLabel('Title')).toHaveValue('Weekend on the island');

  await left.getByRole('slider', { name: /^Clock/ }).press('ArrowRight');
  await expect(left.getByText('Clock 5 min fast')).toBeVisible();
  await left.getByLabel('Title').fill('By the fast clock');
  await right.getByLabel('Title').fill('Written last');
  await page.getByRole('button', { name: 'Reconnect' }).click();
  await expect(page.getByRole('status')).toHaveText('Both hold the same note.');
  for (const device of [left, right])
    await expect(device.getByLabel('Title')).toHaveValue('By the fast clock');
  await expect(text(left)).toHaveText(/Pack:- tea for two- boots- bread- the lantern/);
  await expect(page.locator('.crossing').first()).toBeVisible();
});

test('a slow network is slow and loses nothing', async ({ page, relay }) => {
  await page.goto(new URL('/two-devices', relay.url).href);
  const [left, right] = [frame(page, 'Left'), frame(page, 'Right')];
  await right.getByRole('slider', { name: /^Latency/ }).press('End');
  await expect(right.getByText('Latency 2000 ms each way')).toBeVisible();
  await text(left).click();
  await page.keyboard.type('far away');
  await expect(page.getByRole('status')).toHaveText(/^On the way/);
  await expect(text(right)).toHaveText('far away');
  await expect(page.getByRole('status')).toHaveText('Both hold the same note.');
});
