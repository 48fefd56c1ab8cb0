// `watchdog status`: what the running watchdog knows.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseDuration } from '../functions/kit/duration.ts';
import type { Facts } from '../functions/domain/facts.ts';
import {
  staleAfterMs,
  type IncidentStatus,
  type SiteStatus,
  type Status,
} from '../functions/views/status.ts';
import { ackWords, muteWords, toldWords } from '../functions/views/incident-words.ts';
import { leasedTargets, leaseWords } from '../functions/views/lease.ts';
import { duration, localTime } from '../functions/views/time.ts';
import { examples, exitCodesHelp, type Context } from './context.ts';
import { addStatusOptions, fetchStatus, urlVariable, type StatusOptions } from './fetch-status.ts';
import { signingLines } from './signing-lines.ts';
import { standbyLines } from './standby-lines.ts';
import { printLink } from './status-link.ts';
import { watchStatus } from './status-watch.ts';
import type { ExitCode } from './terminal.ts';
import type { Part } from '../local/terminal-text.ts';
import { verdictTone } from '../functions/views/verdict.ts';
import { qualityStyle, severityStyle } from './styles.ts';

type Options = StatusOptions & {
  readonly json?: true;
  readonly link?: true;
  readonly for?: string;
  readonly watch?: true;
  readonly every: number;
};

const isWell = (site: SiteStatus): boolean =>
  site.watched === 'yes' && site.verdict === 'ok' && site.incidents.length === 0;

/** Why an answer cannot be believed as it stands; null when it can. */
function doubt(status: Status, now: number): string | null {
  if (status.sites.length === 0) return 'this watchdog watches no site';
  const apart = now - status.at;
  if (Math.abs(apart) <= staleAfterMs) return null;
  return `by this machine's clock the answer is from ${duration(Math.abs(apart))} ${apart > 0 ? 'ago' : 'ahead'}: it is old, or a clock is wrong`;
}

function showIncident(incident: IncidentStatus, at: number, context: Context): void {
  const { print, timezone } = context.terminal;
  const { subject, severity, kind } = incident;
  print(
    '  ',
    { style: severityStyle[severity], text: severity },
    ` ${subject.kind} ${subject.id}: ${kind}, ${incident.summary}`,
  );
  print(
    `    since ${localTime(incident.since, timezone)}, for ${duration(at - incident.since)}; ${toldWords(incident)}`,
  );
  if (incident.ack !== null) print(`    ${ackWords(incident.ack, timezone)}`);
  for (const line of incident.evidence) print({ style: 'dim', text: `    ${line}` });
}

function headline(site: SiteStatus, at: number, timezone: string): Part[] {
  const name = site.name === site.site ? site.site : `${site.site} (${site.name})`;
  if (site.watched === 'unwatched' || site.verdict === null || site.lastTickAt === null) {
    return [
      { style: 'strong', text: name },
      ': ',
      { style: 'bad', text: 'unwatched' },
      ', no tick was ever taken in',
    ];
  }
  const since =
    site.verdictSince === null
      ? ''
      : ` since ${localTime(site.verdictSince, timezone)}, for ${duration(at - site.verdictSince)}`;
  return [
    { style: 'strong', text: name },
    ': ',
    { style: verdictTone[site.verdict], text: site.verdict },
    since,
  ];
}

/** Said only when it is worth a word: seconds are what calling a function takes. */
const lateWords = ({ lastLatenessMs }: SiteStatus): string =>
  lastLatenessMs === null || lastLatenessMs < 60_000
    ? ''
    : `, which came ${duration(lastLatenessMs)} after its time`;

/** Which port was looked at, and how it was there. */
const leaseLines = ({ targets, at }: Facts, timezone: string): Part[][] =>
  leasedTargets(targets).map(({ id, quality, lease }) => [
    `  ${id}: `,
    { style: qualityStyle[quality], text: quality },
    `, ${leaseWords(lease, { at, timezone })}`,
  ]);

