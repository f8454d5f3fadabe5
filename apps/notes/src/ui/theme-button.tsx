/** Goes round: as the system says, light, dark. */
import type { ReactElement } from 'react';
import { useSetting } from '../hooks/use-setting.ts';
import type { Setting, Theme } from '../model/settings.ts';
import { Icon, type IconName } from './icons.tsx';

const ROUND: Readonly<
  Record<Theme, { readonly next: Theme; readonly icon: IconName; readonly words: string }>
> = {
  system: { next: 'light', icon: 'screen', words: 'Light or dark as the system has it' },
  light: { next: 'dark', icon: 'sun', words: 'Light' },
  dark: { next: 'system', icon: 'moon', words: 'Dark' },
};

export function ThemeButton({ setting }: { readonly setting: Setting<Theme> }): ReactElement {
  const { next, icon, words } = ROUND[useSetting(setting)];
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Appearance: ${words}`}
      title={words}
      onClick={() => setting.set(next)}
    >
      <Icon name={icon} />
    </button>
  );
}
