// Columns of text that line up.
import { plain, type Part, type Style } from '../local/terminal-text.ts';

/** A cell, painted when it has a style. */
export type Cell = string | { readonly style: Style; readonly text: string };

const textOf = (cell: Cell): string => plain(typeof cell === 'string' ? cell : cell.text);

/** Rows of equally many cells as lines of parts, under a header. A column without any text below its header is left out. */
export function table(header: readonly Cell[], rows: readonly (readonly Cell[])[]): Part[][] {
  const widths = header.map((title, column) => {
    const longest = Math.max(0, ...rows.map((row) => textOf(row[column] ?? '').length));
    return longest === 0 ? 0 : Math.max(longest, textOf(title).length);
  });
  const last = widths.findLastIndex((width) => width > 0);
  return [header, ...rows].map((row) =>
    row.flatMap((cell, column): Part[] => {
      const width = widths[column] ?? 0;
      if (width === 0) return [];
      return column >= last ? [cell] : [cell, ' '.repeat(width - textOf(cell).length + 2)];
    }),
  );
}
