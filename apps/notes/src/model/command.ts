/** What one can do by its name or by a key. */
import { folded } from './note-list.ts';

export interface Command {
  readonly name: string;
  /** As `keysOf` has them: `N`, `?`, `Mod+Shift+Z`, where Mod is Ctrl or, on a Mac, the command key. */
  readonly keys?: string;
  readonly run: () => void;
}

interface Keys {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** The keys of an event by one name. Shift is told only where it does not make another sign. */
export function keysOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Keys): string {
  const isSign = key.length === 1 && key.toLowerCase() === key.toUpperCase();
  return [
    ...(ctrlKey || metaKey ? ['Mod'] : []),
    ...(altKey ? ['Alt'] : []),
    ...(shiftKey && !isSign ? ['Shift'] : []),
    key.length === 1 ? key.toUpperCase() : key,
  ].join('+');
}

/** Those whose name has all of these words, or beginnings of words. */
export function findCommands(commands: readonly Command[], query: string): readonly Command[] {
  const words = folded(query)
    .split(/\s+/)
    .filter((word) => word !== '');
  return commands.filter(({ name }) => {
    const parts = folded(name).split(/\s+/);
    return words.every((word) => parts.some((part) => part.startsWith(word)));
  });
}
