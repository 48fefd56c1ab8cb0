// The view on the real framework and over real sockets: who gets in by what, what they may keep, and what a reader learns while the store fails.
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { EnterTrouble } from '../../functions/views/page/enter-page.ts';
import { enterWords } from '../../functions/views/page/enter-page.ts';
import { shownParts } from '../../functions/domain/shown.ts';
import { linkKeys } from '../../functions/kit/signed-link.ts';
import { signViewLink, viewKeys } from '../../functions/kit/view-link.ts';
import { signSession, type Session } from '../../functions/kit/view-session.ts';
import { localHouse, startAt, type LocalHouse } from '../support/local.ts';
import { parseOpenMetrics } from '../support/open-metrics.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const token = 'the-token-of-the-status-of-this-house';
const linkKey = 'the-key-that-signs-links-to-the-view';
const formerKey = 'the-former-key-that-signed-such-links';
const variables = { STATUS_TOKEN: token, VIEW_KEY: linkKey, FORMER_KEY: formerKey };
const signing = { linkKey: { env: 'VIEW_KEY' }, previousLinkKey: { env: 'FORMER_KEY' } };
const access = { access: 'token', token: { env: 'STATUS_TOKEN' }, ...signing };
const links = { status: 'https://status.example/' };
const keys = viewKeys({ token, linkKey, previousLinkKey: formerKey });

let home: LocalHouse;
/** Everything that was shown to prove something; none of it may ever be in a log or in the store. */
const shown: string[] = [];
afterEach(async () => {
  const told = `${home.logs.join('\n')}${JSON.stringify(home.watchdog.firestore.dump('(default)'))}`;
  await home.close();
  const secrets = [...Object.values(variables), ...shown.splice(0)].filter((each) => each.length > 8);
  const leaked = secrets.filter((secret) => told.includes(secret));
  if (leaked.length > 0) throw new Error(`a log or the store holds ${leaked.join(', ')}`);
});

async function house(status: object = access, config: object = {}): Promise<void> {
  home = await localHouse({ config: { status, links, ...config }, variables });
  await home.tick();
}

