/**
 * What this device remembers of its user's choices, in `localStorage`: small, not synced, and never in the way. A store
 * that fails or holds nonsense means the fallback; a choice then lasts as long as the page.
 */
import { isPlace, type Place } from './folders.ts';
import { isNoteOrder, type NoteOrder } from './note-list.ts';
import { type Profile, parseProfile } from './profile.ts';

export type Theme = 'system' | 'light' | 'dark';

export interface Settings {
  readonly theme: Setting<Theme>;
  readonly profile: Setting<Profile>;
  /** The offline switch. */
  readonly offline: Setting<boolean>;
  readonly order: Setting<NoteOrder>;
  /** What the list shows: all notes, the trash, or a folder. */
  readonly place: Setting<Place>;
  /** Folders whose own folders are folded away. */
  readonly folded: Setting<readonly string[]>;
}

/** What is needed of `localStorage`. */
export interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export function createSettings(store: TextStore | undefined, firstProfile: Profile): Settings {
  const settings: Settings = {
    theme: new Setting('theme', isTheme, 'system', store),
    profile: new Setting(
      'profile',
      (value): value is Profile => parseProfile(value) !== undefined,
      firstProfile,
      store,
    ),
    offline: new Setting('offline', (value): value is boolean => typeof value === 'boolean', false, store),
    order: new Setting('order', isNoteOrder, 'newest', store),
    place: new Setting('place', isPlace, { at: 'all' }, store),
    folded: new Setting('folded', isTexts, [], store),
  };
  // The dice are thrown once: others should see the same name after a reload.
  settings.profile.set(settings.profile.value);
  return settings;
}

/** One remembered choice. */
export class Setting<T> {
  readonly #key: string;
  readonly #store: TextStore | undefined;
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(name: string, is: (value: unknown) => value is T, fallback: T, store: TextStore | undefined) {
    this.#key = `causeway-notes/${name}`;
    this.#store = store;
    const stored = this.#read();
    this.#value = is(stored) ? stored : fallback;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    try {
      this.#store?.setItem(this.#key, JSON.stringify(value));
    } catch {
      // Full or forbidden: the choice holds for this page.
    }
    for (const listener of this.#listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  #read(): unknown {
    try {
      return JSON.parse(this.#store?.getItem(this.#key) ?? 'null');
    } catch {
      return undefined;
    }
  }
}

function isTheme(value: unknown): value is Theme {
  return value === 'system' || value === 'light' || value === 'dark';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
