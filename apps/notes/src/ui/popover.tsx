/**
 * A button and what it opens: a small panel beside it, a sheet at the bottom of a phone. Escape, a press elsewhere and
 * moving the focus away close it; Escape gives the focus back to the button.
 */
import { type ReactElement, type ReactNode, useEffect, useId, useRef, useState } from 'react';

interface PopoverProps {
  /** Says what the button opens. */
  readonly label: string;
  readonly className: string;
  readonly button: ReactNode;
  /** Whether the panel opens above the button or below. */
  readonly side: 'above' | 'below';
  readonly children: ReactNode;
}

export function Popover({ label, className, button, side, children }: PopoverProps): ReactElement {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return undefined;
    const onElsewhere = (event: Event): void => {
      if (event.target instanceof Node && root.current?.contains(event.target) !== true) setOpen(false);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      setOpen(false);
      trigger.current?.focus();
    };
    document.addEventListener('pointerdown', onElsewhere);
    document.addEventListener('focusin', onElsewhere);
    document.addEventListener('keydown', onKey, { capture: true });
    return () => {
      document.removeEventListener('pointerdown', onElsewhere);
      document.removeEventListener('focusin', onElsewhere);
      document.removeEventListener('keydown', onKey, { capture: true });
    };
  }, [open]);

  return (
    <div className="popover" ref={root}>
      <button
        ref={trigger}
        type="button"
        className={className}
        aria-label={label}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <section id={id} className="popover-panel" aria-label={label} data-side={side}>
          {children}
        </section>
      )}
    </div>
  );
}
