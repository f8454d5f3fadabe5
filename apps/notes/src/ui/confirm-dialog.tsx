/** Asks before something that cannot be taken back. Escape and a press beside it mean no. */
import type { ReactElement, ReactNode } from 'react';
import { Sheet } from './sheet.tsx';

interface ConfirmDialogProps {
  readonly title: string;
  readonly action: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function ConfirmDialog(props: ConfirmDialogProps): ReactElement {
  const { title, action, onConfirm, onClose, children } = props;
  return (
    <Sheet label={title} className="confirm" onClose={onClose}>
      <div className="dialog-body">
        <h2>{title}</h2>
        {children}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            className="button danger"
            onClick={() => {
              onConfirm();
              onClose();
            }}
          >
            {action}
          </button>
        </div>
      </div>
    </Sheet>
  );
}
