import { expect, test } from './fixtures.ts';

test('texts, titles and tags are found without a network, as they change', async ({ newPerson }) => {
  const ann = await newPerson();
  const ben = await newPerson();
  const { page } = ann;
  await ann.createNote('Packing list');
  await ann.addTag('travel');
  await ann.typeText('Two bags and the blue kettle.');
  await ann.createNote('Supper');
  await ann.typeText('Bread with seeds.');
  await ann.savedEverywhere();
  await ann.readyForOffline();
  await ann.context.setOffline(true);
  await page.reload();

  const search = page.getByRole('searchbox');
  const found = ann.list.getByRole('link');
  await search.fill('ketle');
  await expect(found).toHaveText([/Packing list.*Two bags and the blue kettle/s]);
  await search.fill('travel');
  await expect(found).toHaveText([/Packing list/]);
  await search.fill('bread kettle');
  await expect(ann.page.getByText('No note matches.')).toBeVisible();

  await test.step('what comes in from others is found, too', async () => {
    await search.fill('lantern');
    await expect(found).toHaveCount(0);
    await ben.openNote('Supper');
    await ben.typeText(' By the light of a lantern.');
    await ben.savedOnRelay();
    await ann.context.setOffline(false);
    await expect(found).toHaveText([/Supper/]);
  });
});

test('everything by its name, all keys on a sheet, and undo of what was done to the list', async ({
  newPerson,
}) => {
  const person = await newPerson();
  const { page } = person;
  await person.createNote('First');
  await person.typeText('With a lantern in it.');
  await person.createNote('Second');

  await test.step('a note by its text, from within another', async () => {
    await page.keyboard.press('Control+K');
    await page.keyboard.type('lantern');
    await expect(page.getByRole('option', { name: 'First', exact: true })).toHaveAttribute(
      'aria-selected',
      'true',
    );
    await page.keyboard.press('Enter');
    await expect(person.title).toHaveValue('First');
  });

  await test.step('a command', async () => {
    await page.keyboard.press('Control+K');
    await page.keyboard.type('new fol');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Boats');
    await page.keyboard.press('Enter');
    await expect(person.folder('Boats')).toBeFocused();
  });

  await test.step('the sheet of keys', async () => {
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText(
      'Move it out of its',
    );
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  await test.step('undo and redo', async () => {
    await page.keyboard.press('p');
    await expect(page.getByRole('heading', { name: 'Pinned' })).toBeVisible();
    await page.keyboard.press('Control+Z');
    await expect(page.getByRole('heading', { name: 'Pinned' })).toHaveCount(0);
    await page.keyboard.press('Control+Shift+Z');
    await expect(page.getByRole('heading', { name: 'Pinned' })).toBeVisible();
  });
});
