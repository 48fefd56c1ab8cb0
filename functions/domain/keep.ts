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

export type Kept = { readonly memory: Memory; readonly filed: readonly DayRollup[] };

type Looked = {
  /** What was remembered before the step; null for the first one. */
  readonly before: Memory | null;
  readonly rules: SiteRules;
  readonly at: number;
  readonly look: StandbyLook;
};

const pagesIn = (rows: readonly OutboxRow[]): number =>
  rows.filter(({ notice }) => isPage(notice.kind)).length;

function withKept(
  { memory, touched }: Ended,
  { rules, at, look }: Looked,
  { history, filed, ...read }: Accounted & Pick<Findings, 'flags' | 'delivery'>,
): Kept {
  const { state, incidents } = memory;
  const glance = glanceOf({
    before: state.glance,
    at,
    rules,
    incidents: Object.values(incidents),
    touched,
    wanted: state.wanted,
    look,
    ...read,
  });
  return { memory: { incidents, state: { ...state, history, glance } }, filed };
}

/** After a look: it is counted, and what it read is shown. */
export function keepTick(
  ended: Ended,
  given: Looked & Pick<Findings, 'flags' | 'delivery'> & { readonly latenessMs: number },
): Kept {
  const { before, latenessMs, flags, delivery } = given;
  const accounted = account(before?.state.history ?? null, {
    before: before === null ? null : lookOf(before.state),
    now: lookOf(ended.memory.state),
    latenessMs,
    open: before?.incidents ?? {},
    changed: ended.touched,
    pages: pagesIn(ended.rows),
  });
  return withKept(ended, given, { ...accounted, flags, delivery });
}

/** Between two looks: nobody looked, so no time is counted, and nothing was read. */
export function keepNews(ended: Ended, given: Looked & { readonly before: Memory }): Kept {
  const { before, at } = given;
  const history = withNews(before.state.history, {
    at,
    open: before.incidents,
    changed: ended.touched,
    pages: pagesIn(ended.rows),
  });
  return withKept(ended, given, { history, filed: [], flags: {}, delivery: null });
}
