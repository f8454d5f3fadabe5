/** The folder of a note, to choose another. */
import type { ReactElement } from 'react';
import type { Folder } from '../model/folders.ts';
import { Icon } from './icons.tsx';

interface FolderFieldProps {
  readonly folders: readonly Folder[];
  readonly folder: string | undefined;
  readonly onMove: (folder: string | undefined) => void;
}

export function FolderField({ folders, folder, onMove }: FolderFieldProps): ReactElement {
  const known = folders.some(({ id }) => id === folder);
  return (
    <label className="folder-field">
      <Icon name="folder" />
      <span className="hidden">Folder</span>
      <select
        value={known ? folder : ''}
        onChange={({ target }) => onMove(target.value === '' ? undefined : target.value)}
      >
        <option value="">No folder</option>
        {folders.map(({ id, name, depth }) => (
          <option key={id} value={id}>
            {'\u2003'.repeat(depth)}
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
