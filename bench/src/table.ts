// A table as text: what every bench hands back. Knows nothing of measuring.

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  /** One cell per column; a number is printed with three significant digits and aligned right, none as a dash. */
  readonly rows: readonly (readonly Cell[])[];
  /** What a reader must know to read the numbers: their unit, the work, the sizes. */
  readonly note?: string;
}

export type Cell = string | number | undefined;

/** The table as lines of text, columns aligned. */
export const formatTable = ({ title, columns, rows, note }: Table): string => {
  const cells = [columns, ...rows.map((row) => row.map(formatCell))];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const numeric = columns.map((_, column) => rows.every((row) => typeof row[column] !== 'string'));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return numeric[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = cells;
  const rule = widths.map((width) => '-'.repeat(width));
  return [title, ...(note === undefined ? [] : [note]), '', ...[head, rule, ...body].map(line), ''].join(
    '\n',
  );
};

const formatCell = (cell: Cell): string => {
  if (cell === undefined) return '-';
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell) || Math.abs(cell) >= 1000) return Math.round(cell).toLocaleString('en-US');
  return cell.toPrecision(3);
};
