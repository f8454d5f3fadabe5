import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

test('folders are made, moved and removed by dragging and by keys, for everyone, and without cycles', async ({
  newPerson,
}) => {
  const ann = await newPerson();
  const ben = await newPerson();
  const { page } = ann;
  for (const name of ['Travel', 'Kitchen', 'Garden']) await ann.createFolder(name);
  for (const person of [ann, ben])
    await expect.poll(() => person.outline()).toEqual(['Travel', 'Kitchen', 'Garden']);

  await test.step('dragged into another, and beside it', async () => {
    await drag(page, ann.folder('Garden'), ann.folder('Kitchen'), 0.5);
    await expect.poll(() => ben.outline()).toEqual(['Travel', 'Kitchen', '-Garden']);
    await drag(page, ann.folder('Travel'), ann.folder('Garden'), 0.9);
    await expect.poll(() => ben.outline()).toEqual(['Kitchen', '-Garden', '-Travel']);
  });

  await test.step('not into what is below it', async () => {
    await drag(page, ann.folder('Kitchen'), ann.folder('Garden'), 0.5);
    await ann.createFolder('After');
    await expect.poll(() => ben.outline()).toEqual(['Kitchen', '-Garden', '-Travel', 'After']);
  });

  await test.step('by keys', async () => {
    await ann.folder('Travel').press('Alt+ArrowUp');
    await expect.poll(() => ann.outline()).toEqual(['Kitchen', '-Travel', '-Garden', 'After']);
    await expect(ann.folder('Travel')).toBeFocused();
    await page.keyboard.press('Alt+ArrowLeft');
    await expect.poll(() => ann.outline()).toEqual(['Kitchen', '-Garden', 'Travel', 'After']);
    await expect(ann.folder('Travel')).toBeFocused();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => ann.outline()).toEqual(['Kitchen', 'Travel', 'After']);
    await page.keyboard.press('F2');
    await page.keyboard.type('Home');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => ben.outline()).toEqual(['Home', '-Garden', 'Travel', 'After']);
  });

  await test.step('both move one into the other while they cannot reach each other', async () => {
    await ann.switchOffline(true);
    await ben.switchOffline(true);
    await drag(page, ann.folder('Travel'), ann.folder('After'), 0.5);
    await drag(ben.page, ben.folder('After'), ben.folder('Travel'), 0.5);
    await ann.switchOffline(false);
    await ben.switchOffline(false);
    await ann.savedEverywhere();
    await ben.savedEverywhere();
    await expect.poll(async () => (await ann.outline()).length).toBe(4);
    const outline = await ann.outline();
    await expect.poll(() => ben.outline()).toEqual(outline);
  });

  await test.step('a removed one leaves its notes, and comes back with them', async () => {
    await ann.folder('Garden').click();
    await ann.createNote('Seeds');
    await expect(page.getByRole('combobox', { name: 'Folder' })).toHaveValue(/\d/);
    await ann.folder('Home').press('Delete');
    await expect(ann.folder('Garden')).toHaveCount(0);
    await expect(ann.list.getByRole('link', { name: 'Seeds' })).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await ann.folder('Garden').click();
    await expect(ann.list.getByRole('link', { name: 'Seeds' })).toBeVisible();
  });
});

