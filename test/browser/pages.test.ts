// The pages of the view in a real browser: readable for everybody, at every width, in light and dark, with and without scripts, and asking nobody else for anything.
import { createServer } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { calendarDayOf } from '../../functions/domain/history/calendar.ts';
import { dayAfter, startOf } from '../../functions/domain/history/day.ts';
import { pageAnswer, type Page as ServedPage } from '../../functions/kit/http-answer.ts';
import { incidentDetail } from '../../functions/views/incidents.ts';
import { badge } from '../../functions/views/page/badge.ts';
import { blindPage } from '../../functions/views/page/blind-page.ts';
import { dayPage } from '../../functions/views/page/day-page.ts';
import { enterPage } from '../../functions/views/page/enter-page.ts';
import { historyPage, type HistoryView } from '../../functions/views/page/history-page.ts';
import { incidentPage } from '../../functions/views/page/incident-page.ts';
import { overviewPage } from '../../functions/views/page/overview-page.ts';
import { problemPage } from '../../functions/views/page/problem-page.ts';
import {
  accessibility,
  keepPicture,
  launch,
  openPage,
  overflow,
  type Opened,
  shows,
  wholeText,
} from '../support/browser.ts';
import { incident, row } from '../support/documents.ts';
import { hostileTexts, nowAt, overviews } from '../support/overviews.ts';
import { rollup, rollups, tally, targetTally } from '../support/rollups.ts';
import { listen, type Listening } from '../support/server.ts';
import { lacks } from '../support/tools.ts';

const refreshSeconds = 600;
const hour = 3_600_000;
const { html, unbroken } = hostileTexts;
const ofHome = {
  site: 'home',
  name: `Home ${html}`,
  timezone: 'Europe/Berlin',
  broken: [`${html} ${unbroken}`],
};
const aDay = rollup({
  site: tally({ ok: 20 * hour, dark: hour, [html]: hour }, 2),
  targets: { rpc: targetTally({ good: 20 * hour, bad: 2 * hour }), [unbroken]: targetTally({ good: hour }) },
  incidents: [
    {
      id: 'home.site.home.20261130T015307Z',
      subject: `site/${unbroken}`,
      kind: 'dark',
      severity: 'critical',
      openedAt: startOf('2026-11-30') + hour,
      resolvedAt: null,
    },
  ],
  moreIncidents: 1,
});
/** 400 days, of which some are missing. */
const history: HistoryView = {
  ...ofHome,
  from: dayAfter(aDay.day, -399),
  to: aDay.day,
  days: [...rollups(dayAfter(aDay.day, -1), 399).filter((_, index) => index < 100 || index > 107), aDay].map(
    calendarDayOf,
  ),
};
const pages: Readonly<Record<string, ServedPage>> = {
  ...Object.fromEntries(
    Object.entries(overviews).map(([name, overview]) => [name, overviewPage(overview, { refreshSeconds })]),
  ),
  door: enterPage({ root: '', trouble: null }),
  'door, after a link that is too old': enterPage({ root: '', trouble: 'expired' }),
  days: historyPage(history),
  'a day': dayPage({ ...ofHome, at: nowAt, day: aDay.day, rollup: aDay, isPublic: false }),
  'a day without data': dayPage({ ...ofHome, at: nowAt, day: aDay.day, rollup: null, isPublic: false }),
  'an incident': incidentPage(
    incidentDetail(
      { incident: incident(), rows: [row(), row({ channel: hostileTexts.html })] },
      ofHome,
      nowAt,
    ),
    nowAt,
  ),
  'nothing there': problemPage('missing', { text: 'there is no such site', root: '../' }),
  'no memory': blindPage({ since: nowAt, why: 'The store did not answer.', timezone: 'Europe/Berlin' }),
};

const fileName = (name: string): string => name.replaceAll(/[^a-z0-9]+/g, '-');

/** What can be reached by the keyboard, and the element that has the focus; in the words of the page. */
const reachable = `[...document.querySelectorAll('a[href],summary,button,input,select,textarea,[tabindex]')]
  .filter((each) => each.tabIndex >= 0 && each.checkVisibility()).map((each) => each.outerHTML.slice(0, 120))`;
const focused = `(() => {
  const { activeElement } = document;
  const { outlineStyle, outlineWidth } = getComputedStyle(activeElement);
  return { element: activeElement.outerHTML.slice(0, 120), isSeen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 };
})()`;
const focusForm = z.object({ element: z.string(), isSeen: z.boolean() });

