// Sequences of ticks of one site, from the first bad answer to the last message.
import { describe, expect, test } from 'vitest';
import type { SignerFact } from '../../functions/domain/facts.ts';
import { step } from '../../functions/domain/step.ts';
import {
  all,
  beat,
  chain,
  findingsOf,
  hour,
  minute,
  second,
  siteRules,
  signer,
  start,
  target,
  withPolicy,
} from '../support/site.ts';
import { said, storyOf } from '../support/story.ts';

const rules = siteRules({ notify: ['phone'] });
const allBad = all(rules, 'inbound', 'bad');
const allUnseen = all(rules, 'inbound', 'unknown');
const noReferences = all(rules, 'reference', 'bad');
const dark = { qualities: allBad };
const silent: SignerFact[] = [signer('silent')];

describe('a blackout', () => {
  test('is one page at its first tick, and one resolution when all was well for three minutes', () => {
    const story = storyOf(rules);
    story.ticks(3);
    expect(said(story.tick(dark).rows)).toEqual(['opened critical to phone about site/home dark']);
    expect(story.ticks(30, dark).rows).toEqual([]);
    story.ticks(3);
    expect(story.rows()).toHaveLength(1);
    expect(said(story.tick().rows)).toEqual(['resolved critical to phone about site/home dark']);
    expect(story.ticks(10).rows).toEqual([]);
    expect(story.incidents()).toHaveLength(1);
    const [incident] = story.incidents();
    expect(incident).toMatchObject({
      id: 'home.site.home.20261123T020300Z',
      since: start + 3 * minute,
      openedAt: start + 3 * minute,
      resolvedAt: start + 37 * minute,
    });
    expect(incident?.timeline.map(({ event, text }) => `${event} ${text}`)).toEqual([
      'opened dark: dark or cut off: nothing answers and nothing shows life',
      'told opened: phone',
      'recovering well again; watching whether it stays so',
      'resolved stayed well',
      'told resolved: phone',
    ]);
    expect(story.memory()?.incidents).toEqual({});
    expect(story.memory()?.state.subjects).toEqual({});
  });

  test('that comes back before it was over for long is the same incident', () => {
    const story = storyOf(rules);
    story.tick(dark);
    story.ticks(2);
    expect(story.tick(dark).rows).toEqual([]);
    expect(story.incidents()).toHaveLength(1);
    expect(story.incidents()[0]?.timeline.at(-1)?.event).toBe('relapsed');
    story.ticks(3);
    expect(story.rows()).toHaveLength(1);
    expect(story.tick().rows).toHaveLength(1);
  });

  test('with an exit that is gone is vpn-down; both are one incident and one page', () => {
    const story = storyOf(rules);
    const { rows } = story.tick({ qualities: { ...allBad, vpn: 'bad' } });
    expect(said(rows)).toEqual(['opened critical to phone about site/home vpn-down']);
    expect(rows[0]?.notice.items[0]).toMatchObject({
      summary: 'dark or cut off: nothing answers, and the VPN exit itself is unreachable',
      evidence: [
        'inbound 0/3 good',
        'eth: timeout, no answer within 5000 ms',
        'rpc: timeout, no answer within 5000 ms',
        'ssh: timeout, no answer within 5000 ms',
        'no life sign since',
        'exit vpn: timeout, no answer within 5000 ms',
      ],
    });
    expect(story.tick(dark).rows).toEqual([]);
    expect(story.incidents()).toMatchObject([{ kind: 'dark' }]);
  });

  test('names two of many targets, and how many more', () => {
    const many = siteRules({
      targets: ['a', 'b', 'c', 'd'].map((id) => target(id, 'inbound')),
      notify: ['phone'],
    });
    const story = storyOf(many);
    const { rows } = story.tick({ qualities: all(many, 'inbound', 'bad') });
    expect(rows[0]?.notice.items[0]?.evidence).toEqual([
      'inbound 0/4 good',
      'a: timeout, no answer within 5000 ms',
      'b: timeout, no answer within 5000 ms',
      'and 2 more',
      'no life sign since',
    ]);
  });

  test('waits for as many ticks as the policy asks for, and is dated from the first', () => {
    const story = storyOf(withPolicy({ dark: { confirmTicks: 3 } }));
    expect(story.ticks(2, dark).rows).toEqual([]);
    expect(story.tick(dark).rows).toHaveLength(2);
    expect(story.incidents()).toMatchObject([{ since: start, openedAt: start + 2 * minute }]);
  });

  test('that a UPS announced waits for nothing, and says that it is certain', () => {
    const story = storyOf(withPolicy({ dark: { confirmTicks: 3 } }, { notify: ['phone'] }));
    const { rows } = story.tick({ ...dark, power: { state: 'low-battery', at: start - second } });
    expect(said(rows)).toEqual(['opened critical to phone about site/home dark']);
    expect(rows[0]?.notice.items[0]?.summary).toBe(
      'dark: the UPS told of power going, then everything stopped',
    );
  });

  test('with only one forward answering again is over', () => {
    const story = storyOf(rules);
    story.tick(dark);
    story.ticks(4, { qualities: { ...allBad, ssh: 'good' } });
    expect(said(story.rows()).at(-1)).toBe('resolved critical to phone about site/home dark');
    // The forwards that are still bad speak for themselves now.
    expect(said(story.ticks(1, { qualities: { ...allBad, ssh: 'good' } }).rows)).toEqual([
      'opened warning to phone about target/eth unreachable, target/rpc unreachable',
    ]);
  });
});

