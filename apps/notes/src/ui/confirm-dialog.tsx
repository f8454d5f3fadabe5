/** Asks before something that cannot be taken back. Escape and a press beside it mean no. */
import { type ReactElement, type ReactNode, useEffect, useId, useRef } from 'react';

interface ConfirmDialogProps {
  readonly title: string;
  readonly action: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function ConfirmDialog(props: ConfirmDialogProps): ReactElement {
  const { title, action, onConfirm, onClose, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    // React's StrictMode runs this twice, and an open one cannot be opened.
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={id}
      onClose={onClose}
      // Only the dark around it is the dialog's own.
      onPointerDown={(event) => event.target === dialog.current && dialog.current.close()}
    >
      <div className="dialog-body">
        <h2 id={id}>{title}</h2>
        {children}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button
            type="button"
            className="button danger"
            onClick={() => {
              onConfirm();
              dialog.current?.close();
            }}
          >
            {action}
          </button>
        </div>
      </div>
    </dialog>
  );
}
