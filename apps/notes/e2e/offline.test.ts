import { expect, test } from './fixtures.ts';

test('two people edit the same note offline, and both then have every edit', async ({ newPerson }) => {
  const first = await newPerson();
  const second = await newPerson();
  await first.createNote('Plan');
  await first.addTag('shared');
  await first.vote('up');
  await first.typeText('The tide turns at noon.');
  await first.savedOnRelay();
  await second.openNote('Plan');
  await expect(second.text).toContainText('The tide turns at noon.');
  await second.readyForOffline();

  // Each loses the relay in its own way: by the app's switch, and with the network.
  await first.switchOffline(true);
  await second.context.setOffline(true);
  await expect(first.chip).toHaveAccessibleName(/offline/);
  await expect(second.chip).toHaveAccessibleName(/offline/);

  await first.rename('Plan for Friday');
  await first.addTag('boats');
  await first.vote('up', 2);
  await first.typeText(' Bring rope.', 'end');
  await second.rename('Plan for the island');
  await second.addTag('food');
  await second.vote('down');
  await second.typeText('Be early. ', 'start');
  await expect(first.chip).toHaveAccessibleName(/Saved on this device, offline, \d+ to send/);
  await expect(second.chip).toHaveAccessibleName(/Saved on this device, offline, \d+ to send/);

  await first.switchOffline(false);
  await second.context.setOffline(false);

  const both = {
    // The latest first.
    titles: ['Plan for the island', 'Plan for Friday'],
    tags: ['boats', 'food', 'shared'],
    votes: '2',
    text: ['Be early. The tide turns at noon. Bring rope.'],
  };
  for (const person of [first, second]) {
    await expect.poll(() => person.seen()).toEqual(both);
    await person.savedOnRelay();
  }

  await test.step('it is all there after a reload without a network', async () => {
    await second.context.setOffline(true);
    await second.page.reload();
    await second.text.waitFor();
    await expect.poll(() => second.seen()).toEqual(both);
    await expect(second.chip).toHaveAccessibleName('This note: Saved on relay, offline');
    await second.context.setOffline(false);
    await second.savedOnRelay();
  });

  await test.step('a third device gets everything', async () => {
    const third = await newPerson();
    await third.openNote('Plan for');
    await expect.poll(() => third.seen()).toEqual(both);
  });

  await test.step('picking one title settles it for everyone', async () => {
    await second.titles.filter({ hasText: 'Plan for Friday' }).click();
    for (const person of [first, second]) {
      await expect(person.titles).toHaveCount(0);
      await expect(person.title).toHaveValue('Plan for Friday');
    }
  });
});

test('the app loads and takes edits while the relay that serves it is gone', async ({ relay, newPerson }) => {
  const ann = await newPerson();
  await ann.createNote('Before');
  await ann.savedEverywhere();
  await ann.readyForOffline();
  const manifest = await ann.page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]');
    const answer = await fetch(link?.href ?? '');
    return answer.json();
  });
  expect(manifest).toMatchObject({ display: 'standalone', start_url: '/' });

  await relay.kill();
  await ann.page.reload();
  await ann.openNote('Before');
  await ann.typeText('Nobody is there.');
  await expect(ann.chip).toHaveAccessibleName(/Saved on this device/);
  await ann.page.reload();
  await expect.poll(() => ann.paragraphs()).toEqual(['Nobody is there.']);

  await relay.start();
  await ann.savedEverywhere();
});

test('two titles given at the same time are put in one', async ({ newPerson }) => {
  const [ann, ben] = [await newPerson(), await newPerson()];
  await ann.createNote('Plan');
  await ann.savedOnRelay();
  await ben.openNote('Plan');
  await ann.switchOffline(true);
  await ann.rename('Friday');
  await ben.rename('Island');
  await ben.savedOnRelay();
  await ann.switchOffline(false);
  await ann.page.getByRole('button', { name: 'Both in one' }).click();
  await expect(ben.title).toHaveValue('Friday / Island');
  await expect(ben.titles).toHaveCount(0);
});

test('a note written offline reaches the others though its page is closed and another is open', async ({
  newPerson,
}) => {
  const first = await newPerson();
  await first.switchOffline(true);
  await first.createNote('Written at sea');
  await first.typeText('No land in sight.');
  await first.createNote('Another one');
  await expect(first.overall).toHaveAccessibleName(/Saved on this device, offline/);
  await first.page.reload();
  await expect(first.overall).toHaveAccessibleName(/Saved on this device, offline/);
  await first.switchOffline(false);
  await first.savedEverywhere();

  const second = await newPerson();
  await second.openNote('Written at sea');
  await expect(second.text).toContainText('No land in sight.');
});
