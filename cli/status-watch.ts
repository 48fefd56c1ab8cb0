// `watchdog status --watch`: the view in a terminal, drawn anew in place; elsewhere a block for each change.
import type { Overview } from '../functions/views/overview.ts';
import { clockOf, timeWords } from '../functions/views/page/when.ts';
import { duration } from '../functions/views/time.ts';
import { quietly, type Context } from './context.ts';
import { complain } from './door.ts';
import { fetchOverview, type Asked, type StatusOptions } from './fetch-status.ts';
import { glyphsOf } from './overview/glyphs.ts';
import { overviewLines, stageOf, unansweredWords } from './overview/lines.ts';
import { dim, type Line } from './overview/sheet.ts';
import type { Screen } from './screen.ts';
import type { ExitCode } from './terminal.ts';

export type WatchOptions = StatusOptions & { readonly json?: true; readonly everyMs: number };

/** What is not a terminal has no edge. */
const blockWidth = 200;
/** An answer that takes longer than until the next question is still waited for. */
const shortestDeadlineMs = 5_000;
const longestDeadlineMs = 15_000;

/** The last that was answered, and by this machine's clock when. */
type Known = { readonly overview: Overview; readonly answeredAt: number };
/** Since when nobody answers, and what is wrong. */
type Silence = { readonly since: number; readonly why: string };
type State = { readonly known: Known | null; readonly silence: Silence | null };

type Watching = { readonly options: WatchOptions; readonly context: Context };

/** By the clock of whoever answered: that of this machine may be wrong. */
const nowOf = ({ overview, answeredAt }: Known, { clock }: Context): number =>
  overview.at + Math.max(0, clock.now() - answeredAt);

function headLine({ known, silence }: State, { options, context }: Watching): Line {
  const { timezone } = context.terminal;
  const every = dim(`every ${duration(options.everyMs)}`);
  if (known === null) return [{ style: 'strong', text: 'Basement watchdog' }, '  asking, ', every];
  const { at } = known.overview;
  const zone = timezone === 'UTC' ? '' : ` ${timezone}`;
  const asOf = `as of ${timeWords(at, clockOf(timezone, at))}${zone}`;
  return [
    { style: 'strong', text: 'Basement watchdog' },
    `  ${asOf}, `,
    silence === null ? every : { style: 'bad', text: 'OLD' },
  ];
}

/** Its times are by this machine's clock: nobody else has said anything. */
function silenceLines({ silence }: State, { clock, terminal }: Context): Line[] {
  if (silence === null) return [];
  const words = unansweredWords(silence.since, silence.why, {
    timezone: terminal.timezone,
    now: clock.now(),
  });
  return [[{ style: 'bad', text: words }]];
}

function linesOf(state: State, watching: Watching, width: number): Line[] {
  const { context } = watching;
  const { known } = state;
  const head = [headLine(state, watching), ...silenceLines(state, context), ['']];
  if (known === null) return head;
  const glyphs = glyphsOf(context.variables);
  const { timezone } = context.terminal;
  return [...head, ...overviewLines(known.overview, { glyphs, timezone, now: nowOf(known, context), width })];
}

/** What is told of a state, and whether that is news. */
type Teller = { readonly tell: (state: State) => void; readonly close: () => void };

const onScreen = (watching: Watching, screen: Screen): Teller => ({
  tell: (state) => {
    screen.show((width) => linesOf(state, watching, width));
  },
  close: screen.close,
});

function inBlocks(watching: Watching): Teller {
  const { options, context } = watching;
  const { terminal } = context;
  let told: string | null = null;
  let isSilent = false;
  return {
    tell: ({ known, silence }) => {
      if (silence !== null) {
        if (!isSilent) terminal.complain(`${silence.why} (trying again)`);
        isSilent = true;
        return;
      }
      if (known === null) return;
      if (isSilent) terminal.complain('it answers again');
      isSilent = false;
      if (options.json === true) {
        terminal.jsonLine(known.overview);
        return;
      }
      const stage = stageOf(known.overview);
      if (stage === told) return;
      if (told !== null) terminal.print('');
      told = stage;
      for (const line of linesOf({ known, silence }, watching, blockWidth)) terminal.print(...line);
    },
    close: () => undefined,
  };
}

const silenceAfter = (before: Silence | null, why: string, at: number): Silence => ({
  since: before?.since ?? at,
  why,
});

/** Ends when the reader has had enough: 0. 2 when it is called wrongly, which is known at the first answer. */
async function follow(watching: Watching, teller: Teller, ended: AbortSignal): Promise<ExitCode> {
  const { options, context } = watching;
  const { clock } = context;
  const deadlineMs = Math.min(longestDeadlineMs, Math.max(shortestDeadlineMs, options.everyMs));
  let state: State = { known: null, silence: null };
  while (!ended.aborted) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    const asked: Asked<Overview> = await fetchOverview(options, quietly(context), {
      deadlineMs,
      signal: ended,
    });
    if (ended.aborted) break;
    if (asked.ok) {
      state = { known: { overview: asked.value, answeredAt: clock.now() }, silence: null };
    } else {
      if (asked.code === 2 && state.known === null) {
        teller.close();
        return complain(asked, context);
      }
      state = { ...state, silence: silenceAfter(state.silence, asked.message, clock.now()) };
    }
    teller.tell(state);
    // oxlint-disable-next-line no-await-in-loop -- as above
    await clock.sleep(options.everyMs, ended).catch(() => undefined);
  }
  return 0;
}

/** Goes on until Ctrl-C. What was known stays shown while nobody answers. */
export async function watchStatus(options: WatchOptions, context: Context): Promise<ExitCode> {
  const watching: Watching = { options, context };
  const ended = new AbortController();
  const end = (): void => {
    ended.abort();
  };
  const screen = options.json === true ? null : context.terminal.openScreen(end);
  const teller = screen === null ? inBlocks(watching) : onScreen(watching, screen);
  if (screen === null) process.once('SIGINT', end);
  else teller.tell({ known: null, silence: null });
  try {
    return await follow(watching, teller, ended.signal);
  } finally {
    teller.close();
    process.off('SIGINT', end);
  }
}
