/** Everything by its name: what one can do, and the notes that a search finds. Arrows choose, Enter does it. */
import { type KeyboardEvent, type ReactElement, useId, useState } from 'react';
import { useMatches } from '../hooks/use-matches.ts';
import { type Command, findCommands } from '../model/command.ts';
import { findNotes, type Note, titleOf } from '../model/note-list.ts';
import type { SearchIndex } from '../sync/search-index.ts';
import { Keys } from './keys.tsx';
import { Sheet } from './sheet.tsx';

/** As many as one looks through; more words find fewer. */
const MAX_NOTES = 8;

interface PaletteProps {
  readonly commands: readonly Command[];
  readonly notes: readonly Note[];
  readonly search: SearchIndex;
  readonly onNote: (id: string) => void;
  readonly onClose: () => void;
}

export function Palette({ commands, notes, search, onNote, onClose }: PaletteProps): ReactElement {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const matches = useMatches(search, query);
  const list = useId();
  const found =
    matches === undefined ? [] : findNotes(notes, { matches, tags: [], order: 'newest' }).slice(0, MAX_NOTES);
  const choices: readonly Command[] = [
    ...findCommands(commands, query),
    ...found.map((note) => ({ name: titleOf(note), run: () => onNote(note.id) })),
  ];
  const chosen = Math.min(at, choices.length - 1);

  const run = (choice: Command | undefined): void => {
    if (choice === undefined) return;
    onClose();
    choice.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') run(choices[chosen]);
    else if (event.key === 'ArrowDown') setAt((chosen + 1) % choices.length);
    else if (event.key === 'ArrowUp') setAt((chosen + choices.length - 1) % choices.length);
    else return;
    event.preventDefault();
  };

  return (
    <Sheet label="Commands and notes" className="palette" onClose={onClose}>
      <input
        className="palette-input"
        role="combobox"
        aria-label="What to do, or which note"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={choices.length > 0 ? `${list}-${chosen}` : undefined}
        placeholder="What to do, or which note"
        autoComplete="off"
        value={query}
        onChange={({ target }) => {
          setQuery(target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={list} className="palette-list" role="listbox" aria-label="Commands and notes">
        {choices.map((choice, index) => (
          <div
            // Two notes may have one title.
            key={`${index}-${choice.name}`}
            id={`${list}-${index}`}
            ref={index === chosen ? scrollHere : undefined}
            className="palette-item"
            role="option"
            aria-selected={index === chosen}
            tabIndex={-1}
            onPointerMove={() => setAt(index)}
            onClick={() => run(choice)}
            onKeyDown={onKeyDown}
          >
            <span className="place-name">{choice.name}</span>
            {choice.keys !== undefined && <Keys keys={choice.keys} />}
          </div>
        ))}
      </div>
      {choices.length === 0 && <p className="palette-none">Nothing has this name.</p>}
    </Sheet>
  );
}

function scrollHere(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}
