// Sequences of ticks in which signers fall silent, nothing is known, or we are blind ourselves.
import { describe, expect, test } from 'vitest';
import type { SignerFact } from '../../functions/domain/facts.ts';
import { atOnce, all, chain, minute, second, siteRules, signer, start, powerFact } from '../support/site.ts';
import { said, storyOf } from '../support/story.ts';

const rules = siteRules({ notify: atOnce('phone') });
const allBad = all(rules, 'inbound', 'bad');
const allUnseen = all(rules, 'inbound', 'unknown');
const noReferences = all(rules, 'reference', 'bad');
const dark = { qualities: allBad };
const silent: SignerFact[] = [signer('silent')];

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

  test.each(['inactive', 'signing'] as const)('one that is %s is well', (state) => {
    const story = storyOf(rules);
    story.tick({ signers: silent });
    story.ticks(4, { signers: [signer(state)] });
    expect(story.incidents()).toMatchObject([{ kind: 'not-signing', resolvedAt: start + 4 * minute }]);
  });

  test('one that is quiet is well only while it has signed a moment ago', () => {
    const story = storyOf(rules);
    story.tick({ signers: silent });
    for (let count = 1; count <= 4; count += 1) {
      story.tick({ signers: [signer('quiet', start + count * minute - 30 * second)] });
    }
    expect(story.incidents()).toMatchObject([{ resolvedAt: start + 4 * minute }]);
    const other = storyOf(rules);
    other.tick({ signers: silent });
    other.ticks(30, { signers: [signer('quiet', start - minute)] });
    expect(other.incidents()).toMatchObject([{ kind: 'not-signing', resolvedAt: null }]);
  });

  test('one some of whose keys are silent is a warning, raised when all of them are, and lowered again', () => {
    const story = storyOf(rules);
    const half = (at: number): SignerFact => ({
      ...signer('quiet', at),
      keys: { total: 2, silent: 1, inactive: 0, left: [] },
    });
    story.tick({ signers: [half(start)] });
    expect(story.rows()[0]?.notice.items[0]?.summary).toBe(
      'the chain shows no signature of 1 of its 2 keys, while the others sign',
    );
    story.tick({ signers: silent });
    story.tick({ signers: [half(start + 2 * minute)] });
    expect(said(story.rows())).toEqual([
      'opened warning to phone about signer/alpha not-signing',
      'raised critical to phone about signer/alpha not-signing',
      'lowered warning to phone about signer/alpha not-signing',
    ]);
  });

  const left = (...standings: SignerFact['keys']['left']): SignerFact => ({
    ...signer('inactive'),
    keys: { total: 2, silent: 0, inactive: 2, left: standings },
  });

  test.each<[string, SignerFact, readonly string[]]>([
    ['has left', left('exited'), ['opened warning to phone about signer/alpha inactive']],
    ['was slashed: that is a page of its own', left('slashed'), []],
    [
      'has left, and another one was slashed',
      left('slashed', 'exited'),
      ['opened warning to phone about signer/alpha inactive'],
    ],
  ])('one whose key was active and %s', (_, fact, rows) => {
    const story = storyOf(rules);
    story.ticks(14, { signers: [fact] });
    expect(said(story.rows())).toEqual(rows);
  });

  test('one that is silent and then slashed is not well again by that', () => {
    const story = storyOf(rules);
    story.tick({ signers: silent });
    story.ticks(30, { signers: [left('slashed')] });
    expect(story.incidents()).toMatchObject([{ kind: 'not-signing', resolvedAt: null }]);
  });

  test('one of which nothing is known for a quarter of an hour, on a chain that moves, is a warning', () => {
    const story = storyOf(rules);
    const unseen = { signers: [signer('unknown')], chains: [chain('moving')] };
    story.ticks(15, unseen);
    expect(story.rows()).toEqual([]);
    expect(said(story.tick(unseen).rows)).toEqual([
      'opened warning to phone about signer/alpha signing-unknown',
    ]);
  });

  test('nothing is said of signers while their chain is not seen: the chain is, once', () => {
    const story = storyOf(rules);
    story.ticks(30, { signers: [signer('unknown')], chains: [chain('unknown')] });
    expect(said(story.rows())).toEqual(['opened warning to phone about chain/ethereum chain-unseen']);
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
    const power = powerFact('low-battery', start - 10 * minute);
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
    const closed = siteRules({ notify: atOnce('phone'), targets: [] });
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
    const gasp = { ...blind, power: powerFact('low-battery', start), beats: { cluster: start } };
    story.ticks(10, gasp);
    expect(said(story.rows()).slice(1)).toEqual(['opened critical to phone about site/home dark']);
    expect(story.incidents().map(({ kind, resolvedAt }) => [kind, resolvedAt])).toEqual([
      ['blind', null],
      ['dark', null],
    ]);
  });

  test('suspends an outage: it stays open, and is not paged again afterwards', () => {
    const story = storyOf(siteRules({ notify: atOnce('phone'), reportsSelf: false }));
    story.tick(dark);
    story.ticks(10, blind);
    story.ticks(3, dark);
    expect(story.rows()).toHaveLength(1);
    story.ticks(4);
    expect(said(story.rows()).slice(1)).toEqual(['resolved critical to phone about site/home dark']);
  });
});
