import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { nativeFormats } from '@causeway/core/native';
import { DEFAULT_SESSION_LIMITS } from '@causeway/core/sync';
import { yjsFormats } from '@causeway/core/yjs';
import { createRelay, MemoryDocumentLog } from '@causeway/relay';
import { expect, test } from './fixtures.ts';
import { Person } from './person.ts';

test('a browser that keeps nothing: the chip says so, and is content once the relay has it', async ({
  relay,
  browser,
}) => {
  const context = await browser.newContext();
  await context.addInitScript(() => Object.defineProperty(globalThis, 'indexedDB', { value: undefined }));
  const person = new Person(context, await context.newPage(), relay.url);
  await person.goToApp();
  await person.switchOffline(true);
  await person.createNote('Fleeting');
  await person.typeText('Gone with the page.');
  await expect(person.chip).toHaveAccessibleName(/On this page only, offline, \d+ to send/);
  await person.chip.click();
  await expect(person.page.getByText('on this page only: closing it now loses them')).toBeVisible();
  await expect(person.page.getByText('This browser keeps nothing for this page')).toBeVisible();
  await person.page.keyboard.press('Escape');
  await person.switchOffline(false);
  await person.savedOnRelay();
});

test('a record that is damaged on this device is said, harms no other note, and is mended from the relay', async ({
  newPerson,
}) => {
  const person = await newPerson();
  await person.createNote('Sound');
  await person.typeText('All is well.');
  await person.createNote('Damaged');
  await person.typeText('This was here.');
  await person.savedEverywhere();
  const damaged = person.page.url();
  await person.switchOffline(true);
  await person.damage(damaged.slice(damaged.lastIndexOf('/') + 1));

  await person.page.reload();
  await expect(person.page.getByRole('alert')).toContainText('cannot be read');
  await expect(person.overall).toHaveAccessibleName('All notes: Something is wrong');
  await person.openNote('Sound');
  await expect.poll(() => person.paragraphs()).toEqual(['All is well.']);

  await person.switchOffline(false);
  await person.openNote('Damaged');
  await expect.poll(() => person.paragraphs()).toEqual(['This was here.']);
});

test('an edit that the relay refuses is kept here, said, and can be let go', async ({ browser }) => {
  const relay = await createRelay({
    log: new MemoryDocumentLog(() => randomBytes(4).readUInt32LE()),
    formats: [yjsFormats(), nativeFormats()],
    port: 0,
    app: fileURLToPath(new URL('../dist', import.meta.url)),
    limits: { session: { ...DEFAULT_SESSION_LIMITS, maxUpdateBytes: 2000 } },
  });
  try {
    const context = await browser.newContext();
    const person = new Person(context, await context.newPage(), relay.url);
    await person.goToApp();
    await person.createNote('Too much');
    await person.text.click();
    await person.page.keyboard.insertText('word '.repeat(1000));
    await expect(person.chip).toHaveAccessibleName(/1 refused/);
    await person.chip.click();
    await expect(person.page.getByText('The relay refused one edit. It is kept here.')).toBeVisible();
    await expect(person.text).toContainText('word word word');
    await person.page.getByRole('button', { name: 'Keep it here only' }).click();
    await person.savedOnRelay();
    await context.close();
  } finally {
    await relay.close();
  }
});
