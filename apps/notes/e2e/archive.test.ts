import { readFile } from 'node:fs/promises';
import { expect, test } from './fixtures.ts';
import type { Person } from './person.ts';

test('all notes go out as Markdown files and come back with folders, tags and form', async ({
  relay,
  newPerson,
}) => {
  const ann = await newPerson();
  await ann.createFolder('Kitchen');
  await ann.folder('Kitchen').click();
  await ann.createNote('Bread/rye');
  await ann.addTag('baking');
  await ann.page.getByRole('button', { name: 'Pin' }).click();
  await ann.text.click();
  await ann.page.keyboard.type('# Dough\nTwo **cups** of rye.\n- salt\nwater');
  await ann.savedEverywhere();

  const downloading = ann.page.waitForEvent('download');
  await command(ann, 'export');
  const zip = await readFile(await (await downloading).path());

  // Nothing is left of the notes but the file.
  await ann.context.close();
  await relay.kill();
  await relay.wipeDisk();
  await relay.start();
  const ben = await newPerson();
  const choosing = ben.page.waitForEvent('filechooser');
  await command(ben, 'import');
  await (await choosing).setFiles([
    { name: 'notes.zip', mimeType: 'application/zip', buffer: zip },
    { name: 'Loose.md', mimeType: 'text/markdown', buffer: Buffer.from('Just *words*.') },
  ]);
  await expect(ben.page.getByText('2 notes are imported.')).toBeVisible();
  await ben.openNote('Loose');
  await expect(ben.text.locator('em')).toHaveText('words');
  await ben.folder('Kitchen').click();
  await ben.openNote('Bread/rye');
  await expect(ben.tags).toHaveText(['baking']);
  await expect(ben.page.getByRole('heading', { name: 'Pinned' })).toBeVisible();
  await expect(ben.text.locator('h1')).toHaveText('Dough');
  await expect(ben.text.locator('strong')).toHaveText('cups');
  await expect(ben.text.locator('li')).toHaveText(['salt', 'water']);
});

async function command({ page }: Person, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Commands' }).click();
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
}