describe('targets', () => {
  test('one that fails for two ticks is a warning; for one it is nothing', () => {
    const story = storyOf(rules);
    story.tick({ qualities: { eth: 'bad' } });
    story.tick();
    story.tick({ qualities: { eth: 'bad' } });
    expect(story.rows()).toEqual([]);
    expect(said(story.tick({ qualities: { eth: 'bad' } }).rows)).toEqual([
      'opened warning to phone about target/eth unreachable',
    ]);
    expect(story.rows()[0]?.notice.items[0]).toMatchObject({
      summary: 'eth does not answer as it should',
      evidence: ['eth: timeout, no answer within 5000 ms'],
    });
  });

  test('the exit is a subject of its own, references are not', () => {
    const story = storyOf(rules);
    story.ticks(5, { qualities: { vpn: 'bad', 'ref-a': 'bad' } });
    expect(said(story.rows())).toEqual(['opened warning to phone about target/vpn exit-unreachable']);
    expect(story.rows()[0]?.notice.items[0]?.summary).toBe('the VPN exit vpn does not answer');
  });

  test('each has the severity that it is configured with', () => {
    const graver = siteRules({
      notify: ['phone'],
      targets: [
        target('eth', 'inbound', 'critical'),
        target('rpc', 'inbound', 'info'),
        target('ssh', 'inbound'),
      ],
    });
    const story = storyOf(graver);
    story.ticks(2, { qualities: { eth: 'bad', rpc: 'bad' } });
    expect(said(story.rows())).toEqual([
      'opened critical to phone about target/eth unreachable',
      'opened info to phone about target/rpc unreachable',
    ]);
  });

  test('one that was bad before the house went dark stays open, and is resolved with it', () => {
    const story = storyOf(rules);
    story.ticks(2, { qualities: { eth: 'bad' } });
    story.ticks(5, dark);
    expect(said(story.rows()).slice(1)).toEqual(['opened critical to phone about site/home dark']);
    story.ticks(4);
    expect(said(story.rows()).slice(2).toSorted()).toEqual([
      'resolved critical to phone about site/home dark',
      'resolved warning to phone about target/eth unreachable',
    ]);
  });

  test('one that was only suspected is forgotten when the house goes dark', () => {
    const story = storyOf(rules);
    story.tick({ qualities: { eth: 'bad' } });
    story.tick(dark);
    expect(said(story.rows())).toEqual(['opened critical to phone about site/home dark']);
    expect(Object.keys(story.memory()?.state.subjects ?? {})).toEqual(['site/home']);
  });
});

