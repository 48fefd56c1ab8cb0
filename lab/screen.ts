// What the lab writes: plain lines, boxes and columns, with colour only on a terminal and a prompt that stays below them.
import { paint, plain, type Part, type Style } from '../local/terminal-text.ts';

/** Takes the prompt away before a line is written, and puts it back after. */
type Prompt = { readonly hide: () => void; readonly show: () => void };

export type Screen = {
  readonly line: (...parts: readonly Part[]) => void;
  /** A framed text, indented by `indent` columns; long lines are wrapped. */
  readonly box: (
    title: string,
    text: string,
    options: { readonly style: Style; readonly indent: number },
  ) => void;
  /** Rows under a header, in columns that line up. */
  readonly table: (header: readonly string[], rows: readonly (readonly Part[])[]) => void;
  /** How many columns a line may take, at most 100. */
  readonly width: () => number;
  /** Rings on a terminal. */
  readonly bell: () => void;
  readonly setPrompt: (prompt: Prompt | null) => void;
};

const widest = 100;
// Below this lines may break as they like.
const narrowest = 60;

const textOf = (part: Part): string => plain(typeof part === 'string' ? part : part.text);

/** Breaks a line at spaces; a word that is longer than the line is broken anywhere. */
export function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

export function openScreen(stream: NodeJS.WriteStream): Screen {
  let prompt: Prompt | null = null;
  const line: Screen['line'] = (...parts) => {
    prompt?.hide();
    stream.write(
      `${parts
        .map((part) => paint(part, stream))
        .join('')
        .trimEnd()}\n`,
    );
    prompt?.show();
  };
  const width = (): number => Math.max(narrowest, Math.min(stream.columns ?? widest, widest));
  return {
    line,
    width,
    box: (title, text, { style, indent }) => {
      const inner = width() - indent - 4;
      const margin = ' '.repeat(indent);
      const edge = (left: string, words: string, right: string): Part[] => [
        margin,
        { style, text: `${left}─${words}${'─'.repeat(Math.max(0, inner + 1 - words.length))}${right}` },
      ];
      line(...edge('┌', ` ${plain(title)} `, '┐'));
      for (const [index, full] of text.split('\n').entries()) {
        for (const part of wrap(plain(full), inner)) {
          const words = part.padEnd(inner);
          line(margin, { style, text: '│ ' }, index === 0 ? { style: 'strong', text: words } : words, {
            style,
            text: ' │',
          });
        }
      }
      line(...edge('└', '', '┘'));
    },
    table: (header, rows) => {
      const all: (readonly Part[])[] = [header.map((text): Part => ({ style: 'strong', text })), ...rows];
      const widths = header.map((_, column) =>
        Math.max(...all.map((row) => textOf(row[column] ?? '').length)),
      );
      for (const row of all) {
        line(
          ...row.flatMap((cell, column): Part[] => [
            cell,
            ' '.repeat((widths[column] ?? 0) - textOf(cell).length + 2),
          ]),
        );
      }
    },
    bell: () => {
      if (stream.isTTY) stream.write('\u0007');
    },
    setPrompt: (next) => {
      prompt = next;
    },
  };
}
