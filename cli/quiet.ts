// `watchdog quiet`: is now a good moment to take a signer down, for an update or a reboot?
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Config } from '../functions/config/config.ts';
import { parseDuration } from '../functions/kit/duration.ts';
import { networkOf, type NetworkArguments } from '../local/network-arguments.ts';
import { configOrComplain } from './config-file.ts';
import { examples, networkOptions, type Context } from './context.ts';
import { type Chosen, lookNow } from './quiet-now.ts';
import { jsonOf, showQuiet } from './quiet-view.ts';
import { table } from './table.ts';
import type { ExitCode } from './terminal.ts';

type Options = NetworkArguments & { readonly for: number; readonly json?: true };

const usualFile = 'watchdog.yaml';
const usualNeed = '5m';
const longestMs = 86_400_000;

const exitCodes = { quiet: 0, unknown: 1, busy: 3 } as const;

function readNeed(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError('Write a whole number and one of s, m, h, such as 5m.');
  if (ms < 1000 || ms > longestMs) throw new InvalidArgumentError('It must be from 1s to 24h.');
  return ms;
}

/** What is meant by the arguments: no id has a dot or a slash, and every file one of them. */
function meant(
  first: string | undefined,
  second: string | undefined,
): { signer: string | null; file: string } {
  if (first === undefined) return { signer: null, file: usualFile };
  if (second !== undefined) return { signer: first, file: second };
  return /[./]/.test(first) ? { signer: null, file: first } : { signer: first, file: usualFile };
}

const header = ['  signer', 'chain', 'keys', 'site'].map((text) => ({ style: 'dim' as const, text }));

const signersOf = (config: Config): Chosen[] =>
  config.sites.flatMap((site) => site.rules.signers.map((signer) => ({ site, signer })));

/** No verdict comes of it, so it does not end as if all were quiet. */
function list(all: readonly Chosen[], { terminal }: Context, isJson: boolean): ExitCode {
  if (isJson) {
    terminal.json({
      signers: all.map(({ site, signer }) => ({
        id: signer.id,
        site: site.rules.id,
        chain: signer.chain,
        keys: signer.keys.length,
      })),
    });
  } else {
    terminal.complain('which signer? Give one of these:');
    const rows = all.map(({ site, signer }) => [
      `  ${signer.id}`,
      signer.chain,
      String(signer.keys.length),
      site.rules.id,
    ]);
    for (const line of table(header, rows)) terminal.print(...line);
  }
  return 2;
}

async function quiet(
  first: string | undefined,
  second: string | undefined,
  given: { readonly options: Options; readonly context: Context },
): Promise<ExitCode> {
  const { options, context } = given;
  const { terminal } = context;
  const { signer, file } = meant(first, second);
  const config = configOrComplain(file, terminal, options.allow);
  if (config === null) return 2;
  const all = signersOf(config);
  const isJson = options.json === true;
  const named = signer === null ? all : all.filter((each) => each.signer.id === signer);
  const [chosen] = named;
  if (all.length === 0) {
    terminal.complain(`${file} has no signers; see docs/proof-of-signing.md`);
    return 2;
  }
  if (chosen === undefined) {
    terminal.complain(
      `there is no signer ${signer ?? ''}; there are ${all.map((each) => each.signer.id).join(', ')}`,
    );
    return 2;
  }
  if (named.length > 1) return list(named, context, isJson);
  const looked = await lookNow(chosen, networkOf(options), { context, needMs: options.for });
  if (isJson) terminal.json(jsonOf(chosen, looked, options.for));
  else showQuiet(chosen, looked, { terminal, needMs: options.for });
  return exitCodes[looked.quiet.verdict];
}

export function addQuiet(program: Command, context: Context): void {
  const command = program
    .command('quiet')
    .description('says whether now is a good moment to take a signer down, and if not, when there is one')
    .argument('[signer]', 'id of the signer; may be left out when there is only one')
    .argument('[file]', `the configuration, YAML; ${usualFile} if left out`)
    .addOption(
      new Option('--for <duration>', 'how long it will be away, such as 5m')
        .argParser(readNeed)
        .default(readNeed(usualNeed), usualNeed),
    )
    .option('--json', 'for scripts');
  for (const option of networkOptions()) command.addOption(option);
  command
    .addHelpText(
      'after',
      `${examples(
        ['watchdog quiet eth-1 watchdog.yaml', 'before a reboot'],
        ['watchdog quiet eth-1 && ssh basement sudo reboot', 'reboot only when it is quiet'],
      )}\n\nExit code: 0 quiet, 3 busy, 1 it could not be found out, 2 wrong usage or configuration.`,
    )
    .action(async (first: string | undefined, second: string | undefined, options: Options) => {
      context.end(await quiet(first, second, { options, context }));
    });
}
