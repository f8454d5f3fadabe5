import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { expect, test } from './fixtures.ts';
import { Person } from './person.ts';

const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } } as const;

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing wrong on any main screen, and nothing is wider than it: ${size}, ${colorScheme}`, async ({
      relay,
      browser,
    }) => {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
      const person = new Person(context, await context.newPage(), relay.url);
      const { page } = person;
      const found: string[] = [];
      const check = async (screen: string): Promise<void> => {
        // While it saves, the chip has two lines, which its name joins by a comma: axe takes that for another name.
        await expect(page.locator('.chip-note:visible')).toHaveCount(0);
        found.push(...(await flawsOf(page)).map((flaw) => `${screen}: ${flaw}`));
      };
      const toList = async (): Promise<void> => {
        if (size === 'phone') await page.getByRole('link', { name: 'All notes' }).click();
      };
      const openPlaces = async (): Promise<void> => {
        if (size === 'phone') await person.placesButton.click();
      };

      await person.goToApp();
      await person.savedEverywhere();
      await check('empty');
      await openPlaces();
      await person.createFolder('Kitchen');
      await person.createFolder('Bread');
      await person.folder('Bread').press('Alt+ArrowRight');
      await check('places');
      await person.folder('Kitchen').click();
      await check('an empty folder');
      await page.getByRole('button', { name: 'This folder' }).click();
      await check('the menu of a folder');
      await page.keyboard.press('Escape');

      await person.createNote('Bread with seeds, and a title that is longer than the line');
      await person.addTag('kitchen');
      await person.vote('up');
      await person.typeText('Two hundred grams of rye.');
      await person.savedOnRelay();
      await check('a note');
      await person.chip.click();
      await check('its status');
      await page.keyboard.press('Escape');

      const otherContext = await browser.newContext({ viewport: SIZES.desktop });
      const other = new Person(otherContext, await otherContext.newPage(), relay.url);
      await other.goToApp();
      await other.openNote('Bread with seeds');
      await other.switchOffline(true);
      await other.rename('Rye');
      await person.rename('Wheat');
      await person.savedOnRelay();
      await other.switchOffline(false);
      await person.titles.first().waitFor();
      await check('titles in conflict');
      await otherContext.close();

      await toList();
      await check('the list');
      await page.getByRole('searchbox').fill('rye');
      await check('search');
      await page.getByRole('searchbox').fill('nothing of that');
      await check('nothing found');
      await page.getByRole('searchbox').press('Escape');
      await page.getByRole('button', { name: /^Your name/ }).click();
      await check('the name');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Commands' }).click();
      await check('commands');
      await page.keyboard.type('keyboard');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
      await check('keys');
      await page.keyboard.press('Escape');

      await person.openNote('Wheat');
      await page.getByRole('button', { name: 'Delete' }).click();
      await check('deleted');
      await openPlaces();
      await person.places.getByRole('button', { name: /^Trash/ }).click();
      await page.getByRole('navigation', { name: 'Notes in the trash' }).getByRole('link').click();
      await check('a note in the trash');
      await page.getByRole('button', { name: 'Delete for good' }).click();
      await check('asking before it is deleted for good');
      expect(found).toEqual([]);
      await context.close();
    });
  }
}

/** On a phone the list takes the place of the main part, and is a landmark itself. */
const RULES = { 'landmark-one-main': { enabled: false } };

/** What axe finds, of any weight; and whether the page can be moved sideways. */
async function flawsOf(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async (rules) => {
    const found: readonly string[] = (await axe.run({ rules })).violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`),
    );
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [...found, `${scrollWidth} px wide`] : found;
  }, RULES);
}