function showSite(site: SiteStatus, at: number, context: Context): void {
  const { print, timezone } = context.terminal;
  print(...headline(site, at, timezone));
  if (site.because !== null) print(`  ${site.because}`);
  if (site.lastTickAt !== null) {
    const stale: Part[] =
      site.watched === 'stale'
        ? [{ style: 'bad', text: ' STALE: nobody is watching; do not believe the verdict' }]
        : [];
    print(
      `  last tick ${localTime(site.lastTickAt, timezone)}, ${duration(at - site.lastTickAt)} before${lateWords(site)}, ${site.ticks} in all`,
      ...stale,
    );
  }
  for (const mute of site.mutes) {
    print('  ', { style: mute.isInForce ? 'doubt' : 'dim', text: muteWords(mute, timezone) });
  }
  if (site.facts !== null) {
    for (const line of leaseLines(site.facts, timezone)) print(...line);
    for (const line of signingLines(site.facts, timezone)) print(...line);
  }
  for (const standby of site.standbys) for (const line of standbyLines(standby, at, timezone)) print(...line);
  if (site.incidents.length === 0) print('  no open incident');
  for (const incident of site.incidents) showIncident(incident, at, context);
}

async function status(options: Options, context: Context): Promise<ExitCode> {
  const { terminal, clock } = context;
  const fetched = await fetchStatus(options, context);
  if (!fetched.ok) {
    terminal.complain(fetched.message);
    return fetched.code;
  }
  const answer = fetched.status;
  const problem = doubt(answer, clock.now());
  const isGood = answer.summary === 'well' && answer.sites.every(isWell) && problem === null;
  if (options.json === true) terminal.json(answer);
  else {
    terminal.print(
      { style: isGood ? 'good' : 'bad', text: isGood ? 'well' : 'trouble' },
      `, as of ${localTime(answer.at, terminal.timezone)}`,
    );
    for (const site of answer.sites) showSite(site, answer.at, context);
  }
  if (problem !== null) terminal.complain({ style: 'doubt', text: 'warning' }, ` ${problem}`);
  return isGood ? 0 : 1;
}

/** A view is made at most every ten seconds, so that asking oftener than that shows little. */
function readEvery(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError('Write a whole number and one of s, m, h, such as 10s.');
  if (ms < 2_000 || ms > 3_600_000) throw new InvalidArgumentError('It must be from 2s to 1h.');
  return ms;
}

export function addStatus(program: Command, context: Context): void {
  const command = addStatusOptions(
    program.command('status').description('asks the running watchdog how the sites are'),
  )
    .option('--link', 'print an address that opens the view in a browser, for whoever has it')
    .option('--for <duration>', 'how long the address of --link opens it, from 1m to 30d; 3d if left out')
    .option('--json', 'the answer as it came, for scripts; with --watch a line for each answer')
    .option(
      '--watch',
      'the whole view, again and again until Ctrl-C; off a terminal whenever something changed',
    )
    .addOption(
      new Option('--every <duration>', 'how often --watch asks, from 2s to 1h')
        .argParser(readEvery)
        .default(10_000, '10s'),
    );
  command
    .addHelpText(
      'after',
      examples(
        ['watchdog status --url https://status-abc.run.app', 'with the token in WATCHDOG_STATUS_TOKEN'],
        [`export ${urlVariable}=https://status-abc.run.app; watchdog status --json`, 'for a script'],
        ['watchdog status --watch', 'the view in a terminal, until Ctrl-C'],
        ['watchdog status --link --for 12h', 'for the phone of somebody who looks after it tonight'],
      ) + `${exitCodesHelp} --watch ends with 0 at Ctrl-C.`,
    )
    .action(async (options: Options) => {
      if (options.watch === true && options.link === true) {
        command.error('error: --watch and --link exclude each other');
      }
      if (options.link === true) context.end(await printLink(options, context));
      else if (options.watch === true) {
        context.end(await watchStatus({ ...options, everyMs: options.every }, context));
      } else context.end(await status(options, context));
    });
}
