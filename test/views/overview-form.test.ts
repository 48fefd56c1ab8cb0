// The documented schema holds for what is really answered: by the overview and history as they are made, and by each fixture.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dayForm, historyForm, overviewForm } from '../../cli/overview-form.ts';
import { openHistory } from '../../functions/flows/history.ts';
import { type Shown, shownParts } from '../../functions/domain/shown.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import { blindly, overviewOf } from '../../functions/views/overview-of.ts';
import { publicOverview } from '../../functions/views/public-overview.ts';
import type { Overview } from '../../functions/views/overview.ts';
import { commit, siteState, someTime } from '../support/documents.ts';
import { afterLooks, knownOf } from '../support/looks.ts';
import { overviews } from '../support/overviews.ts';
import { rollups } from '../support/rollups.ts';
import { all, chain, minute, siteRules, signer, start } from '../support/site.ts';

const rules = siteRules();
const dark = afterLooks(
  rules,
  Array.from({ length: 4 }, () => ({
    qualities: all(rules, 'inbound', 'bad'),
    signers: [signer('unknown')],
    chains: [chain('moving')],
  })),
);
const now = overviewOf([rules], knownOf(dark.state), start + 5 * minute);

/** As it comes over the wire. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('the form of an overview', () => {
  const real: readonly (readonly [string, Overview])[] = [
    ['of a house in the dark', now],
    [
      'of nothing watched',
      overviewOf([rules], { states: new Map(), calendars: new Map(), broken: [] }, start),
    ],
    ['of a store that fails', blindly(now, { since: start, why: 'ERR_STORE' }, start + 60 * minute)],
    ['of a state with a bit of everything', overviewOf([rules], knownOf(siteState()), someTime)],
    ...Object.entries(overviews),
  ];

  test.each(real)('takes one %s, whole and public', (_name, overview) => {
    expect(overviewForm.parse(sent(overview))).toEqual(sent(overview));
    for (const show of [[], ...shownParts.map((part): Shown[] => [part]), [...shownParts]]) {
      expect(overviewForm.safeParse(sent(publicOverview(overview, show))).error).toBeUndefined();
    }
  });

  test('takes nothing that is unknown, missing or wrong', () => {
    expect(overviewForm.safeParse({ ...now, more: 1 }).success).toBe(false);
    expect(overviewForm.safeParse({ ...now, summary: undefined }).success).toBe(false);
    expect(overviewForm.safeParse({ ...now, at: 'now' }).success).toBe(false);
  });

  test('can be told as JSON Schema, with every field required', () => {
    const schema = z.toJSONSchema(overviewForm);
    expect(schema.required).toEqual(Object.keys(overviewForm.shape));
  });
});

describe('the forms of history', () => {
  test('take what is answered, to the operator and to everybody', async () => {
    const store = openMemoryStore();
    await commit(store, { filed: rollups('2026-11-30', 3) });
    const clock = { now: () => someTime, sleep: () => Promise.resolve() };
    const reader = openHistory({ rules: [rules], store, clock });
    for (const show of [null, [], ['history', 'targets', 'signers'], [...shownParts]] as const) {
      const days = await reader.days({ site: 'home', from: null, to: null }, show);
      expect(historyForm.parse(sent(days)).days.length).toBeGreaterThanOrEqual(3);
      const day = await reader.day('home', '2026-11-30', show);
      expect(dayForm.parse(sent(day)).row).not.toBeNull();
    }
  });
});
