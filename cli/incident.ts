// `watchdog incident`: one incident whole, or the draft of a post-mortem of it.
import type { Command } from 'commander';
import {
  ackWords,
  fateWords,
  firstSentAt,
  loudness,
  subjectWords,
  toldWords,
  wellAgainAt,
} from '../functions/views/incident-words.ts';
import type { IncidentDetail } from '../functions/views/incidents.ts';
import { postMortem } from '../functions/views/post-mortem.ts';
import { clockTime, duration, localTime } from '../functions/views/time.ts';
import { complain } from './door.ts';
import { examples, type Context } from './context.ts';
import { addStatusOptions, type StatusOptions } from './fetch-status.ts';
import { findIncident } from './find-incident.ts';
import { severityStyle } from './styles.ts';
import { table, type Cell } from './table.ts';
import type { ExitCode, Terminal } from './terminal.ts';

type Options = StatusOptions & { readonly json?: true; readonly markdown?: true };

const times = (at: number, timezone: string): Cell[] => [
  `  ${clockTime(at, timezone)}`,
  timezone === 'UTC' ? '' : clockTime(at, 'UTC').slice(11),
];

const zones = (timezone: string): Cell[] => [`  ${timezone}`, 'UTC'];

function span(incident: IncidentDetail, at: number, timezone: string): string {
  const { since, resolvedAt } = incident;
  if (resolvedAt === null) return `open since ${localTime(since, timezone)}, for ${duration(at - since)}`;
  return `from ${localTime(since, timezone)} to ${localTime(resolvedAt, timezone)}, ${duration(resolvedAt - since)}`;
}

function detected(incident: IncidentDetail): string {
  const { since, openedAt } = incident;
  const sentAt = firstSentAt(incident);
  const sent =
    sentAt === null
      ? 'no message is known to have been sent'
      : `first message sent after ${duration(sentAt - since)}`;
  return `opened ${duration(openedAt - since)} after it was first seen; ${sent}`;
}

function acknowledged({ ack, resolvedAt }: IncidentDetail, timezone: string): string {
  if (ack === null) return 'acknowledged by nobody';
  return resolvedAt === null
    ? ackWords(ack, timezone)
    : `acknowledged by ${ack.by} at ${localTime(ack.at, timezone)}`;
}

function showHead(incident: IncidentDetail, at: number, { print, timezone }: Terminal): void {
  const { siteName, site, severity } = incident;
  print({ style: 'strong', text: incident.id });
  print(
    { style: severityStyle[severity], text: severity },
    ` ${subjectWords(incident)}, ${incident.summary}`,
  );
  print(`  at ${siteName === site ? site : `${siteName} (${site})`}`);
  print(`  ${span(incident, at, timezone)}`);
  const wellAt = wellAgainAt(incident);
  if (wellAt !== null) print(`  seen well again at ${localTime(wellAt, timezone)}`);
  print(`  ${detected(incident)}`);
  print(`  ${acknowledged(incident, timezone)}`);
  print(`  ${toldWords(incident)}`);
}

function showTimeline({ timeline }: IncidentDetail, { print, timezone }: Terminal): void {
  print('');
  print({ style: 'strong', text: 'timeline' });
  const rows = timeline.map(({ at, event, text }): Cell[] => [...times(at, timezone), event, text]);
  for (const line of table([...zones(timezone), 'event', 'what'], rows)) print(...line);
}

function showMessages({ messages }: IncidentDetail, { print, timezone }: Terminal): void {
  print('');
  print({ style: 'strong', text: 'messages' });
  if (messages.length === 0) {
    print('  none, or they are not kept any more');
    return;
  }
  const styles = { sent: 'good', failed: 'bad', waiting: 'doubt' } as const;
  const rows = messages.map((message): Cell[] => [
    ...times(message.settledAt ?? message.createdAt, timezone),
    message.channel,
    `${message.kind} (${loudness(message)})`,
    { style: styles[message.state], text: fateWords(message) },
    message.outcome ?? '',
  ]);
  const header = [...zones(timezone), 'channel', 'message', 'became', 'outcome'];
  for (const line of table(header, rows)) print(...line);
}

function show(incident: IncidentDetail, at: number, { terminal }: Context): void {
  showHead(incident, at, terminal);
  terminal.print('');
  terminal.print({ style: 'strong', text: 'evidence, as it was seen last' });
  for (const line of incident.evidence) terminal.print(`  ${line}`);
  if (incident.evidence.length === 0) terminal.print('  none');
  showTimeline(incident, terminal);
  showMessages(incident, terminal);
}

async function run(id: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const asked = await findIncident(id, options, context);
  if (!asked.ok) return complain(asked, context);
  const { incident, at } = asked.value;
  if (options.json === true) terminal.json(asked.value);
  else if (options.markdown === true) {
    for (const line of postMortem(incident, { at, timezone: terminal.timezone })) terminal.print(line);
  } else show(incident, at, context);
  return 0;
}

export function addIncident(program: Command, context: Context): void {
  const command = addStatusOptions(
    program
      .command('incident')
      .description('shows one incident: timeline, evidence, messages and what became of them')
      .argument('<id>', 'its id, or a beginning or an end of it that no other has')
      .option('--markdown', 'the draft of a post-mortem instead'),
  ).option('--json', 'the answer as it came, for scripts');
  command
    .addHelpText(
      'after',
      `${examples(
        ['watchdog incident home.site.home.20261201T023200Z', 'by its whole id'],
        ['watchdog incident 20261201T023200Z --markdown > post-mortem.md', 'by its end, to be filled in'],
      )}\n\nExit code: 0 it was shown, 1 it could not be found out, 2 wrong usage or configuration.`,
    )
    .action(async (id: string, options: Options) => {
      if (options.json === true && options.markdown === true) {
        command.error('error: --json and --markdown exclude each other');
      }
      context.end(await run(id, options, context));
    });
}