type Called = {
  readonly code: number;
  readonly text: string;
  readonly header: (name: string) => string;
};
type Call = {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

async function call(path: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Called> {
  const answer = await request(`${home.watchdog.urls.status}${path}`, {
    method,
    headers,
    body: body ?? null,
  });
  const text = await answer.body.text();
  for (const secret of [...Object.values(variables), ...shown]) expect(text).not.toContain(secret);
  return { code: answer.statusCode, text, header: (name) => String(answer.headers[name] ?? '') };
}

const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const bearer = { authorization: `Bearer ${token}` };
const cookie = (value: string): Record<string, string> => ({ cookie: `watchdog=${value}` });

function session(by: Session['by'], until = startAt + minute, of = keys): Record<string, string> {
  const value = signSession({ by, until }, of) ?? '';
  shown.push(value);
  return cookie(value);
}

function link(until = startAt + day, key = linkKey): string {
  const text = signViewLink(until, linkKeys(key, null));
  shown.push(text);
  return text;
}

const plain = { 'content-type': 'text/plain' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const post = (body: string, headers: Record<string, string> = plain): Promise<Called> =>
  call('/enter', { method: 'POST', body, headers });
const typed = (text: string, headers: Record<string, string> = {}): Promise<Called> =>
  post(new URLSearchParams({ token: text }).toString(), { ...form, accept: html, ...headers });

/** The cookie that an answer gives, as a browser sends it back. */
function given(answer: Called): Record<string, string> {
  const [pair = ''] = answer.header('set-cookie').split(';');
  shown.push(pair.slice(pair.indexOf('=') + 1));
  return { cookie: pair };
}

const overviewOf = z.looseObject({
  version: z.literal(1),
  at: z.number(),
  readAt: z.number(),
  blind: z.looseObject({ since: z.number(), why: z.string() }).nullable(),
  isPublic: z.boolean(),
  hidden: z.array(z.string()),
});
const overview = async (headers: Record<string, string> = bearer): Promise<z.infer<typeof overviewOf>> =>
  overviewOf.parse(JSON.parse((await call('/overview', { headers })).text));

const views = ['/', '/overview', '/metrics', '/badge/home.svg'];
const tables = ['/incidents', '/maintenance', '/standbys', '/drills', '/caller'];

describe('a private view', () => {
  test.each<readonly [string, () => Record<string, string>]>([
    ['the token', () => bearer],
    ['a session that the token began', () => session('token')],
    ['a session that a link began', () => session('link')],
    [
      'a session of a link by the former key',
      () => session('link', startAt + minute, viewKeys({ token, linkKey: formerKey, previousLinkKey: null })),
    ],
  ])('shows everything to %s, and nobody else may keep it', async (_, credentials) => {
    await house();
    for (const path of [...views, ...tables]) {
      const answer = await call(path, { headers: credentials() });
      expect([path, answer.code, answer.header('cache-control')]).toEqual([path, 200, 'private, no-cache']);
      expect(answer.header('vary')).toBe('Accept, Cookie, Authorization');
    }
  });

  test.each<readonly [string, EnterTrouble, () => Record<string, string>]>([
    ['nobody', null, () => ({})],
    ['a wrong token', 'refused', () => ({ authorization: 'Bearer the-token-of-another-house' })],
    ['a token that is no bearer', null, () => ({ authorization: `Basic ${token}` })],
    ['a session that is over', 'expired', () => session('token', startAt)],
    [
      'a session of another token',
      'expired',
      () =>
        session(
          'token',
          startAt + minute,
          viewKeys({ token: 'x'.repeat(30), linkKey, previousLinkKey: null }),
        ),
    ],
    ['a link for a cookie', 'expired', () => cookie(link())],
    ['a cookie of https over plain http', null, () => ({ cookie: `__Host-${session('token')['cookie']}` })],
    ['a broken cookie', 'expired', () => ({ cookie: 'watchdog=%00"; a; =; watchdog' })],
  ])('shows nothing to %s', async (_, trouble, credentials) => {
    await house();
    for (const path of [...views, ...tables, '/link', '/nowhere', '/history/home', '/history?site=']) {
      const answer = await call(path, { headers: credentials() });
      expect([path, answer.code, answer.header('www-authenticate')]).toEqual([path, 401, 'Bearer']);
      expect(JSON.parse(answer.text)).toEqual({
        error: trouble === 'expired' ? enterWords('expired') : 'a bearer token is needed',
      });
      const page = await call(path, { headers: { accept: html, ...credentials() } });
      expect([path, page.code, page.header('cache-control')]).toEqual([path, 401, 'no-store']);
      expect(page.header('content-security-policy')).toMatch(/^default-src 'none'; script-src 'sha256-/);
      expect(page.text).toContain('<form method="post"');
      expect(page.text).not.toMatch(/home|geth|lighthouse/);
    }
    expect((await call('/', { headers: { accept: html, ...credentials() } })).text).toContain(
      enterWords(trouble).split("'")[0],
    );
  });

  test('is a page for a browser and JSON for everybody else', async () => {
    await house();
    const page = await call('/', { headers: { ...bearer, accept: html } });
    expect(page.header('content-type')).toBe('text/html; charset=utf-8');
    expect(page.header('content-security-policy')).toMatch(
      /^default-src 'none'; script-src ('none'|'sha256-[\w+/]{43}='); style-src 'sha256-[\w+/]{43}='; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(page.text).toContain('<!doctype html>');
    for (const accept of ['*/*', 'application/json', '']) {
      const answer = await call('/', { headers: { ...bearer, accept } });
      expect(JSON.parse(answer.text)).toMatchObject({ summary: 'well', sites: [{ site: 'home' }] });
    }
    expect(
      (await call('/overview', { headers: { ...bearer, accept: html } })).header('content-type'),
    ).toMatch(/^application\/json/);
  });

  test('gives its overview as metrics, and the badge as a picture that can do nothing', async () => {
    await house();
    const metrics = await call('/metrics', { headers: bearer });
    expect(metrics.header('content-type')).toMatch(/^application\/openmetrics-text/);
    expect(parseOpenMetrics(metrics.text).length).toBeGreaterThan(0);
    const badge = await call('/badge/home.svg', { headers: bearer });
    expect(badge.header('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(badge.header('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'");
    expect(badge.text).toMatch(/^<svg [^]*home/);
    expect((await call('/badge/cellar.svg', { headers: bearer })).code).toBe(404);
  });

  test('may show its badge to everybody, and then nothing but that', async () => {
    await house({ ...access, badge: 'public' });
    const badge = await call('/badge/home.svg');
    expect([badge.code, badge.header('cache-control')]).toEqual([200, 'public, max-age=10']);
    expect((await call('/badge/home.svg', { headers: { accept: html } })).code).toBe(200);
    expect((await call('/badge/cellar.svg')).code).toBe(404);
    for (const path of ['/', '/overview', '/badge', '/badge/home.svg/x', '/badge/home.svg?x=1']) {
      expect((await call(path)).code, path).toBe(401);
    }
  });
});

describe('entering', () => {
  test('by the link of a message begins a session that lasts as long as the link', async () => {
    await house();
    const until = startAt + 3 * minute;
    const answer = await post(`${link(until)}\n`);
    expect([answer.code, JSON.parse(answer.text)]).toEqual([200, { until }]);
    expect(answer.header('set-cookie')).toMatch(
      /^watchdog=[\w.-]+; Max-Age=180; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const in_ = given(answer);
    expect((await call('/', { headers: in_ })).code).toBe(200);
    home.moveTo(until - 1);
    expect((await call('/', { headers: in_ })).code).toBe(200);
    home.moveTo(until);
    expect((await call('/', { headers: in_ })).code).toBe(401);
  });

  test('by the token in the form leads to the view, for thirty days', async () => {
    await house();
    const answer = await typed(` ${token} `);
    expect([answer.code, answer.header('location'), answer.text]).toEqual([303, './', '']);
    expect(answer.header('set-cookie')).toContain('; Max-Age=2592000; ');
    const in_ = given(answer);
    home.moveTo(startAt + 30 * day - 1);
    expect((await call('/', { headers: { ...in_, accept: html } })).code).toBe(200);
    home.moveTo(startAt + 30 * day);
    expect((await call('/', { headers: in_ })).code).toBe(401);
  });

  test('through the front of the platform gives a cookie for https only, which plain http does not take', async () => {
    await house();
    const https = { 'x-forwarded-proto': 'https' };
    const answer = await post(link(), { ...plain, ...https });
    expect(answer.header('set-cookie')).toMatch(
      /^__Host-watchdog=.*; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    const in_ = given(answer);
    expect((await call('/', { headers: { ...in_, ...https } })).code).toBe(200);
    expect((await call('/', { headers: in_ })).code).toBe(401);
  });

  test('takes a whole link in the form too, for people paste what they have', async () => {
    await house();
    expect((await typed(`https://status.example/enter#${link()}`)).code).toBe(303);
    expect((await typed(link())).code).toBe(303);
  });

  test.each<readonly [number, Exclude<EnterTrouble, null>, string, () => string]>([
    [410, 'expired', 'a link that is too old', () => link(startAt)],
    [403, 'forged', 'a link of another key', () => link(startAt + day, 'x'.repeat(40))],
    [400, 'malformed', 'half a link', () => link().split('.')[0] ?? ''],
    [400, 'malformed', 'nothing', () => ''],
    [400, 'malformed', 'the token, from a script', () => token],
    [403, 'forged', 'a session', () => session('token')['cookie']?.replace('watchdog=', '') ?? ''],
  ])('is refused with %i, %s: %s', async (code, reason, _, text) => {
    await house();
    const answer = await post(text());
    expect(answer.code).toBe(code);
    expect(JSON.parse(answer.text)).toEqual({ error: enterWords(reason), reason });
    expect(answer.header('set-cookie')).toBe('');
  });

  test('in the form says on the page what was wrong, without repeating it', async () => {
    await house();
    const wrong = await typed('<script>alert(1)</script>');
    expect([wrong.code, wrong.header('set-cookie')]).toEqual([403, '']);
    expect(wrong.text).toContain(enterWords('refused'));
    expect(wrong.text).not.toContain('alert(1)');
    expect((await typed(link(startAt))).code).toBe(410);
    expect((await typed('')).code).toBe(403);
    expect((await post('a=b', { ...form, accept: html })).code).toBe(403);
  });

  test('from the page of another site is refused, whoever clicks there', async () => {
    await house();
    for (const site of ['cross-site', 'same-site']) {
      const answer = await typed(token, { 'sec-fetch-site': site });
      expect([answer.code, answer.header('set-cookie')]).toEqual([403, '']);
      const left = await call('/leave', { method: 'POST', headers: { 'sec-fetch-site': site } });
      expect([left.code, left.header('set-cookie')]).toEqual([403, '']);
    }
    const foreign = await typed(token, { origin: 'https://elsewhere.example' });
    expect([foreign.code, foreign.header('set-cookie')]).toEqual([403, '']);
    expect((await typed(token, { 'sec-fetch-site': 'same-origin', origin: 'null' })).code).toBe(303);
  });

  test('has a page of its own, from where somebody who is in already is led on without the link', async () => {
    await house();
    const page = await call('/enter', { headers: { accept: html } });
    expect([page.code, page.header('cache-control')]).toEqual([200, 'no-store']);
    expect(page.text).toContain('action="enter"');
    const on = await call('/enter', { headers: session('link') });
    expect([on.code, on.header('location')]).toEqual([303, './#']);
  });

  test('leads to the view from a path with a slash at the end as well, and pages below stand at theirs without one', async () => {
    await house();
    const to = async (path: string, init: Parameters<typeof call>[1]): Promise<string> => {
      const { code, header } = await call(path, init);
      return `${code} ${new URL(header('location'), `https://x.example${path}`).href}`;
    };
    const anIncident = '/incidents/home.site.home.20261123T020000Z';
    const asPage = { headers: { ...session('token'), accept: html } };
    const typedIn = {
      method: 'POST',
      body: new URLSearchParams({ token }).toString(),
      headers: form,
    } as const;
    expect(await to('/enter/', asPage)).toBe('303 https://x.example/#');
    expect(await to('/enter/', typedIn)).toBe('303 https://x.example/');
    expect(await to('/leave/', { ...typedIn, body: '' })).toBe('303 https://x.example/');
    expect(await to('/history/home/', asPage)).toBe('303 https://x.example/history/home');
    expect(await to(`${anIncident}/`, asPage)).toBe(`303 https://x.example${anIncident}`);
    expect((await call('/', asPage)).code).toBe(200);
  });

  test('is undone by leaving', async () => {
    await house();
    const left = await call('/leave', {
      method: 'POST',
      body: '',
      headers: { ...form, ...session('token') },
    });
    expect([left.code, left.header('location')]).toEqual([303, './']);
    expect(left.header('set-cookie')).toBe('watchdog=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax');
    expect((await call('/leave', { method: 'POST' })).text).toBe('{"left":true}');
    expect((await call('/leave')).code).toBe(405);
  });
});

describe('a link for somebody else', () => {
  const made = z.strictObject({ url: z.string(), until: z.number() });

  test('is made for the token, leads to the door of the view, and opens it', async () => {
    await house();
    const answer = await call('/link?for=2h', { headers: bearer });
    expect(answer.header('cache-control')).toBe('no-store');
    const { url, until } = made.parse(JSON.parse(answer.text));
    const [address, fragment = ''] = url.split('#');
    shown.push(fragment);
    expect([address, until]).toEqual(['https://status.example/enter', startAt + 120 * minute]);
    expect((await post(fragment)).code).toBe(200);
    const usual = made.parse(JSON.parse((await call('/link', { headers: session('token') })).text));
    expect(usual.until).toBe(startAt + 3 * day);
  });

  test('is not made for who came by one, so that none lasts longer than was meant', async () => {
    await house();
    expect((await call('/link', { headers: session('link') })).code).toBe(401);
  });

  test('leads to where it was asked for when the configuration says nothing of that', async () => {
    await house(access, { links: {} });
    const { url } = made.parse(JSON.parse((await call('/link', { headers: bearer })).text));
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/enter#/);
  });

  test('is not signed by a token that could be guessed from it', async () => {
    home = await localHouse({
      config: { status: { access: 'token', token: { env: 'STATUS_TOKEN' } } },
      variables: { STATUS_TOKEN: 'short' },
    });
    const answer = await call('/link', { headers: { authorization: 'Bearer short' } });
    expect([answer.code, answer.text]).toEqual([404, expect.stringContaining('status.linkKey')]);
  });

  test.each(['1s', '31d', '3', 'd', '-1d', '3d&for=3d', '3d&until=1'])('not for %s', async (words) => {
    await house();
    expect((await call(`/link?for=${words}`, { headers: bearer })).code).toBe(400);
  });
});

describe('a public view', () => {
  const everybody = { access: 'public' };

  test('shows everybody its pages, which anybody may keep for ten seconds, and no table', async () => {
    await house(everybody);
    for (const path of views) {
      for (const accept of [html, '*/*']) {
        const answer = await call(path, { headers: { accept } });
        expect([path, answer.code]).toEqual([path, 200]);
        expect(answer.header('cache-control')).toBe('public, max-age=10');
        expect(answer.text).not.toMatch(/127\.0\.0\.1/);
      }
    }
    for (const path of [...tables, '/incidents/home.site.home.20261123T020000Z', '/link', '/enter']) {
      const answer = await call(path, { headers: { accept: html } });
      expect([path, answer.code]).toEqual([path, path === '/link' ? 401 : 404]);
    }
    expect((await post(link())).code).toBe(405);
  });

  test.each<{ readonly show: readonly string[] }>([
    { show: [] },
    { show: ['history'] },
    { show: ['incidents', 'targets'] },
    { show: shownParts },
  ])('shows $show and nothing else', async ({ show }) => {
    await house({ ...everybody, show });
    expect((await overview({})).hidden).toEqual(shownParts.filter((part) => !show.includes(part)));
  });

  test('shows all of it to who comes in, and then nobody may keep it', async () => {
    await house({ ...everybody, token: { env: 'STATUS_TOKEN' }, ...signing });
    expect((await overview({})).hidden.length).toBeGreaterThan(0);
    for (const credentials of [bearer, session('token'), session('link')]) {
      expect((await overview(credentials)).hidden).toEqual([]);
      const answer = await call('/', { headers: { ...credentials, accept: html } });
      expect(answer.header('cache-control')).toBe('private, no-cache');
      expect((await call('/incidents', { headers: credentials })).code).toBe(200);
    }
    const path = '/incidents/home.site.home.20261123T020000Z';
    expect((await call(path, { headers: { accept: html } })).text).toContain('<form method="post"');
    expect((await call('/overview', { headers: { authorization: 'Bearer wrong' } })).code).toBe(401);
    expect((await overview(session('token', startAt))).hidden.length).toBeGreaterThan(0);
  });

  test('tells programs no more than people, and a crowd of them costs no more', async () => {
    await house({ ...everybody, show: ['incidents'] });
    await Promise.all([home.endpoints.geth.down(), home.endpoints.lighthouse.down()]);
    home.moveTo(startAt + minute);
    await home.tick();
    // The page is on its way meanwhile: only what reads the site is counted.
    let looks = 0;
    home.watchdog.firestore.faults.set(
      ({ documents }) => void (looks += Number(documents.includes('sites/home'))),
    );
    const answers = await Promise.all(Array.from({ length: 50 }, () => call('/')));
    expect(looks).toBe(1);
    const [{ text, code } = { text: '', code: 0 }] = answers;
    expect([code, answers.every((each) => each.text === text)]).toEqual([200, true]);
    expect(JSON.parse(text)).toMatchObject({
      summary: 'trouble',
      sites: [{ site: 'home', verdict: 'dark', facts: null, incidents: [{ evidence: [], told: [] }] }],
    });
    expect(text).not.toMatch(/geth|lighthouse|pager|refused/);
  });

  test('may keep its badge for those who come in', async () => {
    await house({ ...everybody, token: { env: 'STATUS_TOKEN' }, badge: 'private' });
    expect((await call('/badge/home.svg')).code).toBe(401);
    const badge = await call('/badge/home.svg', { headers: bearer });
    expect([badge.code, badge.header('cache-control')]).toEqual([200, 'private, no-cache']);
  });
});

describe('the record of days', () => {
  const paths = ['/history/home', '/history/home/2026-11-23', '/history?site=home'];

  test('is a page for a browser, and JSON for everybody else', async () => {
    await house();
    for (const path of paths) {
      const answer = await call(path, { headers: bearer });
      expect([path, answer.code, answer.header('cache-control')]).toEqual([path, 200, 'private, no-cache']);
      expect(JSON.parse(answer.text)).toMatchObject({ version: 1, site: 'home' });
      const page = await call(path, { headers: { ...session('link'), accept: html } });
      const type = path.includes('?') ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8';
      expect([path, page.code, page.header('content-type')]).toEqual([path, 200, type]);
    }
    const days = await call('/history/home/2026-11-23', { headers: bearer });
    expect(JSON.parse(days.text)).toMatchObject({ day: '2026-11-23', row: { ticks: 1 } });
  });

  test('has no site that is not there, and no day that cannot be', async () => {
    await house();
    expect((await call('/history/cellar', { headers: bearer })).code).toBe(404);
    home.watchdog.firestore.resetCounts();
    for (const day of ['2026-11-25', '2025-10-01', '1900-01-01', '2026-11-31', 'today']) {
      const answer = await call(`/history/home/${day}`, { headers: { ...bearer, accept: html } });
      expect([day, answer.code]).toEqual([day, 400]);
      expect(answer.text).toContain('day');
      expect(answer.text).not.toContain('ERR_');
    }
    expect((await call('/history?site=home&from=2001-01-01', { headers: bearer })).code).toBe(400);
    expect(home.watchdog.firestore.counts().reads).toBeLessThan(3);
  });

  test('is public only where the owner shows it, and then without what is not shown', async () => {
    await house({ access: 'public', show: ['history'] });
    for (const path of paths) {
      const answer = await call(path);
      expect([path, answer.code, answer.header('cache-control')]).toEqual([path, 200, 'public, max-age=10']);
      expect(answer.text).not.toMatch(/geth|lighthouse/);
    }
    await home.close();
    await house({ access: 'public', show: ['incidents'] });
    for (const path of paths) expect((await call(path)).code).toBe(404);
    await home.close();
    await house({ access: 'public', show: [], token: { env: 'STATUS_TOKEN' } });
    for (const path of paths) expect((await call(path)).code).toBe(401);
  });

  test('and an incident have pages of their own', async () => {
    await house();
    await Promise.all([home.endpoints.geth.down(), home.endpoints.lighthouse.down()]);
    home.moveTo(startAt + minute);
    await home.tick();
    const path = '/incidents/home.site.home.20261123T020100Z';
    const page = await call(path, { headers: { ...bearer, accept: html } });
    expect([page.code, page.header('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain('home.site.home.20261123T020100Z');
    expect((await call(path, { headers: bearer })).header('content-type')).toMatch(/json/);
    const nothing = await call(path.replace('0100Z', '0200Z'), { headers: { ...bearer, accept: html } });
    expect([nothing.code, nothing.header('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  });
});

describe('what a reader has already', () => {
  test('is not sent again, until there is something new', async () => {
    await house();
    for (const path of ['/', ...views]) {
      const headers = { ...bearer, accept: path === '/' ? html : '*/*' };
      const first = await call(path, { headers });
      const tag = first.header('etag');
      expect(tag).toMatch(/^"[\w-]{43}"$/);
      const second = await call(path, { headers: { ...headers, 'if-none-match': tag } });
      expect([second.code, second.text, second.header('etag')]).toEqual([304, '', tag]);
      expect(second.header('cache-control')).toBe('private, no-cache');
      expect(second.header('vary')).toBe('Accept, Cookie, Authorization');
    }
    const tag = (await call('/overview', { headers: bearer })).header('etag');
    home.moveTo(startAt + 10_000);
    expect((await call('/overview', { headers: { ...bearer, 'if-none-match': tag } })).code).toBe(200);
  });

  test('a page and its JSON have different tags, and HEAD says the same as GET without the body', async () => {
    await house();
    const heads = await Promise.all(
      [html, '*/*'].map((accept) => call('/overview', { method: 'HEAD', headers: { ...bearer, accept } })),
    );
    expect(heads.map(({ text }) => text)).toEqual(['', '']);
    const page = await call('/', { headers: { ...bearer, accept: html } });
    const head = await call('/', { method: 'HEAD', headers: { ...bearer, accept: html } });
    for (const name of [
      'etag',
      'cache-control',
      'vary',
      'content-type',
      'content-security-policy',
      'content-length',
    ]) {
      expect([name, head.header(name)]).toEqual([name, page.header(name)]);
    }
    expect(head.text).toBe('');
    expect((await call('/overview', { headers: bearer })).header('etag')).not.toBe(page.header('etag'));
  });
});

describe('the cost of readers', () => {
  test('is one refresh in ten seconds, for two hundred of them at once', async () => {
    await house();
    const read = async (count: number): Promise<number> => {
      home.watchdog.firestore.resetCounts();
      const answers = await Promise.all(
        Array.from({ length: count }, (_, index) =>
          call(views[index % views.length] === '/' ? '/overview' : (views[index % views.length] ?? '/'), {
            headers: bearer,
          }),
        ),
      );
      expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([200]));
      return home.watchdog.firestore.counts().reads;
    };
    const first = await read(200);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(3);
    home.moveTo(startAt + 9_999);
    expect(await read(50)).toBe(0);
    home.moveTo(startAt + 10_000);
    const second = await read(200);
    expect(second).toBeGreaterThan(0);
    expect(second).toBeLessThanOrEqual(3);
  });

  test('is nothing for those who may not read', async () => {
    await house();
    home.watchdog.firestore.resetCounts();
    await Promise.all(
      [...views, ...tables].flatMap((path) => [call(path), call(path, { headers: { accept: html } })]),
    );
    await post('x');
    expect(home.watchdog.firestore.counts()).toMatchObject({ reads: 0, writes: 0 });
  });
});

describe('while the store fails', () => {
  const fail = (): void =>
    home.watchdog.firestore.faults.set(() => ({ code: 'PERMISSION_DENIED', message: 'of projects/secret' }));

  test('the last that was known is shown, with since when nothing is known, until it is back', async () => {
    await house();
    const before = await overview();
    expect(before.blind).toBeNull();
    fail();
    home.moveTo(startAt + 20_000);
    const blind = await overview();
    expect(blind).toMatchObject({ readAt: before.readAt, blind: { since: startAt + 20_000 } });
    expect(blind.blind?.why).not.toContain('projects/secret');
    home.moveTo(startAt + 40_000);
    expect((await overview()).blind).toMatchObject({ since: startAt + 20_000 });
    for (const path of views) {
      expect((await call(path, { headers: { ...bearer, accept: html } })).code, path).toBe(200);
    }
    home.watchdog.firestore.faults.clear();
    home.moveTo(startAt + 60_000);
    expect(await overview()).toMatchObject({ readAt: startAt + 60_000, blind: null });
  });

  test('an instance that has just begun says that it knows nothing, to people and to programs', async () => {
    await house();
    fail();
    const answer = await call('/overview', { headers: bearer });
    expect([answer.code, answer.header('retry-after')]).toEqual([503, '30']);
    expect(JSON.parse(answer.text)).toEqual({
      version: 1,
      nothing: true,
      at: startAt,
      since: startAt,
      why: expect.any(String),
      error: expect.stringContaining('2026-11-23T02:00:00.000Z'),
    });
    const page = await call('/', { headers: { ...bearer, accept: html } });
    expect([page.code, page.header('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
    expect(page.text).not.toContain('projects/secret');
    expect((await call('/metrics', { headers: bearer })).code).toBe(503);
    expect((await call('/badge/home.svg', { headers: bearer })).text).toContain('unknown');
    const table = await call('/incidents/home.site.home.20261123T020000Z', {
      headers: { ...bearer, accept: html },
    });
    expect([table.code, table.header('content-type')]).toEqual([500, 'text/html; charset=utf-8']);
    expect(table.text).not.toMatch(/ERR_|projects/);
    home.watchdog.firestore.faults.clear();
    home.moveTo(startAt + 20_000);
    expect((await call('/', { headers: { ...bearer, accept: html } })).code).toBe(200);
  });
});
