/** The notes in the trash, the last deleted first, and the button that empties it. */
import { type ReactElement, useMemo, useState } from 'react';
import type { TrashedNote } from '../model/note-list.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { moveByArrows, Rows } from './note-list.tsx';

interface TrashListProps {
  readonly trash: readonly TrashedNote[];
  readonly openId: string | undefined;
  readonly onDrop: (notes: readonly TrashedNote[]) => void;
}

export function TrashList({ trash, openId, onDrop }: TrashListProps): ReactElement {
  const [asks, setAsks] = useState(false);
  const ordered = useMemo(() => [...trash].sort((a, b) => b.deleted - a.deleted), [trash]);
  return (
    <>
      {trash.length > 0 && (
        <div className="finder">
          <div className="finder-line">
            <p className="count">{countWords(trash.length)}</p>
            <button type="button" className="button" onClick={() => setAsks(true)}>
              Empty trash
            </button>
          </div>
        </div>
      )}
      <nav className="rows" aria-label="Notes in the trash" onKeyDown={moveByArrows}>
        {trash.length > 0 ? (
          <Rows notes={ordered} openId={openId} />
        ) : (
          <div className="empty">
            <p className="empty-title">The trash is empty</p>
            <p>Notes that you delete wait here until you want them back.</p>
          </div>
        )}
      </nav>
      {asks && <DropDialog notes={ordered} onDrop={() => onDrop(ordered)} onClose={() => setAsks(false)} />}
    </>
  );
}

interface DropDialogProps {
  readonly notes: readonly TrashedNote[];
  readonly onDrop: () => void;
  readonly onClose: () => void;
}

/** Asks before notes are deleted for good. */
export function DropDialog({ notes, onDrop, onClose }: DropDialogProps): ReactElement {
  const one = notes.length === 1;
  return (
    <ConfirmDialog
      title={`Delete ${countWords(notes.length)} for good?`}
      action="Delete for good"
      onConfirm={onDrop}
      onClose={onClose}
    >
      <p>
        {one ? 'It goes' : 'They go'} from the trash of everyone, and {one ? 'its text' : 'their texts'} from
        this device. This cannot be undone. If somebody brings {one ? 'it' : 'one'} back in this moment, it
        stays.
      </p>
    </ConfirmDialog>
  );
}

function countWords(count: number): string {
  return count === 1 ? '1 note' : `${count} notes`;
}
