// Every page in every situation is a whole document of ours, whatever names and answers hold.
import { describe, expect, test } from 'vitest';
import { badge } from '../../../functions/views/page/badge.ts';
import { blindPage } from '../../../functions/views/page/blind-page.ts';
import { enterPage } from '../../../functions/views/page/enter-page.ts';
import { overviewPage } from '../../../functions/views/page/overview-page.ts';
import { overviews, nowAt } from '../../support/overviews.ts';

describe.each(Object.entries(overviews))('%s', (_, overview) => {
  test('says the headline of each site', () => {
    const { html } = overviewPage(overview, { refreshSeconds: 10 });
    expect(html.match(/<h2/g)).toHaveLength(overview.sites.length);
  });
});

test('who may not read is asked for the token', () => {
  expect(enterPage({ root: '../', trouble: 'expired' }).html).toContain('action="../enter"');
});

test('without any memory it says so', () => {
  const page = blindPage({ since: nowAt, why: 'the store did not answer', timezone: 'Europe/Berlin' });
  expect(page.html).toContain('2026-12-01 03:14:07 Europe/Berlin (02:14:07 UTC)');
});

test('a badge of a site of which nothing is known says so', () => {
  expect(badge(null)).toContain('<title>basement: unknown</title>');
});
