/** Both histories as two lanes, and a line for each group of edits that came in at the other device. */
import type { ReactElement } from 'react';
import type { History, Side } from './history.ts';

const COLUMN = 24;
const LANES: Readonly<Record<Side, number>> = { left: 24, right: 96 };
const OTHER: Readonly<Record<Side, Side>> = { left: 'right', right: 'left' };
/** Wide enough to look like a strip when little has happened. */
const MIN_COLUMNS = 16;
/** As many of the last ones as can be told from each other. */
const MAX_COLUMNS = 44;

export function Strip({ history: { columns, edits } }: { readonly history: History }): ReactElement {
  const shown = Math.min(Math.max(columns + 1, MIN_COLUMNS), MAX_COLUMNS);
  const first = Math.max(0, columns + 1 - shown);
  const x = (column: number): number => (column - first) * COLUMN;
  const width = shown * COLUMN;
  return (
    <svg
      className="strip"
      viewBox={`0 0 ${width} 120`}
      role="img"
      aria-label="Both histories, and what crossed between them"
    >
      {(['left', 'right'] as const).map((side) => (
        <line key={side} className="lane" x1={0} x2={width} y1={LANES[side]} y2={LANES[side]} />
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
  );
}
