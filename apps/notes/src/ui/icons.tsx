/** The app's drawings: one stroke, 20 by 20, in the colour of the text around them. All are for the eye only. */
import type { ReactElement, ReactNode } from 'react';

const PATHS = {
  back: <path d="M12 4.5 6.5 10l5.5 5.5" />,
  plus: <path d="M10 4v12M4 10h12" />,
  close: <path d="m5.5 5.5 9 9m0-9-9 9" />,
  search: <path d="m16.5 16.5-4-4M14 8.75a5.25 5.25 0 1 1-10.5 0 5.25 5.25 0 0 1 10.5 0Z" />,
  pin: <path d="M7 3.5h6l-.6 5 2.6 2.7v1.3H5v-1.3l2.6-2.7L7 3.5ZM10 12.5v4.5" />,
  trash: <path d="M4 5.5h12M8 5.5V3.8h4v1.7M5.5 5.5l.7 10.7h7.6l.7-10.7M8.6 8.7v4.6m2.8-4.6v4.6" />,
  up: <path d="m5 12 5-5.5 5 5.5" />,
  down: <path d="m5 8 5 5.5L15 8" />,
  sun: (
    <path d="M13.2 10a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0ZM10 2.5v1.6m0 11.8v1.6M2.5 10h1.6m11.8 0h1.6M4.7 4.7l1.1 1.1m8.4 8.4 1.1 1.1m0-10.6-1.1 1.1m-8.4 8.4-1.1 1.1" />
  ),
  moon: <path d="M16.3 11.9A6.8 6.8 0 0 1 8.1 3.7a6.8 6.8 0 1 0 8.2 8.2Z" />,
  screen: <path d="M3 4.5h14v9H3v-9ZM7.5 16.5h5M10 13.5v3" />,
  bold: <path d="M6.5 4.5h4.3a2.6 2.6 0 0 1 0 5.3H6.5V4.5Zm0 5.3h5a2.9 2.9 0 0 1 0 5.8h-5V9.8Z" />,
  italic: <path d="M8.5 4.5h5m-7 11h5M11.4 4.5l-2.8 11" />,
  strike: (
    <path d="M3.5 10h13M13.6 6.9c-.3-1.5-1.6-2.4-3.6-2.4-2.1 0-3.5 1-3.5 2.6 0 1.2.8 2 2 2.5m-2.2 3.3c.3 1.6 1.7 2.6 3.8 2.6s3.6-1 3.6-2.8c0-.6-.1-1-.3-1.4" />
  ),
  code: <path d="m7 6-4 4 4 4m6-8 4 4-4 4" />,
  codeBlock: <path d="M3.5 4.5h13v11h-13v-11Zm4.7 3.2L6 10l2.2 2.3m3.6-4.6L14 10l-2.2 2.3" />,
  quote: <path d="M4.5 4.5v11M8.5 6.5h7m-7 3.5h7m-7 3.5h4.5" />,
  bullets: <path d="M8 5.5h8.5M8 10h8.5M8 14.5h8.5M4 5.5h.01M4 10h.01M4 14.5h.01" />,
  numbers: (
    <path d="M8.5 5.5h8m-8 4.5h8m-8 4.5h8M3.4 4.4l1.1-.6v3.4M3.3 12.7c.2-.6.6-.9 1.2-.9.7 0 1.2.4 1.2 1 0 .9-1.4 1.4-2.4 2.7h2.5" />
  ),
  undo: <path d="M7 4 3.5 7.5 7 11M4 7.5h7.2a4.2 4.2 0 0 1 0 8.4H7" />,
  redo: <path d="m13 4 3.5 3.5L13 11m3-3.5H8.8a4.2 4.2 0 0 0 0 8.4H13" />,
  notes: <path d="M4.5 3.5h11v13h-11v-13Zm2.7 3.7h5.6M7.2 10h5.6m-5.6 2.8h3.2" />,
  folder: <path d="M2.8 15.5v-11h5l1.7 2h7.7v9H2.8Z" />,
  newFolder: <path d="M2.8 15.5v-11h5l1.7 2h7.7v9H2.8Zm7.2-6.4v4.2m-2.1-2.1h4.2" />,
  right: <path d="m8 5 4.5 5L8 15" />,
  more: <path d="M5 10h.01M10 10h.01M15 10h.01" />,
  commands: <path d="m4 5 4.5 4.5L4 14m6.5.5H16" />,
  warning: <path d="M10 3.5 2.8 16h14.4L10 3.5Zm0 4.7v4m0 1.9v.01" />,
} as const satisfies Readonly<Record<string, ReactNode>>;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      {PATHS[name]}
    </svg>
  );
}

/**
 * The app's sign, and the chip's drawing: page, device and relay as three posts, joined as far as the edits have come.
 * `reached` is 1 to 3.
 */
export function Causeway({ reached }: { readonly reached: number }): ReactElement {
  return (
    <svg className="causeway" viewBox="0 0 34 14" width="34" height="14" aria-hidden="true">
      <path className="causeway-rest" d="M5 7h24" />
      <path className="causeway-road" d={`M5 7h${12 * (reached - 1)}`} />
      {[5, 17, 29].map((x, i) => (
        <circle
          key={x}
          className={i < reached ? 'causeway-post' : 'causeway-post-ahead'}
          cx={x}
          cy="7"
          r="3.6"
        />
      ))}
    </svg>
  );
}
