// A standby in a line or two, as it stands under its site.
import {
  problemsOf,
  progressWords,
  reasonWords,
  stayWords,
  costWords,
} from '../functions/views/standby-words.ts';
import type { StandbyPhase, StandbyStatus } from '../functions/views/standbys.ts';
import type { Part, Style } from '../local/terminal-text.ts';

/** How a phase looks, wherever it stands. */
export const phaseStyle = {
  wanted: 'doubt',
  waiting: 'doubt',
  creating: 'doubt',
  booting: 'doubt',
  syncing: 'doubt',
  synced: 'good',
  releasing: 'dim',
  gone: 'dim',
  failed: 'bad',
} as const satisfies Record<StandbyPhase, Style>;

/** What is in the way, with the lines that belong to it. */
export function problemLines(standby: StandbyStatus, indent: string): Part[][] {
  return problemsOf(standby).flatMap(({ word, text, lines }): Part[][] => [
    [indent, { style: 'bad', text: word }, `: ${text}`],
    ...lines.map((line): Part[] => [{ style: 'dim', text: `${indent}  ${line}` }]),
  ]);
}

/** Where it is, how long it stays, and what is in the way. */
export function standbyLines(standby: StandbyStatus, at: number, timezone: string): Part[][] {
  const { signer, phase } = standby;
  const cost = costWords(standby);
  const rest = [reasonWords(standby), stayWords(standby, timezone), ...(cost === null ? [] : [cost])];
  return [
    [`  standby of ${signer}: `, { style: phaseStyle[phase], text: progressWords(standby, at, timezone) }],
    [`    ${rest.join('; ')}`],
    ...problemLines(standby, '    '),
  ];
}
