// `ack` on the real framework and over real sockets: what acknowledges does so once, and nothing else changes anything.
import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../functions/config/config.ts';
import { createAck } from '../../functions/entry/ack.ts';
import { bindLinks } from '../../functions/entry/links.ts';
import { secretReader } from '../../functions/kit/secret.ts';
import { linkKeys, shortCode, signLink, type LinkClaim } from '../../functions/kit/signed-link.ts';
import { serveFunction } from '../../local/functions/serve.ts';
import { notice } from '../support/documents.ts';
import { localHouse, startAt, type LocalHouse } from '../support/local.ts';
import { closedPort } from '../support/server.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const key = 'the-key-that-signs-links-0123456789';
const formerKey = 'the-former-key-that-signed-links-01';
const keys = linkKeys(key, null);

const secrets = {
  ACK_KEY: key,
  ACK_FORMER: formerKey,
  ACK_TOKEN: 'the-operators-token',
  TELEGRAM_SECRET: 'the-telegram-secret',
  PAGERDUTY_SECRET: 'the-pagerduty-secret',
};
const config = {
  acknowledge: {
    url: 'https://ack.example/ack',
    key: { env: 'ACK_KEY' },
    previousKey: { env: 'ACK_FORMER' },
    token: { env: 'ACK_TOKEN' },
    telegram: { channel: 'pager', secret: { env: 'TELEGRAM_SECRET' } },
    pagerduty: { secret: { env: 'PAGERDUTY_SECRET' } },
  },
};

let home: LocalHouse;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  const logged = home.logs.join('\n');
  const told = [...Object.values(secrets), ...shown.splice(0)].filter((secret) => logged.includes(secret));
  if (told.length > 0) throw new Error(`the log holds ${told.join(', ')}`);
  await Promise.all(closing.splice(0).map((close) => close()));
  await home.close();
});

/** Everything that was shown to prove something; none of it may ever be in a log or in the store. */
const shown: string[] = [];

const blackout = async (): Promise<void> => {
  await Promise.all([home.endpoints.geth.down(), home.endpoints.lighthouse.down()]);
};
const heal = async (): Promise<void> => {
  await Promise.all([home.endpoints.geth.up(), home.endpoints.lighthouse.up()]);
};

const acked = z.object({
  ack: z.object({ by: z.string(), severity: z.string() }).nullable(),
  severity: z.string(),
  resolvedAt: z.number().nullable(),
});

function incident(id: string): z.infer<typeof acked> {
  return acked.parse(home.watchdog.firestore.dump('(default)')[`incidents/${id}`]);
}

const inbox = (): string[] =>
  Object.keys(home.watchdog.firestore.dump('inbox')).filter((path) => path.startsWith('events/'));

function whole(): string {
  return JSON.stringify(['(default)', 'inbox'].map((name) => home.watchdog.firestore.dump(name)));
}

/** A house that was paged for one blackout; gives the id of its incident. */
async function darkHouse(more: object = {}): Promise<string> {
  home = await localHouse({ config: { ...config, ...more }, variables: secrets });
  await blackout();
  await home.tick();
  await home.pagedAtLeast(1);
  const [path = ''] = Object.keys(home.watchdog.firestore.dump('(default)')).filter((each) =>
    each.startsWith('incidents/'),
  );
  return path.replace('incidents/', '');
}

type Called = { readonly status: number; readonly text: string; readonly headers: Record<string, unknown> };

async function call(
  path: string,
  options: {
    readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
    readonly body?: string;
    readonly headers?: Record<string, string>;
    readonly url?: string;
  } = {},
): Promise<Called> {
  const { method = 'POST', body, headers = {}, url = home.watchdog.urls.ack ?? '' } = options;
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await request(`${url}${path}`, {
    method,
    body: body ?? null,
    headers: { ...type, ...headers },
  });
  const called = { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers };
  for (const secret of Object.values(secrets)) expect(called.text).not.toContain(secret);
  return called;
}

