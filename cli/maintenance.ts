// `watchdog maintenance`: the times in which nobody is told, those of the configuration and those opened by hand.
import { Option, type Command } from 'commander';
import { duration, localTime } from '../functions/views/time.ts';
import { complain } from './door.ts';
import { examples, type Context } from './context.ts';
import { fetchMaintenance, tokenVariable, urlVariable, type StatusOptions } from './fetch-status.ts';
import { listMaintenance, type ListOptions } from './maintenance-list.ts';
import { pick } from './find-incident.ts';
import { postEvent } from './post-event.ts';
import {
  byOption,
  explainQuiet,
  findQuiet,
  longestQuietMs,
  quietHelp,
  quietName,
  readMoment,
  whoSays,
  whyOption,
} from './quiet-options.ts';
import type { ExitCode } from './terminal.ts';

type AddOptions = StatusOptions & {
  readonly from: number;
  readonly until: number;
  readonly why: string;
  readonly by?: string;
};

/** What is wrong with the times; null when nothing is. */
function timeProblem({ from, until }: AddOptions, now: number): string | null {
  if (until <= from) return '--until is not after --from; a window ends after it begins';
  if (until <= now) return '--until is over already; write a time to come';
  return until - from > longestQuietMs
    ? 'the window is over 31 days long; write a shorter one, nobody is told of anything in it'
    : null;
}

async function add(name: string, options: AddOptions, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const by = whoSays(options.by, context);
  if (typeof by !== 'string') return complain(by, context);
  const found = await findQuiet(name, options, context);
  if (!found.ok) return complain(found, context);
  const { quiet } = found;
  const { from, until, why } = options;
  const posted = await postEvent({ kind: 'mute', ...quiet, from, until, why, by }, context);
  if (!posted.ok) return complain(posted, context);
  terminal.print(
    { style: 'strong', text: quietName(quiet) },
    ` is in maintenance from ${localTime(from, terminal.timezone)} until ${localTime(until, terminal.timezone)}, for ${duration(until - from)}, by ${by}: ${why}`,
  );
  explainQuiet(terminal);
  for (const id of posted.ids) terminal.print(`End it sooner with: watchdog maintenance end ${id}`);
  return 0;
}

async function end(
  text: string,
  options: StatusOptions & { readonly by?: string },
  context: Context,
): Promise<ExitCode> {
  const by = whoSays(options.by, context);
  if (typeof by !== 'string') return complain(by, context);
  const asked = await fetchMaintenance(options, {}, context);
  if (!asked.ok) return complain(asked, context);
  const mutes = asked.value.sites.flatMap(({ site, mutes: own }) => own.map((mute) => ({ site, mute })));
  const ids = mutes.map(({ mute }) => mute.id);
  const picked = pick(text, ids, 'mute or window opened by hand');
  if (!picked.ok) return complain(picked, context);
  const found = mutes.find(({ mute }) => mute.id === picked.id);
  if (found === undefined) return 1;
  const { site, mute } = found;
  const posted = await postEvent({ kind: 'unmute', site, mute: mute.id, by }, context);
  if (!posted.ok) return complain(posted, context);
  context.terminal.print(
    { style: 'strong', text: quietName({ site, subject: mute.subject }) },
    `: ended what ${mute.by} had opened for ${mute.why}`,
  );
  return 0;
}

const withStatus = (command: Command): Command =>
  command
    .option('--url <url>', `address of the function status; ${urlVariable} if left out`)
    .option('--token-env <name>', `environment variable that holds its token; ${tokenVariable} if left out`);

function addList(group: Command, context: Context): void {
  withStatus(group.command('list'))
    .description('lists what is quiet now and what will be: from the configuration, and opened by hand')
    .option('--site <id>', 'only of this site')
    .option('--json', 'the answer as it came, for scripts')
    .addHelpText(
      'after',
      `${examples(['watchdog maintenance list --site home', 'of one site'])}\n\nExit code: 0 it was shown, 1 it could not be found out, 2 wrong usage or configuration.`,
    )
    .action(async (options: ListOptions) => {
      context.end(await listMaintenance(options, context));
    });
}

const momentOption = (flags: string, what: string): Option =>
  new Option(flags, what).argParser(readMoment).makeOptionMandatory();

function addAdd(group: Command, context: Context): void {
  const command = withStatus(group.command('add'));
  command
    .description('opens a window in which nobody is told of a site or a part of it')
    .argument('<site[/subject]>', 'a site, or a target, signer or chain of it')
    .addOption(momentOption('--from <time>', 'when it begins, with offset, such as 2026-12-01T22:00:00Z'))
    .addOption(momentOption('--until <time>', 'when it ends; at most 31 days after it begins'))
    .addOption(whyOption().makeOptionMandatory())
    .addOption(byOption())
    .addHelpText(
      'after',
      quietHelp([
        'watchdog maintenance add home/eth-1 --from 2026-12-01T22:00:00Z --until 2026-12-02T02:00:00Z --why "a new disk"',
        'one signer, for a night',
      ]),
    )
    .action(async (name: string, options: AddOptions) => {
      const problem = timeProblem(options, context.clock.now());
      if (problem !== null) command.error(`error: ${problem}`);
      context.end(await add(name, options, context));
    });
}

function addEnd(group: Command, context: Context): void {
  withStatus(group.command('end'))
    .description('ends what was opened by hand')
    .argument('<id>', 'its id, or a beginning or an end of it that no other has')
    .addOption(byOption())
    .addHelpText('after', quietHelp(['watchdog maintenance end 4f0c', 'the id is in the list']))
    .action(async (id: string, options: StatusOptions & { readonly by?: string }) => {
      context.end(await end(id, options, context));
    });
}

export function addMaintenance(program: Command, context: Context): void {
  const group = program.command('maintenance').description('the times in which nobody is told of something');
  for (const each of [addList, addAdd, addEnd]) each(group, context);
}
