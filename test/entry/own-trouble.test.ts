// What the watchdog does about its own trouble, over real sockets: a dark house without a store, a ping outside, and the daily sweep.
import { createServer } from 'node:http';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { openStore } from '../../functions/stores/open.ts';
import { hearBeat } from '../support/heard.ts';
import { localHouse, startAt, type LocalHouse } from '../support/local.ts';
import { listen, type Listening } from '../support/server.ts';

const minute = 60_000;
let home: LocalHouse;
const servers: Listening[] = [];
afterEach(async () => {
  await home.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const post = async (url: string, body: object | string) => {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, body: await answer.body.text() };
};

test('a steady tick costs two reads and one write, as if nobody watched the watchdog', async () => {
  home = await localHouse();
  const store = openStore({ FIRESTORE_EMULATOR_HOST: home.watchdog.firestore.host });
  await home.tick();
  for (let tick = 1; tick <= 5; tick += 1) {
    home.moveTo(startAt + tick * minute);
    await hearBeat(store, 'home', 'cluster', startAt + tick * minute);
    home.watchdog.firestore.resetCounts();
    await home.tick();
    expect(home.watchdog.firestore.counts(), `tick ${tick}`).toEqual({ reads: 2, writes: 1, deletes: 0 });
  }
});

describe('a store that does not answer', () => {
  test('keeps no page from whoever must hear that the house is dark', async () => {
    home = await localHouse();
    await Promise.all([home.endpoints.geth.down(), home.endpoints.lighthouse.down()]);
    home.watchdog.firestore.faults.set(() => ({ code: 'PERMISSION_DENIED', message: 'no' }));
    for (let tick = 0; tick < 3; tick += 1) {
      home.moveTo(startAt + tick * minute);
      expect((await home.tick()).status).toBe(500);
    }
    await home.pagedAtLeast(2);
    expect(home.paged.map(({ id, kind, severity, title }) => ({ id, kind, severity, title }))).toEqual([
      {
        id: 'home.direct.dark.20261123T020000Z.0.pager',
        kind: 'direct',
        severity: 'critical',
        title: 'UNCONFIRMED CRITICAL home: dark or cut off',
      },
      {
        id: 'home.direct.store-failing.20261123T020000Z.0.pager',
        kind: 'direct',
        severity: 'critical',
        title: 'UNCONFIRMED CRITICAL home: the watchdog cannot remember, its store fails',
      },
    ]);
    expect(home.paged[0]?.body).toContain('State unknown, may repeat');
  });
});

describe('what deliver is asked', () => {
  const direct = {
    site: 'home',
    problem: 'dark',
    at: startAt,
    summary: 'dark',
    evidence: ['inbound 0/2 good'],
  };

  test('to say past the store goes to the channels of the site', async () => {
    home = await localHouse();
    const answer = await post(home.watchdog.urls.deliver, { direct });
    expect(answer).toEqual({
      status: 200,
      body: JSON.stringify({ direct: 'dark', site: 'home', sent: ['pager'], errors: [] }),
    });
    expect(home.watchdog.firestore.dump('(default)')).toEqual({});
  });

  test.each([
    ['another site', { direct: { ...direct, site: 'cabin' } }],
    ['another problem', { direct: { ...direct, problem: 'report' } }],
    ['a severity', { direct: { ...direct, severity: 'info' } }],
    ['something else', { rows: [] }],
    ['no object', '7'],
    ['no JSON', '{'],
  ])('with %s is refused', async (_, body) => {
    home = await localHouse();
    expect((await post(home.watchdog.urls.deliver, body)).status).toBe(400);
    expect(home.paged).toEqual([]);
  });

  test.each(['{}', ''])('by %j is to look into the outbox', async (body) => {
    home = await localHouse();
    expect(await post(home.watchdog.urls.deliver, body)).toMatchObject({ status: 200 });
  });
});

describe('the service outside', () => {
  const selfWatch = { ping: { env: 'DEADMAN_URL' } };

  test('is told after each tick, and of a bad one at /fail; its address is in no log', async () => {
    const heard: string[] = [];
    const outside = await listen(
      createServer((incoming, answer) => {
        heard.push(incoming.url ?? '');
        incoming.resume();
        answer.end('OK');
      }),
    );
    servers.push(outside);
    home = await localHouse({
      config: { selfWatch },
      variables: { DEADMAN_URL: `http://${outside.address}/ping/s3cret-key` },
    });
    await home.tick();
    home.watchdog.firestore.faults.set(() => ({ code: 'PERMISSION_DENIED', message: 'no' }));
    home.moveTo(startAt + minute);
    await home.tick();
    expect(heard).toEqual(['/ping/s3cret-key', '/ping/s3cret-key/fail']);
    expect(home.logs.join('\n')).not.toContain('s3cret-key');
  });

  test('that cannot be told is a warning in the log and in the answer, and the tick is good', async () => {
    home = await localHouse({ config: { selfWatch }, variables: {} });
    const tick = await home.tick();
    expect(tick.status).toBe(200);
    expect(JSON.parse(tick.body)).toMatchObject({
      problems: [],
      warnings: ['the service outside was not told: refused its address cannot be read'],
    });
    expect(home.logs.filter((line) => line.startsWith('the service outside was not told'))).toHaveLength(1);
  });
});

describe('the daily sweep', () => {
  test('runs as a job of the scheduler, and answers and logs what it did', async () => {
    home = await localHouse();
    const store = openStore({ FIRESTORE_EMULATOR_HOST: home.watchdog.firestore.host });
    await hearBeat(store, 'sold', 'cluster', startAt);
    const run = await home.watchdog.scheduler.runNow('daily', startAt);
    expect(run.status).toBe(200);
    expect(JSON.parse(run.body)).toEqual({
      removedMessages: 0,
      releasedLeases: [],
      forgottenSites: ['sold'],
      removedEvents: 0,
      trimmedDays: 0,
      removedDays: 0,
      askedDrills: [],
      isDone: true,
      errors: [],
    });
    expect(home.logs.filter((line) => line.startsWith('sweep '))).toHaveLength(1);
    home.watchdog.firestore.faults.set(() => ({ code: 'PERMISSION_DENIED', message: 'no' }));
    const failed = await home.watchdog.scheduler.runNow('daily', startAt);
    expect(failed.status).toBe(500);
    expect(failed.body).toContain('ERR_STORE');
  });
});
