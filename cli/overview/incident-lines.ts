// Incidents of a site in lines: what is open with the end of its timeline, the gravest first, and what is over.
import type { OpenGlance } from '../../functions/domain/glance.ts';
import { isSafety } from '../../functions/domain/incident.ts';
import type { SiteOverview } from '../../functions/views/overview.ts';
import { gravity, openTitle } from '../../functions/views/page/incident-part.ts';
import { timeWords } from '../../functions/views/page/when.ts';
import { lasts } from '../../functions/views/time.ts';
import { eventWord, severityTone } from '../../functions/views/page/words.ts';
import { said } from './glyphs.ts';
import { dim, type Line, type Sheet, sinceWords, title } from './sheet.ts';

/** Entries of a timeline that are shown: the last ones of the gravest incident, fewer of the others. */
const ofGravest = 6;
const ofOthers = 2;

/** Who is on it, or why nobody is. */
function whoLine({ ack, held, told }: OpenGlance, { glyphs, old }: Sheet): Line {
  if (ack !== null) {
    const until = ack.until === null ? '' : `, until ${timeWords(ack.until, old)}`;
    return ['    ', said(glyphs, 'good', `${ack.by} is on it`), ` ${sinceWords(ack.at, old)}${until}`];
  }
  if (held !== null) {
    return ['    ', said(glyphs, 'none', 'Nobody is told now:'), ` ${held.replace('-', ' ')}`];
  }
  const whom = told.length === 0 ? 'Nobody was told yet.' : `Told so far: ${told.join(', ')}.`;
  return ['    ', said(glyphs, 'doubt', 'Nobody has said yet that they are on it.'), ` ${whom}`];
}

function timelineLines({ timeline, earlier }: OpenGlance, most: number, { old }: Sheet): Line[] {
  const shown = timeline.slice(-most);
  const before = earlier + timeline.length - shown.length;
  return [
    ...(before === 0 ? [] : [[dim(`    ${before} earlier`)]]),
    ...shown.map(({ at, event, text }): Line => [
      dim(`    ${timeWords(at, old)}`),
      `  ${eventWord[event]}`,
      text === '' ? '' : ': ',
      text,
    ]),
  ];
}

function openLines(incident: OpenGlance, index: number, sheet: Sheet): Line[] {
  const { id, kind, severity, summary, since, evidence, doing } = incident;
  const tone = isSafety(kind) ? 'bad' : severityTone[severity];
  const head: Line = [
    '  ',
    said(sheet.glyphs, tone, gravity({ kind, severity })),
    `  ${summary} `,
    dim(sinceWords(since, sheet.old)),
  ];
  if (sheet.isPublic) return [head];
  const isGravest = index === 0;
  return [
    head,
    whoLine(incident, sheet),
    ...doing.map((line): Line => [`    ${line}`]),
    ...(isGravest ? evidence.map((line): Line => [dim(`    ${line}`)]) : []),
    ...timelineLines(incident, isGravest ? ofGravest : ofOthers, sheet),
    [dim(`    ${id}`)],
  ];
}

/** Nothing when none is open. */
export function openIncidentLines({ open, moreOpen }: SiteOverview, sheet: Sheet): Line[] {
  if (open.length === 0) return [];
  const rest: Line[] = moreOpen === 0 ? [] : [[dim(`  and ${moreOpen} more: watchdog incidents --open`)]];
  return [
    title(openTitle(open.length, moreOpen)),
    ...open.flatMap((incident, index) => openLines(incident, index, sheet)),
    ...rest,
  ];
}

export function pastIncidentLines({ past }: SiteOverview, { glyphs, clock }: Sheet): Line[] {
  if (past.length === 0) return [];
  return [
    title('Over'),
    ...past.map(({ kind, severity, summary, since, resolvedAt }): Line => [
      '  ',
      said(glyphs, 'none', summary),
      dim(
        `, ${gravity({ kind, severity })}, ${timeWords(since, clock)}, over after ${lasts(resolvedAt - since)}`,
      ),
    ]),
  ];
}
