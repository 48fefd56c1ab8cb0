// One day of a site in lines: each part, its latency hour by hour, and the incidents.
import type { DayIncident } from '../../functions/domain/history/history.ts';
import type { DayAnswer, DayRow, PartDays, TargetDay } from '../../functions/views/history-answer.ts';
import { count } from '../../functions/views/page/words.ts';
import { clockTime, duration } from '../../functions/views/time.ts';
import type { Part } from '../../local/terminal-text.ts';
import { type Glyphs, inCharacters, sparkline } from '../overview/glyphs.ts';
import { table, type Cell } from '../table.ts';
import { knownCell, msWords, secondsOf, wellCell } from './words.ts';

type Shown = { readonly glyphs: Glyphs; readonly timezone: string };

/** E.g. `ok 23 h 12 min, dark 48 min`: the longest first. */
const statesWords = (ms: Readonly<Record<string, number>>): string =>
  Object.entries(ms)
    .filter(([, length]) => length > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([state, length]) => `${state} ${duration(length)}`)
    .join(', ');

function partRow([name, part]: readonly [string, PartDays], seconds: number): Cell[] {
  return [
    name,
    wellCell(part.bar),
    knownCell(part.bar, seconds),
    statesWords(part.ms),
    part.changes === 0 ? '' : String(part.changes),
  ];
}

function targetRow([id, target]: readonly [string, TargetDay], glyphs: Glyphs): Cell[] {
  return [
    `  ${id}`,
    msWords(target.p50Ms),
    msWords(target.p95Ms),
    msWords(target.p99Ms),
    sparkline(glyphs, target.line),
  ];
}

/** The reader's time, and UTC beside it. */
function moments(at: number | null, timezone: string): Cell[] {
  if (at === null) return ['open', ''];
  return [clockTime(at, timezone), timezone === 'UTC' ? '' : clockTime(at, 'UTC').slice(11)];
}

const incidentRow = (
  { id, kind, subject, severity, openedAt, resolvedAt }: DayIncident,
  timezone: string,
): Cell[] => [
  `  ${id}`,
  severity,
  `${subject}: ${kind}`,
  ...moments(openedAt, timezone),
  ...moments(resolvedAt, timezone),
];

function countsWords(
  { ticks, worstLatenessMs, worstGapMs, incidents, pages }: DayRow,
  hidden: DayAnswer['hidden'],
): string {
  return [
    ...(hidden.includes('incidents') ? [] : [count(incidents, 'incident'), count(pages, 'page')]),
    ...(hidden.includes('watchdog')
      ? []
      : [
          `${ticks} looks, the latest ${duration(worstLatenessMs)} after its time, the longest gap ${duration(worstGapMs)}`,
        ]),
  ].join(', ');
}

export function dayLines(answer: DayAnswer, { glyphs, timezone }: Shown): Part[][] {
  const { name, site, day, isOver, row, targets, incidents, broken, hidden, at } = answer;
  const head: Part[] = [
    { style: 'strong', text: name === site ? site : `${name} (${site})` },
    `, ${day} UTC${isOver ? '' : ', so far'}`,
  ];
  const wrong = broken.map((text): Part[] => [{ style: 'bad', text }]);
  if (row === null) {
    const why = 'no data: nobody looked on that day, or it is not kept any more';
    const none: Part[] = [{ style: 'dim', text: why }];
    return [head, none, ...wrong].map((line) => inCharacters(glyphs, line));
  }
  const seconds = secondsOf(day, at);
  const parts: (readonly [string, PartDays])[] = [
    ['the site', row.site],
    ...Object.entries(row.signers).map(([id, part]) => [`signer ${id}`, part] as const),
    ...Object.entries(targets).map(([id, part]) => [`target ${id}`, part] as const),
  ];
  const zone = timezone === 'UTC' ? '' : 'UTC';
  const lines: Part[][] = [
    head,
    [countsWords(row, hidden)],
    [],
    ...table(
      ['part', 'well', 'known', 'states', 'changes'],
      parts.map((each) => partRow(each, seconds)),
    ),
    ...(Object.keys(targets).length === 0
      ? []
      : [
          [],
          ...table(
            ['latency', 'half', '95 %', '99 %', 'by hour of UTC, from 0 to 23'],
            Object.entries(targets).map((each) => targetRow(each, glyphs)),
          ),
        ]),
    ...(incidents.length === 0
      ? []
      : [
          [],
          ...table(
            ['incidents', 'severity', 'what', `opened, ${timezone}`, zone, 'over', zone],
            incidents.map((each) => incidentRow(each, timezone)),
          ),
        ]),
    ...wrong,
  ];
  return lines.map((line) => inCharacters(glyphs, line));
}