function link(incidentId: string, over: Partial<LinkClaim> = {}, signedBy = keys): string {
  const claim = { incident: incidentId, severity: 'critical', until: startAt + 3 * day, ...over };
  const token = signLink(claim, signedBy);
  shown.push(token);
  return token;
}

/** As the page does it. */
const press = (token: string, by?: string, url?: string): Promise<Called> =>
  call('', {
    body: JSON.stringify({ token, by }),
    headers: { 'content-type': 'text/plain' },
    ...(url === undefined ? {} : { url }),
  });

const kinds = (): string[] => home.paged.map((message) => message.kind);

describe('the link of a message', () => {
  test('acknowledges at once when its button is pressed, and people are told who has it', async () => {
    const id = await darkHouse();
    const answer = await press(link(id), ' Ada\u202e  Lovelace\n');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ acknowledged: id, site: 'home', isOver: false });
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(incident(id).ack).toMatchObject({ by: 'Ada Lovelace', severity: 'critical' });
    expect(inbox()).toEqual([]);
    await home.pagedAtLeast(2);
    expect(kinds()).toEqual(['opened', 'acknowledged']);
  });

  test('is the one that deliver makes from the same configuration', async () => {
    const id = await darkHouse();
    const path = home.configPath;
    const linksOf = bindLinks(loadConfig(path, { allow: ['127.0.0.0/8'] }), secretReader(secrets));
    const { links, code } = linksOf(notice({ thread: id, at: startAt }));
    const [url, token = ''] = links.acknowledge?.split('#') ?? [];
    shown.push(token, code ?? 'no code');
    expect(url).toBe('https://ack.example/ack');
    expect((await press(token, 'Ada')).status).toBe(200);
    expect(incident(id).ack?.by).toBe('Ada');
    const typed = await call('', { body: JSON.stringify({ code }) });
    expect(typed.status).toBe(200);
  });

  test('only shows a page when a preview, a scanner or a browser gets it, and nothing happens', async () => {
    const id = await darkHouse();
    link(id);
    const before = whole();
    for (const method of ['GET', 'HEAD'] as const) {
      const page = await call('', { method, headers: { 'user-agent': 'TelegramBot (like TwitterBot)' } });
      expect(page.status).toBe(200);
      expect(page.headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'content-type': 'text/html; charset=utf-8',
      });
      expect(page.headers['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}='; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      );
      expect(page.text === '' ? 'HEAD' : 'GET').toBe(method);
      expect(page.text).not.toMatch(/https?:|src=|home/);
    }
    expect(whole()).toBe(before);
  });

  test('pressed again, by two at once, or replayed later is one acknowledgement and one message', async () => {
    const id = await darkHouse();
    const token = link(id);
    const answers = await Promise.all([press(token, 'Ada'), press(token, 'Bob'), press(token)]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    home.moveTo(startAt + minute);
    await home.tick();
    await press(token, 'Mallory');
    await home.tick();
    await home.pagedAtLeast(2);
    expect(kinds()).toEqual(['opened', 'acknowledged']);
    expect(incident(id).ack?.by).not.toBe('Mallory');
    expect(inbox()).toEqual([]);
  });

  test('without a name is somebody', async () => {
    const id = await darkHouse();
    await press(link(id), '\u200b \n');
    expect(incident(id).ack?.by).toBe('somebody with the link');
  });

  test('of what is over says so, and changes nothing', async () => {
    const id = await darkHouse();
    await heal();
    for (let tick = 1; tick <= 6; tick += 1) {
      home.moveTo(startAt + tick * minute);
      await home.tick();
    }
    expect(incident(id).resolvedAt).not.toBeNull();
    const answer = await press(link(id), 'Ada');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ acknowledged: id, isOver: true });
    expect(incident(id).ack).toBeNull();
    await home.tick();
    expect(inbox()).toEqual([]);
  });

  test('of less than what it has become does not count, and says so', async () => {
    const id = await darkHouse();
    const answer = await press(link(id, { severity: 'warning' }), 'Ada');
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('graver')]);
    expect(incident(id).ack).toBeNull();
  });

  test('signed with the former key still works', async () => {
    const id = await darkHouse();
    expect((await press(link(id, {}, linkKeys(formerKey, null)), 'Ada')).status).toBe(200);
    expect(incident(id).ack?.by).toBe('Ada');
  });

  test('stops at its time, and says what to do instead', async () => {
    const id = await darkHouse();
    const token = link(id, { until: startAt + minute });
    home.moveTo(startAt + minute);
    const answer = await press(token);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      410,
      { reason: 'expired', error: expect.stringMatching(/newest message.*code.*watchdog ack/) },
    ]);
    expect(incident(id).ack).toBeNull();
  });
});

