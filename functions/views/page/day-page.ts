// One day of a site, with everything that was counted on it.
import { calendarDayOf } from '../../domain/history/calendar.ts';
import { dayAfter, dayMs, startOf } from '../../domain/history/day.ts';
import type { Bar, Day, DayIncident, DayRollup, Tally } from '../../domain/history/history.ts';
import { meansIn } from '../../domain/history/hours.ts';
import { quantileIn } from '../../domain/history/sketch.ts';
import { briefly } from '../../domain/lasting.ts';
import { escaped, type Page } from '../html.ts';
import { latencyLine, levelMark, levelOf, percent, wellOf } from './bars.ts';
import { belowPage } from './below-page.ts';
import { bdi, sign } from './signs.ts';
import { type Clock, clockOf, dayWords, time, timeWords } from './when.ts';
import { count, severitySign, stateWord } from './words.ts';

export type DayView = {
  readonly site: string;
  readonly name: string;
  readonly timezone: string;
  /** When the answer was put together: today is not over yet. */
  readonly at: number;
  readonly day: Day;
  /** Null when nobody looked on that day, or its document is not there any more. */
  readonly rollup: DayRollup | null;
  /** Details of incidents are the operator's only. */
  readonly isPublic: boolean;
  readonly broken: readonly string[];
};

/** E.g. `23 h 12 min good, 48 min bad, 10 min no data`; only what is not well, for a part that mostly is. */
function stateTimes({ ms }: Tally, length: number): string {
  const known = Object.entries(ms).filter(([, each]) => each > 0);
  const counted = known.reduce((sum, [, each]) => sum + each, 0);
  const missing = length - counted;
  return [
    ...known
      .toSorted(([, a], [, b]) => b - a)
      .map(([state, each]) => `${escaped(stateWord(state))} ${briefly(each)}`),
    ...(missing < 1_000 ? [] : [`no data ${briefly(missing)}`]),
  ].join(', ');
}

const share = (bar: Bar | undefined): string => {
  const well = wellOf(bar ?? null);
  return `${levelMark(levelOf(well))}${well === null ? 'no data' : percent(well)}`;
};

const ms = (value: number | null): string => {
  if (value === null) return '–';
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
};

const td = (label: string, text: string): string => `<td role="cell" data-label="${label}">${text}</td>`;

type Table = { readonly id: string; readonly head: readonly string[]; readonly rows: readonly string[] };

/** Keeps its meaning where it is laid out as a list, on a narrow screen. */
function table({ id, head, rows }: Table): string {
  const names = head.map((name) => `<th role="columnheader" scope="col">${name}</th>`).join('');
  return `<table role="table" class="day" aria-labelledby="${id}"><thead role="rowgroup"><tr role="row">${names}</tr></thead><tbody role="rowgroup">${rows.join('')}</tbody></table>`;
}

const row = (name: string, cells: readonly string[]): string =>
  `<tr role="row"><th role="rowheader" scope="row">${bdi(name)}</th>${cells.join('')}</tr>`;

