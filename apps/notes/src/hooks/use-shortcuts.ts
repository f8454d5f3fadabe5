/** The keys of commands. Single keys hold where nothing is being typed, and no dialog is open. */
import { useEffect, useEffectEvent } from 'react';
import { type Command, keysOf } from '../model/command.ts';

export function useShortcuts(commands: readonly Command[]): void {
  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
    const keys = keysOf(event);
    // The one key that holds in a text, too: no editor has a use for it.
    if (keys !== 'Mod+K' && isTypedIn(event.target)) return;
    const command = commands.find((each) => each.keys === keys);
    if (command === undefined) return;
    event.preventDefault();
    command.run();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, []);
}

function isTypedIn(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
  );
}
