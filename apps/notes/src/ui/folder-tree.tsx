/**
 * The tree of folders: one stop for Tab, by arrows from one to the next, and every change by drag and drop or by keys.
 *
 *   arrows, Home, End   go about, fold and unfold        F2       renames
 *   Enter, Space        shows its notes                  Delete   removes
 *   Alt+arrows          moves it: past its siblings, into the one before, out of its parent
 */
import type { DotKey } from '@causeway/core/id';
import {
  type DragEvent,
  type KeyboardEvent,
  type ReactElement,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import {
  dropSpot,
  type Folder,
  type FolderSpot,
  type FolderStep,
  MAX_FOLDER_NAME_LENGTH,
  stepSpot,
  unfolded,
} from '../model/folders.ts';
import { beginDrag, draggedKind, droppedOf } from './drag.ts';
import { Icon } from './icons.tsx';

export interface FolderTreeProps {
  readonly folders: readonly Folder[];
  readonly counts: ReadonlyMap<string, number>;
  readonly chosen: string | undefined;
  readonly onChoose: (id: DotKey) => void;
  readonly folded: readonly string[];
  readonly onFold: (folded: readonly string[]) => void;
  /** The folder whose name is being typed. */
  readonly renaming: string | undefined;
  readonly onRenaming: (id: string | undefined) => void;
  readonly onRename: (id: DotKey, name: string) => void;
  readonly onMoveFolder: (id: DotKey, spot: FolderSpot) => void;
  readonly onMoveNote: (note: string, folder: DotKey) => void;
  readonly onRemove: (folder: Folder) => void;
}

type Side = 'before' | 'into' | 'after';

export function FolderTree(props: FolderTreeProps): ReactElement {
  const { folders, counts, chosen, onChoose, folded, onFold, renaming, onRenaming, onMoveFolder } = props;
  const shown = unfolded(folders, new Set(folded));
  const [active, setActive] = useState<string>();
  const [dragged, setDragged] = useState<DotKey>();
  const [over, setOver] = useState<{ readonly id: DotKey; readonly side: Side }>();
  const tree = useRef<HTMLDivElement>(null);
  const refocus = useRef<string>(undefined);
  const stop = [active, chosen].find((id) => shown.some((folder) => folder.id === id)) ?? shown[0]?.id;

  const focus = (id: string | undefined): void => {
    if (id !== undefined)
      tree.current?.querySelector<HTMLElement>(`[data-folder="${CSS.escape(id)}"]`)?.focus();
  };
  // An item that was moved in the page, or whose field is gone, has lost the focus.
  useLayoutEffect(() => {
    const id = refocus.current;
    if (id === undefined) return;
    refocus.current = undefined;
    focus(id);
  });

  const hasChildren = (id: DotKey): boolean => folders.some(({ parent }) => parent === id);
  const fold = (id: DotKey, isFolded: boolean): void =>
    onFold(isFolded ? [...folded, id] : folded.filter((other) => other !== id));
  const move = (folder: Folder, step: FolderStep): void => {
    const spot = stepSpot(folders, folder, step);
    if (spot === undefined) return;
    refocus.current = folder.id;
    if (spot.parent !== undefined) fold(spot.parent, false);
    onMoveFolder(folder.id, spot);
  };

  const onKeyDown = (event: KeyboardEvent, folder: Folder): void => {
    if (event.ctrlKey || event.metaKey) return;
    const at = shown.indexOf(folder);
    const isOpen = hasChildren(folder.id) && !folded.includes(folder.id);
    const acts: Readonly<Record<string, () => void>> = event.altKey
      ? {
          ArrowUp: () => move(folder, 'up'),
          ArrowDown: () => move(folder, 'down'),
          ArrowRight: () => move(folder, 'in'),
          ArrowLeft: () => move(folder, 'out'),
        }
      : {
          ArrowUp: () => focus(shown[at - 1]?.id),
          ArrowDown: () => focus(shown[at + 1]?.id),
          Home: () => focus(shown[0]?.id),
          End: () => focus(shown.at(-1)?.id),
          ArrowRight: () => (isOpen ? focus(shown[at + 1]?.id) : fold(folder.id, false)),
          ArrowLeft: () => (isOpen ? fold(folder.id, true) : focus(folder.parent)),
          Enter: () => onChoose(folder.id),
          ' ': () => onChoose(folder.id),
          F2: () => onRenaming(folder.id),
          Delete: () => {
            refocus.current = shown[at + 1]?.id ?? shown[at - 1]?.id;
            props.onRemove(folder);
          },
        };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  const onDragOver = (event: DragEvent, folder: Folder): void => {
    const kind = draggedKind(event);
    if (kind === undefined) return;
    const side = kind === 'note' ? 'into' : sideOf(event);
    if (
      kind === 'folder' &&
      dragged !== undefined &&
      dropSpot(folders, dragged, folder, side) === undefined
    ) {
      setOver(undefined);
      return;
    }
    event.preventDefault();
    if (over?.id !== folder.id || over.side !== side) setOver({ id: folder.id, side });
  };
  const onDrop = (event: DragEvent, folder: Folder): void => {
    setOver(undefined);
    const what = droppedOf(event);
    if (what === undefined) return;
    event.preventDefault();
    if (what.is === 'note') {
      props.onMoveNote(what.id, folder.id);
      return;
    }
    const moved = folders.find(({ id }) => id === what.id);
    const spot = dropSpot(folders, what.id, folder, sideOf(event));
    if (moved !== undefined && spot !== undefined) onMoveFolder(moved.id, spot);
  };

  return (
    <div ref={tree} className="folders" role="tree" aria-label="Folders">
      {shown.map((folder) => {
        const { id, name, depth } = folder;
        const count = counts.get(id) ?? 0;
        const isParent = hasChildren(id);
        return (
          <div
            key={id}
            className="place folder"
            role="treeitem"
            aria-level={depth + 1}
            aria-expanded={isParent ? !folded.includes(id) : undefined}
            aria-selected={id === chosen}
            aria-keyshortcuts="F2 Delete Alt+ArrowUp Alt+ArrowDown Alt+ArrowRight Alt+ArrowLeft"
            aria-label={name}
            data-folder={id}
            data-drop={over?.id === id ? over.side : undefined}
            tabIndex={id === stop ? 0 : -1}
            style={{ paddingLeft: STEP_PX * Math.min(depth, MAX_DRAWN_DEPTH) }}
            draggable={renaming !== id}
            onFocus={() => setActive(id)}
            onClick={() => onChoose(id)}
            onKeyDown={(event) => renaming !== id && onKeyDown(event, folder)}
            onDragStart={(event) => {
              setDragged(id);
              beginDrag(event, { is: 'folder', id });
            }}
            onDragEnd={() => {
              setDragged(undefined);
              setOver(undefined);
            }}
            onDragOver={(event) => onDragOver(event, folder)}
            onDragLeave={() => setOver(undefined)}
            onDrop={(event) => onDrop(event, folder)}
          >
            <span
              className="folder-fold"
              aria-hidden="true"
              data-parent={isParent ? '' : undefined}
              onClick={(event) => {
                event.stopPropagation();
                if (isParent) fold(id, !folded.includes(id));
              }}
            >
              {isParent && <Icon name={folded.includes(id) ? 'right' : 'down'} />}
            </span>
            <Icon name="folder" />
            {renaming === id ? (
              <NameField
                name={name}
                onDone={(typed) => {
                  refocus.current = id;
                  onRenaming(undefined);
                  if (typed !== undefined && typed.trim() !== '' && typed !== name) props.onRename(id, typed);
                }}
              />
            ) : (
              <span className="place-name">{name}</span>
            )}
            {count > 0 && renaming !== id && <span className="place-count" data-face={count} />}
          </div>
        );
      })}
    </div>
  );
}

/** A folder deeper than this is drawn no further to the right, or its name would have no room. */
const MAX_DRAWN_DEPTH = 6;
const STEP_PX = 16;

/** The upper and the lower quarter of an item stand for the places between. */
function sideOf({ clientY, currentTarget }: DragEvent): Side {
  const { top, height } = currentTarget.getBoundingClientRect();
  const part = (clientY - top) / height;
  return part < 0.25 ? 'before' : part > 0.75 ? 'after' : 'into';
}

interface NameFieldProps {
  readonly name: string;
  /** With undefined when it was given up. */
  readonly onDone: (typed: string | undefined) => void;
}

function NameField({ name, onDone }: NameFieldProps): ReactElement {
  const [typed, setTyped] = useState(name);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.select(), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') onDone(typed);
    else if (event.key === 'Escape') onDone(undefined);
  };
  return (
    <input
      ref={field}
      className="folder-name"
      aria-label="Name of the folder"
      maxLength={MAX_FOLDER_NAME_LENGTH}
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => onDone(typed)}
      onClick={(event) => event.stopPropagation()}
    />
  );
}
