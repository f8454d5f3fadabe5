/** What one can do with the folder that the list shows, for those who neither drag nor know the keys. */
import type { DotKey } from '@causeway/core/id';
import type { ReactElement } from 'react';
import { type Folder, type FolderSpot, type FolderStep, stepSpot } from '../model/folders.ts';
import { Icon } from './icons.tsx';
import { Popover } from './popover.tsx';

interface FolderMenuProps {
  readonly folder: Folder;
  readonly folders: readonly Folder[];
  readonly onRename: () => void;
  readonly onNewInside: () => void;
  readonly onMove: (id: DotKey, spot: FolderSpot) => void;
  readonly onRemove: () => void;
}

const STEPS: readonly (readonly [FolderStep, string])[] = [
  ['up', 'Move up'],
  ['down', 'Move down'],
  ['in', 'Move into the folder above'],
  ['out', 'Move out of its folder'],
];

export function FolderMenu(props: FolderMenuProps): ReactElement {
  const { folder, folders, onMove } = props;
  return (
    <Popover label="This folder" className="icon-button" button={<Icon name="more" />} side="below">
      <div className="menu">
        <button type="button" className="menu-item" onClick={props.onRename}>
          Rename
        </button>
        <button type="button" className="menu-item" onClick={props.onNewInside}>
          New folder inside
        </button>
        {STEPS.map(([step, words]) => {
          const spot = stepSpot(folders, folder, step);
          return (
            <button
              key={step}
              type="button"
              className="menu-item"
              aria-disabled={spot === undefined}
              onClick={() => spot !== undefined && onMove(folder.id, spot)}
            >
              {words}
            </button>
          );
        })}
        <button type="button" className="menu-item" onClick={props.onRemove}>
          Remove the folder
        </button>
      </div>
    </Popover>
  );
}
