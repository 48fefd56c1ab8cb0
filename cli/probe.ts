// `watchdog probe`: one round of probes now, without any memory.
import type { Command } from 'commander';
import type { Config } from '../functions/config/config.ts';
import type { SignerFact } from '../functions/domain/facts.ts';
import { configOrComplain } from './config-file.ts';
import { networkOf, type NetworkArguments } from '../local/network-arguments.ts';
import { examples, exitCodesHelp, networkOptions, type Context } from './context.ts';
import { probeNow, type Selection } from './probe-now.ts';
import { answersOf, jsonOf, showAnswers } from './probe-view.ts';
import type { ExitCode } from './terminal.ts';

type Options = NetworkArguments & { readonly site?: string; readonly target?: string; readonly json?: true };

/** What is not in the configuration, in a sentence; null when all is. */
function unknownSelection(config: Config, { site, target }: Selection): string | null {
  const sites = config.sites.filter(({ rules }) => site === undefined || rules.id === site);
  if (sites.length === 0)
    return `there is no site ${site}; there are ${config.sites.map(({ rules }) => rules.id).join(', ')}`;
  const targets = sites.flatMap(({ rules }) => rules.targets.map(({ id }) => id));
  if (target === undefined || targets.includes(target)) return null;
  return `there is no target ${target}; there are ${[...new Set(targets)].join(', ')}`;
}

/** A short silence is nothing; that nothing could be found out is. */
const isWell = ({ state, keys }: SignerFact): boolean =>
  state === 'signing' || state === 'inactive' || (state === 'quiet' && keys.silent === 0);

async function probe(file: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const config = configOrComplain(file, terminal, options.allow);
  if (config === null) return 2;
  const selection: Selection = {
    ...(options.site === undefined ? {} : { site: options.site }),
    ...(options.target === undefined ? {} : { target: options.target }),
  };
  const problem = unknownSelection(config, selection);
  if (problem !== null) {
    terminal.complain(problem);
    return 2;
  }
  const isWhole = selection.target === undefined;
  const sites = (await probeNow(config, networkOf(options), { context, selection }))
    .map((now) => ({ now, answers: answersOf(now, config, selection.target) }))
    .filter(({ answers }) => answers.length > 0);
  if (options.json === true) {
    terminal.json({ sites: sites.map(({ now, answers }) => jsonOf(now, answers, isWhole)) });
  } else for (const { now, answers } of sites) showAnswers(now, answers, { terminal, isWhole });
  const isGood = sites.every(
    ({ now, answers }) =>
      (!isWhole || (now.judgement.verdict === 'ok' && now.facts.signers.every(isWell))) &&
      answers.every(({ fact }) => fact.quality === 'good'),
  );
  return isGood ? 0 : 1;
}

export function addProbe(program: Command, context: Context): void {
  const command = program
    .command('probe')
    .description('probes everything once, now, and says how it is; remembers nothing and tells nobody')
    .argument('<file>', 'the configuration, YAML')
    .option('--site <id>', 'only this site (and the references)')
    .option('--target <id>', 'only this target; then there is no verdict')
    .option('--json', 'for scripts');
  for (const option of networkOptions()) command.addOption(option);
  command
    .addHelpText(
      'after',
      examples(
        ['watchdog probe watchdog.yaml', 'how are all sites'],
        ['watchdog probe watchdog.yaml --target eth-p2p --json', 'one target, for a script'],
        [
          'watchdog probe watchdog.yaml --resolve home.example:30303:192.0.2.7',
          'before the name points there',
        ],
      ) + exitCodesHelp,
    )
    .action(async (path: string, options: Options) => {
      context.end(await probe(path, options, context));
    });
}
