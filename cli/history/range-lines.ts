// Days of a site in lines: a row each, those without data among them, and what they come to.
import { dayAfter, dayMs, startOf } from '../../functions/domain/history/day.ts';
import type { Bar, Day } from '../../functions/domain/history/history.ts';
import type { DayRow, HistoryAnswer, PartDays, TargetDays } from '../../functions/views/history-answer.ts';
import { percent, wellOf } from '../../functions/views/page/bars.ts';
import { count } from '../../functions/views/page/words.ts';
import type { Part } from '../../local/terminal-text.ts';
import { dayBar, type Glyphs, inCharacters } from '../overview/glyphs.ts';
import { table, type Cell } from '../table.ts';
import { knownCell, msWords, noData, secondsOf, wellCell } from './words.ts';

function daysFrom(first: Day, last: Day): Day[] {
  const days: Day[] = [];
  for (let day = first; day <= last; day = dayAfter(day, 1)) days.push(day);
  return days;
}

/** The signer that was least well, when any was not; an empty cell otherwise. */
function worstCell(signers: Readonly<Record<string, PartDays>>): Cell {
  const wrong = Object.entries(signers)
    .flatMap(([id, { well, bar }]) => (well === null || well >= 1 ? [] : [{ id, well, bar }]))
    .toSorted((a, b) => a.well - b.well);
  const [worst] = wrong;
  return worst === undefined ? '' : `${worst.id} ${percent(worst.well)}`;
}

const counts = (number: number): Cell => (number === 0 ? '' : String(number));

/** What is not shown to this reader has no column. */
function rowOf(day: Day, row: DayRow | undefined, { at }: HistoryAnswer): Cell[] {
  if (row === undefined) return [day, noData, '', '', '', '', ''];
  const { site, signers, incidents, pages } = row;
  return [
    day,
    wellCell(site.bar),
    knownCell(site.bar, secondsOf(day, at)),
    worstCell(signers),
    counts(incidents),
    counts(pages),
    counts(site.changes),
  ];
}

function sumWords({ total, days }: HistoryAnswer, shown: readonly Day[], at: number): string {
  if (total === null) return `${count(shown.length, 'day')}: no data`;
  const { bar } = total.site;
  const well = wellOf(bar);
  const last = shown.at(-1);
  const [first] = days;
  const end = last === undefined ? at : Math.min(at, startOf(last) + dayMs);
  // Nobody looked before the first look: that time is not counted against anybody.
  const there = first === undefined ? 0 : (end - first.from) / 1000;
  const known = there === 0 ? 0 : Math.min(1, (bar.good + bar.doubt + bar.bad) / there);
  return [
    `${count(shown.length, 'day')}: ${well === null ? 'nothing known' : `${percent(well)} well of the known time`}`,
    `${percent(known)} known since ${first?.day ?? ''}`,
    ...(total.pages === 0 ? [] : [count(total.pages, 'page')]),
  ].join(', ');
}

const targetRow = ([id, { bar, p50Ms, p95Ms, p99Ms, measured, changes }]: readonly [
  string,
  TargetDays,
]): Cell[] => [
  `  ${id}`,
  wellCell(bar),
  msWords(p50Ms),
  msWords(p95Ms),
  msWords(p99Ms),
  String(measured),
  counts(changes),
];

const signerRow = ([id, { bar, changes }]: readonly [string, PartDays]): Cell[] => [
  `  ${id}`,
  wellCell(bar),
  counts(changes),
];

const worstFirst = <Value extends PartDays>(
  parts: Readonly<Record<string, Value>>,
): (readonly [string, Value])[] =>
  Object.entries(parts).toSorted(([, a], [, b]) => (a.well ?? 2) - (b.well ?? 2));

/** The table by days, and then all of them together, part by part. */
export function rangeLines(answer: HistoryAnswer, glyphs: Glyphs): Part[][] {
  const { name, site, from, to, days, total, broken, at } = answer;
  const byDay = new Map(days.map((row) => [row.day, row]));
  const shown = daysFrom(from, to);
  const bars: (Bar | null)[] = shown.map((day) => byDay.get(day)?.site.bar ?? null);
  const header = ['day (UTC)', 'well', 'known', 'worst signer', 'incidents', 'pages', 'changes'];
  const parts =
    total === null
      ? []
      : [
          ...(Object.keys(total.signers).length === 0
            ? []
            : [[], ...table(['signers', 'well', 'changes'], worstFirst(total.signers).map(signerRow))]),
          ...(Object.keys(total.targets).length === 0
            ? []
            : [
                [],
                ...table(
                  ['targets', 'well', 'half', '95 %', '99 %', 'measured', 'changes'],
                  worstFirst(total.targets).map(targetRow),
                ),
              ]),
        ];
  const lines: Part[][] = [
    [{ style: 'strong', text: name === site ? site : `${name} (${site})` }, `, ${from} to ${to}`],
    dayBar(glyphs, bars, shown.length),
    [sumWords(answer, shown, at)],
    [],
    ...table(
      header,
      shown.map((day) => rowOf(day, byDay.get(day), answer)),
    ),
    ...parts,
    ...broken.map((text): Part[] => [{ style: 'bad', text }]),
  ];
  return lines.map((line) => inCharacters(glyphs, line));
}
