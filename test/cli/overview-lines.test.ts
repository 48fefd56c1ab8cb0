// The lines of the view in a terminal, for every situation: they fit, steer nothing, and show what nobody looked at as that.
import { describe, expect, test } from 'vitest';
import { glyphsOf } from '../../cli/overview/glyphs.ts';
import { overviewLines, stageOf } from '../../cli/overview/lines.ts';
import type { Overview } from '../../functions/views/overview.ts';
import { publicOverview } from '../../functions/views/public-overview.ts';
import { plain } from '../../local/terminal-text.ts';
import { nowAt, overview, overviews, signer, site, target } from '../support/overviews.ts';

function shown(of: Overview, width = 100, variables: Readonly<Record<string, string>> = {}): string[] {
  const options = { glyphs: glyphsOf(variables), timezone: 'Europe/Berlin', now: of.at, width };
  return overviewLines(of, options).map((line) =>
    line.map((part) => plain(typeof part === 'string' ? part : part.text)).join(''),
  );
}

describe.each(Object.entries(overviews))('%s', (_, of) => {
  test.each([60, 80, 120])('fits into %i columns wherever a line can be broken', (width) => {
    const long = shown(of, width).filter((line) => line.trimEnd().length > width);
    // What is left are words, and rows of a table, that are longer than the line.
    expect(
      long.filter((line) =>
        line
          .trim()
          .split(/ /)
          .every((word) => word.length < 20),
      ),
    ).toEqual([]);
  });

  test('is in ASCII where the terminal has nothing else', () => {
    expect(shown(of, 100, { LANG: 'C' }).join('\n')).toMatch(/^[ -~\n]*$/);
  });
});

test('a day of which there is no data is seen as that, in blocks and in ASCII', () => {
  const whole = { good: 86_400, doubt: 0, bad: 0, unknown: 0 };
  const bars = [null, whole, { ...whole, good: 0, unknown: 86_400 }, { ...whole, good: 0, bad: 86_400 }];
  const of = overview([site({ days: { bars, well: 0.5, known: 0.5 } })]);
  expect(shown(of)).toContain('  ·█·▂');
  expect(shown(of, 100, { LC_ALL: 'POSIX', LANG: 'C.UTF-8' })).toContain('  .#._');
});

test('the locale is told by LC_ALL before LC_CTYPE before LANG', () => {
  const isPlain = (variables: Readonly<Record<string, string>>): boolean => glyphsOf(variables).full === '#';
  expect(isPlain({ LC_ALL: 'C', LANG: 'de_DE.UTF-8' })).toBe(true);
  expect(isPlain({ LC_ALL: '', LC_CTYPE: 'en_US.utf8', LANG: 'C' })).toBe(false);
  expect(isPlain({})).toBe(false);
});

test('a headline with times of another zone than the reader says of which', () => {
  const words = 'Times in these sentences are of Asia/Tokyo.';
  expect(
    shown(overview([site({ timezone: 'Asia/Tokyo', headline: 'Dark since 03:12.' })])).join('\n'),
  ).toContain(words);
  expect(
    shown(overview([site({ timezone: 'Asia/Tokyo', headline: 'All is well.' })])).join('\n'),
  ).not.toContain(words);
  expect(shown(overviews.dark).join('\n')).not.toContain('Times in these sentences');
});

test('of everybody it names no holder and no person', () => {
  const of = overviews['public, usual'];
  expect(shown(of).join('\n')).not.toMatch(/@|basement\/|held by|Anna/);
});

test('what everybody is shown says nothing of what was cut, also where all parts are shown', () => {
  expect(shown(overviews['public, everything']).join('\n')).not.toMatch(
    /not read yet|Nobody was told|said yet that they are on it|whether keys are on it/,
  );
});

test('standbys of signers that are not shown are not said to be of signers that are gone', () => {
  const lines = shown(publicOverview(overviews.dark, ['standbys']));
  expect(lines).toContain('  Standbys');
  expect(lines.join('\n')).not.toContain('Other standbys');
});

describe('what makes another overview', () => {
  const before = stageOf(overview());

  test('is not how long something lasts, nor how fast it answers', () => {
    const slower = site({ targets: site().targets.map((each) => ({ ...each, latencyMs: 999, p95Ms: 999 })) });
    expect(stageOf(overview([slower], { at: nowAt + 60_000 }))).toBe(before);
  });

  test.each([
    ['a target that fails', site({ targets: [target({ quality: 'bad', reason: 'timeout' })] })],
    ['keys that changed hands', site({ signers: [signer({ keys: { isReadable: false, why: 'denied' } })] })],
    [
      'a channel that refuses',
      site({ outbox: { at: 1, waiting: { mail: 1 }, failing: {}, isUnread: false } }),
    ],
  ])('is %s', (_, changed) => {
    expect(stageOf(overview([changed]))).not.toBe(before);
  });

  test('is that the view is blind', () => {
    expect(stageOf(overview([site()], { blind: { since: 1, why: 'no' } }))).not.toBe(before);
  });
});
