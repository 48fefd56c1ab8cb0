// What the product promises, each by its name.
import { describe, expect, test } from 'vitest';
import {
  atOnce,
  all,
  minute,
  second,
  siteRules,
  signer,
  start,
  target,
  withPolicy,
  powerFact,
} from '../support/site.ts';
import { said, storyOf } from '../support/story.ts';

const rules = siteRules({ notify: atOnce('phone') });
const dark = all(rules, 'inbound', 'bad');
const blind = { ...dark, ...all(rules, 'reference', 'bad') };

describe('promises', () => {
  test('a blackout one second after a heartbeat, at 03:00 with quiet hours on, Ethereum only: critical page at the first tick', () => {
    // `start` is 03:00 in Berlin. What Ethereum shows is of an epoch in which the house was alive.
    const story = storyOf(
      withPolicy({ quietHours: { from: '22:00', to: '07:00' } }, { notify: atOnce('phone') }),
    );
    const signers = [signer('signing', start - 13 * minute)];
    story.tick({ at: start - minute, beats: { cluster: start - minute }, signers });
    const { rows } = story.tick({ qualities: dark, beats: { cluster: start - second }, signers });
    expect(said(rows)).toEqual(['opened critical to phone about site/home dark']);
    expect(rows[0]?.dueAt).toBe(start);
    expect(
      said(story.ticks(20, { qualities: dark, beats: { cluster: start - second }, signers }).rows),
    ).toEqual([]);
  });

  test('forwards of one dead machine bad while another machine’s heartbeat goes on and the signer is silent: not-signing, critical', () => {
    const story = storyOf(rules);
    story.tick({ beats: { cluster: start }, signers: [signer('signing', start)] });
    story.tick({ qualities: dark, beats: { cluster: start + minute }, signers: [signer('unknown')] });
    const at = story.nextAt();
    const later = story.tick({ qualities: dark, beats: { cluster: at }, signers: [signer('silent', start)] });
    expect(later.memory.state.judgement.verdict).toBe('not-signing');
    expect(said(later.rows)).toContain('opened critical to phone about signer/alpha not-signing');
  });

  test('later life lowers the same incident to inbound-lost and says so', () => {
    const story = storyOf(rules);
    const first = story.tick({ qualities: dark, beats: { cluster: start - second } });
    expect(said(first.rows)).toEqual(['opened critical to phone about site/home dark']);
    const second_ = story.tick({ qualities: dark, beats: { cluster: start + 50 * second } });
    expect(said(second_.rows)).toEqual(['lowered warning to phone about site/home inbound-lost']);
    expect(second_.rows[0]?.notice.items[0]?.incident).toBe(first.rows[0]?.notice.items[0]?.incident);
    expect(second_.rows[0]?.after).toEqual([first.rows[0]?.id]);
    expect(story.incidents()).toHaveLength(1);
    expect(story.incidents()[0]?.timeline.map(({ event }) => event)).toEqual([
      'opened',
      'told',
      'changed',
      'told',
    ]);
  });

  test('our own network fails: blind, nobody’s incident opens, told after 3 ticks', () => {
    const story = storyOf(rules);
    story.tick();
    const found = { qualities: { ...blind, vpn: 'bad' as const }, signers: [signer('silent')] };
    expect(story.ticks(2, found).rows).toEqual([]);
    const third = story.tick(found);
    expect(third.memory.state.judgement.verdict).toBe('blind');
    expect(said(third.rows)).toEqual(['opened critical to phone about self/home blind']);
    expect(third.rows[0]?.notice.items[0]?.evidence).toEqual([
      'ref-a: timeout, no answer within 5000 ms',
      'ref-b: timeout, no answer within 5000 ms',
    ]);
    story.ticks(20, found);
    story.ticks(4, { signers: [signer('signing')] });
    expect(story.incidents()).toMatchObject([{ subject: { kind: 'self' }, resolvedAt: start + 27 * minute }]);
  });

  test('a gasp before makes the blackout certain even when we are blind', () => {
    const story = storyOf(withPolicy({ dark: { confirmTicks: 5 } }, { notify: atOnce('phone') }));
    const power = powerFact('on-battery', start);
    story.tick({ beats: { cluster: start }, power });
    story.ticks(3, { qualities: blind, beats: { cluster: start }, power });
    expect(said(story.rows())).toEqual([
      'opened warning to phone about power/home on-battery',
      'opened critical to phone about self/home blind',
    ]);
    const { rows, memory } = story.tick({ qualities: blind, beats: { cluster: start }, power });
    expect(memory.state.judgement).toMatchObject({ verdict: 'dark', certain: true });
    expect(said(rows)).toEqual(['opened critical to phone about site/home dark']);
    expect(rows[0]?.notice.items[0]?.summary).toBe(
      'dark: the UPS told of power going, then everything stopped',
    );
  });

  test.each([1, 2, 7, 50])('one outage is one page per channel, with %d targets as well', (count) => {
    const targets = Array.from({ length: count }, (_, index) => target(`t${index}`, 'inbound'));
    const many = siteRules({ targets: [...rules.targets, ...targets] });
    const story = storyOf(many);
    story.ticks(2);
    story.ticks(30, { qualities: { ...all(many, 'inbound', 'bad'), vpn: 'bad' } });
    story.ticks(10);
    const told = story.rows().filter(({ notice }) => notice.kind !== 'reminder');
    expect(told.map(({ channel, notice }) => `${notice.kind} ${channel}`)).toEqual([
      'opened phone',
      'opened mail',
      'resolved phone',
      'resolved mail',
    ]);
  });
});
