import { describe, expect, it } from 'vitest';
import { newProfile } from './profile.ts';
import { createSettings, type TextStore } from './settings.ts';

const first = newProfile(0);

function memory(entries: Readonly<Record<string, string>> = {}): TextStore {
  const map = new Map(Object.entries(entries));
  return { getItem: (key) => map.get(key) ?? null, setItem: (key, value) => void map.set(key, value) };
}

const broken: TextStore = {
  getItem: () => {
    throw new Error('denied');
  },
  setItem: () => {
    throw new Error('denied');
  },
};

describe('settings', () => {
  it('are there after a reload, the first profile too', () => {
    const store = memory();
    createSettings(store, first).theme.set('dark');
    const again = createSettings(store, newProfile(40));
    expect(again.theme.value).toBe('dark');
    expect(again.profile.value).toEqual(first);
  });

  it('fall back when the store holds nonsense', () => {
    const store = memory({
      'causeway-notes/theme': '"pink"',
      'causeway-notes/order': '{',
      'causeway-notes/offline': '1',
    });
    const settings = createSettings(store, first);
    expect([settings.theme.value, settings.order.value, settings.offline.value]).toEqual([
      'system',
      'newest',
      false,
    ]);
  });

  it('hold for the page when the store fails or there is none', () => {
    for (const store of [broken, undefined]) {
      const settings = createSettings(store, first);
      let told = 0;
      const stop = settings.offline.subscribe(() => told++);
      settings.offline.set(true);
      stop();
      settings.offline.set(true);
      expect([settings.offline.value, told]).toEqual([true, 1]);
    }
  });
});