describe('signers', () => {
  test('one that falls silent in a living house is a critical page of its own, and resolves', () => {
    const story = storyOf(rules);
    const detail = 'missed epochs 100 to 102';
    const { rows } = story.tick({ signers: [{ ...signer('silent'), detail }], beats: { cluster: start } });
    expect(said(rows)).toEqual(['opened critical to phone about signer/alpha not-signing']);
    expect(rows[0]?.notice.items[0]?.evidence).toEqual([
      detail,
      'inbound 3/3 good',
      'life signs since: heartbeat cluster',
    ]);
    story.ticks(4, { signers: [signer('signing')] });
    expect(said(story.rows()).slice(1)).toEqual([
      'resolved critical to phone about signer/alpha not-signing',
    ]);
  });

  test.each(['quiet', 'inactive', 'signing'] as const)('one that is %s is well', (state) => {
    const story = storyOf(rules);
    story.tick({ signers: silent });
    story.ticks(4, { signers: [signer(state)] });
    expect(story.incidents()).toMatchObject([{ kind: 'not-signing', resolvedAt: start + 4 * minute }]);
  });

  test('one of which nothing is known is neither opened nor resolved', () => {
    const story = storyOf(rules);
    story.ticks(5, { signers: [signer('unknown')] });
    expect(story.incidents()).toEqual([]);
    story.tick({ signers: silent });
    story.ticks(30, { signers: [signer('unknown')] });
    story.ticks(30);
    expect(story.incidents()).toMatchObject([{ resolvedAt: null }]);
  });

  test('one that falls silent in a dark house is not a second page', () => {
    const story = storyOf(rules);
    story.ticks(3, dark);
    story.ticks(10, { ...dark, signers: silent });
    expect(said(story.rows())).toEqual(['opened critical to phone about site/home dark']);
  });

  test('nor is it when a tick of the outage sees nothing of the way in', () => {
    const story = storyOf(rules);
    story.ticks(3, { ...dark, signers: silent });
    story.ticks(2, { qualities: allUnseen, signers: silent });
    expect(said(story.rows())).toEqual(['opened critical to phone about site/home dark']);
    expect(story.incidents()).toMatchObject([{ subject: { kind: 'site' }, resolvedAt: null }]);
  });

  test('nor is it when a gasp told of the outage while we were blind', () => {
    const story = storyOf(rules);
    const power = { state: 'low-battery' as const, at: start - 10 * minute };
    const beats = { cluster: start - 10 * minute };
    story.tick({ qualities: { ...allBad, ...noReferences }, power, beats });
    story.tick({ qualities: allUnseen, signers: silent, power, beats });
    expect(said(story.rows())).toEqual(['opened critical to phone about site/home dark']);
  });

  test('a silent one is told although a tick that follows no outage sees nothing of the way in', () => {
    const story = storyOf(rules);
    story.tick();
    expect(said(story.tick({ qualities: allUnseen, signers: silent }).rows)).toEqual([
      'opened critical to phone about signer/alpha not-signing',
    ]);
  });

  test('a chain that stands still is information once, and its signers are not judged', () => {
    const story = storyOf(rules);
    const detail = 'head is 7 minutes old at 2 operators';
    const stalled = { signers: silent, chains: [{ ...chain('stalled'), detail }] };
    const { rows } = story.tick(stalled);
    expect(said(rows)).toEqual(['opened info to phone about chain/ethereum chain-stalled']);
    expect(rows[0]?.notice.items[0]?.evidence).toEqual([detail]);
    story.ticks(10, stalled);
    story.ticks(10, { signers: [signer('signing')], chains: [chain('unknown')] });
    expect(story.rows()).toHaveLength(1);
    story.ticks(4, { signers: [signer('signing')], chains: [chain('moving')] });
    expect(said(story.rows()).slice(1)).toEqual([
      'resolved info to phone about chain/ethereum chain-stalled',
    ]);
  });

  test('a silent one in a house without a way in shows that the house is dark; a heartbeat, that it is not', () => {
    const closed = siteRules({ notify: ['phone'], targets: [] });
    const story = storyOf(closed);
    expect(said(story.tick({ signers: silent }).rows)).toEqual([
      'opened critical to phone about site/home dark',
    ]);
    expect(story.rows()[0]?.notice.items[0]?.evidence).toEqual(['no life sign since']);
    const other = storyOf(closed);
    expect(said(other.tick({ signers: silent, beats: { cluster: start } }).rows)).toEqual([
      'opened critical to phone about signer/alpha not-signing',
    ]);
  });
});

