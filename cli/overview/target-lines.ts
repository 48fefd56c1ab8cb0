// Targets in lines: what is not well says why; each with its latency, its last hours and its days as far as the width allows.
import { sentence } from '../../functions/views/message-words.ts';
import type { SiteOverview, TargetOverview } from '../../functions/views/overview.ts';
import { targetsTitle } from '../../functions/views/page/target-part.ts';
import { count, qualityTone, targetWord } from '../../functions/views/page/words.ts';
import { plain } from '../../local/terminal-text.ts';
import { dayBar, said, sparkline } from './glyphs.ts';
import { dim, hasHistory, type Line, type Sheet, sinceWords, title } from './sheet.ts';

/** Of more the worst are shown. */
const most = 40;

type Columns = {
  readonly id: number;
  readonly word: number;
  readonly ms: number;
  /** The last hours and days that are shown. */
  readonly hours: number;
  readonly days: number;
};

/** The first that fits is taken. */
const choices = [
  { hours: 24, days: 90 },
  { hours: 24, days: 30 },
  { hours: 12, days: 30 },
  { hours: 0, days: 30 },
  { hours: 24, days: 0 },
  { hours: 12, days: 0 },
] as const;

const rounded = (value: number | null): string => (value === null ? '–' : String(Math.round(value)));

function numbers({ p50Ms, p95Ms, latencyMs }: TargetOverview): string {
  if (p50Ms === null && p95Ms === null) return latencyMs === null ? '' : `${rounded(latencyMs)} ms`;
  return `${rounded(p50Ms)}/${rounded(p95Ms)} ms`;
}

const wordOf = ({ quality, reason, muted }: TargetOverview): string =>
  `${targetWord(quality, reason)}${muted ? ', muted' : ''}`;

function columnsFor(targets: readonly TargetOverview[], site: SiteOverview, sheet: Sheet): Columns {
  const longest = (of: (target: TargetOverview) => string, cap: number): number =>
    Math.min(cap, Math.max(0, ...targets.map((target) => of(target).length)));
  const [id, word, ms] = [longest((each) => each.id, 20), longest(wordOf, 30), longest(numbers, 14)];
  const room = sheet.width - (4 + id + 2 + word + 2 + ms);
  const hasDays = hasHistory(sheet, site);
  const fitting = choices.find(({ hours, days }) => {
    if (days > 0 && !hasDays) return false;
    return (hours === 0 ? 0 : hours + 2) + (days === 0 ? 0 : days + 2) <= room;
  });
  return { id, word, ms, hours: fitting?.hours ?? 0, days: fitting?.days ?? 0 };
}

const padded = (text: string, width: number): string =>
  plain(text) + ' '.repeat(Math.max(0, width - text.length));

function linesOf(target: TargetOverview, columns: Columns, sheet: Sheet): Line[] {
  const { id, quality, detail, since, line, days } = target;
  const tone = qualityTone[quality];
  const { glyphs } = sheet;
  const row: Line = [
    '  ',
    said(glyphs, tone, padded(id, columns.id)),
    '  ',
    { style: tone, text: padded(wordOf(target), columns.word) },
    `  ${' '.repeat(Math.max(0, columns.ms - numbers(target).length))}${numbers(target)}`,
    ...(columns.hours === 0
      ? []
      : [`  ${sparkline(glyphs, line.slice(-columns.hours)).padEnd(columns.hours)}`]),
    ...(columns.days === 0 ? [] : ['  ', ...dayBar(glyphs, days.bars, columns.days)]),
  ];
  if (quality === 'good') return [row];
  const why = detail === null ? '' : `${sentence(detail, '')} `;
  return [row, [`      ${why}`, dim(`So ${sinceWords(since, sheet.old)}.`)]];
}

/** What the columns are, with as many words as fit. */
function headOf({ id, word, ms, hours, days }: Columns): Line[] {
  const names = [
    ...(hours === 0 ? [] : [`last ${hours} h`.padEnd(hours)]),
    ...(days === 0 ? [] : [`last ${days} days`]),
  ];
  if (ms === 0 && names.length === 0) return [];
  const half = 'half/95 %'.padStart(ms);
  return [
    [dim(`${' '.repeat(Math.max(0, 4 + id + 2 + word + 2 + ms - half.length))}${half}  ${names.join('  ')}`)],
  ];
}

/** Nothing when there is none. What is worst stands first in what is given. */
export function targetsLines(site: SiteOverview, sheet: Sheet): Line[] {
  const { targets } = site;
  if (targets.length === 0) return [];
  const shown = targets.slice(0, most);
  const rest = targets.slice(most);
  const wrong = rest.filter(({ quality }) => quality !== 'good').length;
  const columns = columnsFor(shown, site, sheet);
  const more = `  ${count(rest.length, 'more target')}: ${wrong === 0 ? 'all answer' : `${wrong} not well`}`;
  return [
    title(targetsTitle(targets)),
    ...headOf(columns),
    ...shown.flatMap((target) => linesOf(target, columns, sheet)),
    ...(rest.length === 0 ? [] : [[dim(more)]]),
  ];
}
