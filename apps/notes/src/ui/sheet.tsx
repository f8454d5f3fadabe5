/** A dialog over the page. Escape and a press beside it close it. */
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';

interface SheetProps {
  readonly label: string;
  readonly className: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Sheet({ label, className, onClose, children }: SheetProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    // React's StrictMode runs this twice, and an open one cannot be opened.
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-label={label}
      onClose={onClose}
      // Only the dark around it is the dialog's own.
      onPointerDown={(event) => event.target === dialog.current && dialog.current.close()}
    >
      {children}
    </dialog>
  );
}
