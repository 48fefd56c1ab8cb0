// What is remembered of a site after some looks at it: by the real step, without a store.
import type { Memory, SiteState } from '../../functions/domain/memory.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { step } from '../../functions/domain/step.ts';
import { findingsOf, type Found, minute, start } from './site.ts';

/** One look after the other, a minute apart and beginning at `start` where a look does not say when it is. */
export function afterLooks(rules: SiteRules, looks: readonly Found[], before: Memory | null = null): Memory {
  let memory = before;
  for (const [place, look] of looks.entries()) {
    const at = look.at ?? (memory === null ? start : memory.state.tick.at + minute);
    const given = findingsOf(rules, { ...look, at });
    memory = step(memory, {
      rules,
      findings: given,
      scheduledAt: at,
      latenessMs: look.latenessMs ?? 0,
      events: look.events ?? [],
    }).memory;
    if (place > 10_000) break;
  }
  if (memory === null) throw new Error('there is nothing to remember without a look');
  return memory;
}

/** `known` of an overview, for the sites of these states. */
export const knownOf = (...states: readonly SiteState[]) => ({
  states: new Map(states.map((state) => [state.site, state])),
  calendars: new Map(),
  broken: [],
});
