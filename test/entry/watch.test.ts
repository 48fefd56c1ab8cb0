// The real functions on the real framework, over the official Firestore client, with endpoints that come and go.
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { openStore } from '../../functions/stores/open.ts';
import { localHouse, startAt, type LocalHouse } from '../support/local.ts';

let home: LocalHouse;
afterEach(() => home.close());

const minute = 60_000;
const cut = async (): Promise<void> => {
  await Promise.all([home.endpoints.geth.down(), home.endpoints.lighthouse.down()]);
};
const heal = async (): Promise<void> => {
  await Promise.all([home.endpoints.geth.up(), home.endpoints.lighthouse.up()]);
};
const incidents = (): string[] =>
  Object.keys(home.watchdog.firestore.dump('(default)')).filter((path) => path.startsWith('incidents/'));

describe('from an endpoint to a person', () => {
  test('a blackout is one page and one resolution', async () => {
    home = await localHouse();
    expect((await home.tick()).status).toBe(200);
    await cut();
    home.moveTo(startAt + minute);
    const first = await home.tick();
    expect(first.status, first.body + home.logs.join('\n')).toBe(200);
    await home.pagedAtLeast(1);
    expect(home.paged).toMatchObject([{ kind: 'opened', severity: 'critical' }]);
    await heal();
    for (let tick = 2; tick <= 6; tick += 1) {
      home.moveTo(startAt + tick * minute);
      expect((await home.tick()).status, `tick ${tick}`).toBe(200);
    }
    await home.pagedAtLeast(2);
    expect(home.paged.map((message) => message.kind)).toEqual(['opened', 'resolved']);
    expect(incidents()).toHaveLength(1);
  });

  test('the steady state costs two reads and one write a tick', async () => {
    home = await localHouse();
    await home.tick();
    home.watchdog.firestore.resetCounts();
    for (let tick = 1; tick <= 5; tick += 1) {
      home.moveTo(startAt + tick * minute);
      await home.tick();
    }
    expect(home.watchdog.firestore.counts()).toMatchObject({ reads: 10, writes: 5, deletes: 0 });
  });

  test('a tick writes one log line, and neither it nor any other has a secret or a full URL', async () => {
    home = await localHouse();
    await cut();
    await home.tick();
    await home.pagedAtLeast(1);
    expect(home.logs.filter((line) => line.startsWith('tick'))).toHaveLength(1);
    expect(home.logs.join('\n')).not.toMatch(/s3cr3t-path|hmac-key|status-token/);
  });
});

describe('requests that are not a tick', () => {
  test.each([
    ['GET', null, 405, 'use POST'],
    ['POST', '{"shard":"2/2"}', 400, 'shard must be'],
    ['POST', '{"shards":"0/1"}', 400, 'only have the field shard'],
    ['POST', '[1]', 400, 'JSON object'],
    ['POST', '{"events":"cellar"}', 400, 'names no site'],
    ['POST', '{"events":7}', 400, 'events must be'],
    ['POST', '{"events":"home","shard":"0/1"}', 400, 'only the field events'],
    ['POST', '<xml/>', 400, 'not JSON'],
  ] as const)('%s %s is a %i', async (method, body, status, words) => {
    home = await localHouse();
    const answer = await request(home.watchdog.urls.watch, {
      method,
      body,
      headers: { 'content-type': 'text/plain' },
    });
    expect(answer.statusCode).toBe(status);
    expect(await answer.body.text()).toContain(words);
    expect(home.watchdog.firestore.dump('(default)')).toEqual({});
  });

  test('a body without a type is refused, and not taken for an empty one', async () => {
    home = await localHouse();
    const answer = await request(home.watchdog.urls.watch, { method: 'POST', body: '{"shard":"0/2"}' });
    expect(answer.statusCode).toBe(400);
  });

  test('another shard leaves the site alone', async () => {
    home = await localHouse();
    const shards = await Promise.all(
      ['0/2', '1/2'].map(async (shard) => {
        const answer = await request(home.watchdog.urls.watch, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ shard }),
        });
        return answer.body.json();
      }),
    );
    expect(shards.filter((summary) => JSON.stringify(summary).includes('"site":"home"'))).toHaveLength(1);
  });
});

