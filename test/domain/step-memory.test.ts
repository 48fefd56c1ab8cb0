// Sequences of ticks in which the configuration changes, and what a site is remembered by.
import { describe, expect, test } from 'vitest';
import type { SignerFact } from '../../functions/domain/facts.ts';
import { step } from '../../functions/domain/step.ts';
import {
  atOnce,
  all,
  beat,
  chain,
  findingsOf,
  hour,
  minute,
  siteRules,
  signer,
  start,
  target,
} from '../support/site.ts';
import { said, storyOf } from '../support/story.ts';

const rules = siteRules({ notify: atOnce('phone') });
const allBad = all(rules, 'inbound', 'bad');
const dark = { qualities: allBad };
const silent: SignerFact[] = [signer('silent')];

describe('what is not configured any more', () => {
  test('a removed target is resolved, and the incident says why', () => {
    const story = storyOf(rules);
    story.ticks(2, { qualities: { eth: 'bad' } });
    const without = { ...rules, targets: rules.targets.filter(({ id }) => id !== 'eth') };
    expect(said(story.tick({}, without).rows)).toEqual([
      'resolved warning to phone about target/eth unreachable',
    ]);
    expect(story.incidents()[0]?.timeline.map(({ text }) => text)).toContain('no longer configured');
  });

  test('a target that became a reference is no subject any more', () => {
    const story = storyOf(rules);
    story.ticks(2, { qualities: { eth: 'bad' } });
    const other = {
      ...rules,
      targets: rules.targets.map((each) => (each.id === 'eth' ? target('eth', 'reference') : each)),
    };
    expect(said(story.tick({}, other).rows)).toEqual([
      'resolved warning to phone about target/eth unreachable',
    ]);
  });

  test('a removed signer and the chain that nobody signs on are resolved', () => {
    const story = storyOf(rules);
    story.tick({ signers: silent });
    story.tick({ signers: [signer('unknown')], chains: [chain('stalled')] });
    const { rows } = story.tick({}, { ...rules, signers: [] });
    expect(said(rows).toSorted()).toEqual([
      'resolved critical to phone about signer/alpha not-signing',
      'resolved info to phone about chain/ethereum chain-stalled',
    ]);
  });

  test('a configured signer or chain of which a tick says nothing stays open', () => {
    const story = storyOf(
      siteRules({ signers: [{ id: 'beta', chain: 'berachain', keys: ['aa'] }, ...rules.signers] }),
    );
    story.tick({ signers: silent });
    story.tick({ signers: [signer('unknown')], chains: [chain('stalled')] });
    story.ticks(10);
    expect(story.incidents().map(({ resolvedAt }) => resolvedAt)).toEqual([null, null]);
  });

  test('a suspicion of what was removed is forgotten without a word', () => {
    const story = storyOf(rules);
    story.tick({ qualities: { eth: 'bad' } });
    const { memory, touched } = story.tick({}, { ...rules, targets: [target('rpc', 'inbound')] });
    expect(touched).toEqual([]);
    expect(memory.state.subjects).toEqual({});
  });
});

describe('maintenance', () => {
  test('holds the page, keeps the record, and the page comes when the window ends', () => {
    const maintenance = [{ subject: null, from: start, until: start + 5 * minute, why: 'a new disk' }];
    const story = storyOf({ ...rules, maintenance });
    story.ticks(5, dark);
    expect(story.rows()).toEqual([]);
    expect(story.incidents()).toMatchObject([{ held: 'maintenance', announced: null }]);
    expect(said(story.tick(dark).rows)).toEqual(['opened critical to phone about site/home dark']);
  });

  test('that sees beginning and end of an outage leaves a record and no message', () => {
    const maintenance = [{ subject: null, from: start, until: start + hour, why: 'a new disk' }];
    const story = storyOf({ ...rules, maintenance });
    story.tick(dark);
    story.ticks(10);
    expect(story.rows()).toEqual([]);
    expect(story.incidents()).toMatchObject([{ resolvedAt: start + 4 * minute, rounds: 0 }]);
  });
});

describe('the memory of a site', () => {
  test('counts ticks and keeps when it was made, and since when the verdict is what it is', () => {
    const story = storyOf(rules);
    const first = story.tick().memory.state;
    expect(first).toMatchObject({ site: 'home', createdAt: start, verdictSince: start, nextDueAt: null });
    expect(first.tick).toEqual({ scheduledAt: start, at: start, count: 1 });
    expect(story.tick().memory.state).toMatchObject({
      createdAt: start,
      verdictSince: start,
      tick: { count: 2 },
    });
    const down = story.tick({ ...dark, beats: { cluster: start } }).memory.state;
    expect(down).toMatchObject({
      verdictSince: start + 2 * minute,
      tick: { count: 3, at: start + 2 * minute },
    });
    expect(down.facts.heartbeats).toEqual([beat(start)]);
    expect(down.judgement.verdict).toBe('dark');
  });

  test('says when a message is due, and forgets that only when it is told so', () => {
    const story = storyOf(rules);
    expect(story.tick(dark).memory.state.nextDueAt).toBe(start);
    expect(story.tick(dark).memory.state.nextDueAt).toBe(start);
  });

  test('an incident that got lost is not missed: its subject becomes well without it', () => {
    const found = { qualities: allBad };
    const first = step(null, { rules, findings: findingsOf(rules, found), scheduledAt: start });
    const at = start + minute;
    const lost = { ...first.memory, incidents: {} };
    const recovering = step(lost, { rules, findings: findingsOf(rules, { at }), scheduledAt: at });
    const end = at + 3 * minute;
    const { memory, touched, rows } = step(recovering.memory, {
      rules,
      findings: findingsOf(rules, { at: end }),
      scheduledAt: end,
    });
    expect({ touched, rows, subjects: memory.state.subjects }).toEqual({
      touched: [],
      rows: [],
      subjects: {},
    });
  });
});
