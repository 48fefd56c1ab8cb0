// The second look within a tick: what asks for one, and which answer counts.
import { describe, expect, test } from 'vitest';
import { believed, isNews, settleSamples } from '../../functions/domain/confirm.ts';
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