describe('what is no link of ours', () => {
  test('is refused, and changes nothing', async () => {
    const id = await darkHouse();
    const before = whole();
    for (const [what, status, forge] of [
      ['of another key', 403, (id: string) => link(id, {}, linkKeys('m'.repeat(40), null))],
      [
        'with another incident under the signature',
        403,
        (id: string) => swap(link(id), link('home.self.home.1')),
      ],
      [
        'with a longer life under the signature',
        403,
        (id: string) => swap(link(id), link(id, { until: 9e15 })),
      ],
      ['cut off', 403, (id: string) => link(id).slice(0, -1) + '_'],
      ['without its half', 400, (id: string) => link(id).split('.')[0] ?? ''],
      ['empty', 400, () => ''],
      ['endless', 400, () => 'x'.repeat(3_000)],
      ['of no severity', 400, (id: string) => link(id, { severity: 'doom' })],
    ] as const) {
      const answer = await press(forge(id), 'Mallory');
      expect([answer.status, answer.text], what).toEqual([status, expect.stringContaining('error')]);
    }
    expect(whole()).toBe(before);
  });

  const swap = (signature: string, payload: string): string =>
    `${payload.split('.')[0] ?? ''}.${signature.split('.')[1] ?? ''}`;

  test('a body that is none is refused', async () => {
    const id = await darkHouse();
    for (const [what, body, says] of [
      ['over the cap', `{"token":"${'x'.repeat(5_000)}"}`, /over 4096 bytes/],
      ['with a field that nobody knows', '{"token":"a.b","incident":"home"}', /must be/],
      ['with a token that is no text', '{"token":{"$ne":""}}', /must be/],
      ['that is a list', '[]', /must be/],
      ['that is empty', '', /must be/],
    ] as const) {
      const answer = await call('', { body, headers: { 'content-type': 'application/octet-stream' } });
      expect([answer.status, answer.text], what).toEqual([400, expect.stringMatching(says)]);
    }
    expect(incident(id).ack).toBeNull();
  });

  test('other methods and paths are told so', async () => {
    await darkHouse();
    for (const [method, path, status] of [
      ['PUT', '', 405],
      ['DELETE', '/events', 405],
      ['GET', '/events', 405],
      ['GET', '/telegram', 405],
      ['GET', '/pagerduty', 405],
      ['POST', '/constructor', 404],
      ['GET', '/../watch', 404],
    ] as const) {
      expect((await call(path, { method })).status, `${method} ${path}`).toBe(status);
    }
  });

  test('a link of a site that is not configured any more is over, and writes nothing down', async () => {
    await darkHouse();
    const before = whole();
    const answer = await press(link('cellar.site.cellar.20261123T020000Z'));
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { isOver: true, site: 'cellar' }]);
    expect(whole()).toBe(before);
  });
});

