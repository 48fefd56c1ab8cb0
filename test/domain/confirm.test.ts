// The second look within a tick: what asks for one, and which answer counts.
import { describe, expect, test } from 'vitest';
import {
  believed,
  isNews,
  isWitnessWanted,
  isWordMissing,
  settleSamples,
} from '../../functions/domain/confirm.ts';
import type { Quality } from '../../functions/domain/facts.ts';
import type { Sample } from '../../functions/domain/sample.ts';
import type { SiteState } from '../../functions/domain/memory.ts';
import { badSample, goodSample, siteRules } from '../support/site.ts';
import { storyOf } from '../support/story.ts';

const good = goodSample;
const bad = badSample('timeout');
const refused = badSample('refused');
const aborted = badSample('aborted');

const news: [string, Quality | undefined, Sample, boolean][] = [
  ['a new target that answers is no news', undefined, good, false],
  ['a new target that does not is', undefined, bad, true],
  ['good stays good', 'good', good, false],
  ['good turns bad', 'good', bad, true],
  ['bad stays bad', 'bad', refused, false],
  ['bad turns good', 'bad', good, true],
  ['unknown turns good', 'unknown', good, false],
  ['unknown turns bad', 'unknown', bad, true],
  ['a run that ended first says nothing of a good one', 'good', aborted, false],
  ['nor of a bad one', 'bad', aborted, false],
];

const settled: [string, Sample, Sample[], Sample][] = [
  ['without a second look the first counts', bad, [], bad],
  ['one good answer keeps a good target good', bad, [bad, good], good],
  ['two bad answers confirm', bad, [refused, refused], bad],
  ['one bad answer keeps a bad target bad', good, [good, refused], refused],
  ['two good answers confirm', good, [good, good], good],
  ['a second look that was cut off says nothing against bad', bad, [aborted, aborted], bad],
  ['nor against good', good, [aborted, aborted], good],
  ['what was cut off is passed over', good, [aborted, refused], refused],
];

describe('the second look', () => {
  test.each(news)('%s', (_, before, sample, expected) => {
    expect(isNews(before, sample)).toBe(expected);
  });
  test.each(settled)('%s', (_, first, again, expected) => {
    expect(settleSamples(first, again)).toBe(expected);
  });
});

describe('what a target is believed to be', () => {
  const rules = siteRules();
  const after = (ticks: number, qualities: Record<string, Quality>): SiteState => {
    const story = storyOf(rules);
    story.tick();
    return story.ticks(ticks, { qualities }).memory.state;
  };

  test('is nothing, before it was ever seen', () => {
    expect(believed(null, 'eth')).toBe(undefined);
    expect(believed(after(1, {}), 'nobody')).toBe(undefined);
  });

  test('is what it was, unless that was bad', () => {
    expect(believed(after(1, {}), 'eth')).toBe('good');
    expect(believed(after(1, { eth: 'unknown' }), 'eth')).toBe('unknown');
  });

  test('is good while it is only suspected, and bad once its incident is open', () => {
    expect(believed(after(1, { eth: 'bad' }), 'eth')).toBe('good');
    expect(believed(after(2, { eth: 'bad' }), 'eth')).toBe('bad');
  });

  test('is bad at once when its site is known to be dark', () => {
    expect(believed(after(1, { eth: 'bad', rpc: 'bad', ssh: 'bad' }), 'eth')).toBe('bad');
  });

  test('is what it was for targets that nobody opens an incident for', () => {
    expect(believed(after(1, { 'ref-a': 'bad' }), 'ref-a')).toBe('bad');
  });
});

