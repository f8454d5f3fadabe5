/** A message at the bottom edge with one thing to do about it. It goes after a while, but not under one's hands. */
import { type ReactElement, useEffect, useState } from 'react';

export interface ToastMessage {
  readonly text: string;
  readonly action: string;
  readonly onAction: () => void;
}

/** Long enough to read it and reach it. */
const SHOWN_MS = 10_000;

interface ToastProps {
  readonly message: ToastMessage;
  readonly onGone: () => void;
}

export function Toast({ message, onGone }: ToastProps): ReactElement {
  const [held, setHeld] = useState(false);

  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(onGone, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, onGone]);

  return (
    <div
      className="toast"
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className="toast-text">{message.text}</span>
      <button
        type="button"
        className="toast-action"
        onClick={() => {
          message.onAction();
          onGone();
        }}
      >
        {message.action}
      </button>
    </div>
  );
}