describe('a typed code', () => {
  const type = (fields: Record<string, string>): Promise<Called> =>
    call('', {
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });

  test('acknowledges without a script, and is answered with a page', async () => {
    const id = await darkHouse();
    const code = shortCode({ incident: id, severity: 'critical' }, keys);
    shown.push(code, code.replace('-', ''));
    const answer = await type({ code: code.toLowerCase().replace('-', ' '), by: '<b>Ada</b>' });
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('<h1>Acknowledged</h1>')]);
    expect(answer.headers['content-security-policy']).toContain("script-src 'none'");
    expect(answer.text).not.toContain('<b>');
    expect(incident(id).ack?.by).toBe('<b>Ada</b>');
    expect(whole()).not.toContain(code);
  });

  test('that nothing open has is refused, costs one look in five seconds, and ends with its incident', async () => {
    const id = await darkHouse();
    await type({ code: 'AAAAA-AAAAA' });
    home.watchdog.firestore.resetCounts();
    for (const code of ['BBBBB-BBBBB', 'CCCCC-CCCCC', 'DDDDD-DDDDD']) {
      expect(await type({ code })).toMatchObject({
        status: 403,
        text: expect.stringContaining('No such code'),
      });
    }
    expect(home.watchdog.firestore.counts()).toMatchObject({ reads: 0, writes: 0 });
    await heal();
    for (let tick = 1; tick <= 6; tick += 1) {
      home.moveTo(startAt + tick * minute);
      await home.tick();
    }
    const code = shortCode({ incident: id, severity: 'critical' }, keys);
    shown.push(code);
    expect((await type({ code })).status).toBe(403);
  });

  test('that is not even one is told so', async () => {
    await darkHouse();
    for (const code of ['', 'ABCDE', 'UUUUU-UUUUU', '0'.repeat(11)]) {
      const text = expect.stringContaining('Not complete');
      expect(await type({ code }), code).toMatchObject({ status: 400, text });
    }
  });
});

describe('when something breaks on the way', () => {
  async function another(variables: Record<string, string>): Promise<string> {
    const served = await serveFunction(
      createAck({
        variables: {
          ...secrets,
          WATCHDOG_CONFIG: home.configPath,
          FIRESTORE_EMULATOR_HOST: home.watchdog.firestore.host,
          ...variables,
        },
        clock: { now: () => startAt, sleep: () => Promise.resolve() },
        log: () => {
          const write = (fields: object, message: string): void => {
            lines.push(`${message} ${JSON.stringify(fields)}`);
          };
          return { info: write, warn: write, error: write };
        },
        print: () => {},
        network: { allow: ['127.0.0.0/8'], hosts: new Map() },
      }),
    );
    closing.push(served.close);
    return served.url;
  }
  const lines: string[] = [];

  test('watch cannot be woken: it is written down all the same, and the next tick takes it in', async () => {
    const id = await darkHouse();
    const url = await another({ WATCH_URL: `http://127.0.0.1:${await closedPort(createServer())}/` });
    expect((await press(link(id), 'Ada', url)).status).toBe(200);
    expect(lines.join('\n')).toContain('watch was not woken {"site":"home","reason":"refused"');
    expect([inbox().length, incident(id).ack]).toEqual([1, null]);
    home.moveTo(startAt + minute);
    await home.tick();
    expect([inbox(), incident(id).ack?.by]).toEqual([[], 'Ada']);
  });

  test('the process dies before the poke: the next tick takes it in', async () => {
    const id = await darkHouse();
    expect((await press(link(id), 'Ada', await another({}))).status).toBe(200);
    home.moveTo(startAt + minute);
    await home.tick();
    expect(incident(id).ack?.by).toBe('Ada');
  });

  test('the inbox does not take it: that is an error, and nobody is told that it was acknowledged', async () => {
    const id = await darkHouse();
    home.watchdog.firestore.faults.set(({ method }) =>
      method === 'Commit' ? { code: 'PERMISSION_DENIED', message: 'no' } : undefined,
    );
    const answer = await press(link(id), 'Ada');
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('ERR_STORE')]);
    home.watchdog.firestore.faults.clear();
    expect(incident(id).ack).toBeNull();
  });

  test('a key that is too short signs and accepts nothing', async () => {
    const id = await darkHouse();
    const answer = await press(link(id), 'Ada', await another({ ACK_KEY: 'short' }));
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('ERR_SECRET')]);
    expect(answer.text).not.toContain('"short"');
  });
});

