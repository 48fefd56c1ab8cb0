// The second look within a tick: what asks for one, and which answer counts.
import { describe, expect, test } from 'vitest';
import { isNews, settleSamples } from '../../functions/domain/confirm.ts';
import type { Quality } from '../../functions/domain/facts.ts';
import type { Sample } from '../../functions/domain/sample.ts';
import { badSample, goodSample } from '../support/site.ts';

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
