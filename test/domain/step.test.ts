// Sequences of ticks of one site, from the first bad answer to the last message.
import { describe, expect, test } from 'vitest';
import {
  atOnce,
  all,
  minute,
  second,
  siteRules,
  start,
  target,
  withPolicy,
  powerFact,
} from '../support/site.ts';
import { said, storyOf } from '../support/story.ts';

const rules = siteRules({ notify: atOnce('phone') });
const allBad = all(rules, 'inbound', 'bad');
const allUnseen = all(rules, 'inbound', 'unknown');
const dark = { qualities: allBad };

describe('a blackout', () => {
  test('is one page at its first tick, and one resolution when all was well for three minutes', () => {
    const story = storyOf(rules);
    story.ticks(3);
    expect(said(story.tick(dark).rows)).toEqual(['opened critical to phone about site/home dark']);
    story.ticks(14, dark);
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
      resolvedAt: start + 21 * minute,
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
        'VPN exit vpn: timeout, no answer within 5000 ms',
      ],
    });
    expect(story.tick(dark).rows).toEqual([]);
    expect(story.incidents()).toMatchObject([{ kind: 'dark' }]);
  });

  test('names two of many targets, and how many more', () => {
    const many = siteRules({
      targets: ['a', 'b', 'c', 'd'].map((id) => target(id, 'inbound')),
      notify: atOnce('phone'),
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
    const story = storyOf(withPolicy({ dark: { confirmTicks: 3 } }, { notify: atOnce('phone') }));
    const { rows } = story.tick({ ...dark, power: powerFact('low-battery', start - second) });
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
      notify: atOnce('phone'),
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

describe('the way in', () => {
  const alive = (at: number) => ({ ...dark, beats: { cluster: at } });

  test('that breaks while a heartbeat goes on is a warning, once it is lasting', () => {
    const story = storyOf(withPolicy({ dark: { confirmTicks: 2 } }, { notify: atOnce('phone') }));
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
    const story = storyOf(withPolicy({ dark: { confirmTicks: 2 } }, { notify: atOnce('phone') }));
    const last = start + 45 * second;
    for (let tick = 0; tick < 4; tick += 1) story.tick(alive(last));
    expect(story.rows()).toHaveLength(1);
    expect(said(story.tick(alive(last)).rows)).toEqual(['raised critical to phone about site/home dark']);
    expect(story.incidents()).toHaveLength(1);
  });
});

describe('a policy that asks for one look', () => {
  const one = { confirmTicks: 1 };
  const quick = withPolicy(
    { degraded: one, blind: one, unknown: { afterMs: 0 }, dark: { confirmTicks: 2 } },
    {
      notify: atOnce('phone'),
      targets: [...rules.targets, target('ref-c', 'reference'), target('ref-d', 'reference')],
    },
  );
  const seen: [string, Parameters<ReturnType<typeof storyOf>['tick']>[0], string][] = [
    ['a target', { qualities: { eth: 'bad' } }, 'opened warning to phone about target/eth unreachable'],
    [
      'our own network',
      { qualities: { ...allBad, ...all(quick, 'reference', 'bad') } },
      'opened critical to phone about self/home blind',
    ],
    ['not knowing', { qualities: allUnseen }, 'opened warning to phone about self/home unknown'],
  ];

  test.each(seen)('opens at the first tick: %s', (_, found, expected) => {
    expect(said(storyOf(quick).tick(found).rows)).toEqual([expected]);
  });

  test('three references are enough to show that all fail', () => {
    const story = storyOf(quick);
    const { rows } = story.tick({ qualities: { ...allBad, ...all(quick, 'reference', 'bad') } });
    expect(rows[0]?.notice.items[0]?.evidence.map((line) => line.split(':')[0])).toEqual([
      'ref-a',
      'ref-b',
      'ref-c',
    ]);
  });
});