describe('the operator', () => {
  const tell = (body: unknown, token = secrets.ACK_TOKEN): Promise<Called> =>
    call('/events', { body: JSON.stringify(body), headers: { authorization: `Bearer ${token}` } });

  test('acknowledges by the id of an incident, as what it is now', async () => {
    const id = await darkHouse();
    const answer = await tell({ kind: 'ack', incident: id, by: 'Grace' });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      { ids: [expect.stringMatching(/^ack-[0-9a-f]{32}$/)], over: [] },
    ]);
    expect(incident(id).ack).toMatchObject({ by: 'Grace', severity: 'critical' });
  });

  test('mutes and unmutes, several at once', async () => {
    home = await localHouse({ config, variables: secrets });
    await home.tick();
    const mute = { kind: 'mute', site: 'home', from: startAt, until: startAt + day, why: 'new disk' };
    const answer = await tell([
      { ...mute, subject: null },
      { ...mute, subject: 'geth' },
    ]);
    expect(answer.status).toBe(200);
    const { ids } = z.object({ ids: z.array(z.string()) }).parse(JSON.parse(answer.text));
    const mutes = (): unknown => home.watchdog.firestore.dump('(default)')['sites/home'];
    expect(JSON.stringify(mutes())).toContain('"why":"new disk"');
    await blackout();
    home.moveTo(startAt + minute);
    await home.tick();
    expect(kinds()).toEqual([]);
    for (const id of ids) await tell({ kind: 'unmute', site: 'home', mute: id });
    home.moveTo(startAt + 2 * minute);
    await home.tick();
    await home.pagedAtLeast(1);
    expect(kinds()).toEqual(['opened']);
  });

  test('says what cannot be, and is told why', async () => {
    home = await localHouse({ config, variables: secrets });
    const mute = { site: 'home', subject: null, from: startAt, until: startAt + day, why: 'new disk' };
    const table: readonly (readonly [said: object, status: number, words: RegExp])[] = [
      [{ kind: 'ack', incident: 'home.site.home.20200101T000000Z' }, 404, /no such incident/],
      [{ kind: 'ack', incident: '../sites/home' }, 400, /incident: is no id/],
      [{ kind: 'ack', incident: 7 }, 400, /incident/],
      [{ kind: 'mute', site: 'cellar' }, 404, /no such site; there is home/],
      [
        { kind: 'mute', subject: 'gone' },
        404,
        /no such target, signer or chain; it has geth, lighthouse, exit/,
      ],
      [{ kind: 'mute', subject: 'ref-a' }, 404, /no such target/],
      [{ kind: 'mute', until: startAt }, 400, /until must be after from/],
      [{ kind: 'mute', until: startAt + 32 * day }, 400, /at most 31 days/],
      [{ kind: 'mute', from: 0, until: 1 }, 400, /over already/],
      [{ kind: 'mute', why: '' }, 400, /why/],
      [{ kind: 'mute', until: 'tomorrow' }, 400, /until/],
      [{ kind: 'unmute', site: 'cellar', mute: 'x' }, 404, /no such site/],
      [{ kind: 'mute', extra: 1 }, 400, /event 0/],
      [{ kind: 'delete' }, 400, /event 0/],
      [[], 400, /1 to 20/],
      [Array.from({ length: 21 }, () => ({ kind: 'unmute', site: 'home', mute: 'x' })), 400, /1 to 20/],
    ];
    for (const [said, status, words] of table) {
      const isMute = 'kind' in said && said.kind === 'mute';
      const answer = await tell(isMute ? { ...mute, ...said } : said);
      const told = [answer.status, answer.text];
      expect(told, JSON.stringify(said)).toEqual([status, expect.stringMatching(words)]);
    }
    expect(inbox()).toEqual([]);
  });

  test('whose list has one that is wrong has said nothing', async () => {
    home = await localHouse({ config, variables: secrets });
    const answer = await tell([
      { kind: 'unmute', site: 'home', mute: 'x' },
      { kind: 'unmute', site: 'cellar', mute: 'x' },
    ]);
    expect([answer.status, answer.text]).toEqual([404, expect.stringContaining('event 1')]);
    expect(inbox()).toEqual([]);
  });

  test('must show the token, before anything else of the request counts', async () => {
    await darkHouse();
    expect((await tell({}, 'the-operators-tokem')).status).toBe(401);
    const headers = { 'content-type': 'application/octet-stream' };
    const endless = await call('/events', { body: ' '.repeat(60_000), headers });
    expect([endless.status, endless.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  });

  test('cannot say anything when no token is configured', async () => {
    const { token: _token, ...acknowledge } = config.acknowledge;
    await darkHouse({ acknowledge });
    expect((await tell({ kind: 'ack' })).status).toBe(404);
  });
});

