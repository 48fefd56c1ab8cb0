// What a tick brought, put beside what is remembered.
import { describe, expect, test } from 'vitest';
import type { Quality } from '../../functions/domain/facts.ts';
import { gatherFacts } from '../../functions/domain/gather.ts';
import type { SiteState } from '../../functions/domain/memory.ts';
import { step } from '../../functions/domain/step.ts';
import {
  all,
  badSample,
  chain,
  type Found,
  findingsOf,
  goodSample,
  heartbeatFreshMs,
  minute,
  siteRules,
  signer,
  start,
  powerFact,
} from '../support/site.ts';

const rules = siteRules();
const gather = (found: Found = {}, state: SiteState | null = null) =>
  gatherFacts(state, findingsOf(rules, found), rules);
const after = (found: Found): SiteState =>
  step(null, { rules, findings: findingsOf(rules, found), scheduledAt: start }).memory.state;
const target = (facts: ReturnType<typeof gather>, id: string) => facts.targets.find((each) => each.id === id);

describe('targets', () => {
  test('a good answer has neither reason nor detail, and its time rounded', () => {
    const findings = findingsOf(rules);
    const samples = { ...findings.samples, eth: { ...goodSample, latencyMs: { total: 20.6 } } };
    expect(target(gatherFacts(null, { ...findings, samples }, rules), 'eth')).toEqual({
      id: 'eth',
      role: 'inbound',
      quality: 'good',
      reason: null,
      detail: null,
      totalMs: 21,
      witness: null,
      lease: null,
      since: start,
    });
  });

  test('a bad answer says why', () => {
    expect(target(gather({ qualities: { eth: 'bad' } }), 'eth')).toMatchObject({
      quality: 'bad',
      reason: 'timeout',
      detail: 'no answer within 5000 ms',
      totalMs: 5_000,
    });
  });

  test('one that our own run cut off is unknown', () => {
    expect(target(gather({ qualities: { eth: 'unknown' } }), 'eth')).toMatchObject({
      quality: 'unknown',
      reason: 'aborted',
    });
  });

  test('one without a sample is unknown', () => {
    const { eth: _, ...samples } = findingsOf(rules).samples;
    const facts = gatherFacts(null, { ...findingsOf(rules), samples }, rules);
    expect(target(facts, 'eth')).toMatchObject({
      quality: 'unknown',
      reason: null,
      detail: null,
      totalMs: null,
    });
  });

  test('a sample of a target that is not configured does not count', () => {
    const findings = findingsOf(rules);
    const facts = gatherFacts(
      null,
      { ...findings, samples: { ...findings.samples, other: badSample() } },
      rules,
    );
    expect(facts.targets.map((each) => each.id)).toEqual(rules.targets.map((each) => each.id));
  });

  test('since tells of the quality, not of the last tick', () => {
    const state = after({ qualities: { eth: 'bad' } });
    const at = start + minute;
    expect(target(gather({ at, qualities: { eth: 'bad' } }, state), 'eth')?.since).toBe(start);
    expect(target(gather({ at }, state), 'eth')?.since).toBe(at);
    expect(target(gather({ at }, state), 'rpc')?.since).toBe(start);
  });
});

const allBad = all(rules, 'inbound', 'bad');
const noReferences = all(rules, 'reference', 'bad');
const unseen = all(rules, 'inbound', 'unknown');
const later = start + minute;

const badSince: [string, Record<string, Quality>, number | null, number | null][] = [
  ['all good', {}, null, null],
  ['some bad', { eth: 'bad' }, null, null],
  ['all bad begins now', allBad, null, later],
  ['all bad goes on', allBad, start, start],
  ['some good ends it', { ...allBad, ssh: 'good' }, start, null],
  ['nothing seen neither begins it', unseen, null, null],
  ['nor ends it', unseen, start, start],
  ['while our own network fails it does not begin', { ...allBad, ...noReferences }, null, null],
  ['nor end', { ...allBad, ...noReferences }, start, start],
  ['but whoever answers over a failing network is good', { ...noReferences }, start, null],
  ['and so is one of several', { ...allBad, ...noReferences, ssh: 'good' }, start, null],
];

describe('since when all inbound is bad', () => {
  test.each(badSince)('%s', (_, qualities, before, expected) => {
    const state = after(before === null ? {} : { qualities: allBad });
    expect(state.facts.inboundBadSince).toBe(before);
    expect(gather({ at: later, qualities }, state).inboundBadSince).toBe(expected);
  });
});

describe('what else is known', () => {
  test('beats of configured sources, with how long they are fresh', () => {
    const facts = gather({ beats: { cluster: start - 5, stranger: start } });
    expect(facts.heartbeats).toEqual([
      { source: 'cluster', sentAt: start - 5, freshMs: heartbeatFreshMs, isDoubtful: false },
    ]);
  });

  test('an inbox that was not read knows nothing', () => {
    const facts = gatherFacts(null, { ...findingsOf(rules), pulse: null }, rules);
    expect(facts).toMatchObject({ heartbeats: [], power: null });
  });

  test('power, signers and chains', () => {
    const power = powerFact('on-battery', start);
    const facts = gather({
      power,
      signers: [signer('signing')],
      chains: [chain('moving')],
    });
    expect(facts).toMatchObject({
      site: 'home',
      at: start,
      power,
      signers: [signer('signing')],
      chains: [chain('moving')],
    });
  });
});
