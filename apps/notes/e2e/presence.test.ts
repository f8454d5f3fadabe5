import { expect, test } from './fixtures.ts';

test('who is in a note is seen there, under the name that they give themselves, until they leave', async ({
  newPerson,
}) => {
  const first = await newPerson();
  await first.createNote('Meeting place');
  await first.typeText('Here.');
  await expect(first.people).toHaveAccessibleName('Nobody else is here');

  const second = await newPerson();
  await second.page.getByRole('button', { name: /^Your name/ }).click();
  await second.page.getByLabel('Your name, as others see it').fill('Grey Heron');
  await second.page.keyboard.press('Escape');
  await second.openNote('Meeting place');
  await second.text.click();
  await expect(first.people).toHaveAccessibleName('Also here: Grey Heron');
  await expect(first.page.locator('.caret-name')).toHaveText('Grey Heron');

  await test.step('the name is there after a reload', async () => {
    await second.page.reload();
    await expect(first.people).toHaveAccessibleName('Also here: Grey Heron');
  });

  await test.step('and gone when they are offline, or away', async () => {
    await second.switchOffline(true);
    await expect(first.people).toHaveAccessibleName('Nobody else is here');
    await second.switchOffline(false);
    await expect(first.people).toHaveAccessibleName('Also here: Grey Heron');
    await second.context.close();
    await expect(first.people).toHaveAccessibleName('Nobody else is here');
  });
});
