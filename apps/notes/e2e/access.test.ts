import { expect, test } from './fixtures.ts';

test('the app can be used with the keyboard alone', async ({ newPerson }) => {
  const person = await newPerson();
  const { page } = person;

  await page.keyboard.press('n');
  await expect(person.title).toBeFocused();
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('Enter');
  await expect(person.text).toBeFocused();
  await page.keyboard.type('Some ');

  await test.step('from the text back to the toolbar, which is one stop', async () => {
    await page.keyboard.press('Shift+Tab');
    await expect(page.getByRole('button', { name: 'Heading', exact: true })).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('button', { name: 'Bold' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(person.text).toBeFocused();
    await page.keyboard.type('words');
    await expect(person.text.locator('strong')).toHaveText('words');
  });

  await test.step('the status opens, and Escape closes it and gives the focus back', async () => {
    await person.chip.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('region', { name: /^This note:/ })).toContainText('This device');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('region', { name: /^This note:/ })).toHaveCount(0);
    await expect(person.chip).toBeFocused();
  });

  await test.step('the list by arrows', async () => {
    await person.createNote('Second');
    await person.list.getByRole('link', { name: 'Second' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(person.title).toHaveValue('By keyboard');
  });

  await test.step('searching by its key', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('secon');
    await expect(person.list.getByRole('link')).toHaveCount(1);
    await page.keyboard.press('Escape');
    await expect(person.list.getByRole('link')).toHaveCount(2);
  });

  await test.step('a deleted note can be had back', async () => {
    await person.openNote('Second');
    await page.getByRole('button', { name: 'Delete' }).press('Enter');
    await expect(person.list.getByRole('link')).toHaveCount(1);
    await page.getByRole('button', { name: 'Undo' }).last().press('Enter');
    await expect(person.title).toHaveValue('Second');
  });
});

test('everything that can be pressed or filled in has a name, and on a phone it is large enough', async ({
  newPerson,
}) => {
  const person = await newPerson();
  await person.page.setViewportSize({ width: 390, height: 844 });
  await person.createNote('A name for everything');
  await person.addTag('first');
  await person.page.getByRole('button', { name: 'Pin' }).click();
  expect(await flaws(person.page)).toEqual([]);

  await person.chip.click();
  expect(await flaws(person.page)).toEqual([]);
  await person.page.keyboard.press('Escape');

  await person.page.getByRole('link', { name: 'All notes' }).click();
  await person.page.getByRole('button', { name: /^Your name/ }).click();
  expect(await flaws(person.page)).toEqual([]);
});

/** Controls in sight without a name, and those that a finger would miss. */
function flaws(page: import('@playwright/test').Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const SMALLEST_PX = 44;
    const controls = [
      ...document.querySelectorAll<HTMLElement>('button, a, input, select, textarea, [role="textbox"]'),
    ];
    return controls
      .filter((control) => control.checkVisibility({ visibilityProperty: true }))
      .flatMap((control) => {
        const labels =
          control instanceof HTMLInputElement || control instanceof HTMLSelectElement ? control.labels : null;
        const label = [...(labels ?? [])].map((element) => element.textContent).join(' ');
        const name = control.getAttribute('aria-label') ?? `${control.textContent}${label}`;
        const about = control.outerHTML.slice(0, 120);
        if (name.trim() === '') return [`no name: ${about}`];
        // What is drawn smaller reaches out around itself.
        const reach = getComputedStyle(control, '::after');
        const box = control.getBoundingClientRect();
        const reaches = reach.position === 'absolute' ? Number.parseFloat(reach.height) : 0;
        const height = Math.round(Math.max(box.height, reaches));
        return height < SMALLEST_PX ? [`${height} px high: ${about}`] : [];
      });
  });
}