test('asked for events it takes in what people said, and probes nothing', async () => {
  home = await localHouse();
  await cut();
  await home.tick();
  await home.pagedAtLeast(1);
  const [path = ''] = incidents();
  const store = openStore({ FIRESTORE_EMULATOR_HOST: home.watchdog.firestore.host });
  const incident = path.replace('incidents/', '');
  const event = { id: 'e1', site: 'home', at: startAt, by: 'Ada', kind: 'ack', incident } as const;
  await store.appendEvent({ ...event, severity: 'critical' });
  const ask = async (): Promise<unknown> => {
    const answer = await request(home.watchdog.urls.watch, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"events":"home"}',
    });
    return [answer.statusCode, await answer.body.json()];
  };
  const done = { site: 'home', events: 1, messages: 1, outcome: 'done', error: null, problems: [] };
  expect(await ask()).toEqual([200, done]);
  expect(await ask()).toEqual([200, { ...done, events: 0, messages: 0, outcome: 'nothing' }]);
  await home.pagedAtLeast(2);
  expect(home.paged.map((message) => message.kind)).toEqual(['opened', 'acknowledged']);
  expect(home.logs.filter((line) => line.startsWith('events '))).toHaveLength(2);
});

describe('Firestore in trouble', () => {
  /** `told` is how often the house was told of past the store meanwhile. */
  const afterTrouble = async (told = 0): Promise<void> => {
    home.watchdog.firestore.faults.clear();
    home.moveTo(startAt + 2 * minute);
    expect((await home.tick()).status).toBe(200);
    await home.pagedAtLeast(1 + told);
    const kinds = home.paged.map(({ kind, severity }) => `${kind} ${severity}`);
    expect(kinds).toEqual([...Array<string>(told).fill('direct critical'), 'opened critical']);
    expect(incidents()).toHaveLength(1);
  };

  test.each([
    ['refuses the commit', 500, { code: 'PERMISSION_DENIED', message: 'no' }],
    ['loses the answer of the commit', 500, { code: 'INTERNAL', message: 'lost', after: true }],
    ['aborts the commit', 200, { code: 'ABORTED', message: 'contention' }],
    ['is unavailable for a moment', 200, { code: 'UNAVAILABLE', message: 'away' }],
  ] as const)('that %s: the tick says so, and the next one loses nothing', async (_name, status, fault) => {
    home = await localHouse();
    await home.tick();
    await cut();
    home.moveTo(startAt + minute);
    let times = 0;
    home.watchdog.firestore.faults.set(({ method }) => {
      if (method !== 'Commit') return undefined;
      times += 1;
      return times <= 2 ? fault : undefined;
    });
    const tick = await home.tick();
    expect(tick.status, tick.body).toBe(status);
    expect(tick.body.includes('ERR_STORE'), tick.body).toBe(status === 500);
    await afterTrouble(status === 500 ? 1 : 0);
  });

  test('a document that no longer parses is named in the answer and stays as it is', async () => {
    home = await localHouse();
    const { Firestore } = await import('@google-cloud/firestore');
    const client = new Firestore({ projectId: 'local', host: home.watchdog.firestore.host, ssl: false });
    await client.doc('sites/home').set({ schema: 1, site: 'home', tick: 'yesterday' });
    const tick = await home.tick();
    expect(tick.status).toBe(500);
    expect(tick.body).toContain('ERR_DOCUMENT: sites/home');
    expect((await client.doc('sites/home').get()).data()).toEqual({
      schema: 1,
      site: 'home',
      tick: 'yesterday',
    });
    await client.terminate();
  });
});

describe('status', () => {
  const ask = async (token?: string): Promise<[number, string]> => {
    const answer = await request(home.watchdog.urls.status, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    return [answer.statusCode, await answer.body.text()];
  };

  test('wants its token, and then shows everything', async () => {
    home = await localHouse();
    await home.tick();
    expect((await ask())[0]).toBe(401);
    expect((await ask('status-tokem'))[0]).toBe(401);
    const [status, body] = await ask('status-token');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      summary: 'well',
      sites: [{ site: 'home', watched: 'yes', verdict: 'ok' }],
    });
    expect(body).toContain('lighthouse');
  });

  test('that is public hides the words of the probes', async () => {
    home = await localHouse({ config: { status: { access: 'public' } } });
    await cut();
    await home.tick();
    const [status, body] = await ask();
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ summary: 'trouble', sites: [{ verdict: 'dark', facts: null }] });
    expect(body).not.toMatch(/127\.0\.0\.1|refused/);
  });

  test('a site that was never watched, or not lately, is not well', async () => {
    home = await localHouse();
    expect(JSON.parse((await ask('status-token'))[1])).toMatchObject({
      summary: 'trouble',
      sites: [{ watched: 'unwatched' }],
    });
    await home.tick();
    home.moveTo(startAt + 10 * minute);
    expect(JSON.parse((await ask('status-token'))[1])).toMatchObject({
      summary: 'trouble',
      sites: [{ watched: 'stale' }],
    });
  });
});