describe('the way in', () => {
  const alive = (at: number) => ({ ...dark, beats: { cluster: at } });

  test('that breaks while a heartbeat goes on is a warning, once it is lasting', () => {
    const story = storyOf(withPolicy({ dark: { confirmTicks: 2 } }, { notify: ['phone'] }));
    // The first bad tick cannot know of later life; the second can.
    story.tick(alive(start - second));
    story.tick(alive(start + 45 * second));
    expect(said(story.rows())).toEqual(['opened warning to phone about site/home inbound-lost']);
    expect(story.rows()[0]?.notice.items[0]).toMatchObject({
      summary: 'the way in is broken, but the house lives: not an outage',
      evidence: [
        'inbound 0/3 good',
        'eth: timeout, no answer within 5000 ms',
        'rpc: timeout, no answer within 5000 ms',
        'ssh: timeout, no answer within 5000 ms',
        'life signs since: heartbeat cluster',
      ],
    });
  });

  test('and becomes a blackout, with a page, when the heartbeats stop as well', () => {
    const story = storyOf(withPolicy({ dark: { confirmTicks: 2 } }, { notify: ['phone'] }));
    const last = start + 45 * second;
    for (let tick = 0; tick < 4; tick += 1) story.tick(alive(last));
    expect(story.rows()).toHaveLength(1);
    expect(said(story.tick(alive(last)).rows)).toEqual(['raised critical to phone about site/home dark']);
    expect(story.incidents()).toHaveLength(1);
  });
});

describe('unknown', () => {
  test('is told as a warning once it has lasted for a quarter of an hour', () => {
    const story = storyOf(rules);
    story.ticks(15, { qualities: allUnseen });
    expect(story.rows()).toEqual([]);
    const { rows } = story.tick({ qualities: allUnseen });
    expect(said(rows)).toEqual(['opened warning to phone about self/home unknown']);
    expect(rows[0]?.notice.items[0]).toMatchObject({
      summary: 'the watchdog cannot tell how the house is',
      evidence: ['inbound 3/3 good', 'no life sign since'],
    });
  });

  test('does not close an outage, nor count as a break of it', () => {
    const story = storyOf(rules);
    story.tick(dark);
    story.ticks(10, { qualities: allUnseen });
    expect(story.incidents()).toMatchObject([{ kind: 'dark', resolvedAt: null }]);
    story.ticks(2);
    story.tick({ qualities: allUnseen });
    story.ticks(3);
    expect(story.incidents()).toMatchObject([{ resolvedAt: null }]);
    story.tick();
    expect(story.incidents()).toMatchObject([{ resolvedAt: start + 17 * minute }]);
  });
});

describe('blind', () => {
  const blind = { qualities: { ...allBad, ...noReferences } };

  test('is told by the one site that tells it, and by no other', () => {
    const story = storyOf(siteRules({ reportsSelf: false }));
    story.ticks(10, blind);
    expect(story.rows()).toEqual([]);
  });

  test('does not resolve while we are blind, although a gasp shows that the house is dark', () => {
    const story = storyOf(rules);
    story.ticks(5, blind);
    expect(said(story.rows())).toEqual(['opened critical to phone about self/home blind']);
    const gasp = { ...blind, power: { state: 'low-battery' as const, at: start }, beats: { cluster: start } };
    story.ticks(10, gasp);
    expect(said(story.rows()).slice(1)).toEqual(['opened critical to phone about site/home dark']);
    expect(story.incidents().map(({ kind, resolvedAt }) => [kind, resolvedAt])).toEqual([
      ['blind', null],
      ['dark', null],
    ]);
  });

  test('suspends an outage: it stays open, and is not paged again afterwards', () => {
    const story = storyOf(siteRules({ notify: ['phone'], reportsSelf: false }));
    story.tick(dark);
    story.ticks(10, blind);
    story.ticks(3, dark);
    expect(story.rows()).toHaveLength(1);
    story.ticks(4);
    expect(said(story.rows()).slice(1)).toEqual(['resolved critical to phone about site/home dark']);
  });
});

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
    const story = storyOf(siteRules({ signers: [{ id: 'beta', chain: 'berachain' }, ...rules.signers] }));
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
    const at = start + hour;
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
