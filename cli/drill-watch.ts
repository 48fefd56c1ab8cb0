// How a drill comes along, until it has passed, failed or given way; and how long each phase took.
import type { DrillRecord } from '../functions/domain/drill/drill.ts';
import { phaseWords, stageWords } from '../functions/domain/drill/phases.ts';
import { drillCost, runWords, stageOf } from '../functions/views/drill-words.ts';
import type { DrillRunStatus, DrillsAnswer, DrillStatus } from '../functions/views/drills-answer.ts';
import { clockTime, duration } from '../functions/views/time.ts';
import { quietly, type Context } from './context.ts';
import { complain } from './door.ts';
import { drillProblems } from './drill-lines.ts';
import { fetchDrills, type StatusOptions } from './fetch-status.ts';
import { openBar, type Bar } from './standby-bar.ts';
import type { ExitCode } from './terminal.ts';

type Options = StatusOptions & { readonly json?: true };

const everyMs = 5_000;
/** A poke wakes `watch` within seconds; without one the next tick takes the wish in. */
const patienceMs = 3 * 60_000;
/** So many failed questions in a row are no passing fault. */
const mostFailures = 6;

/** `lost`: it was known, and is not any more, although no drill has ended since. */
type State =
  | { readonly kind: 'unknown' | 'lost' }
  | { readonly kind: 'waiting'; readonly wish: Wish; readonly behind: DrillRunStatus | null }
  | { readonly kind: 'running'; readonly run: DrillRunStatus }
  | { readonly kind: 'ended'; readonly record: DrillRecord };
type Wish = NonNullable<DrillStatus['wish']>;

/** `known`: when it was asked for, once it was seen. */
function stateOf(drill: DrillStatus | undefined, id: string, known: number | null): State {
  if (drill === undefined) return { kind: known === null ? 'unknown' : 'lost' };
  const { wish, run, last, told, synced } = drill;
  const record = [last, told, synced].find((each) => each?.id === id) ?? null;
  if (record !== null) return { kind: 'ended', record };
  if (run?.id === id) return { kind: 'running', run };
  if (wish?.id === id) return { kind: 'waiting', wish, behind: run };
  if (known === null) return { kind: 'unknown' };
  // It was asked for while another was under way, whose end answers it as well.
  return last !== null && last.endedAt >= known ? { kind: 'ended', record: last } : { kind: 'lost' };
}

/** What makes a new line. Where a bar shows how far it is, that is none. */
function stageKey(state: State, hasBar: boolean): string {
  if (state.kind === 'waiting') return `waiting ${state.behind?.id ?? ''}`;
  if (state.kind !== 'running') return state.kind;
  const { run } = state;
  const far = hasBar || run.percent === null ? null : Math.floor(run.percent);
  const problems = [run.doubt?.kind, run.trouble?.kind, run.refusal?.reason];
  return JSON.stringify([stageOf(run), run.zone, run.instance, problems, far]);
}

type Watching = {
  readonly signer: string;
  readonly id: string;
  readonly options: Options;
  readonly context: Context;
};

function waitingWords({ wish, behind }: Extract<State, { kind: 'waiting' }>): string {
  return behind === null
    ? `asked for by ${wish.by ?? 'the week'}, and begins with the next run of provision`
    : `waits for the one that is under way (${stageOf(behind)})`;
}

function tell({ signer, options, context }: Watching, state: State, answer: DrillsAnswer): void {
  const { terminal } = context;
  const { at } = answer;
  if (options.json === true) {
    const drill = answer.drills.find((each) => each.signer === signer) ?? null;
    terminal.jsonLine({
      at,
      state: state.kind,
      drill,
      ...(state.kind === 'ended' ? { ended: state.record } : {}),
    });
    return;
  }
  const line = (text: string): void => {
    const time = { style: 'dim' as const, text: clockTime(at, terminal.timezone).slice(11) };
    terminal.print(time, `  drill of ${signer}: ${text}`);
  };
  switch (state.kind) {
    case 'unknown':
      line('not taken in yet');
      return;
    case 'waiting':
      line(waitingWords(state));
      return;
    case 'running':
      line(runWords(state.run, at, terminal.timezone));
      for (const problem of drillProblems(state.run, '          ')) terminal.print(...problem);
      return;
    case 'ended':
    case 'lost':
      return;
  }
}

