// What a step keeps for those who look: the history of the site, and the glance at it.
import type { Findings } from './gather.ts';
import { glanceOf } from './glance-of.ts';
import type { DayRollup } from './history/history.ts';
import { account, type Accounted, lookOf, withNews } from './history/rollup.ts';
import type { Incident } from './incident.ts';
import type { Memory } from './memory.ts';
import { isPage } from './notice.ts';
import type { OutboxRow } from './outbox.ts';
import type { SiteRules } from './policy.ts';
import type { StandbyLook } from './standby/standby-look.ts';

/** What a step came to, before that is kept. */
export type Ended = {
  readonly memory: Memory;
  readonly touched: readonly Incident[];
  readonly rows: readonly OutboxRow[];
};

/** `unkept` is empty, but for a bug: it says in a sentence each what stays as it was because making it failed. */
export type Kept = {
  readonly memory: Memory;
  readonly filed: readonly DayRollup[];
  readonly unkept: readonly string[];
};

type Looked = {
  /** What was remembered before the step; null for the first one. */
  readonly before: Memory | null;
  readonly rules: SiteRules;
  readonly at: number;
  readonly look: StandbyLook;
};

const pagesIn = (rows: readonly OutboxRow[]): number =>
  rows.filter(({ notice }) => isPage(notice.kind)).length;

type Made<Value> = { readonly value: Value; readonly unkept: readonly string[] };

/** Whoever looks later must not keep anybody from being paged now: a bug in what is kept for them loses that, and is told. */
function kept<Value>(what: string, otherwise: Value, make: () => Value): Made<Value> {
  try {
    return { value: make(), unkept: [] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { value: otherwise, unkept: [`a bug: ${what} stays as it was: ${why}`] };
  }
}

function withKept(
  { memory, touched }: Ended,
  { rules, at, look }: Looked,
  { value, unkept, ...read }: Made<Accounted> & Pick<Findings, 'flags' | 'delivery'>,
): Kept {
  const { state, incidents } = memory;
  const { history, filed } = value;
  const glance = kept('what is shown at a glance', state.glance, () =>
    glanceOf({
      before: state.glance,
      at,
      rules,
      incidents: Object.values(incidents),
      touched,
      wanted: state.wanted,
      look,
      ...read,
    }),
  );
  return {
    memory: { incidents, state: { ...state, history, glance: glance.value } },
    filed,
    unkept: [...unkept, ...glance.unkept],
  };
}

const theHistory = 'the history of the site';

/** After a look: it is counted, and what it read is shown. */
export function keepTick(
  ended: Ended,
  given: Looked & Pick<Findings, 'flags' | 'delivery'> & { readonly latenessMs: number },
): Kept {
  const { before, latenessMs, flags, delivery } = given;
  const { state } = ended.memory;
  const accounted = kept<Accounted>(theHistory, { history: state.history, filed: [] }, () =>
    account(before?.state.history ?? null, {
      before: before === null ? null : lookOf(before.state),
      now: lookOf(state),
      latenessMs,
      open: before?.incidents ?? {},
      changed: ended.touched,
      pages: pagesIn(ended.rows),
    }),
  );
  return withKept(ended, given, { ...accounted, flags, delivery });
}

/** Between two looks: nobody looked, so no time is counted, and nothing was read. */
export function keepNews(ended: Ended, given: Looked & { readonly before: Memory }): Kept {
  const { before, at } = given;
  const { history } = before.state;
  const news = kept<Accounted>(theHistory, { history, filed: [] }, () => ({
    history: withNews(history, {
      at,
      open: before.incidents,
      changed: ended.touched,
      pages: pagesIn(ended.rows),
    }),
    filed: [],
  }));
  return withKept(ended, given, { ...news, flags: {}, delivery: null });
}