describe.skipIf(lacks('chromium'))('the page', () => {
  let browser: Browser;
  let server: Listening;
  let origin: string;
  let plain: Opened;
  let scripted: Opened;
  beforeAll(async () => {
    browser = await launch();
    server = await listen(
      createServer(({ url = '' }, response) => {
        const page = pages[decodeURIComponent(url.slice(1))];
        const { status, headers, body } = pageAnswer(
          page === undefined ? 404 : 200,
          page ?? enterPage({ root: '', trouble: null }),
        );
        response.writeHead(status, headers).end(body);
      }),
    );
    origin = `http://${server.address}`;
    plain = await openPage(browser, origin, { javaScriptEnabled: false });
    scripted = await openPage(browser, origin);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test.each(Object.keys(pages))('of "%s" keeps nobody out, at any width, in light and dark', async (name) => {
    const { page, problems } = scripted;
    const before = problems().length;
    await page.emulateMedia({ colorScheme: 'light' });
    const answer = await page.goto(`${origin}/${encodeURIComponent(name)}`);
    expect(answer?.status()).toBe(200);
    expect(await overflow(page, 'narrow')).toEqual([]);
    expect(await overflow(page, 'phone')).toEqual([]);
    expect(await accessibility(page)).toEqual([]);
    await keepPicture(page, `page-${fileName(name)}-phone-light`);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await overflow(page, 'desktop')).toEqual([]);
    expect(await accessibility(page)).toEqual([]);
    await keepPicture(page, `page-${fileName(name)}-desktop-dark`);
    expect(problems().slice(before)).toEqual([]);
  });

  test.each(Object.entries(overviews))('of "%s" says the same without scripts', async (name, overview) => {
    const { page, problems } = plain;
    const before = problems().length;
    await page.goto(`${origin}/${encodeURIComponent(name)}`);
    expect(await overflow(page, 'phone')).toEqual([]);
    const text = await wholeText(page);
    for (const site of overview.sites) {
      for (const { id } of [...site.targets, ...site.signers]) expect(text).toContain(id);
    }
    expect(problems().slice(before)).toEqual([]);
  });

  test('can be walked by the keyboard, in order, and shows where one is', async () => {
    const { page, problems, close } = await openPage(browser, origin);
    await page.goto(`${origin}/dark`);
    const wanted = z.array(z.string()).parse(await page.evaluate(reachable));
    expect(wanted.length).toBeGreaterThan(2);
    const walked: string[] = [];
    for (const expected of wanted) {
      // oxlint-disable no-await-in-loop -- one key after the other
      await page.keyboard.press('Tab');
      const { element, isSeen } = focusForm.parse(await page.evaluate(focused));
      // oxlint-enable no-await-in-loop
      expect(isSeen, `the focus on ${expected} can be seen`).toBe(true);
      walked.push(element);
    }
    expect(walked).toEqual(wanted);
    expect(problems()).toEqual([]);
    await close();
  });

  test('opens its folded parts by the keyboard', async () => {
    const { page, problems, close } = await openPage(browser, origin, { javaScriptEnabled: false });
    await page.goto(`${origin}/dark`);
    const folded = page.locator('details:not([open]) > summary').first();
    await folded.focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.parentElement.open')).toBe(true);
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.parentElement.open')).toBe(false);
    expect(problems()).toEqual([]);
    await close();
  });

  test('shows whatever is written in a name as text, and runs none of it', async () => {
    const { page, problems, close } = await openPage(browser, origin);
    let asked = 0;
    page.on('dialog', (dialog) => {
      asked += 1;
      void dialog.dismiss();
    });
    await page.goto(`${origin}/${encodeURIComponent('hostile texts')}`);
    await shows(page, /<script>alert\(1\)<\/script>/);
    await shows(page, /<img src=x onerror=alert\(1\)>/);
    expect(await page.locator('img, [onerror], [onmouseover]').count()).toBe(0);
    expect(await page.locator('script').count()).toBeLessThanOrEqual(1);
    // Nothing turns the direction of what stands after it.
    expect(await wholeText(page)).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
    expect(asked).toBe(0);
    expect(problems()).toEqual([]);
    await close();
  });
});

describe.skipIf(lacks('chromium'))('the badge', () => {
  test('is an image on a page of somebody else, whatever the site is called', async () => {
    const browser = await launch();
    const badges = Object.entries(overviews).flatMap(([name, { sites }]) =>
      sites.map((site, index) => ({ path: `/${fileName(name)}-${index}.svg`, svg: badge(site) })),
    );
    const images = badges.map(({ path }) => `<img src="${path}" alt="how it is">`).join('\n');
    const server = await listen(
      createServer(({ url }, response) => {
        const found = badges.find(({ path }) => path === url);
        const type = found === undefined ? 'text/html; charset=utf-8' : 'image/svg+xml; charset=utf-8';
        response.writeHead(200, { 'content-type': type, 'x-content-type-options': 'nosniff' });
        response.end(found?.svg ?? `<!doctype html><title>theirs</title>${images}`);
      }),
    );
    const { page, problems } = await openPage(browser, `http://${server.address}`);
    await page.goto(`http://${server.address}/`);
    const heights = await page.evaluate(
      '[...document.images].map((each) => each.complete && each.naturalHeight)',
    );
    expect(heights).toEqual(badges.map(() => 20));
    expect(problems()).toEqual([]);
    await browser.close();
    await server.close();
  });
});
