// The whole of a terminal, drawn anew in place: what was there before comes back at the end, however that comes.
import { paint, type Part } from '../local/terminal-text.ts';

/** `width` is in columns. A line that is longer is cut at the edge. */
export type Draw = (width: number) => readonly (readonly Part[])[];

export type Screen = {
  /** Shows this, and shows it again when the window changes. What is below the edge is reached by the arrow keys. */
  readonly show: (draw: Draw) => void;
  /** Gives back the terminal; may be called again. */
  readonly close: () => void;
};

export type ScreenOptions = {
  readonly out: NodeJS.WriteStream;
  readonly input: NodeJS.ReadStream;
  /** The reader has had enough: Ctrl-C, or `q`. */
  readonly onEnd: () => void;
};

// The other screen, no cursor, and no line that goes on below: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const home = '\u001b[H';
const restOfLine = '\u001b[K';
const restOfScreen = '\u001b[J';

/** By key, how far to go; in pages, lines, or all the way. */
const moves: Readonly<Record<string, readonly [amount: number, unit: 'line' | 'page']>> = {
  '\u001b[A': [-1, 'line'],
  k: [-1, 'line'],
  '\u001b[B': [1, 'line'],
  j: [1, 'line'],
  '\u001b[5~': [-1, 'page'],
  b: [-1, 'page'],
  '\u001b[6~': [1, 'page'],
  ' ': [1, 'page'],
  '\u001b[H': [-Infinity, 'line'],
  g: [-Infinity, 'line'],
  '\u001b[F': [Infinity, 'line'],
  G: [Infinity, 'line'],
};

/** Of so many lines those that are seen, and a last one that tells of the others when they are more than `rows`. */
function cut(lines: readonly (readonly Part[])[], rows: number, from: number): readonly (readonly Part[])[] {
  if (lines.length <= rows) return lines;
  const below = lines.length - from - (rows - 1);
  const words = [...(from === 0 ? [] : [`${from} above`]), ...(below <= 0 ? [] : [`${below} below`])].join(
    ', ',
  );
  return [
    ...lines.slice(from, from + rows - 1),
    [{ style: 'dim', text: `-- ${words}; arrows move, q ends --` }],
  ];
}

/** Takes the terminal over. It is given back by `close`, at the end of the process, and while it is stopped by Ctrl-Z. */
export function openScreen({ out, input, onEnd }: ScreenOptions): Screen {
  let drawn: Draw | null = null;
  let from = 0;
  let isOpen = false;
  const paintAll = (): void => {
    if (drawn === null || !isOpen) return;
    const rows = Math.max(2, out.rows || 24);
    const lines = drawn(Math.max(20, out.columns || 80));
    from = Math.max(0, Math.min(from, lines.length - rows + 1));
    const seen = cut(lines, rows, from).map(
      (line) => `${line.map((part) => paint(part, out)).join('')}${restOfLine}`,
    );
    out.write(`${home}${seen.join('\r\n')}${restOfScreen}`);
  };
  const open = (): void => {
    isOpen = true;
    if (input.isTTY) input.setRawMode(true);
    out.write(enter);
    paintAll();
  };
  const giveBack = (): void => {
    if (!isOpen) return;
    isOpen = false;
    if (input.isTTY) input.setRawMode(false);
    out.write(leave);
  };
  const stop = (): void => {
    giveBack();
    process.kill(process.pid, 'SIGSTOP');
  };
  const onKey = (chunk: Buffer): void => {
    const key = chunk.toString();
    if (key === 'q' || key.includes('\u0003')) onEnd();
    else if (key === '\u001a') stop();
    else {
      const [amount, unit] = moves[key] ?? [0, 'line'];
      from = Math.max(0, from + amount * (unit === 'page' ? Math.max(1, (out.rows || 24) - 2) : 1));
      paintAll();
    }
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    close();
    process.kill(process.pid, signal);
  };
  const close = (): void => {
    giveBack();
    out.off('resize', paintAll);
    input.off('data', onKey).pause();
    process.off('exit', giveBack).off('SIGINT', onEnd).off('SIGCONT', open).off('SIGTSTP', stop);
    process.off('SIGTERM', onSignal).off('SIGHUP', onSignal);
  };
  process.on('exit', giveBack).on('SIGINT', onEnd).on('SIGCONT', open).on('SIGTSTP', stop);
  process.on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  out.on('resize', paintAll);
  if (input.isTTY) input.on('data', onKey).resume();
  open();
  return {
    show: (draw) => {
      drawn = draw;
      paintAll();
    },
    close,
  };
}
