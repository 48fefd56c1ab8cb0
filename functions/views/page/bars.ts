// Days as bars and hours as a line: a few paths a row, whose words say the same to whoever does not see them.
import { toldOf, wellOf as wellOfAll } from '../../domain/history/calendar.ts';
import { dayAfter } from '../../domain/history/day.ts';
import type { Bar, Day } from '../../domain/history/history.ts';
import { escaped } from '../html.ts';
import type { Days } from '../overview.ts';
import { dayWords } from './when.ts';

/** `a`: well all the time that is known; `b`: nearly; `c`: partly; `d`: not; `n`: nobody knows, or not of half the day. */
export type Level = 'a' | 'b' | 'c' | 'd' | 'n';

const levels: readonly { readonly level: Level; readonly least: number }[] = [
  { level: 'a', least: 1 },
  { level: 'b', least: 0.99 },
  { level: 'c', least: 0.9 },
];

/** Well, of the time in which it was known how it was; null when it never was. */
export const wellOf = (bar: Bar | null): number | null => wellOfAll([bar]);

export function levelOf(well: number | null): Level {
  if (well === null) return 'n';
  return levels.find(({ least }) => well >= least)?.level ?? 'd';
}

const halfDay = 43_200;

/** Of a day that is over not even half is known. */
const isHardlyKnown = (bar: Bar | null): boolean => bar !== null && toldOf(bar) > 0 && toldOf(bar) < halfDay;

/** A day that is hardly known is never called well; what is known of it to be worse is shown. The running one is not over yet. */
export function dayLevel(bar: Bar | null, isRunning: boolean): Level {
  const level = levelOf(wellOf(bar));
  return !isRunning && isHardlyKnown(bar) && (level === 'a' || level === 'b') ? 'n' : level;
}

const middles = { a: 10, b: 12, c: 14.5, d: 16.5, n: 19 } as const;

/** One day alone; its words stand beside it. */
export const levelMark = (level: Level): string =>
  `<svg class="k1" viewBox="0 0 1 20" preserveAspectRatio="none" aria-hidden="true"><path class="${level}" d="M0 ${middles[level]}h1"/></svg>`;

/** Never rounded up: 100 % is all of it. */
export function percent(part: number): string {
  const digits = part >= 0.9 ? 100 : 10;
  return `${Math.floor(part * 100 * digits + 1e-9) / digits} %`;
}

/** Runs of days of one level are one piece of one path; the stylesheet cuts it into days and says how high it is. */
function paths(of: readonly Level[]): string {
  const found = new Map<Level, string>();
  let from = 0;
  for (let index = 1; index <= of.length; index += 1) {
    const level = of[from];
    if (level === undefined || of[index] === level) continue;
    found.set(level, `${found.get(level) ?? ''}M${from} ${middles[level]}h${index - from}`);
    from = index;
  }
  return [...found].map(([level, d]) => `<path class="${level}" d="${d}"/>`).join('');
}

function worst(bars: Days['bars']): { readonly index: number; readonly well: number } | null {
  let found: { readonly index: number; readonly well: number } | null = null;
  for (const [index, bar] of bars.entries()) {
    const well = wellOf(bar);
    if (well !== null && well < (found?.well ?? 1)) found = { index, well };
  }
  return found;
}

/** The days that bars are about. */
export type Span = { readonly firstDay: Day; readonly lastDay: Day };

const dayCount = (count: number): string => `${count} day${count === 1 ? '' : 's'}`;
/** What is known of nearly all the time need not be told. */
const nearlyAll = 0.995;

/** E.g. `90 days: 99.98 % well of the known time, 80 % of the time is known, 2 days without data, worst 3 Nov: 97.2 %`. */
export function daysWords({ bars, well, known }: Days, { firstDay, lastDay }: Span): string {
  const count = `${bars.length} days`;
  if (well === null) return `${count}: no data`;
  const missing = bars.filter((bar) => wellOf(bar) === null).length;
  const hardly = bars.slice(0, -1).filter(isHardlyKnown).length;
  const low = worst(bars);
  return [
    `${count}: ${percent(well)} well of the known time`,
    ...(known === null || known >= nearlyAll ? [] : [`${percent(known)} of the time is known`]),
    ...(missing === 0 ? [] : [`${dayCount(missing)} without data`]),
    ...(hardly === 0 ? [] : [`${dayCount(hardly)} of which less than half is known`]),
    ...(low === null
      ? []
      : [`worst ${dayWords(dayAfter(firstDay, low.index), lastDay)}: ${percent(low.well)}`]),
  ].join(', ');
}

/** The bars, with their words as a name and for the pointer. */
export function daysBars(days: Days, span: Span): string {
  const words = escaped(daysWords(days, span));
  const last = days.bars.length - 1;
  const shape = paths(days.bars.map((bar, place) => dayLevel(bar, place === last)));
  return `<svg class="b" viewBox="0 0 ${days.bars.length} 20" preserveAspectRatio="none" role="img" aria-label="${words}"><title>${words}</title>${shape}</svg>`;
}

/** The bars, and under them from when to when they go and what they come to. */
export function record(days: Days, span: Span): string {
  const known =
    days.known === null || days.known >= nearlyAll ? '' : ` of ${percent(days.known)} that is known`;
  const well = days.well === null ? 'no data yet' : `${percent(days.well)} well${known}`;
  const missing = days.bars.filter((bar) => wellOf(bar) === null).length;
  const holes = days.well === null || missing === 0 ? '' : `, ${missing} d no data`;
  const from = dayWords(span.firstDay, span.lastDay);
  return `${daysBars(days, span)}<p class="under" aria-hidden="true"><span>${from}</span><span>${well}${holes}</span><span>today</span></p>`;
}

/** E.g. `last 24 h: 32 to 64 ms, 3 h without a measurement`. */
function lineWords(line: readonly (number | null)[]): string {
  const measured = line.flatMap((ms) => (ms === null ? [] : [ms]));
  if (measured.length === 0) return `last ${line.length} h: nothing measured`;
  const missing = line.length - measured.length;
  const range = `${Math.min(...measured)} to ${Math.max(...measured)} ms`;
  return `last ${line.length} h: ${range}${missing === 0 ? '' : `, ${missing} h without a measurement`}`;
}

/** Latency hour by hour, from nothing at the bottom to the slowest hour at the top; an hour without a measurement is a gap. */
export function latencyLine(line: readonly (number | null)[]): string {
  const top = Math.max(1, ...line.map((ms) => ms ?? 0));
  let d = '';
  for (const [index, ms] of line.entries()) {
    if (ms === null) continue;
    const y = Math.round((18 - (16 * ms) / top) * 10) / 10;
    const isAlone = (line[index - 1] ?? null) === null;
    d += isAlone ? `M${index} ${y}h.01` : `L${index} ${y}`;
  }
  const words = escaped(lineWords(line));
  const path = d === '' ? '' : `<path d="${d}"/>`;
  return `<svg class="l" viewBox="-.5 0 ${line.length} 20" preserveAspectRatio="none" role="img" aria-label="${words}"><title>${words}</title>${path}</svg>`;
}
