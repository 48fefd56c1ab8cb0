// One day of a site, with everything that was counted on it.
import { dayAfter, dayMs, startOf } from '../../domain/history/day.ts';
import type { Bar, Day, DayIncident } from '../../domain/history/history.ts';
import { briefly } from '../../domain/lasting.ts';
import { escaped, type Page } from '../html.ts';
import type { Shown } from '../../domain/shown.ts';
import { latencyLine, levelMark, levelOf, percent, wellOf } from './bars.ts';
import { belowPage } from './below-page.ts';
import { bdi, sign } from './signs.ts';
import { type Clock, clockOf, dayWords, time, timeWords } from './when.ts';
import { count, severitySign, stateWord } from './words.ts';

/** How one part was: seconds as a bar, milliseconds by state. */
type Part = {
  readonly bar: Bar;
  readonly ms: Readonly<Record<string, number>>;
  readonly changes: number;
};

type TargetPart = Part & {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  /** Mean ms, hour by hour in UTC. */
  readonly line: readonly (number | null)[];
};

type Counted = {
  readonly ticks: number;
  readonly worstLatenessMs: number;
  readonly worstGapMs: number;
  readonly pages: number;
  readonly incidents: number;
  readonly site: Part;
  readonly signers: Readonly<Record<string, Part>>;
};

export type DayView = {
  readonly site: string;
  readonly name: string;
  readonly timezone: string;
  /** When the answer was put together. */
  readonly at: number;
  readonly day: Day;
  /** False for today. */
  readonly isOver: boolean;
  /** Null when nobody looked on that day, or it is not kept any more. */
  readonly row: Counted | null;
  readonly targets: Readonly<Record<string, TargetPart>>;
  /** The first ones; `row.incidents` counts all. */
  readonly incidents: readonly DayIncident[];
  readonly broken: readonly string[];
  /** Parts that this reader is not shown; empty for the operator. */
  readonly hidden: readonly Shown[];
};

/** E.g. `23 h 12 min good, 48 min bad, 10 min no data`; only what is not well, for a part that mostly is. */
function stateTimes({ ms: times }: Part, length: number): string {
  const known = Object.entries(times).filter(([, each]) => each > 0);
  const counted = known.reduce((sum, [, each]) => sum + each, 0);
  const missing = length - counted;
  return [
    ...known
      .toSorted(([, a], [, b]) => b - a)
      .map(([state, each]) => `${escaped(stateWord(state))} ${briefly(each)}`),
    ...(missing < 1_000 ? [] : [`no data ${briefly(missing)}`]),
  ].join(', ');
}

const share = (bar: Bar): string => {
  const well = wellOf(bar);
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

function targetTable(targets: DayView['targets'], length: number): string {
  const well = ({ bar }: Part): number => wellOf(bar) ?? 2;
  const rows = Object.entries(targets)
    .toSorted(([a, one], [b, other]) => well(one) - well(other) || a.localeCompare(b))
    .map(([id, part]) => {
      const { bar, line, p50Ms, p95Ms, p99Ms, changes } = part;
      const quantiles = [p50Ms, p95Ms, p99Ms].map(ms).join(' / ');
      return row(id, [
        td('Well', share(bar)),
        td('How long', stateTimes(part, length)),
        td('Half / 95 % / 99 % within', p50Ms === null ? 'not measured' : `${quantiles} ms`),
        td('Hour by hour', p50Ms === null ? '' : latencyLine(line)),
        td('Changes', String(changes)),
      ]);
    });
  const head = ['Target', 'Well', 'How long', 'Half / 95 % / 99 % within', 'Hour by hour', 'Changes'];
  return rows.length === 0 ? '' : table({ id: 'targets', head, rows });
}

function signerTable(signers: Counted['signers'], length: number): string {
  const rows = Object.entries(signers).map(([id, part]) =>
    row(id, [
      td('Well', share(part.bar)),
      td('How long', stateTimes(part, length)),
      td('Changes', String(part.changes)),
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

function incidentList({ row: counted, incidents, hidden }: DayView, clock: Clock, isPublic: boolean): string {
  if (counted === null || hidden.includes('incidents')) return '';
  if (counted.incidents === 0) return '<p>None.</p>';
  const more = counted.incidents - incidents.length;
  const items = incidents.map((each) => incident(each, clock, isPublic)).join('');
  return `<ul class="past">${items}</ul>${more > 0 ? `<p class="soft">And ${more} more.</p>` : ''}`;
}

function summary(counted: Counted, hidden: DayView['hidden'], length: number): string {
  const { site, ticks, worstLatenessMs, worstGapMs, pages } = counted;
  const facts = [
    ['Well, of the known time', share(site.bar)],
    ['How long', stateTimes(site, length)],
    ...(hidden.includes('incidents') ? [] : [['Messages that woke somebody', String(pages)]]),
    ...(hidden.includes('watchdog')
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
export function dayPage(view: DayView, { isPublic }: { readonly isPublic: boolean }): Page {
  const { site, name, timezone, at, day, isOver, row: counted, targets, hidden, broken } = view;
  const start = startOf(day);
  const length = isOver ? dayMs : Math.max(0, at - start);
  const clock = clockOf(timezone, start);
  const trouble = broken.map((text) => `<li>${sign('bad')}<span>${bdi(text)}</span></li>`).join('');
  const ranges =
    timezone === 'UTC'
      ? 'A day of UTC.'
      : `A day of UTC: in ${escaped(timezone)} it begins at ${timeWords(start, clock)}.`;
  const body =
    counted === null
      ? '<p>There is no data of this day: nobody looked, or it is longer ago than days are kept.</p>'
      : [
          section('all', 'The site', summary(counted, hidden, length)),
          section('incidents', 'Incidents', incidentList(view, clock, isPublic)),
          section('signers', 'Signers', signerTable(counted.signers, length)),
          section('targets', count(Object.keys(targets).length, 'target'), targetTable(targets, length)),
        ].join('\n');
  const main = `<p class="lead">${ranges}${isOver ? '' : ' It is not over yet.'}</p>${trouble === '' ? '' : `<ul class="signed">${trouble}</ul>`}
${body}`;
  const next = dayAfter(day);
  return belowPage({
    root: '../../',
    title: `${name}: ${dayWords(day, '')}`,
    main,
    ways: [
      [`../${site}`, 'All days'],
      [dayAfter(day, -1), 'The day before'],
      ...(isOver ? [[next, 'The next day'] as const] : []),
    ],
  });
}
