// `watchdog mute`: nobody is told of a site, or a part of it, for a while.
import { Option, type Command } from 'commander';
import type { MaintenanceAnswer, WindowStatus } from '../functions/views/incidents.ts';
import { duration, localTime } from '../functions/views/time.ts';
import { complain } from './door.ts';
import type { Context } from './context.ts';
import { fetchMaintenance, tokenVariable, urlVariable, type StatusOptions } from './fetch-status.ts';
import { postEvent } from './post-event.ts';
import {
  byOption,
  explainQuiet,
  findQuiet,
  quietHelp,
  quietName,
  readLength,
  whoSays,
  whyOption,
  type Quiet,
} from './quiet-options.ts';
import type { ExitCode } from './terminal.ts';

type Options = StatusOptions & {
  readonly for?: number;
  readonly why?: string;
  readonly by?: string;
  readonly off?: true;
};

type Wanted = { readonly quiet: Quiet; readonly by: string };

async function mute(
  { quiet, by }: Wanted,
  { ms, why }: { readonly ms: number; readonly why: string },
  context: Context,
): Promise<ExitCode> {
  const { terminal, clock } = context;
  const from = clock.now();
  const until = from + ms;
  const posted = await postEvent({ kind: 'mute', ...quiet, from, until, why, by }, context);
  if (!posted.ok) return complain(posted, context);
  terminal.print(
    { style: 'strong', text: quietName(quiet) },
    ` is muted until ${localTime(until, terminal.timezone)}, for ${duration(ms)}, by ${by}: ${why}`,
  );
  explainQuiet(terminal);
  terminal.print(`End it sooner with: watchdog mute ${quietName(quiet)} --off`);
  return 0;
}

/** Why there is nothing to end. */
function nothing(quiet: Quiet, { sites }: MaintenanceAnswer, timezone: string): string {
  const found = sites.find(({ site }) => site === quiet.site);
  const window = found?.windows.find((each) => each.isInForce && each.subject === quiet.subject);
  if (window !== undefined) {
    return `${quietName(quiet)} is quiet by the configuration until ${localTime(window.until, timezone)}, and not by hand; change it there`;
  }
  const others = (found?.mutes ?? []).map(({ subject }) => quietName({ site: quiet.site, subject }));
  const rest = others.length === 0 ? '' : `; muted there: ${[...new Set(others)].join(', ')}`;
  return `${quietName(quiet)} is not muted${rest}. What was muted within the last minute may not be known yet: try again after the next look`;
}

/** What keeps it quiet although its own mutes have ended, in words. */
function stillQuiet(quiet: Quiet, { sites }: MaintenanceAnswer, timezone: string): string[] {
  const found = sites.find(({ site }) => site === quiet.site);
  const covers = (window: WindowStatus): boolean =>
    window.isInForce && (window.subject === null || window.subject === quiet.subject);
  const mutes = (found?.mutes ?? [])
    .filter((mute) => covers(mute) && mute.subject !== quiet.subject)
    .map((mute) => ({ ...mute, by: `${mute.by}, who muted ${quiet.site}` }));
  const windows = (found?.windows ?? []).filter(covers).map((each) => ({ ...each, by: 'the configuration' }));
  return [...mutes, ...windows].map(
    ({ until, by, why }) => `It stays quiet until ${localTime(until, timezone)} by ${by}: ${why}`,
  );
}

async function unmute({ quiet, by }: Wanted, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const asked = await fetchMaintenance(options, { site: quiet.site }, context);
  if (!asked.ok) return complain(asked, context);
  const mutes = asked.value.sites
    .flatMap((site) => site.mutes)
    .filter(({ subject }) => subject === quiet.subject);
  if (mutes.length === 0) {
    terminal.complain(nothing(quiet, asked.value, terminal.timezone));
    return 1;
  }
  for (const { id, why } of mutes) {
    // oxlint-disable-next-line no-await-in-loop -- the first that is refused says why for all
    const posted = await postEvent({ kind: 'unmute', site: quiet.site, mute: id, by }, context);
    if (!posted.ok) return complain(posted, context);
    terminal.print({ style: 'strong', text: quietName(quiet) }, ` is not muted any more: ${why}`);
  }
  for (const line of stillQuiet(quiet, asked.value, terminal.timezone)) terminal.print(line);
  return 0;
}

async function run(name: string, options: Options, context: Context): Promise<ExitCode> {
  const by = whoSays(options.by, context);
  if (typeof by !== 'string') return complain(by, context);
  const found = await findQuiet(name, options, context);
  if (!found.ok) return complain(found, context);
  const wanted = { quiet: found.quiet, by };
  const { for: ms, why } = options;
  return ms === undefined || why === undefined
    ? unmute(wanted, options, context)
    : mute(wanted, { ms, why }, context);
}

/** What is wrong with the options together; null when nothing is. */
function conflict(options: Options): string | null {
  const { off, for: ms, why } = options;
  if (off === true) {
    return ms === undefined && why === undefined ? null : '--off takes neither --for nor --why';
  }
  if (ms === undefined) return 'for how long? Write --for, such as --for 2h, or --off to end it';
  return why === undefined ? 'why? Write --why "…": whoever wonders later reads it' : null;
}

export function addMute(program: Command, context: Context): void {
  const command = program
    .command('mute')
    .description(
      'keeps people from being told of a site or a part of it for a while; it is watched all the same',
    )
    .argument('<name>', 'a site, target, signer or chain; SITE/TARGET where that is not clear')
    .addOption(
      new Option('--for <duration>', 'how long from now on, from 1m to 31d, such as 2h').argParser(
        readLength,
      ),
    )
    .addOption(whyOption())
    .addOption(byOption())
    .option('--off', 'end it now')
    .option('--url <url>', `address of the function status; ${urlVariable} if left out`)
    .option('--token-env <name>', `environment variable that holds its token; ${tokenVariable} if left out`);
  command
    .addHelpText(
      'after',
      quietHelp(
        ['watchdog mute home --for 2h --why "a new UPS"', 'a whole site'],
        ['watchdog mute home/geth-p2p --for 30m --why "an upgrade" --by anna', 'one target of it'],
        ['watchdog mute home --off', 'that went faster'],
      ),
    )
    .action(async (name: string, options: Options) => {
      const problem = conflict(options);
      if (problem !== null) command.error(`error: ${problem}`);
      context.end(await run(name, options, context));
    });
}
