// The long record of a site: month by month a calendar, the latest first, and a link to each day.
import { daysBetween, startOf } from '../../domain/history/day.ts';
import type { Bar, CalendarDay, Day } from '../../domain/history/history.ts';
import { escaped, type Page } from '../html.ts';
import { dayLevel, levelMark, percent, wellOf } from './bars.ts';
import { belowPage } from './below-page.ts';
import { bdi, sign } from './signs.ts';
import { dayWords, monthWords } from './when.ts';
import { count } from './words.ts';

export type HistoryView = {
  readonly site: string;
  readonly name: string;
  /** The first and the last day that was asked for. */
  readonly from: Day;
  readonly to: Day;
  /** Oldest first; days on which nobody looked are missing. */
  readonly days: readonly CalendarDay[];
  /** Documents that cannot be read, a sentence each. */
  readonly broken: readonly string[];
};

const sum = (days: readonly CalendarDay[]): Bar =>
  days.reduce(
    (all, { site }) => ({
      good: all.good + site.good,
      doubt: all.doubt + site.doubt,
      bad: all.bad + site.bad,
      unknown: all.unknown + site.unknown,
    }),
    { good: 0, doubt: 0, bad: 0, unknown: 0 },
  );

/** What some days come to, e.g. `99.96 % well of the known time, 2 days without data, 1 incident, somebody was woken 3 times`. */
function comesTo(days: readonly CalendarDay[], length: number): string {
  const well = wellOf(sum(days));
  const missing = length - days.length;
  const all = (of: 'incidents' | 'pages'): number => days.reduce((total, day) => total + day[of], 0);
  return [
    well === null ? 'no data' : `${percent(well)} well of the known time`,
    ...(missing === 0 ? [] : [`${count(missing, 'day')} without data`]),
    ...(all('incidents') === 0 ? [] : [count(all('incidents'), 'incident')]),
    ...(all('pages') === 0 ? [] : [`somebody was woken ${count(all('pages'), 'time')}`]),
  ].join(', ');
}

function cell(day: Day, found: CalendarDay | undefined, { site, to }: HistoryView): string {
  const number = Number(day.slice(8));
  if (found === undefined)
    return `<td class="n">${number}<span class="unseen"> no data</span>${levelMark('n')}</td>`;
  const well = wellOf(found.site);
  const level = dayLevel(found.site, day === to);
  const isHardlyKnown = level === 'n' && well !== null;
  const share =
    well === null
      ? 'no data'
      : `${percent(well)} well${isHardlyKnown ? ' of less than half the day, the rest is not known' : ''}`;
  const words = [
    `${dayWords(day, to).replace(/^\d+ /, '')}: ${share}`,
    ...(found.incidents === 0 ? [] : [count(found.incidents, 'incident')]),
  ].join(', ');
  const small =
    well === null || well === 1 || isHardlyKnown
      ? ''
      : `<small aria-hidden="true">${percent(well).replace(' %', '')}</small>`;
  const dot = found.incidents === 0 ? '' : '<i aria-hidden="true">•</i>';
  return `<td><a href="${escaped(site)}/${day}">${number}<span class="unseen"> ${words}</span>${dot}${levelMark(level)}${small}</a></td>`;
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** 0 is Monday. */
const weekdayOf = (day: Day): number => (new Date(startOf(day)).getUTCDay() + 6) % 7;

/** The days of one month that were asked for, as weeks. */
function month(days: readonly Day[], found: ReadonlyMap<Day, CalendarDay>, view: HistoryView): string {
  const [first] = days;
  if (first === undefined) return '';
  const known = days.flatMap((day) => found.get(day) ?? []);
  const cells = [
    ...Array.from({ length: weekdayOf(first) }, () => '<td></td>'),
    ...days.map((day) => cell(day, found.get(day), view)),
  ];
  const rows: string[] = [];
  for (let index = 0; index < cells.length; index += 7) {
    rows.push(`<tr>${cells.slice(index, index + 7).join('')}</tr>`);
  }
  const head = weekdays.map((name) => `<th scope="col">${name}</th>`).join('');
  const id = `month-${first.slice(0, 7)}`;
  return `<section aria-labelledby="${id}"><h2 id="${id}">${monthWords(first)}</h2><p class="soft">${comesTo(known, days.length)}</p><table class="month" aria-labelledby="${id}"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}

/** Stands at `history/SITE`. */
export function historyPage(view: HistoryView): Page {
  const { name, from, to, days, broken } = view;
  const found = new Map(days.map((day) => [day.day, day]));
  const first = days[0]?.day ?? to;
  // What is before the first look is not missing.
  const shown = daysBetween(first < from ? from : first, to);
  const months = Map.groupBy(shown, (day) => day.slice(0, 7));
  const trouble = broken.map((text) => `<li>${sign('bad')}<span>${bdi(text)}</span></li>`).join('');
  const main = `<p class="lead">${comesTo(days, shown.length)}. Days are counted in UTC; touch one to see all of it.</p>
${trouble === '' ? '' : `<ul class="signed">${trouble}</ul>`}
<div class="months">${[...months.values()]
    .map((each) => month(each, found, view))
    .toReversed()
    .join('\n')}</div>`;
  return belowPage({ root: '../', title: `${name}: the record of days`, main });
}
