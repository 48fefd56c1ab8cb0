// `watchdog run`: one tick now, with memory, messages and all.
import { codeOf } from '../functions/kit/error.ts';
import { appendFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../functions/config/config.ts';
import type { DeliverSummary } from '../functions/flows/deliver.ts';
import { isGoodTick } from '../functions/flows/watch.ts';
import { localTime } from '../functions/views/time.ts';
import { configOrComplain } from './config-file.ts';
import { networkOf, type NetworkArguments } from '../local/network-arguments.ts';
import { examples, exitCodesHelp, networkOptions, type Context } from './context.ts';
import type { OneTick } from './one-tick.ts';
import type { RecordedTick } from './record.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { verdictTone } from '../functions/views/verdict.ts';

type Options = NetworkArguments & { readonly data?: string; readonly record?: string; readonly json?: true };

function recordsOf(config: Config, { tick, memories }: OneTick): RecordedTick[] {
  return config.sites.flatMap(({ rules }) => {
    const state = memories.get(rules.id)?.state;
    // A site that could not be taken in still has the facts of an earlier tick, which were recorded then.
    if (state === undefined || state.facts.at !== tick.at) return [];
    return [{ schema: 3 as const, facts: state.facts, policy: rules.policy, judgement: state.judgement }];
  });
}

/** False, after saying why, when the file cannot be written. */
function record(file: string, records: readonly RecordedTick[], terminal: Terminal): boolean {
  try {
    appendFileSync(file, records.map((each) => `${JSON.stringify(each)}\n`).join(''));
    return true;
  } catch (error) {
    terminal.complain(
      `${file} cannot be written (${codeOf(error) || 'unknown'}); check its folder and its owner`,
    );
    return false;
  }
}

const isDelivered = (delivery: DeliverSummary): boolean =>
  delivery.failed + delivery.postponed + delivery.left + delivery.broken.length + delivery.errors.length ===
  0;

function show({ tick, delivery }: OneTick, terminal: Terminal): void {
  const { print, complain } = terminal;
  print(`tick at ${localTime(tick.at, terminal.timezone)}, ${tick.probes} probes in ${tick.durationMs} ms`);
  for (const site of tick.sites) {
    const { verdict } = site;
    const news = [
      ...site.opened.map((id) => `opened ${id}`),
      ...site.resolved.map((id) => `resolved ${id}`),
      ...(site.messages === 0 ? [] : [`${site.messages} message${site.messages === 1 ? '' : 's'}`]),
    ];
    print(
      { style: 'strong', text: site.site },
      ': ',
      verdict === null ? site.outcome : { style: verdictTone[verdict], text: verdict },
      news.length === 0 ? ', nothing new' : `, ${news.join(', ')}`,
    );
    if (site.error !== null) complain({ style: 'bad', text: 'error' }, ` ${site.site}: ${site.error}`);
  }
  print(
    `messages: ${delivery.sent} sent, ${delivery.postponed} to be tried again, ${delivery.failed} given up, ${delivery.left} left`,
  );
  for (const problem of [...tick.problems, ...delivery.broken, ...delivery.errors]) {
    complain({ style: 'bad', text: 'error' }, ` ${problem}`);
  }
}

async function run(file: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal, clock } = context;
  const config = configOrComplain(file, terminal, options.allow);
  if (config === null) return 2;
  const print = (text: string): void => {
    for (const line of text.split('\n')) (options.json === true ? terminal.complain : terminal.print)(line);
  };
  // Before the tick: a recording that cannot be written must not cost anybody a page.
  if (options.record !== undefined && !record(options.record, [], terminal)) return 2;
  const begun = clock.now();
  const done = terminal.progress(() => `one tick, ${Math.round((clock.now() - begun) / 1000)} s`);
  let result: OneTick;
  try {
    // Loaded only here: Firestore takes as long as all the rest together.
    const { oneTick } = await import('./one-tick.ts');
    const data = options.data === undefined ? {} : { dataDir: options.data };
    result = await oneTick(config, { network: networkOf(options), print, ...data }, context);
  } finally {
    done();
  }
  if (options.json === true) terminal.json({ tick: result.tick, delivery: result.delivery });
  else show(result, terminal);
  if (options.record !== undefined && !record(options.record, recordsOf(config, result), terminal)) return 1;
  const isGood =
    isGoodTick(result.tick) &&
    isDelivered(result.delivery) &&
    result.tick.sites.every(({ verdict }) => verdict === 'ok');
  return isGood ? 0 : 1;
}

export function addRun(program: Command, context: Context): void {
  const command = program
    .command('run')
    .description(
      'runs one real tick now: probes, judges, remembers, and tells people through the configured channels',
    )
    .argument('<file>', 'the configuration, YAML')
    .option('--data <dir>', 'folder in which state is kept; without it everything is new and forgotten')
    .option('--record <facts.jsonl>', 'append what each site was judged by, for `watchdog replay`')
    .option('--json', 'for scripts');
  for (const option of networkOptions()) command.addOption(option);
  command
    .addHelpText(
      'after',
      examples(
        ['watchdog run watchdog.yaml --data ~/.basement-watchdog', 'from cron, each minute'],
        ['watchdog run watchdog.yaml --record facts.jsonl', 'and keep the facts'],
      ) + exitCodesHelp,
    )
    .action(async (file: string, options: Options) => {
      context.end(await run(file, options, context));
    });
}