function section(id: string, title: string, body: string): string {
  return body === '' ? '' : `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;
}

function targets(rollup: DayRollup, length: number): string {
  const bars = calendarDayOf(rollup).targets;
  const well = (id: string): number => wellOf(bars[id] ?? null) ?? 2;
  const rows = Object.entries(rollup.targets)
    .toSorted(([a], [b]) => well(a) - well(b) || a.localeCompare(b))
    .map(([id, tally]) => {
      const quantiles = [0.5, 0.95, 0.99].map((part) => quantileIn(tally.latency, part));
      const isMeasured = quantiles.some((quantile) => quantile !== null);
      return row(id, [
        td('Well', share(bars[id])),
        td('How long', stateTimes(tally, length)),
        td('Half / 95 % / 99 % within', isMeasured ? `${quantiles.map(ms).join(' / ')} ms` : 'not measured'),
        td('Hour by hour', isMeasured ? latencyLine(meansIn(tally.hours)) : ''),
        td('Changes', String(tally.changes)),
      ]);
    });
  const head = ['Target', 'Well', 'How long', 'Half / 95 % / 99 % within', 'Hour by hour', 'Changes'];
  return rows.length === 0 ? '' : table({ id: 'targets', head, rows });
}

function signers(rollup: DayRollup, length: number): string {
  const bars = calendarDayOf(rollup).signers;
  const rows = Object.entries(rollup.signers).map(([id, tally]) =>
    row(id, [
      td('Well', share(bars[id])),
      td('How long', stateTimes(tally, length)),
      td('Changes', String(tally.changes)),
    ]),
  );
  return rows.length === 0
    ? ''
    : table({ id: 'signers', head: ['Signer', 'Well', 'How long', 'Changes'], rows });
}

function incident(of: DayIncident, clock: Clock, isPublic: boolean): string {
  const { id, subject, kind, severity, openedAt, resolvedAt } = of;
  const words = `${bdi(subject)}: ${bdi(kind)}`;
  const link = isPublic ? words : `<a href="../../incidents/${escaped(encodeURIComponent(id))}">${words}</a>`;
  const end = resolvedAt === null ? 'not over on that day' : `over ${time(resolvedAt, clock)}`;
  return `<li>${sign(severitySign(severity))}<span>${link} <span class="soft">${bdi(severity)}, opened ${time(openedAt, clock)}, ${end}</span></span></li>`;
}

function incidents({ incidents: all, moreIncidents }: DayRollup, clock: Clock, isPublic: boolean): string {
  // What is not shown is not said to be none.
  if (all.length === 0) return isPublic ? '' : '<p>None.</p>';
  const more = moreIncidents === 0 ? '' : `<p class="soft">And ${moreIncidents} more.</p>`;
  return `<ul class="past">${all.map((each) => incident(each, clock, isPublic)).join('')}</ul>${more}`;
}

/** For everybody, without what is not counted because it is not shown. */
function summary(rollup: DayRollup, length: number, isPublic: boolean): string {
  const { site, ticks, worstLatenessMs, worstGapMs, pages } = rollup;
  const facts = [
    ['Well, of the known time', share(calendarDayOf(rollup).site)],
    ['How long', stateTimes(site, length)],
    ...(isPublic && pages === 0 ? [] : [['Messages that woke somebody', String(pages)]]),
    ...(isPublic && ticks === 0
      ? []
      : [
          ['Looks', ticks.toLocaleString('en')],
          ['Latest look', `${briefly(worstLatenessMs)} after its time`],
          ['Longest gap', briefly(worstGapMs)],
        ]),
  ];
  return `<dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
}

/** Stands at `history/SITE/DAY`. */
export function dayPage({ site, name, timezone, at, day, rollup, isPublic, broken }: DayView): Page {
  const start = startOf(day);
  const length = Math.max(0, Math.min(dayMs, at - start));
  const clock = clockOf(timezone, start);
  const trouble = broken.map((text) => `<li>${sign('bad')}<span>${bdi(text)}</span></li>`).join('');
  const ranges =
    timezone === 'UTC'
      ? 'A day of UTC.'
      : `A day of UTC: in ${escaped(timezone)} it begins at ${timeWords(start, clock)}.`;
  const body =
    rollup === null
      ? '<p>There is no data of this day: nobody looked, or it is longer ago than days are kept.</p>'
      : [
          section('all', 'The site', summary(rollup, length, isPublic)),
          section('incidents', 'Incidents', incidents(rollup, clock, isPublic)),
          section('signers', 'Signers', signers(rollup, length)),
          section(
            'targets',
            `${count(Object.keys(rollup.targets).length, 'target')}`,
            targets(rollup, length),
          ),
        ].join('\n');
  const main = `<p class="lead">${ranges}${dayAfter(day) > new Date(at).toISOString().slice(0, 10) ? ' It is not over yet.' : ''}</p>${trouble === '' ? '' : `<ul class="signed">${trouble}</ul>`}
${body}`;
  const next = dayAfter(day);
  return belowPage({
    root: '../../',
    title: `${name}: ${dayWords(day, '')}`,
    main,
    ways: [
      [`../${site}`, 'All days'],
      [dayAfter(day, -1), 'The day before'],
      ...(startOf(next) <= at ? [[next, 'The next day'] as const] : []),
    ],
  });
}
