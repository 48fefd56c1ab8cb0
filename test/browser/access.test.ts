// How one comes in to the view and goes out again, in a real browser: by a link, by the token, with and without scripts; and what everybody sees.
import { createServer } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { linkToView } from '../../lab/view.ts';
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
import { localHouse, startAt, type LocalHouse, type LocalHouseOptions } from '../support/local.ts';
import { listen } from '../support/server.ts';
import { lacks } from '../support/tools.ts';

const token = 'the-token-of-this-status-and-no-other';
const dayMs = 86_400_000;

describe.skipIf(lacks('chromium'))('the door of the view', () => {
  let browser: Browser;
  let house: LocalHouse | null = null;
  beforeAll(async () => {
    browser = await launch();
  });
  afterEach(async () => {
    await house?.close();
    house = null;
  });
  afterAll(() => browser.close());

  async function watchedHouse(options: LocalHouseOptions = {}): Promise<LocalHouse> {
    const variables = { STATUS_TOKEN: token, STATUS_REFRESH_SECONDS: '1', ...options.variables };
    const opened = await localHouse({ ...options, variables });
    house = opened;
    opened.moveTo(startAt + 1);
    await opened.tick();
    return opened;
  }

  const open = ({ watchdog }: LocalHouse, options: Parameters<typeof openPage>[2] = {}): Promise<Opened> =>
    openPage(browser, new URL(watchdog.urls.status).origin, options);
  const linkOf = ({ watchdog }: LocalHouse): Promise<string> => linkToView(watchdog.urls.status, token);

  test('a link opens it, leaves no trace of its token, and holds until one leaves', async () => {
    const { watchdog } = await watchedHouse();
    const opened = await openPage(browser, new URL(watchdog.urls.status).origin);
    const { page, problems } = opened;
    const link = await linkToView(watchdog.urls.status, token);
    await page.goto(link);
    await shows(page, /All is well/);
    expect(page.url().replace(/#$/, '')).toBe(`${watchdog.urls.status}/`);
    // Nothing of it can be read by a script, or found by somebody who goes back.
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await wholeText(page)).not.toContain(new URL(link).hash.slice(1));
    await page.reload();
    await shows(page, /All is well/);
    expect(problems()).toEqual([]);
    await page.getByRole('button', { name: 'Leave' }).click();
    await shows(page, /shown to its owners only/);
    await page.goto(watchdog.urls.status);
    await shows(page, /shown to its owners only/);
    await opened.close();
  });

  test('a link that is too old, or that is none of ours, opens nothing and says why', async () => {
    const opened = await watchedHouse();
    const link = await linkOf(opened);
    opened.moveTo(startAt + 4 * dayMs);
    const { page, close } = await open(opened);
    await page.goto(link);
    await shows(page, /This link is too old/);
    expect(await accessibility(page)).toEqual([]);
    expect(await overflow(page, 'narrow')).toEqual([]);
    await keepPicture(page, 'door-too-old');
    await page.goto('about:blank');
    await page.goto(link.replace(/\w{4}$/, 'AAAA'));
    await shows(page, /not made by this watchdog/);
    expect(page.url()).not.toContain('AAAA');
    await close();
  });

  test.each([true, false])(
    'the token opens it too, and no other does; scripts on: %s',
    async (javaScriptEnabled) => {
      const opened = await watchedHouse();
      const { page, close } = await open(opened, { javaScriptEnabled });
      await page.goto(opened.watchdog.urls.status);
      await shows(page, /shown to its owners only/);
      // Where no script runs, none can judge.
      expect(javaScriptEnabled ? await accessibility(page) : []).toEqual([]);
      await page.getByLabel('Token').fill('some-other-token-of-some-other-status');
      await page.getByRole('button', { name: 'Enter' }).click();
      await shows(page, /This is not the token/);
      expect(await overflow(page, 'narrow')).toEqual([]);
      await page.getByLabel('Token').fill(token);
      await page.keyboard.press('Enter');
      await shows(page, /All is well/);
      expect(page.url().replace(/#$/, '')).toBe(`${opened.watchdog.urls.status}/`);
      await page.reload();
      await shows(page, /All is well/);
      await close();
    },
  );

  test('a link can be pasted where no script can read it', async () => {
    const opened = await watchedHouse();
    const { page, close } = await open(opened, { javaScriptEnabled: false });
    const link = await linkOf(opened);
    await page.goto(link);
    await shows(page, /Without scripts a link cannot be read/);
    await page.getByLabel('Token').fill(link);
    await page.getByRole('button', { name: 'Enter' }).click();
    await shows(page, /All is well/);
    expect(page.url().replace(/#$/, '')).toBe(`${opened.watchdog.urls.status}/`);
    await close();
  });

  test('a session that ends while somebody looks is said to have ended, and what was seen stays', async () => {
    const opened = await watchedHouse();
    const { page, close } = await open(opened);
    await page.goto(await linkOf(opened));
    await shows(page, /All is well/);
    opened.moveTo(startAt + 4 * dayMs);
    await shows(page, /Your access has ended/);
    await shows(page, /All is well/);
    expect(await accessibility(page)).toEqual([]);
    await page.reload();
    await shows(page, /too old/);
    await close();
  });

  test('what changes shows by itself: what somebody has folded stays folded, and the focus where it is', async () => {
    const opened = await watchedHouse();
    const { page, problems, close } = await open(opened);
    await page.goto(await linkOf(opened));
    await shows(page, /All is well/);
    await opened.endpoints.geth.down();
    for (const minute of [1, 2, 3]) {
      opened.moveTo(startAt + minute * 60_000);
      // oxlint-disable-next-line no-await-in-loop -- one tick after the other
      await opened.tick();
    }
    await shows(page, /1 of 2 ways in does not answer as it should: geth/);
    const summary = page.locator('main details[open] > summary').first();
    await summary.focus();
    await page.keyboard.press('Enter');
    const focused = 'document.activeElement.parentElement.id';
    const folded = await page.evaluate(focused);
    await opened.endpoints.lighthouse.down();
    opened.moveTo(startAt + 4 * 60_000);
    await opened.tick();
    await shows(page, /Dark since/);
    expect(await page.evaluate(focused)).toBe(folded);
    expect(await page.evaluate('document.activeElement.parentElement.open')).toBe(false);
    expect(problems()).toEqual([]);
    await close();
  });

  test('whoever loses the line is told since when nothing is new, and sees it again when it is back', async () => {
    const opened = await watchedHouse();
    const { page, close } = await open(opened);
    await page.goto(await linkOf(opened));
    await shows(page, /All is well/);
    await page.context().setOffline(true);
    await shows(page, /Not refreshed since/);
    await page.context().setOffline(false);
    await shows(page, /^(?!.*Not refreshed).*All is well/s);
    expect(await overflow(page, 'narrow')).toEqual([]);
    await close();
  });

  test('whoever has selected text is told that nothing is new meanwhile, and so is who gets the page of somebody else', async () => {
    const opened = await watchedHouse();
    const { page, close } = await open(opened);
    await page.goto(await linkOf(opened));
    await shows(page, /All is well/);
    await page.evaluate('getSelection().selectAllChildren(document.querySelector("h2"))');
    await shows(page, /Not refreshed since \d\d:\d\d.* while text is selected/);
    await page.evaluate('getSelection().removeAllRanges()');
    await shows(page, /^(?!.*Not refreshed).*All is well/s);
    await page.route('**/*', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<main>Sign in to this network</main>' }),
    );
    await shows(page, /Not refreshed since .*no answer/);
    expect(await page.content()).not.toContain('Sign in');
    await close();
  });

  test('what is public shows no address, no id and no name of a person, and its badge stands on the page of somebody else', async () => {
    const opened = await watchedHouse({
      config: { status: { access: 'public', show: ['incidents', 'targets', 'history'], badge: 'public' } },
    });
    await opened.endpoints.geth.down();
    for (const minute of [1, 2, 3]) {
      opened.moveTo(startAt + minute * 60_000);
      // oxlint-disable-next-line no-await-in-loop -- one tick after the other
      await opened.tick();
    }
    const { status } = opened.watchdog.urls;
    const { page, problems, close } = await open(opened);
    await page.goto(status);
    await shows(page, /This is the public view/);
    await shows(page, /geth/);
    const text = await page.content();
    expect(text).not.toMatch(/127\.0\.0\.|ECONNREFUSED|pager/);
    expect(await accessibility(page)).toEqual([]);
    expect(await overflow(page, 'narrow')).toEqual([]);
    await keepPicture(page, 'public');
    expect(problems()).toEqual([]);
    await close();

    const badge = `${status}/badge/home.svg`;
    const elsewhere = await listen(
      createServer((_request, response) => {
        response.setHeader('content-type', 'text/html');
        response.end(`<!doctype html><title>Somebody's page</title><img src="${badge}" alt="the basement">`);
      }),
    );
    const theirs = await openPage(browser, `http://${elsewhere.address}`, {}, [new URL(status).origin]);
    await theirs.page.goto(`http://${elsewhere.address}/`);
    expect(await theirs.page.evaluate('document.images[0].naturalHeight')).toBe(20);
    expect(theirs.problems()).toEqual([]);
    await theirs.close();
    await elsewhere.close();
  });
});
