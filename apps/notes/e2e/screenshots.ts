/**
 * Not a test: takes pictures of the app to look at, into a folder that git ignores. Run it by `npm run screenshots`.
 */
import type { Page } from '@playwright/test';
import { test } from './fixtures.ts';
import { Person } from './person.ts';

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } } as const;

const NOTES = [
  { title: 'Tide tables, week 34', tags: ['travel'], votes: 0 },
  { title: 'Bread with seeds', tags: ['kitchen'], votes: 7 },
  { title: 'What to plant in October', tags: ['garden', 'autumn'], votes: -1 },
  {
    title: 'A rather long title that says more than will ever fit into one line of the list',
    tags: ['travel', 'kitchen', 'garden', 'autumn', 'reading'],
    votes: 12,
  },
  { title: 'Packing list for the island', tags: ['travel', 'summer'], votes: 3 },
] as const;

const TEXT = `# What the ferry allows
Two bags each, and the **small boat** if the weather holds.
- Warm socks
The lantern
The blue kettle

> Low water at 14:20, so be on the sand by one.`;

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${size} ${colorScheme}`, async ({ relay, browser }) => {
      const context = await browser.newContext({ viewport, colorScheme, hasTouch: size === 'phone' });
      const person = new Person(context, await context.newPage(), relay.url);
      const { page } = person;
      const take = async (name: string, of: Page = page): Promise<void> => {
        await of.screenshot({ path: `apps/notes/__screenshots__/${name}-${size}-${colorScheme}.png` });
      };
      const toList = async (): Promise<void> => {
        if (size === 'phone') await page.getByRole('link', { name: 'All notes' }).click();
      };

      await person.goToApp();
      await person.savedEverywhere();
      await take('1-empty');

      if (size === 'phone') await person.placesButton.click();
      for (const folder of ['Kitchen', 'Bread', 'Travel']) await person.createFolder(folder);
      await person.folder('Bread').press('Alt+ArrowRight');
      await take('2-places');
      await person.allNotes.click();
      for (const { title, tags, votes } of NOTES) {
        await person.createNote(title);
        for (const tag of tags) await person.addTag(tag);
        await person.vote(votes < 0 ? 'down' : 'up', Math.abs(votes));
        await toList();
      }
      await person.openNote('Packing list');
      await page.getByRole('button', { name: 'Pin' }).click();
      await page.getByRole('combobox', { name: 'Folder' }).selectOption({ label: 'Travel' });
      await person.text.click();
      await page.keyboard.type(TEXT);

      const otherContext = await browser.newContext({ viewport: SIZES.desktop });
      const other = new Person(otherContext, await otherContext.newPage(), relay.url);
      await other.goToApp();
      await other.openNote('Packing list');
      await other.text.getByText('The lantern').click();
      await page.locator('.caret').waitFor();
      await person.savedOnRelay();
      await take('2-note');
      await person.chip.click();
      await take('3-status');
      await page.keyboard.press('Escape');

      await other.switchOffline(true);
      await toList();
      await take('4-list');
      await page.getByRole('searchbox').fill('lantern');
      await page.locator('.row-excerpt').waitFor();
      await take('4-search');
      await page.getByRole('searchbox').press('Escape');
      await page.getByRole('button', { name: 'Commands' }).click();
      await page.keyboard.type('n');
      await take('4-commands');
      await page.keyboard.press('Escape');
      await page.getByRole('heading', { level: 1, name: 'Notes' }).click();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await take('4-keys');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /^Your name/ }).click();
      await take('5-name');
      await page.keyboard.press('Escape');

      await person.switchOffline(true);
      await person.openNote('Packing list');
      await person.rename('What to take along');
      await other.rename('Packing list for two');
      await person.vote('up');
      await page.getByRole('button', { name: /^This note: Saved on this device/ }).waitFor();
      await person.chip.click();
      await take('6-offline');
      await page.keyboard.press('Escape');

      await other.switchOffline(false);
      await toList();
      await person.switchOffline(false);
      await person.list.getByText('2 titles').waitFor();
      await take('7-conflict-list');
      await person.openNote('Packing list for two');
      await person.titles.first().waitFor();
      await take('8-conflict');

      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('button', { name: 'Undo' }).last().waitFor();
      await take('9-deleted');
      if (size === 'phone') await person.placesButton.click();
      await person.places.getByRole('button', { name: /^Trash/ }).click();
      await page.getByRole('navigation', { name: 'Notes in the trash' }).getByRole('link').click();
      await take('10-trash');
      await toList();
      await page.getByRole('button', { name: 'Empty trash' }).click();
      await take('11-empty-trash');
      await otherContext.close();
      await context.close();
    });
  }
}
