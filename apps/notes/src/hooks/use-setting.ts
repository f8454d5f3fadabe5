/** A remembered choice, as state that every component shares. */
import { useSyncExternalStore } from 'react';
import type { Setting } from '../model/settings.ts';

export function useSetting<T>(setting: Setting<T>): T {
  return useSyncExternalStore(setting.subscribe, () => setting.value);
}
