// `watchdog standby watch`: how a standby comes along, until it is there, is gone, or needs a person.
import type { Command } from 'commander';
import type { StandbysAnswer } from '../functions/views/standbys-answer.ts';
import type { StandbyStatus } from '../functions/views/standbys.ts';
import { isPassing, needsPerson, percentWords } from '../functions/views/standby-words.ts';
import { clockTime } from '../functions/views/time.ts';
import { examples, quietly, type Context } from './context.ts';
import { complain } from './door.ts';
import { addStatusOptions, fetchStandbys, type Asked, type StatusOptions } from './fetch-status.ts';
import { openBar, showBar, type Bar } from './standby-bar.ts';
import { problemLines, standbyLines } from './standby-lines.ts';
import type { ExitCode } from './terminal.ts';

type Options = StatusOptions & { readonly json?: true };

const everyMs = 5_000;
/** A poke wakes `watch` within seconds; without one the next tick takes the wish in. */
const patienceMs = 3 * 60_000;
/** So many failed questions in a row are no passing fault. */
const mostFailures = 6;

/** What makes a new line. Where a bar shows how far it is, that is none. */
function stageOf(standby: StandbyStatus | null, hasBar: boolean): string {
  if (standby === null) return 'nothing';
  const { phase, zone, instance, refusal, trouble, doubt, keep, release, tried } = standby;
  const far = hasBar ? null : percentWords(standby);
  const problems = [doubt?.kind, trouble?.kind, refusal?.reason];
  return JSON.stringify([phase, zone, instance, problems, keep, release, tried.length, far]);
}

/** What it comes to; null while it goes on, or while only something outside has to pass. */
function endOf(standby: StandbyStatus): ExitCode | null {
  const { phase, trouble, doubt, release } = standby;
  if (phase === 'gone') return 0;
  const isStopped = phase === 'failed' || trouble !== null || doubt !== null;
  if (isStopped || (needsPerson(standby) && !isPassing(standby))) return 1;
  return phase === 'synced' && release === null ? 0 : null;
}

const findIn = ({ standbys }: StandbysAnswer, signer: string): StandbyStatus | null =>
  standbys.find((standby) => standby.signer === signer) ?? null;

/** Why there can never be one; null when there can. */
function impossible({ rules, signers, standbys }: StandbysAnswer, signer: string): string | null {
  if (standbys.some((standby) => standby.signer === signer)) return null;
  if (rules === null) return 'no node is ever made here: the configuration has no `standbys`';
  if (signers.some((each) => each.signer === signer)) return null;
  const names = signers.map((each) => each.signer).join(', ');
  return `there can be no standby of ${signer}; there can be one for: ${names === '' ? 'nobody' : names}`;
}

type Watching = {
  readonly signer: string;
  readonly options: Options;
  readonly context: Context;
};

type Look = { readonly at: number; readonly standby: StandbyStatus | null };

/** `before`: what was told last. Why it is wanted, how long it stays and what it costs is said at first, and when that changes. */
function tell({ options, context }: Watching, { at, standby }: Look, before: StandbyStatus | null): void {
  const { terminal } = context;
  if (options.json === true) {
    terminal.jsonLine({ at, standby });
    return;
  }
  const time = { style: 'dim' as const, text: clockTime(at, terminal.timezone).slice(11) };
  if (standby === null) {
    terminal.print(
      time,
      '  nothing is wanted yet; what was asked for a moment ago is known after the next look',
    );
    return;
  }
  const [first = [], second = []] = standbyLines(standby, at, terminal.timezone);
  terminal.print(time, ...first);
  const stay = (known: StandbyStatus): string =>
    JSON.stringify([known.keep, known.release, known.phase === 'gone']);
  if (before === null || stay(before) !== stay(standby)) terminal.print('        ', ...second);
  for (const line of problemLines(standby, '          ')) terminal.print(...line);
}

/** What was told last: its stage, and the standby while there is one. */
type Told = { readonly stage: string | null; readonly known: StandbyStatus | null };

/** What was there and is not any more was forgotten because it is gone. */
const goneOf = (known: StandbyStatus | null): StandbyStatus | null =>
  known === null ? null : { ...known, phase: 'gone', zone: null, region: null, instance: null };

/** Tells what is news in an answer. */
function take(watching: Watching, answer: StandbysAnswer, before: Told & { readonly bar: Bar }): Told {
  const { signer, options, context } = watching;
  const standby = findIn(answer, signer) ?? goneOf(before.known);
  const stage = stageOf(standby, context.terminal.isLive && options.json !== true);
  if (stage !== before.stage) {
    before.bar.hide();
    tell(watching, { at: answer.at, standby }, before.known);
  }
  return { stage, known: standby };
}

function endWithout({ signer, context }: Watching, answer: StandbysAnswer, isLate: boolean): ExitCode | null {
  const problem = impossible(answer, signer);
  if (problem !== null) {
    context.terminal.complain(problem);
    return 2;
  }
  if (!isLate) return null;
  const how = `watchdog standby create ${signer} --why "…"`;
  context.terminal.complain(`nothing is wanted for ${signer}; ask for it with: ${how}`);
  return 1;
}

async function look(watching: Watching, bar: Bar): Promise<ExitCode> {
  const { options, context } = watching;
  const { terminal, clock } = context;
  const startedAt = clock.now();
  let failures = 0;
  let told: Told = { stage: null, known: null };
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    const asked: Asked<StandbysAnswer> = await fetchStandbys(options, quietly(context));
    if (asked.ok) {
      failures = 0;
      const isLate = clock.now() - startedAt > patienceMs;
      const isNothing = told.known === null && findIn(asked.value, watching.signer) === null;
      const without = isNothing ? endWithout(watching, asked.value, isLate) : null;
      if (without !== null) return without;
      told = take(watching, asked.value, { ...told, bar });
      const end = told.known === null ? null : endOf(told.known);
      if (end !== null) return end;
      if (told.known !== null) showBar(told.known, asked.value.at, { ...context, bar });
    } else {
      failures += 1;
      if (asked.code === 2 || failures >= mostFailures) return complain(asked, context);
      bar.hide();
      if (failures === 1) terminal.complain(`${asked.message} (trying again)`);
    }
    // oxlint-disable-next-line no-await-in-loop -- as above
    await clock.sleep(everyMs);
  }
}

async function watch(watching: Watching): Promise<ExitCode> {
  const bar = openBar(watching.context);
  try {
    return await look(watching, bar);
  } finally {
    bar.hide();
  }
}

export function addStandbyWatch(group: Command, context: Context): void {
  addStatusOptions(
    group
      .command('watch')
      .description('shows how a standby comes along, until it is synced, gone, or needs a person')
      .argument('<signer>', 'its id in the configuration'),
  )
    .option('--json', 'one object on a line for each change, for scripts')
    .addHelpText(
      'after',
      `${examples(
        ['watchdog standby watch eth-1', 'with a bar, on a terminal; end it with Ctrl-C'],
        ['watchdog standby watch eth-1 --json', 'for a script'],
      )}\n\nExit code: 0 it is synced or gone, 1 it needs a person or could not be found out, 2 wrong usage or configuration.`,
    )
    .action(async (signer: string, options: Options) => {
      context.end(await watch({ signer, options, context }));
    });
}
