// Takes what a tick found into the store: the pure step, one commit, and both again when somebody else wrote meanwhile.
import type { SiteEvent } from '../domain/event.ts';
import type { Findings } from '../domain/gather.ts';
import { step, type Step } from '../domain/step.ts';
import { isReplay } from '../domain/tick.ts';
import { describeError, WatchdogError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { Loaded, WatchStore } from '../stores/store.ts';
import { listen } from './find-out.ts';
import { lookAtDelivery } from './look-at-delivery.ts';
import { lookAtStandbys } from './look-at-standbys.ts';
import type { SiteRun } from './watch-world.ts';

export const tries = 4;

/** `problems` says what of the messages and of the standbys could not be seen, a sentence each. */
export type Committed =
  | { readonly step: Step; readonly problems: readonly string[] }
  | { readonly replay: true };

/** The store took it in well, and says that it will never take this. Nothing was written. */
const isRefused = (error: unknown): error is WatchdogError =>
  error instanceof WatchdogError &&
  (error.code === 'ERR_DOCUMENT' || error.meta['status'] === 'INVALID_ARGUMENT');

/** A day that the store refuses must not keep back what is to be said now: then it is lost from the record, and that is a problem. */
export async function commit(
  store: Pick<WatchStore, 'commitSite'>,
  base: Loaded['base'],
  step: Step,
): Promise<{ readonly end: 'committed' | 'conflict'; readonly problems: readonly string[] }> {
  try {
    return { end: await store.commitSite({ base, ...step }), problems: step.unkept };
  } catch (error) {
    if (step.filed.length === 0 || !isRefused(error)) throw error;
    const end = await store.commitSite({ base, ...step, filed: [] });
    const days = step.filed.map(({ day }) => day).join(' and ');
    const lost = `${days} could not be filed, and is lost from the history: ${redactText(describeError(error))}`;
    return { end, problems: [...step.unkept, lost] };
  }
}

/** The pure step is run again on what somebody else wrote, with the samples that we have; I/O is not. Null after too many conflicts. */
export async function takeIn(
  first: Loaded,
  found: { readonly findings: Findings; readonly events: readonly SiteEvent[] },
  run: SiteRun,
): Promise<Committed | null> {
  const { events } = found;
  let { findings } = found;
  const { store, clock } = run.world;
  const { rules } = run.site;
  const { scheduledAt, latenessMs } = run.tick;
  let loaded = first;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    if (attempt > 1) {
      loaded = await store.loadSite(rules.id);
      const remembered = loaded.memory?.state.tick.scheduledAt ?? null;
      if (isReplay(remembered, scheduledAt, clock.now())) return { replay: true };
      // Whoever wrote meanwhile may have taken in news of the house that we have not heard.
      const { pulse, refused } = await listen(store, rules, run.at);
      findings = { ...findings, pulse, refused };
    }
    const [{ memory, delivery, problem }, standbys] = await Promise.all([
      lookAtDelivery(store, loaded.memory),
      lookAtStandbys(store, loaded.memory, { rules, at: run.at }),
    ]);
    const result = step(memory, {
      rules,
      findings: { ...findings, delivery, standbys: standbys.look },
      events,
      scheduledAt,
      latenessMs,
    });
    const { end, problems } = await commit(store, loaded.base, result);
    if (end !== 'committed') continue;
    return {
      step: result,
      problems: [...problems, ...(problem === null ? [] : [problem]), ...standbys.problems],
    };
  }
  return null;
}
