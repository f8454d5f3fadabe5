/** Both histories as two lanes, and a line for each group of edits that came in at the other device. */
import { type ReactElement, useEffect, useRef } from 'react';
import type { History, Side } from './history.ts';

const COLUMN = 24;
const LANES: Readonly<Record<Side, number>> = { left: 18, right: 72 };
const OTHER: Readonly<Record<Side, Side>> = { left: 'right', right: 'left' };
/** As many of the last ones as a reader follows. */
const MAX_COLUMNS = 44;

export function Strip({ history: { columns, edits } }: { readonly history: History }): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const shown = Math.min(columns + 1, MAX_COLUMNS);
  const first = Math.max(0, columns + 1 - shown);
  const x = (column: number): number => (column - first) * COLUMN;
  // On a narrow screen the last of it is what one wants to see.
  useEffect(() => {
    // In braces: newer browsers give a promise, which would be taken for a cleanup.
    place.current?.scrollTo({ left: columns * COLUMN });
  }, [columns]);
  return (
    <div className="strip" ref={place}>
      <svg
        style={{ minWidth: shown * COLUMN }}
        role="img"
        aria-label="Both histories, and what crossed between them"
      >
        {(['left', 'right'] as const).map((side) => (
          <line key={side} className="lane" x1="0" x2="100%" y1={LANES[side]} y2={LANES[side]} />
        ))}
        {edits.map(({ side, column, arrivedAt }) =>
          arrivedAt === undefined ? null : (
            <line
              key={`crossing ${column}`}
              className="crossing"
              data-side={side}
              x1={x(column)}
              y1={LANES[side]}
              x2={x(arrivedAt)}
              y2={LANES[OTHER[side]]}
            />
          ),
        )}
        {edits.map(({ side, column, arrivedAt }) => (
          <circle
            key={`edit ${column}`}
            className="edit"
            data-side={side}
            data-arrived={arrivedAt !== undefined}
            cx={x(column)}
            cy={LANES[side]}
            r={6}
          />
        ))}
      </svg>
    </div>
  );
}