/** How it went, and how long each phase took. */
function tellEnd({ signer, id, context }: Watching, record: DrillRecord, answer: DrillsAnswer): ExitCode {
  const { print } = context.terminal;
  const { outcome, text, marks, isWarm, mode } = record;
  if (record.id !== id) print('Another drill was under way, and its end answers this one as well.');
  const word = outcome === 'gave-way' ? 'gave way' : outcome;
  const where = outcome === 'failed' ? ` ${stageWords(marks)}` : '';
  const style = outcome === 'passed' ? 'good' : outcome === 'failed' ? 'bad' : 'doubt';
  print(`drill of ${signer}, ${mode}: `, { style, text: `${word}${where}` }, `: ${text}`);
  const far = phaseWords(marks);
  print(far === null ? 'nothing ever ran' : `by phase: ${isWarm ? 'begun from a snapshot, ' : ''}${far}`);
  const cost = drillCost(record.cost, answer);
  if (cost !== null) print(`it has cost ${cost}`);
  if (outcome === 'failed') print(`Put that right, then try it again: watchdog drill ${signer}`);
  if (outcome === 'gave-way')
    print('That says nothing about whether the failover works: try it again later.');
  return outcome === 'passed' ? 0 : 1;
}

function tellNone({ signer, context }: Watching, isLost: boolean): ExitCode {
  context.terminal.complain(
    isLost
      ? `the drill of ${signer} is not wanted any more: another one was asked for meanwhile; see watchdog drill`
      : `nobody has taken the drill of ${signer} in: does the function watch run? See watchdog status; the wish is kept until it does`,
  );
  return 1;
}

function showBar({ signer, context }: Watching, state: State, at: number, bar: Bar): void {
  if (state.kind !== 'running') {
    bar.hide();
    return;
  }
  const askedAt = context.clock.now();
  const { run } = state;
  const since = Math.max(run.at, ...Object.values(run.marks).map((mark) => mark ?? 0));
  bar.show(() => {
    const now = at + context.clock.now() - askedAt;
    const far = run.percent === null || stageOf(run) !== 'syncing' ? '' : ` ${Math.floor(run.percent)} %`;
    return `drill of ${signer}: ${stageOf(run)}${far}, for ${duration(now - since)}`;
  });
}

async function follow(watching: Watching, bar: Bar): Promise<ExitCode> {
  const { signer, id, options, context } = watching;
  const { terminal, clock } = context;
  const startedAt = clock.now();
  const hasBar = terminal.isLive && options.json !== true;
  let failures = 0;
  let known: number | null = null;
  let told: string | null = null;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    const asked = await fetchDrills(options, quietly(context));
    if (asked.ok) {
      failures = 0;
      const { value } = asked;
      const state = stateOf(
        value.drills.find((each) => each.signer === signer),
        id,
        known,
      );
      if (state.kind === 'waiting') known = state.wish.at;
      if (state.kind === 'running') known = state.run.at;
      const stage = stageKey(state, hasBar);
      if (stage !== told) {
        bar.hide();
        tell(watching, state, value);
        told = stage;
      }
      if (state.kind === 'ended') {
        if (options.json === true) return state.record.outcome === 'passed' ? 0 : 1;
        return tellEnd(watching, state.record, value);
      }
      if (state.kind === 'lost') return tellNone(watching, true);
      if (state.kind === 'unknown' && clock.now() - startedAt > patienceMs) return tellNone(watching, false);
      showBar(watching, state, value.at, bar);
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

/** Follows the drill that was asked for by the event of this id. 0: it has passed. 1: it has failed, or gave way, or cannot be found out. */
export async function watchDrill(watching: Watching): Promise<ExitCode> {
  const bar = openBar(watching.context);
  try {
    return await follow(watching, bar);
  } finally {
    bar.hide();
  }
}
