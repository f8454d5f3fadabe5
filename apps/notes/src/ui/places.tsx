/** Where notes are: all of them, the folders, the trash. Each is chosen by a press, and takes what is dropped on it. */
import { type DragEvent, type ReactElement, useMemo, useState } from 'react';
import { countByFolder, type Folder, folderPath, type Place } from '../model/folders.ts';
import type { NotesState } from '../model/notes.ts';
import { type Dragged, draggedKind, droppedOf } from './drag.ts';
import { FolderTree, type FolderTreeProps } from './folder-tree.tsx';
import { Icon, type IconName } from './icons.tsx';

export interface PlacesProps extends Omit<FolderTreeProps, 'folders' | 'counts' | 'chosen' | 'onChoose'> {
  readonly state: NotesState;
  readonly place: Place;
  readonly onPlace: (place: Place) => void;
  readonly onNewFolder: () => void;
  /** What was dropped goes out of all folders. */
  readonly onFree: (dragged: Dragged) => void;
  readonly onTrash: (dragged: Dragged) => void;
}

export function Places(props: PlacesProps): ReactElement {
  const { state, place, onPlace, onNewFolder, onFree, onTrash, ...tree } = props;
  const counts = useMemo(() => countByFolder(state.folders, state.notes), [state]);
  return (
    <nav id="places" className="places" aria-label="Places">
      <PlaceButton
        icon="notes"
        name="All notes"
        count={state.notes.length}
        isChosen={place.at === 'all'}
        onChoose={() => onPlace({ at: 'all' })}
        onDropped={onFree}
      />
      <div className="places-heading">
        <h2>Folders</h2>
        <button
          type="button"
          className="icon-button"
          aria-label="New folder"
          title="New folder"
          onClick={onNewFolder}
        >
          <Icon name="newFolder" />
        </button>
      </div>
      {state.folders.length > 0 && (
        <FolderTree
          {...tree}
          folders={state.folders}
          counts={counts}
          chosen={place.at === 'folder' ? place.folder : undefined}
          onChoose={(folder) => onPlace({ at: 'folder', folder })}
        />
      )}
      <PlaceButton
        icon="trash"
        name="Trash"
        count={state.trash.length}
        isChosen={place.at === 'trash'}
        onChoose={() => onPlace({ at: 'trash' })}
        onDropped={onTrash}
      />
    </nav>
  );
}

/** What a place is called where only one is shown. */
export function placeName(folders: readonly Folder[], place: Place): string {
  switch (place.at) {
    case 'all':
      return 'All notes';
    case 'trash':
      return 'Trash';
    case 'folder':
      return folderPath(folders, place.folder).at(-1) ?? 'All notes';
  }
}

interface PlaceButtonProps {
  readonly icon: IconName;
  readonly name: string;
  readonly count: number;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly onDropped: (dragged: Dragged) => void;
}

function PlaceButton({ icon, name, count, isChosen, onChoose, onDropped }: PlaceButtonProps): ReactElement {
  const [isOver, setOver] = useState(false);
  const onDragOver = (event: DragEvent): void => {
    if (draggedKind(event) === undefined) return;
    event.preventDefault();
    setOver(true);
  };
  const onDrop = (event: DragEvent): void => {
    setOver(false);
    const dragged = droppedOf(event);
    if (dragged === undefined) return;
    event.preventDefault();
    onDropped(dragged);
  };
  return (
    <button
      type="button"
      className="place"
      aria-current={isChosen ? 'true' : undefined}
      data-drop={isOver ? 'into' : undefined}
      onClick={onChoose}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Icon name={icon} />
      <span className="place-name">{name}</span>
      {count > 0 && <span className="place-count">{count}</span>}
    </button>
  );
}
