// `watchdog config check`: everything that is wrong with a configuration, or what it comes to.
import type { Command } from 'commander';
import type { Config, Problem } from '../functions/config/config.ts';
import { formatProblems } from '../functions/config/config.ts';
import { leasedIn, type LeasedTarget } from '../functions/domain/lease.ts';
import type { NotifyGroup } from '../functions/domain/ladder.ts';
import type { Policy } from '../functions/domain/policy.ts';
import type { StandbyRules } from '../functions/domain/standby/rules.ts';
import { secretReader } from '../functions/kit/secret.ts';
import { money } from '../functions/domain/standby/spent.ts';
import { duration } from '../functions/views/time.ts';
import { readConfig } from './config-file.ts';
import { examples, exitCodesHelp, type Context } from './context.ts';
import { allOwners, missingSecrets, type MissingSecret } from '../local/secrets.ts';
import type { ExitCode } from './terminal.ts';

type Options = { readonly json?: true; readonly secrets?: true };

type Summary = {
  readonly sites: readonly {
    readonly id: string;
    readonly name: string;
    readonly targets: number;
    readonly signers: number;
    readonly heartbeats: number;
    /** Targets whose port is leased, and who may tell which ports. */
    readonly leased: readonly LeasedTarget[];
    readonly notify: readonly NotifyGroup[];
    readonly policy: Policy;
  }[];
  readonly references: number;
  readonly channels: readonly { readonly id: string; readonly channel: string }[];
  readonly status: string;
  readonly standbys: StandbyRules | null;
  /** Signers by the names of their fences; null when there is no gate that they could ask. */
  readonly fences: Readonly<Record<string, readonly string[]>> | null;
};

function summaryOf(config: Config): Summary {
  return {
    sites: config.sites.map(({ rules, targets, sources }) => ({
      id: rules.id,
      name: rules.name,
      targets: targets.length + sources.length,
      signers: rules.signers.length,
      heartbeats: rules.heartbeats.length,
      leased: leasedIn(rules.targets),
      notify: rules.notify,
      policy: rules.policy,
    })),
    references: config.references.length,
    channels: config.channels.map(({ id, channel }) => ({ id, channel })),
    status: config.status.access,
    standbys: config.standbys,
    fences:
      config.gate === null
        ? null
        : Object.fromEntries(
            config.sites.flatMap(({ rules, fences }) =>
              rules.signers.map(({ id }) => [
                id,
                fences.filter(({ signer }) => signer === id).map((fence) => fence.id),
              ]),
            ),
          ),
  };
}

function refuse(file: string, problems: readonly Problem[], context: Context, json: boolean): ExitCode {
  if (json) context.terminal.json({ ok: false, file, problems });
  else for (const line of formatProblems(problems, file).split('\n')) context.terminal.complain(line);
  return 2;
}

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

function policyLine({ dark, recoverMs, quietHours }: Policy): string {
  const page = `a blackout pages after ${count(dark.confirmTicks, 'bad tick')}`;
  const clear = `all clear after ${duration(recoverMs)} well`;
  const quiet = quietHours === null ? 'no quiet hours' : `quiet from ${quietHours.from} to ${quietHours.to}`;
  return `${page}, ${clear}, ${quiet}`;
}

function groupLine({ afterMs, channels, minSeverity }: NotifyGroup): string {
  const when = afterMs === 0 ? 'tells' : `after ${duration(afterMs)} without an acknowledgement`;
  const what = minSeverity === 'info' ? '' : ` from ${minSeverity} on`;
  return `${when} ${channels.join(', ')}${what}`;
}

function leasedLine({ target, lease }: LeasedTarget): string {
  const { source, from, to, fallback } = lease;
  const until = fallback === null ? 'unknown' : `port ${fallback}`;
  return `${target}, ${from} to ${to} as heartbeat ${source} tells it through an exit; until then ${until}`;
}

function standbysLine(rules: StandbyRules | null): string {
  if (rules === null) return 'none, no node is ever made';
  const { project, isDryRun, maxStandbys, monthlyCap, nodes, prices } = rules;
  const limits = `at most ${maxStandbys} at once and ${money(monthlyCap, prices.currency)} a month`;
  const dry = isDryRun ? '; dry run, nothing is made' : '';
  return `${Object.keys(nodes).join(', ')} in ${project}, ${limits} by prices of ${prices.asOf}${dry}`;
}

function fencesLine(fences: Summary['fences'], signers: number): string {
  if (fences === null) {
    return signers === 0
      ? 'none, and nothing to fence'
      : 'none: nothing but you keeps two clients from running with one key';
  }
  return Object.entries(fences)
    .map(([signer, names]) => `${signer} (${names.length === 0 ? 'NONE at home' : names.join(', ')})`)
    .join(', ');
}

function show(file: string, summary: Summary, missing: readonly MissingSecret[], context: Context): void {
  const { print, complain } = context.terminal;
  print({ style: 'good', text: 'good' }, ` ${file}`);
  for (const site of summary.sites) {
    const parts = [
      count(site.targets, 'target'),
      count(site.signers, 'signer'),
      count(site.heartbeats, 'heartbeat'),
    ];
    print(`  site ${site.id}: ${parts.join(', ')}; ${site.notify.map(groupLine).join('; ')}`);
    print(`    policy: ${policyLine(site.policy)}`);
    for (const leased of site.leased) print(`    leased port: ${leasedLine(leased)}`);
  }
  print(`  ${count(summary.references, 'reference')} to tell our own network's trouble from the house's`);
  print(`  channels: ${summary.channels.map(({ id, channel }) => `${id} (${channel})`).join(', ')}`);
  print(
    `  status: ${summary.status === 'token' ? 'for who shows the token or opens a link' : 'public, as far as it is shown to everybody'}`,
  );
  print(`  standbys: ${standbysLine(summary.standbys)}`);
  const signers = summary.sites.reduce((sum, site) => sum + site.signers, 0);
  print(`  fences: ${fencesLine(summary.fences, signers)}`);
  for (const { where, message } of missing) {
    complain({ style: 'doubt', text: 'warning' }, ` ${where}: ${message}`);
  }
}

function check(file: string, options: Options, context: Context): ExitCode {
  const parsed = readConfig(file);
  if (!parsed.ok) return refuse(file, parsed.problems, context, options.json === true);
  const summary = summaryOf(parsed.config);
  const missing =
    options.secrets === true ? missingSecrets(allOwners(parsed.config), secretReader(context.variables)) : [];
  if (options.json === true) context.terminal.json({ ok: true, file, summary, warnings: missing });
  else show(file, summary, missing, context);
  return missing.length === 0 ? 0 : 1;
}

export function addConfig(program: Command, context: Context): void {
  program
    .command('config')
    .description('what can be done with a configuration file')
    .command('check')
    .description('says everything that is wrong with a configuration, or what it comes to')
    .argument('<file>', 'the configuration, YAML')
    .option('--secrets', 'also warn of secrets that are missing on this machine (exit code 1)')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      examples(
        ['watchdog config check watchdog.yaml', 'before each deployment'],
        ['watchdog config check watchdog.yaml --secrets', 'where it will run'],
      ) + exitCodesHelp,
    )
    .action((file: string, options: Options) => {
      context.end(check(file, options, context));
    });
}
