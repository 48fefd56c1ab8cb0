// `watchdog replay`: judges recorded facts again, to see what a change of rules or policy would have said.
import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { judge, type Judgement } from '../functions/domain/judge.ts';
import type { Policy } from '../functions/domain/policy.ts';
import { localTime } from '../functions/views/time.ts';
import { configOrComplain } from './config-file.ts';
import { examples, exitCodesHelp, type Context } from './context.ts';
import { readRecording, type Recorded } from './replay-file.ts';
import type { ExitCode } from './terminal.ts';
import { verdictTone } from '../functions/views/verdict.ts';

type Options = { readonly config?: string; readonly json?: true };

const mostBytes = 256 * 1024 * 1024;

type Replayed = {
  readonly where: string;
  readonly site: string;
  readonly at: number;
  readonly recorded: Judgement;
  readonly now: Judgement;
  /** What is judged otherwise now, one phrase each. */
  readonly differences: readonly string[];
};

function read(file: string): string | null {
  try {
    return statSync(file).size > mostBytes ? null : readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function changed(
  kind: string,
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((id) => before[id] !== now[id])
    .map((id) => `${kind} ${id} was ${before[id] ?? 'absent'}, is ${now[id] ?? 'absent'}`);
}

function differences(before: Judgement, now: Judgement): string[] {
  return [
    ...(before.verdict === now.verdict ? [] : [`verdict was ${before.verdict}, is ${now.verdict}`]),
    ...(before.certain === now.certain ? [] : [now.certain ? 'is certain now' : 'is not certain any more']),
    ...changed('signer', before.signers, now.signers),
    ...changed('chain', before.chains, now.chains),
  ];
}

/** The site's policy in the configuration, else the one that was recorded; null when there is none. */
function replayTick(tick: Recorded, policies: ReadonlyMap<string, Policy>): Replayed | null {
  const policy = policies.get(tick.facts.site) ?? tick.policy;
  if (policy === null) return null;
  const now = judge(tick.facts, policy);
  const { where, facts, judgement } = tick;
  return {
    where,
    site: facts.site,
    at: facts.at,
    recorded: judgement,
    now,
    differences: differences(judgement, now),
  };
}

function show(result: Replayed, context: Context): void {
  const { print, timezone } = context.terminal;
  const { recorded, now } = result;
  const isSame = result.differences.length === 0;
  print(
    isSame ? 'same   ' : { style: 'bad', text: 'differs' },
    ` ${result.where}, ${localTime(result.at, timezone)}, ${result.site}: `,
    { style: verdictTone[now.verdict], text: now.verdict },
  );
  if (isSame) return;
  for (const difference of result.differences) print(`          ${difference}`);
  if (recorded.verdict !== now.verdict) print({ style: 'dim', text: `          now: ${now.because}` });
}

function replay(file: string, options: Options, context: Context): ExitCode {
  const { terminal } = context;
  const config = options.config === undefined ? undefined : configOrComplain(options.config, terminal);
  if (config === null) return 2;
  const text = read(file);
  if (text === null) {
    terminal.complain(
      `${file} cannot be read, or is over ${mostBytes} bytes; check the name, or split it into several files`,
    );
    return 2;
  }
  const policies = new Map(config?.sites.map(({ rules }) => [rules.id, rules.policy]));
  const { ticks, problems } = readRecording(text);
  const results = ticks.map((tick) => ({ tick, result: replayTick(tick, policies) }));
  const unruled = results
    .filter(({ result }) => result === null)
    .map(
      ({ tick }) =>
        `${tick.where}: the file holds no policy for site ${tick.facts.site}; give the configuration with --config`,
    );
  const replayed = results.flatMap(({ result }) => (result === null ? [] : [result]));
  const wrong = [
    ...problems,
    ...unruled,
    ...(ticks.length + problems.length === 0 ? ['the file holds no recorded facts'] : []),
  ];
  const different = replayed.filter((result) => result.differences.length > 0).length;
  if (options.json === true) {
    terminal.json({ replayed: replayed.length, different, problems: wrong, ticks: replayed });
  } else {
    for (const result of replayed) show(result, context);
    for (const problem of wrong) terminal.complain(`${file}: ${problem}`);
    terminal.print(
      `${replayed.length} judged again, ${different} of them differently; ${wrong.length} could not be read`,
    );
  }
  if (wrong.length > 0) return 2;
  return different === 0 ? 0 : 1;
}

export function addReplay(program: Command, context: Context): void {
  program
    .command('replay')
    .description('judges recorded facts again and shows where the verdict differs from the recorded one')
    .argument('<file>', 'JSON lines of `watchdog run --record`, or JSON of `watchdog status --json`')
    .option(
      '--config <file>',
      'judge by the policies of this configuration, not by the recorded ones (a status has none)',
    )
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      examples(
        [
          'watchdog run watchdog.yaml --record facts.jsonl; watchdog replay facts.jsonl',
          'after a change of the rules',
        ],
        ['watchdog replay facts.jsonl --config new.yaml', 'what another policy would have said'],
      ) + exitCodesHelp,
    )
    .action((file: string, options: Options) => {
      context.end(replay(file, options, context));
    });
}
