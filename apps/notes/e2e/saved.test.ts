import { expect, test } from './fixtures.ts';
import type { Person } from './person.ts';

const WORDS_AT_ONCE = 4;
/** Longer than the chip takes when the relay is there, and short enough to go on without it. */
const LOOK_MS = 1500;

/** Words that one person types, one after the other, noting how many the chip has called saved on the relay. */
class Writer {
  readonly #person: Person;
  readonly #name: string;
  #typed = 0;
  #acknowledged = 0;

  constructor(person: Person, name: string) {
    this.#person = person;
    this.#name = name;
  }

  get acknowledged(): readonly string[] {
    return this.#words(this.#acknowledged);
  }

  get typed(): readonly string[] {
    return this.#words(this.#typed);
  }

  /** Types until `stop` is aborted: a few words, then a look at the chip, which waits for a pause. */
  async write(stop: AbortSignal): Promise<void> {
    await this.#person.text.click();
    while (!stop.aborted) {
      for (let i = 0; i < WORDS_AT_ONCE; i++) {
        this.#typed++;
        await this.#person.page.keyboard.type(`${this.#word(this.#typed)} `);
      }
      const saved = expect(this.#person.chip).toHaveAccessibleName(/^This note: Saved on relay/, {
        timeout: LOOK_MS,
      });
      if (
        await saved.then(
          () => true,
          () => false,
        )
      )
        this.#acknowledged = this.#typed;
    }
  }

  #words(count: number): readonly string[] {
    return Array.from({ length: count }, (_, i) => this.#word(i + 1));
  }

  #word(number: number): string {
    return `${this.#name}${number}`;
  }
}

async function words(person: Person): Promise<ReadonlySet<string>> {
  return new Set((await person.paragraphs()).join(' ').split(/\s+/));
}

function missing(from: ReadonlySet<string>, wanted: readonly string[]): readonly string[] {
  return wanted.filter((word) => !from.has(word));
}

test('what the chip called saved on the relay is there after the relay was killed', async ({
  relay,
  newPerson,
}) => {
  const people = [await newPerson(), await newPerson()] as const;
  await people[0].createNote('Log');
  await people[0].savedOnRelay();
  await people[1].openNote('Log');
  const writers = [new Writer(people[0], 'a'), new Writer(people[1], 'b')] as const;

  const stop = new AbortController();
  const writing = writers.map((writer) => writer.write(stop.signal));
  await expect
    .poll(() => Math.min(...writers.map((writer) => writer.acknowledged.length)))
    .toBeGreaterThan(20);
  await relay.kill();
  const acknowledged = writers.map((writer) => writer.acknowledged.length);
  await expect
    .poll(() => Math.min(...writers.map((writer, i) => writer.typed.length - (acknowledged[i] ?? 0))))
    .toBeGreaterThan(5);
  stop.abort();
  await Promise.all(writing);
  for (const person of people) await expect(person.chip).toHaveAccessibleName(/Saved on this device/);

  // The writers stay away, so that what the third sees can only come from the relay's disk.
  for (const person of people) await person.switchOffline(true);
  await relay.start();
  const third = await newPerson();
  await third.openNote('Log');
  for (const writer of writers) {
    await expect.poll(async () => missing(await words(third), writer.acknowledged)).toEqual([]);
  }

  for (const person of people) await person.switchOffline(false);
  for (const person of [...people, third]) {
    await person.savedOnRelay();
    for (const writer of writers) {
      await expect.poll(async () => missing(await words(person), writer.typed)).toEqual([]);
    }
  }
});

test('a relay that has lost its disk gets everything back', async ({ relay, newPerson }) => {
  const first = await newPerson();
  await first.createNote('Kept by many');
  await first.addTag('safe');
  await first.vote('up', 3);
  await first.typeText('Every device has all of it.');
  await first.createNote('In the background');
  await first.typeText('Not looked at.');
  await first.savedEverywhere();

  await relay.kill();
  await relay.wipeDisk();
  await relay.start();
  await first.savedEverywhere();

  const second = await newPerson();
  await second.openNote('Kept by many');
  await expect
    .poll(() => second.seen())
    .toEqual({ titles: ['Kept by many'], tags: ['safe'], votes: '3', text: ['Every device has all of it.'] });
  await second.openNote('In the background');
  await expect.poll(() => second.paragraphs()).toEqual(['Not looked at.']);
});

test('an edit followed at once by closing the page survives, 100 times of 100', async ({ newPerson }) => {
  const TRIES = 100;
  test.setTimeout(300_000);
  const person = await newPerson();
  await person.createNote('Closing');
  await person.savedOnRelay();
  await person.readyForOffline();
  const { context } = person;
  const address = person.page.url();
  await person.page.close();

  // Without a network: what survives has survived on this device.
  await context.setOffline(true);
  for (let i = 0; i < TRIES; i++) {
    const page = await context.newPage();
    await page.goto(address);
    await page.getByRole('textbox', { name: 'Text of the note' }).click();
    await page.keyboard.press('x');
    await page.close();
  }
  const page = await context.newPage();
  await page.goto(address);
  await expect(page.getByRole('textbox', { name: 'Text of the note' })).toHaveText('x'.repeat(TRIES));
});
