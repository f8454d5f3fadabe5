/** Someone with the app open: one browser context, which is one device, and the verbs of the tests. */
import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test';

export class Person {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly #url: string;

  constructor(context: BrowserContext, page: Page, url: string) {
    this.context = context;
    this.page = page;
    this.#url = url;
  }

  async goToApp(): Promise<void> {
    await this.page.goto(this.#url);
    await this.list.waitFor();
  }

  get list(): Locator {
    return this.page.getByRole('navigation', { name: 'Notes' });
  }

  /** Opens what is put away on a small screen. */
  get placesButton(): Locator {
    return this.page.getByRole('button', { name: /^Places:/ });
  }

  get places(): Locator {
    return this.page.getByRole('navigation', { name: 'Places' });
  }

  get allNotes(): Locator {
    return this.places.getByRole('button', { name: /^All notes/ });
  }

  /** The folders in sight. */
  get folders(): Locator {
    return this.page.getByRole('treeitem');
  }

  folder(name: string): Locator {
    return this.page.getByRole('treeitem', { name, exact: true });
  }

  /** The folders in sight as an outline. */
  async outline(): Promise<readonly string[]> {
    const items = await this.folders.all();
    return Promise.all(
      items.map(async (item) => {
        const level = Number(await item.getAttribute('aria-level'));
        return `${'-'.repeat(level - 1)}${await item.getAttribute('aria-label')}`;
      }),
    );
  }

  async createFolder(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'New folder', exact: true }).click();
    await this.page.keyboard.type(name);
    await this.page.keyboard.press('Enter');
    await expect(this.folder(name)).toBeFocused();
  }

  get title(): Locator {
    return this.page.getByRole('textbox', { name: 'Title', exact: true });
  }

  get text(): Locator {
    return this.page.getByRole('textbox', { name: 'Text of the note' });
  }

  get votes(): Locator {
    return this.page.locator('.votes-count');
  }

  /** The tags of the open note. */
  get tags(): Locator {
    return this.page.getByRole('list', { name: 'Tags' }).locator('.tag');
  }

  /** The others in the open note; its name lists them. */
  get people(): Locator {
    return this.page.locator('.people');
  }

  /** The titles to choose from when there are several. */
  get titles(): Locator {
    return this.page.locator('.title-choice');
  }

  /** The chip of the open note; its name is what it says. */
  get chip(): Locator {
    return this.page.getByRole('button', { name: /^This note:/ });
  }

  /** The chip of all notes. */
  get overall(): Locator {
    return this.page.getByRole('button', { name: /^All notes:/ });
  }

  async createNote(title: string): Promise<void> {
    await this.page.getByRole('button', { name: 'New note' }).click();
    await expect(this.title).toBeFocused();
    await this.page.keyboard.type(title);
    await expect(this.title).toHaveValue(title);
  }

  async openNote(title: string): Promise<void> {
    await this.list.getByRole('link', { name: title }).click();
    await this.text.waitFor();
  }

  async rename(title: string): Promise<void> {
    await this.title.fill(title);
  }

  async addTag(tag: string): Promise<void> {
    const field = this.page.getByRole('combobox', { name: 'Add a tag' });
    await field.fill(tag);
    await field.press('Enter');
    await expect(this.tags.filter({ hasText: tag })).toBeVisible();
  }

  async vote(direction: 'up' | 'down', times = 1): Promise<void> {
    for (let i = 0; i < times; i++)
      await this.page.getByRole('button', { name: `Vote ${direction}` }).click();
  }

  /** Types at the end of the first paragraph, or at its start. */
  async typeText(words: string, at: 'start' | 'end' = 'end'): Promise<void> {
    await this.text.locator('p').first().click();
    await this.page.keyboard.press(at === 'start' ? 'Home' : 'End');
    await this.page.keyboard.type(words);
  }

  async switchOffline(offline: boolean): Promise<void> {
    const control = this.page.getByRole('switch', { name: 'Offline' });
    if ((await control.getAttribute('aria-checked')) !== String(offline)) await control.click();
    await expect(control).toHaveAttribute('aria-checked', String(offline));
  }

  /** Waits for the chip of the open note to say that all is on the relay, and nothing to come in. */
  async savedOnRelay(): Promise<void> {
    await expect(this.chip).toHaveAccessibleName('This note: Saved on relay');
  }

  /** The same of all notes. */
  async savedEverywhere(): Promise<void> {
    await expect(this.overall).toHaveAccessibleName('All notes: Saved on relay');
  }

  /** Waits until the app loads without a network: the service worker has all its files. */
  async readyForOffline(): Promise<void> {
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  }

  /** Breaks what this device's disk holds of a note's text, as a failing disk would. */
  async damage(id: string): Promise<void> {
    await this.page.evaluate(async (name) => {
      const done = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await done(indexedDB.open('causeway:default'));
      const chunks = database.transaction('chunks', 'readwrite').objectStore('chunks');
      const ofNote = IDBKeyRange.bound([name], [name, []]);
      const keys = await done(chunks.getAllKeys(ofNote));
      if (keys.length === 0) throw new Error(`nothing is stored of ${name}`);
      await Promise.all(
        keys.map((key) => done(chunks.put({ bytes: new Uint8Array([1, 2, 3]), sum: 0 }, key))),
      );
      database.close();
    }, `note/${id}`);
  }

  /** All that one sees of the open note. */
  async seen(): Promise<SeenNote> {
    return {
      titles:
        (await this.titles.count()) > 0
          ? await this.titles.locator('.title-text').allTextContents()
          : [await this.title.inputValue()],
      tags: await this.tags.allTextContents(),
      votes: await this.votes.textContent(),
      text: await this.paragraphs(),
    };
  }

  /** The text of the open note by paragraphs, without the carets of others. */
  async paragraphs(): Promise<readonly string[]> {
    return this.text.evaluate((prose) => {
      const copy = prose.cloneNode(true) as HTMLElement;
      for (const caret of copy.querySelectorAll('.caret, .ProseMirror-widget')) caret.remove();
      return [...copy.children].map((child) => child.textContent ?? '');
    });
  }
}

export interface SeenNote {
  readonly titles: readonly string[];
  readonly tags: readonly string[];
  readonly votes: string | null;
  readonly text: readonly string[];
}
