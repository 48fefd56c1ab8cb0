// `watchdog explain`: facts of a site, the rule that matched, and why each earlier one did not.
import type { Command } from 'commander';
import type { Facts } from '../functions/domain/facts.ts';
import type { Judgement } from '../functions/domain/judge.ts';
import { explain } from '../functions/views/explain.ts';
import { configOrComplain } from './config-file.ts';
import { networkOf, type NetworkArguments } from '../local/network-arguments.ts';
import { examples, exitCodesHelp, networkOptions, type Context } from './context.ts';
import { fetchStatus, tokenVariable, urlVariable, type StatusOptions } from './fetch-status.ts';
import { probeNow } from './probe-now.ts';
import type { ExitCode } from './terminal.ts';

type Options = StatusOptions & NetworkArguments & { readonly config?: string; readonly json?: true };

type Found =
  | {
      readonly ok: true;
      readonly facts: Facts;
      readonly judgement: Judgement;
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly message: string | null; readonly code: ExitCode };

function noSite(site: string, known: readonly string[]): Found {
  return { ok: false, message: `there is no site ${site}; there are ${known.join(', ') || 'none'}`, code: 2 };
}

async function fromWatchdog(site: string, options: Options, context: Context): Promise<Found> {
  const fetched = await fetchStatus(options, context);
  if (!fetched.ok) return fetched;
  const { sites } = fetched.status;
  const found = sites.find((candidate) => candidate.site === site);
  if (found === undefined)
    return noSite(
      site,
      sites.map((known) => known.site),
    );
  if (found.watched === 'unwatched') {
    return { ok: false, message: `${site} was never watched: no tick was ever taken in`, code: 1 };
  }
  if (found.facts === null || found.judgement === null) {
    const message = `this status shows no facts, because it is asked as the public: give the token with --token-env, or probe now with --config`;
    return { ok: false, message, code: 2 };
  }
  const notes =
    found.watched === 'stale' ? ['STALE: nobody is watching; this is the last that was seen'] : [];
  return { ok: true, facts: found.facts, judgement: found.judgement, notes };
}

async function fromProbes(site: string, file: string, options: Options, context: Context): Promise<Found> {
  const config = configOrComplain(file, context.terminal, options.allow);
  if (config === null) return { ok: false, message: null, code: 2 };
  const [now] = await probeNow(config, networkOf(options), { context, selection: { site } });
  if (now === undefined)
    return noSite(
      site,
      config.sites.map(({ rules }) => rules.id),
    );
  const notes = [
    'probed now and judged without memory: every "since" begins now, and heartbeats and power were not looked at',
    ...now.failures.map((failure) => `not probed: ${failure}`),
  ];
  return { ok: true, facts: now.facts, judgement: now.judgement, notes };
}

async function run(site: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const found =
    options.config === undefined
      ? await fromWatchdog(site, options, context)
      : await fromProbes(site, options.config, options, context);
  if (!found.ok) {
    if (found.message !== null) terminal.complain(found.message);
    return found.code;
  }
  const { facts, judgement, notes } = found;
  if (options.json === true) terminal.json({ facts, judgement, notes });
  else {
    for (const line of explain(facts, judgement, terminal.timezone)) {
      terminal.print(line.startsWith('  YES ') ? { style: 'strong', text: line } : line);
    }
    for (const note of notes) terminal.print('', { style: 'dim', text: `note: ${note}` });
  }
  return judgement.verdict === 'ok' && !notes.some((note) => note.startsWith('STALE')) ? 0 : 1;
}

export function addExplain(program: Command, context: Context): void {
  const command = program
    .command('explain')
    .description(
      'says why a site is judged as it is: facts, the rule that matched, and why no earlier one did',
    )
    .argument('<site>', 'id of the site')
    .option(
      '--url <url>',
      `what the running watchdog judged: address of its function status; ${urlVariable} if left out`,
    )
    .option('--token-env <name>', `environment variable that holds the token; ${tokenVariable} if left out`)
    .option('--config <file>', 'probe now instead, by this configuration and without memory')
    .option('--json', 'for scripts');
  for (const option of networkOptions()) command.addOption(option);
  command
    .addHelpText(
      'after',
      examples(
        ['watchdog explain home --url https://status-abc.run.app', 'what the running watchdog judged'],
        ['watchdog explain home --config watchdog.yaml', 'probe now, without memory'],
      ) + exitCodesHelp,
    )
    .action(async (site: string, options: Options) => {
      if (options.url !== undefined && options.config !== undefined) {
        command.error('error: --url and --config exclude each other: ask the running watchdog, or probe now');
      }
      context.end(await run(site, options, context));
    });
}
