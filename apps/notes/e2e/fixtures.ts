/** What the tests are given: a relay of their own, and as many people as they ask for. */
import { test as base } from '@playwright/test';
import { Person } from './person.ts';
import { RelayProcess } from './relay-process.ts';

interface Fixtures {
  readonly relay: RelayProcess;
  /** A new device with the app open. */
  readonly newPerson: () => Promise<Person>;
}

export const test = base.extend<Fixtures>({
  relay: async ({ browser }, use) => {
    const relay = await RelayProcess.start();
    await use(relay);
    // The pages go first: without their relay they would only complain.
    for (const context of browser.contexts()) await context.close();
    await relay.end();
  },
  newPerson: async ({ browser, relay }, use) => {
    await use(async () => {
      const context = await browser.newContext();
      const person = new Person(context, await context.newPage(), relay.url);
      await person.goToApp();
      return person;
    });
  },
});

export { expect } from '@playwright/test';
