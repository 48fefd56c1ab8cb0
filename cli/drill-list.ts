// `watchdog drill`: how the drills of each signer went, what runs now, when the next one is due, and the snapshots that they made.
import type { DrillRecord } from '../functions/domain/drill/drill.ts';
import { phaseWords, recoveryMs } from '../functions/domain/drill/phases.ts';
import { money } from '../functions/domain/standby/spent.ts';
import { recordWords, runWords, stageOf } from '../functions/views/drill-words.ts';
import type { DrillsAnswer, DrillStatus } from '../functions/views/drills-answer.ts';
import { clockTime, duration, localTime } from '../functions/views/time.ts';
import type { Part, Style } from '../local/terminal-text.ts';
import type { Context } from './context.ts';
import { complain } from './door.ts';
import { drillProblems } from './drill-lines.ts';
import { fetchDrills, type StatusOptions } from './fetch-status.ts';
import { table, type Cell } from './table.ts';
import type { ExitCode } from './terminal.ts';

const outcomeStyle = {
  passed: 'good',
  failed: 'bad',
  'gave-way': 'dim',
} as const satisfies Record<DrillRecord['outcome'], Style>;

function now({ run, wish }: DrillStatus): Cell {
  if (run !== null) return { style: 'doubt', text: stageOf(run) };
  return wish === null ? '–' : { style: 'doubt', text: 'asked for' };
}

function next({ canRun, weeklyFrom }: DrillStatus, { rules, at }: DrillsAnswer, timezone: string): Cell {
  if (!canRun) return { style: 'dim', text: 'never: no drillTemplate' };
  if (rules?.mode === 'off') return { style: 'dim', text: 'never: mode is off' };
  if (weeklyFrom === null) return '–';
  return weeklyFrom <= at ? 'with the next run of daily' : clockTime(weeklyFrom, timezone);
}

function row(drill: DrillStatus, answer: DrillsAnswer, timezone: string): Cell[] {
  const { signer, last, synced } = drill;
  const recovery = synced === null ? null : recoveryMs(synced.marks);
  return [
    signer,
    now(drill),
    last === null ? 'never' : clockTime(last.endedAt, timezone),
    last === null ? '–' : { style: outcomeStyle[last.outcome], text: last.outcome },
    recovery === null ? '–' : duration(recovery),
    next(drill, answer, timezone),
  ];
}

/** What stands under the row of a signer. */
function under({ run, wish, last, synced }: DrillStatus, at: number, timezone: string): Part[][] {
  const lines: Part[][] = [];
  if (wish !== null) lines.push([`  asked for by ${wish.by ?? 'the week'}, and not begun: ${wish.why}`]);
  if (run !== null) {
    lines.push([`  now: ${runWords(run, at, timezone)}`]);
    lines.push(...drillProblems(run, '    '));
  }
  if (last !== null) lines.push([`  last, ${last.mode}: ${recordWords(last)}`]);
  if (synced !== null && synced.id !== last?.id) {
    const words = phaseWords(synced.marks);
    lines.push([`  synced last ${localTime(synced.endedAt, timezone)}: ${words ?? 'in no time'}`]);
  }
  return lines;
}

function showDrills(answer: DrillsAnswer, { terminal }: Context): void {
  const { print, timezone } = terminal;
  const { drills, at } = answer;
  if (drills.length === 0) return;
  const header = ['signer', 'now', `last, ${timezone}`, 'outcome', 'to synced', `next weekly, ${timezone}`];
  const [first = [], ...rows] = table(
    header,
    drills.map((drill) => row(drill, answer, timezone)),
  );
  print(...first);
  for (const [index, line] of rows.entries()) {
    print(...line);
    const drill = drills[index];
    if (drill !== undefined) for (const each of under(drill, at, timezone)) print(...each);
  }
}

function showSnapshots({ snapshots, rules, at }: DrillsAnswer, { terminal }: Context): void {
  const { print, timezone } = terminal;
  if (snapshots.length === 0) return;
  print('');
  const header = ['snapshot', 'chain', `made, ${timezone}`, 'age', 'size', 'cost a month'];
  const rows = snapshots.map(({ name, chain, at: made, gib, monthlyCost }): Cell[] => [
    name,
    chain,
    clockTime(made, timezone),
    duration(at - made),
    gib === null ? 'not known yet' : `${gib.toFixed(1)} GiB`,
    monthlyCost === null ? '–' : money(monthlyCost, rules?.currency ?? null),
  ]);
  for (const line of table(header, rows)) print(...line);
}

function showRules({ rules, at }: DrillsAnswer, { terminal }: Context): void {
  const { print, timezone } = terminal;
  if (rules === null) {
    print('No node is ever made: the configuration has no `standbys`.');
    return;
  }
  const { mode, syncWithinMs, snapshots, currency, isDryRun } = rules;
  const weekly = mode === 'off' ? 'no weekly drill' : `each week a drill of mode ${mode}`;
  const kept =
    snapshots === null
      ? 'no snapshot is kept'
      : `${snapshots.keep} snapshot${snapshots.keep === 1 ? '' : 's'} of each chain kept, for at most ${money(snapshots.monthlyCost, currency)} a month, accepted by ${snapshots.acceptedBy}`;
  print('');
  print(
    `${weekly}; synced within ${duration(syncWithinMs)} or failed; ${kept}; as of ${localTime(at, timezone)}`,
  );
  if (isDryRun) print({ style: 'doubt', text: 'dry run' }, ': no drill is made, and each one gives way');
}

const needsPerson = ({ drills, broken }: DrillsAnswer): boolean =>
  broken.length > 0 || drills.some(({ told }) => told?.outcome === 'failed');

export async function listDrills(
  options: StatusOptions & { readonly json?: true },
  context: Context,
): Promise<ExitCode> {
  const asked = await fetchDrills(options, context);
  if (!asked.ok) return complain(asked, context);
  const { value } = asked;
  if (options.json === true) {
    context.terminal.json(value);
  } else {
    showDrills(value, context);
    showSnapshots(value, context);
    showRules(value, context);
    for (const sentence of value.broken) {
      context.terminal.print({ style: 'bad', text: 'unreadable' }, `: ${sentence}`);
    }
  }
  return needsPerson(value) ? 1 : 0;
}