describe('PagerDuty', () => {
  // The shape of a V3 webhook as PagerDuty documents it, with what we do not read.
  const hook = (incidentKey: string | null, type = 'incident.acknowledged'): string =>
    JSON.stringify({
      event: {
        id: '01BRB6ZP4M6T8ZG4X6BP63ZB9O',
        event_type: type,
        resource_type: 'incident',
        occurred_at: '2026-11-23T02:01:00.000Z',
        agent: {
          html_url: 'https://x.example/users/P1',
          id: 'P1',
          summary: 'Tenex Engineer',
          type: 'user_reference',
        },
        client: { name: 'PagerDuty' },
        data: {
          id: 'PGR0VU2',
          type: 'incident',
          number: 2,
          status: 'acknowledged',
          incident_key: incidentKey,
        },
      },
    });
  const sign = (body: string, secret = secrets.PAGERDUTY_SECRET): string =>
    `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const post = (body: string, signature: string): Promise<Called> =>
    call('/pagerduty', { body, headers: { 'x-pagerduty-signature': signature } });

  test('tells that somebody acknowledged there, and the same is acknowledged here', async () => {
    const id = await darkHouse();
    const body = hook(id);
    const answer = await post(body, `${sign(body, 'the one before')}, ${sign(body)}`);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { acknowledged: id }]);
    expect(incident(id).ack?.by).toBe('Tenex Engineer (PagerDuty)');
  });

  test('tells other things, of other people: accepted, and nothing happens', async () => {
    const id = await darkHouse();
    const before = whole();
    for (const body of [
      hook(id, 'incident.resolved'),
      hook('somebody-elses'),
      hook(null),
      '{}',
      '[]',
      '{"event":7}',
    ]) {
      expect((await post(body, sign(body))).status).toBe(202);
    }
    expect(whole()).toBe(before);
  });

  test('is it only when the signature of these very bytes says so', async () => {
    const id = await darkHouse();
    const body = hook(id);
    for (const signature of [
      '',
      'v1=',
      sign(`${body} `),
      sign(body, 'guess'),
      sign(body).replace('v1', 'v0'),
      ','.repeat(5_000),
    ]) {
      expect((await post(body, signature)).status).toBe(401);
    }
    expect(incident(id).ack).toBeNull();
  });
});

describe('Telegram', () => {
  test('without a chat to listen to is not there', async () => {
    await darkHouse();
    const headers = { 'x-telegram-bot-api-secret-token': secrets.TELEGRAM_SECRET };
    expect((await call('/telegram', { body: '{}', headers })).status).toBe(404);
  });
});
