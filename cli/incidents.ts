// `watchdog incidents`: what is wrong, and what was.
import type { Command } from 'commander';
import { subjectWords } from '../functions/views/incident-words.ts';
import type { IncidentList, IncidentSummary } from '../functions/views/incidents.ts';
import { clockTime, duration, localTime } from '../functions/views/time.ts';
import { complain } from './door.ts';
import { examples, type Context } from './context.ts';
import { addStatusOptions, fetchIncidents, type StatusOptions } from './fetch-status.ts';
import { severityStyle } from './styles.ts';
import { table, type Cell } from './table.ts';
import type { ExitCode } from './terminal.ts';

type Options = StatusOptions & {
  readonly open?: true;
  readonly site?: string;
  readonly limit?: string;
  readonly json?: true;
};

function acknowledged({ ack, state }: IncidentSummary): Cell {
  if (ack === null) return state === 'open' ? { style: 'dim', text: 'nobody' } : '–';
  return state === 'open' && !ack.isInForce ? `${ack.by} (over)` : ack.by;
}

function told({ told: channels, held }: IncidentSummary): Cell {
  if (held !== null) return { style: 'doubt', text: `held: ${held}` };
  return channels.length === 0 ? { style: 'dim', text: 'nobody' } : channels.join(', ');
}

function row(incident: IncidentSummary, at: number, timezone: string): Cell[] {
  const { id, state, severity, since, resolvedAt } = incident;
  return [
    id,
    { style: state === 'open' ? 'bad' : 'good', text: state },
    { style: severityStyle[severity], text: severity },
    subjectWords(incident),
    clockTime(since, timezone),
    timezone === 'UTC' ? '' : clockTime(since, 'UTC').slice(11),
    duration((resolvedAt ?? at) - since),
    acknowledged(incident),
    told(incident),
  ];
}

function show(list: IncidentList, options: Options, context: Context): void {
  const { print, timezone } = context.terminal;
  const { at, incidents, isCut } = list;
  const open = incidents.filter(({ state }) => state === 'open').length;
  const where = options.site === undefined ? '' : ` of ${options.site}`;
  const what = options.open === true ? `no open incident${where}` : `no incident${where} is known`;
  if (incidents.length === 0) {
    print({ style: 'good', text: what }, `, as of ${localTime(at, timezone)}`);
    return;
  }
  const header = [
    'id',
    'state',
    'severity',
    'what',
    `since, ${timezone}`,
    'UTC',
    'lasted',
    'acknowledged',
    'told',
  ];
  for (const line of table(
    header,
    incidents.map((incident) => row(incident, at, timezone)),
  )) {
    print(...line);
  }
  print(
    '',
    `${open} open of ${incidents.length}${isCut ? ', and older ones' : ''}, as of ${localTime(at, timezone)}`,
  );
}

async function run(options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const query = {
    ...(options.site === undefined ? {} : { site: options.site }),
    ...(options.open === undefined ? {} : { open: '1' }),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
  };
  const asked = await fetchIncidents(options, query, context);
  if (!asked.ok) return complain(asked, context);
  if (options.json === true) terminal.json(asked.value);
  else show(asked.value, options, context);
  return asked.value.incidents.some(({ state }) => state === 'open') ? 1 : 0;
}

export function addIncidents(program: Command, context: Context): void {
  addStatusOptions(
    program
      .command('incidents')
      .description('lists the incidents of the running watchdog, newest first')
      .option('--open', 'only those that are not over')
      .option('--site <id>', 'only those of this site')
      .option('--limit <number>', 'how many at most, up to 100; 20 if left out'),
  )
    .option('--json', 'the answer as it came, for scripts')
    .addHelpText(
      'after',
      `${examples(
        ['watchdog incidents --open', 'what is wrong now'],
        ['watchdog incidents --site home --limit 100 --json', 'for a script'],
      )}\n\nExit code: 0 none of those shown is open, 1 one is open or could not be found out, 2 wrong usage or configuration.`,
    )
    .action(async (options: Options) => {
      context.end(await run(options, context));
    });
}