test('notes are moved to a folder and back, and found in it and in those above', async ({ newPerson }) => {
  const ann = await newPerson();
  const ben = await newPerson();
  const { page } = ann;
  await ann.createFolder('Kitchen');
  await ann.createFolder('Bread');
  await ann.folder('Bread').press('Alt+ArrowRight');
  await ann.folder('Bread').click();
  await ann.createNote('With seeds');
  await ann.allNotes.click();
  await ann.createNote('Loose');

  await drag(page, ann.list.getByRole('link', { name: 'Loose' }), ann.folder('Bread'), 0.5);
  await ann.allNotes.click();
  await ann.openNote('With seeds');
  await page.getByRole('combobox', { name: 'Folder' }).selectOption({ label: 'Kitchen' });
  await ann.folder('Kitchen').click();
  await expect(ann.list.getByRole('link')).toHaveCount(2);
  await ann.folder('Bread').click();
  await expect(ann.list.getByRole('link')).toHaveText([/Loose/]);

  await ben.folder('Bread').click();
  await expect(ben.list.getByRole('link')).toHaveText([/Loose/]);
  await page.reload();
  await expect(ann.list.getByRole('link')).toHaveText([/Loose/]);

  await test.step('on a phone, where places are put away until asked for', async () => {
    await ben.page.setViewportSize({ width: 360, height: 740 });
    await expect(ben.places).toBeHidden();
    await ben.placesButton.click();
    await ben.folder('Kitchen').click();
    await expect(ben.places).toBeHidden();
    await expect(ben.list.getByRole('link')).toHaveCount(2);
    await ben.page.getByRole('button', { name: 'This folder' }).click();
    await ben.page.getByRole('button', { name: 'Rename' }).click();
    await ben.page.keyboard.type('Baking');
    await ben.page.keyboard.press('Enter');
    await expect.poll(() => ann.outline()).toEqual(['Baking', '-Bread']);
  });
});

test('what is deleted waits in the trash, comes back whole, and is gone when the trash is emptied', async ({
  newPerson,
}) => {
  const ann = await newPerson();
  const ben = await newPerson();
  const { page } = ann;
  const trash = page.getByRole('navigation', { name: 'Notes in the trash' });
  for (const title of ['Kept', 'Restored', 'Gone']) {
    await ann.createNote(title);
    await ann.typeText(`The text of ${title}.`);
  }
  await ann.savedEverywhere();
  for (const title of ['Restored', 'Gone']) {
    await ann.openNote(title);
    await page.getByRole('button', { name: 'Delete' }).click();
  }
  await ann.places.getByRole('button', { name: /^Trash/ }).click();
  await expect(trash.getByRole('link')).toHaveText([/Gone/, /Restored/]);

  await trash.getByRole('link', { name: 'Restored' }).click();
  await page.getByRole('button', { name: 'Bring it back' }).click();
  await expect.poll(() => ann.paragraphs()).toEqual(['The text of Restored.']);
  await expect(trash.getByRole('link')).toHaveText([/Gone/]);

  await test.step('emptying asks first', async () => {
    await page.getByRole('button', { name: 'Empty trash' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await expect(trash.getByRole('link')).toHaveCount(1);
    const before = await page.evaluate(storedDocuments);
    await page.getByRole('button', { name: 'Empty trash' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click();
    await expect(trash.getByText('The trash is empty')).toBeVisible();
    await expect.poll(() => page.evaluate(storedDocuments)).toBe(before - 1);
  });
  await ben.places.getByRole('button', { name: /^Trash/ }).click();
  await expect(ben.page.getByText('The trash is empty')).toBeVisible();
  await ben.allNotes.click();
  await expect(ben.list.getByRole('link')).toHaveText([/Restored/, /Kept/]);
});

/** Drags with the mouse to a part of the height of the target. */
async function drag(page: Page, from: Locator, to: Locator, part: number): Promise<void> {
  const box = await to.boundingBox();
  if (box === null) throw new Error('the target is not in sight');
  await from.hover();
  await page.mouse.down();
  // The first move begins the drag, the second says where it is.
  await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.5, { steps: 3 });
  await page.mouse.move(box.x + box.width / 2, box.y + box.height * part, { steps: 3 });
  await page.mouse.up();
}

/** How many documents this device keeps. */
async function storedDocuments(): Promise<number> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('causeway:default');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const keys = await new Promise<readonly IDBValidKey[]>((resolve, reject) => {
    const request = database.transaction('documents').objectStore('documents').getAllKeys();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  database.close();
  return keys.length;
}
