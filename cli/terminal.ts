// What the commands say and how: plain lines, colour only on a terminal, nothing from outside that could steer the terminal.
import { openScreen, type Screen } from './screen.ts';
import { paint, plain, type Part } from '../local/terminal-text.ts';

/** 0: all is good. 1: something is bad, or could not be found out. 2: wrong usage or configuration. 3: not now, of `quiet`. */
export type ExitCode = 0 | 1 | 2 | 3;

export type Terminal = {
  /** One line of the result. */
  readonly print: (...parts: readonly Part[]) => void;
  /** Begins the result anew: on a terminal it takes the place of what is shown, elsewhere an empty line comes between. */
  readonly anew: () => void;
  /** The result as JSON, indented. */
  readonly json: (value: unknown) => void;
  /** One piece of a result that goes on, as JSON on one line. */
  readonly jsonLine: (value: unknown) => void;
  /** One line about the run itself: errors and warnings. */
  readonly complain: (...parts: readonly Part[]) => void;
  /** Shows a line that changes while something takes long, on a terminal only; the result ends it. */
  readonly progress: (line: () => string) => () => void;
  /** Takes the whole terminal over until it is closed; null where the result goes elsewhere. `onEnd`: the reader has had enough. */
  readonly openScreen: (onEnd: () => void) => Screen | null;
  /** True where `progress` is shown. */
  readonly isLive: boolean;
  /** The reader's time zone, an IANA name. */
  readonly timezone: string;
};

const escaped = (character: string): string =>
  `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

/** JSON for people and scripts; what could steer a terminal is escaped, which means the same to a parser. */
function jsonText(value: unknown, indent: number): string {
  const text = JSON.stringify(value, null, indent);
  return text.replace(/[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, escaped);
}

type Output = NodeJS.WriteStream;

const firstShownAfterMs = 700;
const clearLine = '\r\u001b[2K';
/** To the upper left, and nothing below; what had scrolled by before stays. */
const clearScreen = '\u001b[H\u001b[J';

/** The reader's zone as the system says it. */
function readersZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return timeZone === 'Etc/UTC' || timeZone === 'Etc/Unknown' ? 'UTC' : timeZone;
}

export function openTerminal(out: Output, err: Output): Terminal {
  const write = (stream: Output, parts: readonly Part[]): void => {
    stream.write(`${parts.map((part) => paint(part, stream)).join('')}\n`);
  };
  return {
    print: (...parts) => {
      write(out, parts);
    },
    anew: () => {
      out.write(out.isTTY ? clearScreen : '\n');
    },
    json: (value) => {
      out.write(`${jsonText(value, 2)}\n`);
    },
    jsonLine: (value) => {
      out.write(`${jsonText(value, 0)}\n`);
    },
    complain: (...parts) => {
      write(err, parts);
    },
    progress: (line) => {
      if (!err.isTTY) return () => undefined;
      let isShown = false;
      const show = (): void => {
        isShown = true;
        // A line that wraps could not be taken back.
        err.write(`${clearLine}${plain(line()).slice(0, Math.max(20, (err.columns || 80) - 1))}`);
      };
      const timer = setInterval(show, firstShownAfterMs);
      return () => {
        clearInterval(timer);
        if (isShown) err.write(clearLine);
      };
    },
    openScreen: (onEnd) =>
      out.isTTY && process.env['TERM'] !== 'dumb' ? openScreen({ out, input: process.stdin, onEnd }) : null,
    isLive: Boolean(err.isTTY),
    timezone: readersZone(),
  };
}
