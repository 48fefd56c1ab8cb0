// `watchdog standby list`: what runs in the cloud, how far it is, what it costs, and what nobody wants.
import type { Command } from 'commander';
import type { StandbysAnswer } from '../functions/views/standbys-answer.ts';
import type { StandbyStatus } from '../functions/views/standbys.ts';
import { money } from '../functions/domain/standby/spent.ts';
import { anyNeedsPerson, etaAt, percentWords } from '../functions/views/standby-words.ts';
import { clockTime, duration, localTime } from '../functions/views/time.ts';
import { examples, type Context } from './context.ts';
import { complain } from './door.ts';
import { addStatusOptions, fetchStandbys, type StatusOptions } from './fetch-status.ts';
import { phaseStyle, problemLines } from './standby-lines.ts';
import { table, type Cell } from './table.ts';
import type { ExitCode } from './terminal.ts';

type Options = StatusOptions & { readonly json?: true };

/** Until when it stays, as short as a column wants it. */
function until({ keep, release, expiresAt }: StandbyStatus, timezone: string): Cell {
  if (release !== null) return { style: 'dim', text: `released: ${release.reason}` };
  if (keep !== null) return `kept by ${keep.by}`;
  return expiresAt === null ? { style: 'doubt', text: 'nobody wants it' } : clockTime(expiresAt, timezone);
}

function row(standby: StandbyStatus, at: number, timezone: string): Cell[] {
  const { signer, phase, zone, cost } = standby;
  const eta = etaAt(standby);
  return [
    signer,
    { style: phaseStyle[phase], text: phase },
    zone ?? '–',
    percentWords(standby) ?? (phase === 'synced' ? '100 %' : '–'),
    eta === null ? '–' : duration(eta - at),
    eta === null ? '' : clockTime(eta, timezone).slice(11),
    eta === null || timezone === 'UTC' ? '' : clockTime(eta, 'UTC').slice(11),
    cost === null ? '–' : money(cost.soFar, cost.currency),
    until(standby, timezone),
  ];
}

function showStandbys({ standbys, at, signers }: StandbysAnswer, { terminal }: Context): void {
  const { print, timezone } = terminal;
  if (standbys.length === 0) {
    const names = signers.map(({ signer }) => signer).join(', ');
    print(
      { style: 'good', text: 'no standby' },
      `; there can be one for: ${names === '' ? 'nobody' : names}`,
    );
    return;
  }
  const header = [
    'signer',
    'phase',
    'where',
    'sync',
    'to go',
    `at, ${timezone}`,
    'UTC',
    'cost so far',
    `until, ${timezone}`,
  ];
  const [first = [], ...rows] = table(
    header,
    standbys.map((standby) => row(standby, at, timezone)),
  );
  print(...first);
  for (const [index, line] of rows.entries()) {
    print(...line);
    const standby = standbys[index];
    if (standby !== undefined) for (const problem of problemLines(standby, '  ')) print(...problem);
  }
}

function showOrphans({ orphans, month }: StandbysAnswer, { terminal }: Context): void {
  const { print, timezone } = terminal;
  // Both stand in one document.
  if (month.spent === null) print({ style: 'bad', text: 'orphans' }, ': nobody knows whether there are any');
  if (orphans.length === 0) return;
  print('');
  print({ style: 'bad', text: 'orphans' }, ': they carry our label, cost money, and nobody wants them');
  const header = ['name', 'kind', 'where', `first seen, ${timezone}`, `deleted at, ${timezone}`, 'what'];
  const rows = orphans.map(({ name, kind, zone, firstSeenAt, deletesAt, text }): Cell[] => [
    name,
    kind,
    zone,
    clockTime(firstSeenAt, timezone),
    deletesAt === null ? 'only reported' : clockTime(deletesAt, timezone),
    text,
  ]);
  for (const line of table(header, rows)) print(...line);
}

function showMonth(answer: StandbysAnswer, { terminal }: Context): void {
  const { print, timezone } = terminal;
  const { month, rules, standbys, brake, at } = answer;
  const cap = month.cap === null ? 'no cap' : `of ${money(month.cap, month.currency)} at most`;
  const nodes = standbys.filter(({ instance }) => instance !== null).length;
  const count = rules === null ? '' : `; ${nodes} of ${rules.maxStandbys} nodes`;
  const spent = month.spent === null ? 'nobody knows what was spent,' : money(month.spent, month.currency);
  print('');
  print(`${month.month} (UTC): ${spent} ${cap}${count}; as of ${localTime(at, timezone)}`);
  if (rules === null) print('No node is ever made: the configuration has no `standbys`.');
  if (rules?.isDryRun === true)
    print({ style: 'doubt', text: 'dry run' }, ': it is said what would be made, and nothing is made');
  if (brake.isHeld) print({ style: 'bad', text: 'the brake holds' }, `: ${brake.reasons.join(', ')}`);
}

function show(answer: StandbysAnswer, context: Context): void {
  const { print } = context.terminal;
  showStandbys(answer, context);
  showOrphans(answer, context);
  showMonth(answer, context);
  const { trouble, broken } = answer;
  if (trouble !== null) {
    print({ style: 'bad', text: trouble.kind }, `: ${trouble.text}`);
    for (const line of trouble.lines) print({ style: 'dim', text: `  ${line}` });
  }
  for (const sentence of broken) {
    print({ style: 'bad', text: 'unreadable' }, `, so nothing is done to what it stands for: ${sentence}`);
  }
}

async function list(options: Options, context: Context): Promise<ExitCode> {
  const asked = await fetchStandbys(options, context);
  if (!asked.ok) return complain(asked, context);
  if (options.json === true) context.terminal.json(asked.value);
  else show(asked.value, context);
  return anyNeedsPerson(asked.value) ? 1 : 0;
}

export function addStandbyList(group: Command, context: Context): void {
  addStatusOptions(
    group
      .command('list')
      .description('lists the standbys, what runs and nobody wants, and what the month has cost'),
  )
    .option('--json', 'the answer as it came, for scripts')
    .addHelpText(
      'after',
      `${examples(
        ['watchdog standby list', 'what runs in the cloud'],
        ['watchdog standby list --json', 'for a script'],
      )}\n\nExit code: 0 all is well, 1 something needs a person or could not be found out, 2 wrong usage or configuration.`,
    )
    .action(async (options: Options) => {
      context.end(await list(options, context));
    });
}
