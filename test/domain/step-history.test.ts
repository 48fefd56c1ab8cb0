// What steps keep for those who look: the days of a site, and the glance at it.
import { describe, expect, test } from 'vitest';
import { emptyGlance } from '../../functions/domain/glance.ts';
import { heldMs } from '../../functions/domain/history/history.ts';
import { lineOf } from '../../functions/domain/history/hours.ts';
import { emptyHistory } from '../../functions/domain/history/rollup.ts';
import { step } from '../../functions/domain/step.ts';
import { ackEvent } from '../support/documents.ts';
import { all, atOnce, findingsOf, minute, second, siteRules, signer } from '../support/site.ts';
import { flagOf } from '../support/standby-house.ts';
import { deepFreeze, storyOf } from '../support/story.ts';

const rules = siteRules({ notify: atOnce('phone') });
const dark = { qualities: all(rules, 'inbound', 'bad') };
const midnight = Date.UTC(2026, 10, 24);

describe('the history that steps keep', () => {
  test('counts what each look showed until the next one, with its incidents and pages', () => {
    const story = storyOf(rules);
    const first = story.tick({ at: midnight, signers: [signer('signing')] });
    expect(first.memory.state.history.today).toMatchObject({ ticks: 1, site: { ms: {} } });
    story.tick({ ...dark, signers: [signer('silent')], latenessMs: 7 * second });
    story.tick({ signers: [signer('signing')] });
    const { history } = story.tick().memory.state;
    expect(history.today).toMatchObject({
      day: '2026-11-24',
      from: midnight,
      through: midnight + 3 * minute,
      ticks: 4,
      worstLatenessMs: 7 * second,
      worstGapMs: minute,
      pages: 1,
      site: { ms: { ok: 2 * minute, dark: minute }, changes: 2 },
      incidents: [{ subject: 'site/home', kind: 'dark', severity: 'critical', resolvedAt: null }],
      moreIncidents: 0,
    });
    expect(history.today.targets['eth']).toMatchObject({ ms: { good: 2 * minute, bad: minute }, changes: 2 });
    expect(history.today.signers['alpha']?.ms).toMatchObject({ silent: minute });
    expect(lineOf(history, 'eth', midnight + 3 * minute).slice(-2)).toEqual([null, 20]);
  });

  test('files a day with the first look after it, and what nobody looked at is missing of it', () => {
    const story = storyOf(rules);
    expect(story.tick({ at: midnight - 10 * minute }).filed).toEqual([]);
    expect(story.tick().filed).toEqual([]);
    const { filed, memory } = story.tick({ at: midnight + 30 * second });
    expect(filed).toMatchObject([
      {
        day: '2026-11-23',
        from: midnight - 10 * minute,
        ticks: 2,
        site: { ms: { ok: minute + heldMs } },
      },
    ]);
    expect(memory.state.history.today).toMatchObject({ day: '2026-11-24', ticks: 1, site: { ms: {} } });
    expect(memory.state.history.today.worstGapMs).toBe(9.5 * minute);
  });

  test('counts no time between two looks, and the glance shows at once what people said', () => {
    const story = storyOf(rules);
    story.tick({ at: midnight });
    story.tick(dark);
    const before = story.memory()?.state.history;
    const [incident] = story.incidents();
    const { memory, filed } = story.hear([ackEvent({ incident: incident?.id ?? '', at: midnight + minute })]);
    expect(filed).toEqual([]);
    expect(memory.state.history).toEqual(before);
    expect(memory.state.glance.open).toMatchObject([{ id: incident?.id, ack: { by: 'Maria' } }]);
  });

  test('begins with what is remembered of a site that was watched before there was any', () => {
    const story = storyOf(rules);
    story.tick({ at: midnight });
    const { memory } = story.tick(dark);
    const at = midnight + minute;
    const kept = { history: emptyHistory(at), glance: emptyGlance };
    const upgraded = { ...memory, state: { ...memory.state, ...kept } };
    const { history } = step(deepFreeze(upgraded), {
      rules,
      findings: findingsOf(rules, { at: at + minute }),
      scheduledAt: at + minute,
    }).memory.state;
    expect(history.today).toMatchObject({ from: at, ticks: 1, site: { ms: { dark: minute } } });
    expect(history.today.incidents).toMatchObject([{ subject: 'site/home' }]);
  });
});

describe('the glance that steps keep', () => {
  test('shows what is open and, once it is over, that it was', () => {
    const story = storyOf(rules);
    story.tick();
    expect(story.tick(dark).memory.state.glance.open).toMatchObject([
      { subject: { kind: 'site', id: 'home' }, kind: 'dark', told: ['phone'], earlier: 0 },
    ]);
    const { glance } = story.ticks(6).memory.state;
    expect(glance.open).toEqual([]);
    expect(glance.past).toMatchObject([{ kind: 'dark', subject: { kind: 'site', id: 'home' } }]);
  });

  test('names the holder of the keys as it was last read', () => {
    const story = storyOf(rules);
    const flags = { alpha: { isReadable: true, flag: flagOf() } } as const;
    const findings = { ...findingsOf(rules, { at: midnight }), flags };
    const { memory } = step(null, { rules, findings, scheduledAt: midnight });
    expect(memory.state.glance.keys).toMatchObject({ alpha: { holder: 'basement/home', generation: 1 } });
    const at = midnight + minute;
    const later = step(memory, { rules, findings: findingsOf(rules, { at }), scheduledAt: at });
    expect(later.memory.state.glance.keys).toEqual(memory.state.glance.keys);
    expect(story.tick().memory.state.glance.keys).toEqual({});
  });
});