describe('a target about which the witness says something else', () => {
  const rules = siteRules();
  const disputed = { witness: { eth: ['good'] } } as const;
  const well = (): ReturnType<typeof storyOf> => {
    const story = storyOf(rules);
    story.tick();
    return story;
  };

  test('is looked at again and asked about in every look until they agree', () => {
    const story = well();
    for (let tick = 1; tick <= 8; tick += 1) {
      const { state } = story.tick({ qualities: { eth: 'bad' }, ...disputed }).memory;
      expect(isWitnessWanted(state, 'eth', bad), `tick ${tick}`).toBe(true);
      expect(isWitnessWanted(state, 'eth', good), `tick ${tick}`).toBe(true);
      expect(isWitnessWanted(state, 'eth', aborted), `tick ${tick}`).toBe(false);
    }
    const { state } = story.tick({ qualities: { eth: 'bad' }, witness: { eth: ['bad'] } }).memory;
    expect(believed(state, 'eth')).toBe('bad');
    expect(isWitnessWanted(state, 'eth', bad)).toBe(false);
  });

  test('is still good as long as it was before, although an information says that it is disputed', () => {
    const story = well();
    const { state } = story.ticks(3, { qualities: { eth: 'bad' }, ...disputed }).memory;
    expect(state.subjects['target/eth']).toMatchObject({ phase: 'open', kind: 'disputed', severity: 'info' });
    expect(believed(state, 'eth')).toBe('good');
    expect([isNews(believed(state, 'eth'), bad), isNews(believed(state, 'eth'), good)]).toEqual([
      true,
      false,
    ]);
  });

  test('is still bad when it was so before: what is disputed is its recovery', () => {
    const story = well();
    story.ticks(3, { qualities: { eth: 'bad' } });
    const { state } = story.tick({ witness: { eth: ['bad'] } }).memory;
    expect(state.facts.targets.find(({ id }) => id === 'eth')?.quality).toBe('unknown');
    expect(believed(state, 'eth')).toBe('bad');
    expect([isNews(believed(state, 'eth'), bad), isNews(believed(state, 'eth'), good)]).toEqual([
      false,
      true,
    ]);
    expect(state.subjects['target/eth']).toMatchObject({ phase: 'open', kind: 'unreachable' });
  });

  test('is not seen a second time by a look of ours that found out nothing', () => {
    const story = well();
    story.tick({ qualities: { eth: 'bad' }, ...disputed });
    const { state } = story.tick({ qualities: { eth: 'unknown' } }).memory;
    expect(state.subjects['target/eth']).toMatchObject({ phase: 'suspected' });
    expect(state.judgement.verdict).toBe('unknown');
    expect(isWitnessWanted(state, 'eth', good), 'the dispute itself goes on').toBe(true);
  });

  test('is asked about when it comes back from a suspicion, which needs no second look of ours', () => {
    const story = well();
    const { state } = story.tick({ qualities: { eth: 'bad' }, witness: { eth: ['bad'] } }).memory;
    expect([isNews(believed(state, 'eth'), good), isWitnessWanted(state, 'eth', good)]).toEqual([
      false,
      true,
    ]);
  });

  test('costs nothing once it is steady, bad or good', () => {
    const story = well();
    const down = story.ticks(3, { qualities: { eth: 'bad' }, witness: { eth: ['bad'] } }).memory.state;
    expect(isWitnessWanted(down, 'eth', bad)).toBe(false);
    const up = story.tick({ witness: { eth: ['good'] } }).memory.state;
    expect(isWitnessWanted(up, 'eth', good)).toBe(false);
    expect(isWitnessWanted(null, 'eth', good)).toBe(false);
  });
});

test('trouble that a witness denied for a while began when we first saw it', () => {
  const story = storyOf(siteRules());
  story.tick();
  const begun = story.nextAt();
  const qualities = { eth: 'bad', rpc: 'bad', ssh: 'bad' } as const;
  const denied = { qualities, witness: { eth: ['good'], rpc: ['good'], ssh: ['good'] } } as const;
  expect(story.tick(denied).memory.state.judgement.verdict).toBe('unknown');
  const decided = story.ticks(5, denied).memory.state;
  expect(decided.judgement.verdict).toBe('dark');
  expect(decided.facts.inboundBadSince).toBe(begun);
});

describe('the word of a witness that has said nothing', () => {
  const rules = siteRules({ standby: { chains: ['ethereum'], expireAfterMs: 60_000 } });
  const dark = { qualities: { eth: 'bad', rpc: 'bad', ssh: 'bad' } } as const;
  const after = (
    given: typeof rules,
    found: Parameters<ReturnType<typeof storyOf>['tick']>[0],
    ticks = 3,
  ) => {
    const story = storyOf(given);
    story.tick();
    return story.ticks(ticks, found).memory.state;
  };
  const isMissing = (state: SiteState, over: Partial<Parameters<typeof isWordMissing>[1]> = {}): boolean =>
    isWordMissing(state, { id: 'eth', sample: bad, rules, ...over });

  test('is missing while the house is dark or cut off and a standby may be made', () => {
    expect(isMissing(after(rules, dark)), 'not asked').toBe(true);
    expect(isMissing(after(rules, { ...dark, witness: { eth: ['unknown'] } })), 'silent').toBe(true);
    expect(isMissing(after(rules, { qualities: { ...dark.qualities, vpn: 'bad' } })), 'cut off').toBe(true);
    expect(isMissing(after(rules, { ...dark, witness: { eth: [] } }, 4)), 'and wanted by now').toBe(true);
  });

  test('is not when it has spoken, when nothing would come of it, and for what is no way in or not bad', () => {
    const state = after(rules, dark);
    expect(isMissing(after(rules, { ...dark, witness: { eth: ['bad'] } })), 'agreed').toBe(false);
    expect(isMissing(state, { sample: good }), 'good').toBe(false);
    expect(isMissing(state, { sample: aborted }), 'aborted').toBe(false);
    expect(isMissing(state, { id: 'vpn' }), 'the exit').toBe(false);
    expect(isMissing(state, { id: 'nothing' }), 'unknown').toBe(false);
    expect(isWordMissing(null, { id: 'eth', sample: bad, rules }), 'the first tick').toBe(false);
    expect(isMissing(after(rules, { qualities: { eth: 'bad' } })), 'one target').toBe(false);
    expect(isMissing(state, { rules: siteRules() }), 'no standbys').toBe(false);
    const others = siteRules({ standby: { chains: ['berachain'], expireAfterMs: 60_000 } });
    expect(isMissing(state, { rules: others }), 'no node for its chain').toBe(false);
    expect(isMissing(after(rules, dark, 10)), 'released').toBe(false);
  });
});
