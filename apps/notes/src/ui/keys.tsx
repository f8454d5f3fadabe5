/** Keys as they stand on the keyboard. */
import type { ReactElement } from 'react';

const isMac = navigator.platform.startsWith('Mac');

const NAMES: Readonly<Record<string, string>> = {
  Mod: isMac ? '⌘' : 'Ctrl',
  Backspace: '⌫',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};

export function Keys({ keys }: { readonly keys: string }): ReactElement {
  return (
    <span className="keys">
      {keys.split('+').map((key) => (
        <kbd key={key}>{NAMES[key] ?? key}</kbd>
      ))}
    </span>
  );
}
