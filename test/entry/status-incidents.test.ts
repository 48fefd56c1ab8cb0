// `status` beyond its root: incidents, their messages, and the times in which nobody is told; for the operator only.
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import type { IncidentAnswer, IncidentList, MaintenanceAnswer } from '../../functions/views/incidents.ts';
import { incidentAnswer, incidentList, maintenanceAnswer } from '../../cli/incident-forms.ts';
import { openStore } from '../../functions/stores/open.ts';
import { localHouse, startAt, type LocalHouse } from '../support/local.ts';

let home: LocalHouse;
afterEach(() => home.close());

const minute = 60_000;
const why = 'a new UPS';

async function ask(
  path: string,
  token = 'status-token',
): Promise<{ readonly code: number; readonly body: string }> {
  const answer = await request(`${home.watchdog.urls.status}${path}`, {
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
  });
  return { code: answer.statusCode, body: await answer.body.text() };
}

const list = async (query = ''): Promise<IncidentList> =>
  incidentList.parse(JSON.parse((await ask(`/incidents${query}`)).body));
const one = async (id: string): Promise<IncidentAnswer> =>
  incidentAnswer.parse(JSON.parse((await ask(`/incidents/${id}`)).body));
const maintenance = async (query = ''): Promise<MaintenanceAnswer> =>
  maintenanceAnswer.parse(JSON.parse((await ask(`/maintenance${query}`)).body));

/** A house that went dark at the first minute, with the page delivered. */
async function dark(config: object = {}): Promise<string> {
  home = await localHouse({ config });
  await home.tick();
  await Promise.all([home.endpoints.geth.down(), home.endpoints.lighthouse.down()]);
  home.moveTo(startAt + minute);
  await home.tick();
  await home.pagedAtLeast(1);
  return 'home.site.home.20261123T020100Z';
}

const events = () => openStore({ FIRESTORE_EMULATOR_HOST: home.watchdog.firestore.host });

describe('incidents', () => {
  test('are listed, newest first, and shown with what was told to whom', async () => {
    const id = await dark();
    expect(await list()).toMatchObject({
      at: startAt + minute,
      isCut: false,
      incidents: [{ id, site: 'home', state: 'open', severity: 'critical', told: ['pager'], ack: null }],
    });
    const { incident } = await one(id);
    expect(incident).toMatchObject({
      siteName: 'home',
      timezone: 'Europe/Berlin',
      since: startAt + minute,
      resolvedAt: null,
      climb: { from: startAt + minute, told: ['pager'] },
      messages: [
        { channel: 'pager', kind: 'opened', state: 'sent', attempts: 1, outcome: 'HTTP 200', dueAt: null },
      ],
    });
    expect(incident.timeline.map(({ event }) => event)).toEqual(['opened', 'told']);
    expect(incident.evidence.join()).toContain('inbound 0/2 good');
  });

  test('hold no secret, and nothing of where a channel leads', async () => {
    const id = await dark();
    const bodies = await Promise.all([ask('/incidents'), ask(`/incidents/${id}`), ask('/maintenance')]);
    for (const { code, body } of bodies) {
      expect(code).toBe(200);
      expect(body).not.toMatch(/s3cr3t-path|hmac-key|status-token/);
    }
  });

  test('that are over are left out of the open ones', async () => {
    const id = await dark();
    await Promise.all([home.endpoints.geth.up(), home.endpoints.lighthouse.up()]);
    expect((await list('?open=1')).incidents.map((incident) => incident.id)).toEqual([id]);
    for (let tick = 2; tick <= 6; tick += 1) {
      home.moveTo(startAt + tick * minute);
      await home.tick();
    }
    expect((await list('?open=1')).incidents).toEqual([]);
    expect((await list('?site=home&open=0&limit=1')).incidents).toMatchObject([
      { id, state: 'resolved', resolvedAt: startAt + 5 * minute },
    ]);
  });

  test('are acknowledged by somebody, for as long as that holds', async () => {
    const id = await dark();
    await events().appendEvent({
      id: 'ack-1',
      kind: 'ack',
      site: 'home',
      incident: id,
      severity: 'critical',
      at: startAt + minute + 1,
      by: 'anna',
    });
    home.moveTo(startAt + 2 * minute);
    await home.tick();
    expect((await list()).incidents).toMatchObject([{ ack: { by: 'anna', isInForce: true } }]);
    expect(JSON.parse((await ask('/')).body)).toMatchObject({
      sites: [{ incidents: [{ ack: { by: 'anna', isInForce: true } }], mutes: [] }],
    });
    home.moveTo(startAt + 5 * 60 * minute);
    expect((await list()).incidents).toMatchObject([{ ack: { by: 'anna', isInForce: false } }]);
  });
});

