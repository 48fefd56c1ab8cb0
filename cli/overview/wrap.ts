// Lines that fit: what is longer goes on below, further to the right than it began.
import { plain, type Part } from '../../local/terminal-text.ts';
import type { Line } from './sheet.ts';

const textOf = (part: Part): string => plain(typeof part === 'string' ? part : part.text);

const lengthOf = (line: Line): number => line.reduce((sum, part) => sum + textOf(part).length, 0);

const like = (part: Part, text: string): Part =>
  typeof part === 'string' ? text : { style: part.style, text };

/** Without the spaces at its end: one beyond the edge would begin another line of the terminal. */
function trimmed(line: readonly Part[]): Line {
  const last = line.at(-1);
  if (last === undefined || line.length === 1) return line;
  const text = textOf(last).trimEnd();
  return text === '' ? trimmed(line.slice(0, -1)) : [...line.slice(0, -1), like(last, text)];
}

/** Broken at spaces; a word that is longer than a line is cut at the edge by whoever shows it. */
export function wrapped(line: Line, width: number): Line[] {
  if (lengthOf(line) <= width) return [line];
  const [first = ''] = line;
  const indent = `${/^ */.exec(textOf(first))?.[0] ?? ''}  `;
  const lines: Part[][] = [[]];
  let used = 0;
  for (const part of line) {
    let piece = '';
    for (const word of textOf(part).split(/(?<= )(?=[^ ])/)) {
      const length = word.trimEnd().length;
      if (used > indent.length && used + length > width) {
        lines.at(-1)?.push(like(part, piece));
        piece = '';
        lines.push([indent]);
        used = indent.length;
      }
      piece += word;
      used += word.length;
    }
    lines.at(-1)?.push(like(part, piece));
  }
  return lines.map(trimmed);
}
