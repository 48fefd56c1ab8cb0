// How a part of days is told in a cell: well of the known time, and how much is known.
import { toldOf } from '../../functions/domain/history/calendar.ts';
import { startOf } from '../../functions/domain/history/day.ts';
import type { Bar, Day } from '../../functions/domain/history/history.ts';
import { levelOf, percent, wellOf } from '../../functions/views/page/bars.ts';
import { levelStyle } from '../overview/glyphs.ts';
import type { Cell } from '../table.ts';

export const noData: Cell = { style: 'dim', text: 'no data' };

/** E.g. `99.98 %`; dim words when nothing is known. */
export function wellCell(bar: Bar): Cell {
  const well = wellOf(bar);
  return well === null ? noData : { style: levelStyle[levelOf(well)], text: percent(well) };
}

const daySeconds = 86_400;

/** How many seconds a day has had by `at`. */
export const secondsOf = (day: Day, at: number): number =>
  Math.max(0, Math.min(daySeconds, (at - startOf(day)) / 1000));

/** Known, of `seconds` that there were. */
export function knownCell(bar: Bar, seconds: number): Cell {
  const known = seconds <= 0 ? 0 : Math.min(1, toldOf(bar) / seconds);
  // A look holds for its own time, so that the seconds before the next one are not known yet.
  return known >= 0.999 ? percent(known) : { style: 'doubt', text: percent(known) };
}

export const msWords = (value: number | null): string => (value === null ? '–' : `${Math.round(value)} ms`);