describe('maintenance', () => {
  const window = {
    site: 'home',
    subject: 'geth',
    from: '2026-11-24T02:00:00Z',
    until: '2026-11-24T03:00:00Z',
    why: 'an upgrade',
  };

  test('shows what was muted by hand and what is configured', async () => {
    home = await localHouse({ config: { maintenance: [window] } });
    expect((await maintenance()).sites).toMatchObject([{ site: 'home', mutes: [] }]);
    await home.tick();
    const until = startAt + 60 * minute;
    await events().appendEvent({
      id: 'mute-1',
      kind: 'mute',
      site: 'home',
      subject: null,
      from: startAt,
      until,
      why,
      at: startAt,
      by: 'anna',
    });
    home.moveTo(startAt + minute);
    await home.tick();
    expect((await maintenance('?site=home')).sites).toEqual([
      {
        site: 'home',
        name: 'home',
        mutes: [{ id: 'mute-1', subject: null, from: startAt, until, why, by: 'anna', isInForce: true }],
        windows: [
          {
            subject: 'geth',
            from: Date.parse(window.from),
            until: Date.parse(window.until),
            why: 'an upgrade',
            isInForce: false,
          },
        ],
      },
    ]);
    home.moveTo(until);
    expect((await maintenance()).sites[0]?.mutes).toEqual([]);
  });
});

describe('questions that are wrong', () => {
  test.each([
    ['/incidents?site=Home', 400, 'site must be the id of a site'],
    ['/incidents?site=cellar', 404, 'there is no such site; there are home'],
    ['/maintenance?site=cellar', 404, 'there is no such site; there are home'],
    ['/incidents?open=yes', 400, 'open must be 1'],
    ['/incidents?limit=0', 400, 'limit must be a whole number from 1 to 100'],
    ['/incidents?limit=101', 400, 'limit must be'],
    ['/incidents?limit=1e1', 400, 'limit must be'],
    ['/incidents?sight=home', 400, 'unknown word; use site, open, limit'],
    ['/incidents?site=home&site=home', 400, 'site twice'],
    ['/maintenance?open=1', 400, 'unknown word; use site'],
    ['/incidents/home.site.home.20261123T020000Z', 404, 'there is no incident of that id'],
    ['/incidents/home.site.home.20261123T020000Z?open=1', 400, 'nothing may be asked for here'],
    ['/incidents/...', 400, 'not the id of an incident'],
    ['/incidents/home.site%2Fhome', 400, 'not the id of an incident'],
    ['/incidents/__a.b__', 400, 'not the id of an incident'],
    [`/incidents/home.${'a'.repeat(200)}`, 400, 'not the id of an incident'],
    ['/incidents/home.a/messages', 404, 'nothing at this path'],
    ['/incidnets', 404, 'use /, /incidents, /incidents/ID, /maintenance, /standbys, /drills or /caller'],
    ['/?site=<script>', 200, '"sites"'],
  ] as const)('%s is a %i', async (path, code, words) => {
    home = await localHouse();
    const answer = await ask(path);
    expect(answer).toMatchObject({ code, body: expect.stringContaining(words) });
    expect(answer.body).not.toContain('<script>');
  });
});

describe('who may not see it', () => {
  const paths = ['/incidents', '/incidents/home.site.home.20261123T020100Z', '/maintenance', '/nowhere'];

  test('is whoever shows no token', async () => {
    await dark();
    for (const path of paths) {
      for (const token of ['', 'status-tokem']) {
        expect(await ask(path, token), path).toEqual({
          code: 401,
          body: '{"error":"a bearer token is needed"}',
        });
      }
    }
  });

  test('is everybody where the status is public, and that one names nobody', async () => {
    await dark({ status: { access: 'public' } });
    await events().appendEvent({
      id: 'mute-1',
      kind: 'mute',
      site: 'home',
      subject: null,
      from: startAt,
      until: startAt + 60 * minute,
      why,
      at: startAt,
      by: 'anna',
    });
    home.moveTo(startAt + 2 * minute);
    await home.tick();
    for (const path of paths) expect((await ask(path)).code, path).toBe(404);
    expect((await ask('/incidents')).body).toContain('never public');
    const { code, body } = await ask('/');
    expect(code).toBe(200);
    expect(body).not.toMatch(/anna|UPS/);
  });
});
