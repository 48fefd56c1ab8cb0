// Signs, bars and lines in characters: blocks where the terminal can show them, plain ASCII where it cannot.
import type { MapPart } from '../../functions/views/overview.ts';
import type { Days } from '../../functions/views/overview.ts';
import { dayLevel, type Level } from '../../functions/views/page/bars.ts';
import type { Part, Style } from '../../local/terminal-text.ts';
import type { Context } from '../context.ts';

export type Tone = MapPart['tone'];

export const toneStyle = { good: 'good', doubt: 'doubt', bad: 'bad', none: 'dim' } as const satisfies Record<
  Tone,
  Style
>;

type Glyphs = {
  readonly signs: Readonly<Record<Tone, string>>;
  /** From nothing to the most. */
  readonly heights: string;
  /** Of an hour without a measurement. */
  readonly gap: string;
  readonly days: Readonly<Record<Level, string>>;
  readonly full: string;
  readonly empty: string;
  readonly arrow: string;
  readonly dot: string;
  /** The same in characters that this terminal can show. */
  readonly spelled: (line: readonly Part[]) => readonly Part[];
};

const blocks: Glyphs = {
  signs: { good: '✓', doubt: '▲', bad: '✗', none: '○' },
  heights: '▁▂▃▄▅▆▇█',
  gap: ' ',
  days: { a: '█', b: '▆', c: '▄', d: '▂', n: '·' },
  full: '█',
  empty: '░',
  arrow: ' → ',
  dot: ' · ',
  spelled: (line) => line,
};

const spellings: Readonly<Record<string, string>> = { '–': '-', '—': '-', '…': '...', '’': "'", '·': '-' };

const inAscii = (text: string): string =>
  text.replace(/[^\u0020-\u007e]/gu, (character) => spellings[character] ?? '?');

const plainSigns: Glyphs = {
  signs: { good: '+', doubt: '!', bad: 'x', none: '-' },
  heights: '_.,-=+*#',
  gap: ' ',
  days: { a: '#', b: '+', c: '-', d: '_', n: '.' },
  full: '#',
  empty: '.',
  arrow: ' -> ',
  dot: ', ',
  spelled: (line) =>
    line.map((part) => (typeof part === 'string' ? inAscii(part) : { ...part, text: inAscii(part.text) })),
};

/** Whether what is written may hold other characters than ASCII, as the environment says it: LC_ALL before LC_CTYPE before LANG. */
function isUnicode(variables: Context['variables']): boolean {
  const said = [variables['LC_ALL'], variables['LC_CTYPE'], variables['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return said === undefined || /utf-?8/i.test(said);
}

/** The characters of this terminal. */
export const glyphsOf = (variables: Context['variables']): Glyphs =>
  isUnicode(variables) ? blocks : plainSigns;

export type { Glyphs };

/** The line in characters that this terminal can show. */
export const inCharacters = ({ spelled }: Glyphs, line: readonly Part[]): Part[] => [...spelled(line)];

/** A sign and its word. */
export const said = (glyphs: Glyphs, tone: Tone, word: string): Part => ({
  style: toneStyle[tone],
  text: `${glyphs.signs[tone]} ${word}`,
});

/** Latency hour by hour, the highest as high as a character is. */
export function sparkline({ heights, gap }: Glyphs, line: readonly (number | null)[]): string {
  const top = Math.max(1, ...line.map((ms) => ms ?? 0));
  return line
    .map((ms) => (ms === null ? gap : (heights[Math.round((ms / top) * (heights.length - 1))] ?? gap)))
    .join('');
}

/** How well a day was, as a colour. */
export const levelStyle = { a: 'good', b: 'good', c: 'doubt', d: 'bad', n: 'dim' } as const satisfies Record<
  Level,
  Style
>;

/** The last `count` days, a character each, as few pieces as there are changes of colour. */
export function dayBar({ days }: Glyphs, bars: Days['bars'], count: number): Part[] {
  const parts: { style: Style; text: string }[] = [];
  const shown = bars.slice(-count);
  for (const [place, bar] of shown.entries()) {
    const level = dayLevel(bar, place === shown.length - 1);
    const last = parts.at(-1);
    if (last?.style === levelStyle[level]) last.text += days[level];
    else parts.push({ style: levelStyle[level], text: days[level] });
  }
  return parts;
}

/** E.g. `████████░░░░░░░░░░░░`. `part` is 0 to 1. */
export function progressBar({ full, empty }: Glyphs, part: number, width = 20): string {
  const filled = Math.floor(Math.max(0, Math.min(1, part)) * width);
  return full.repeat(filled) + empty.repeat(width - filled);
}
