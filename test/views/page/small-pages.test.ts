// The pages beside the view, and the badge: whole documents of ours, which say what has to be done next.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { badge } from '../../../functions/views/page/badge.ts';
import { blindPage } from '../../../functions/views/page/blind-page.ts';
import { enterPage, enterWords } from '../../../functions/views/page/enter-page.ts';
import { readMarkup } from '../../support/markup.ts';
import { nowAt, overviews, site } from '../../support/overviews.ts';

describe('the page of who may not read', () => {
  const troubles = [null, 'expired', 'forged', 'malformed', 'refused'] as const;
  test.each(troubles)('is whole, and says why when somebody has tried: %s', (trouble) => {
    const { html } = enterPage({ root: '', trouble });
    const { problems, text } = readMarkup(html);
    expect(problems).toEqual([]);
    expect(text).toContain(enterWords(trouble));
  });

  test('tells nothing of what is watched, and asks for the token without a script', () => {
    const { html } = enterPage({ root: '../../', trouble: null });
    expect(html).toContain('<form method="post" action="../../enter">');
    expect(html).toContain('type="password"');
    expect(html).toContain('autocomplete="current-password"');
  });
});

test('without any memory it says since when, and that this is no news of the house', () => {
  const { html } = blindPage({ since: nowAt, why: 'no <answer>', timezone: 'Europe/Berlin' });
  const { problems, text } = readMarkup(html);
  expect(problems).toEqual([]);
  expect(text).toContain('2026-12-01 03:14:07 Europe/Berlin (02:14:07 UTC)');
  expect(text).toContain('no <answer>');
});

describe('the badge', () => {
  const shown = (of: Parameters<typeof badge>[0]): string => readMarkup(badge(of)).text.trim();
  const words: [string, Parameters<typeof badge>[0], string][] = [
    ['a site that is well', site(), 'Home: ok Home ok'],
    ['a dark one', overviews.dark.sites[0] ?? null, 'Home: dark Home dark'],
    [
      'one that nobody watches any more',
      overviews.stale.sites[0] ?? null,
      'Home: nobody watches Home nobody watches',
    ],
    [
      'one that nobody has watched yet',
      overviews.unwatched.sites[0] ?? null,
      'Home: not watched yet Home not watched yet',
    ],
    [
      'one that cannot be read',
      site({ watched: 'unreadable', tone: 'bad' }),
      'Home: not readable Home not readable',
    ],
    ['one of which nothing is known', null, 'basement: unknown basement unknown'],
  ];
  test.each(words)('of %s', (_, of, text) => {
    expect(shown(of)).toContain(text);
  });

  test('of a site in trouble that its verdict does not tell of is not that of a good one', () => {
    expect(shown(overviews.zombie.sites[0] ?? null)).toBe('Home: trouble Home trouble');
    expect(shown(site({ tone: 'doubt' }))).toBe('Home: look Home look');
  });

  test('is an image whatever the site is called, and not wider than its words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => {
        const svg = badge(site({ name }));
        const left = readMarkup(`<!doctype html>\n${svg}`).problems.filter(
          (each) => !/style|main|elsewhere/.test(each),
        );
        expect(left).toEqual([]);
        expect(Number(/width="(\d+)"/.exec(svg)?.[1])).toBeLessThan(600);
      }),
      { numRuns: 50 },
    );
  });
});
