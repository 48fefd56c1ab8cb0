// The function `heartbeat` over real sockets: from the house's message to the page, and against whoever has no token.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { request } from 'undici';
import { localHouse, startAt, type LocalHouse } from '../support/local.ts';

const token = 'a-token-of-twenty-four-characters';
let house: LocalHouse | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

async function open(site: object = {}): Promise<LocalHouse> {
  house = await localHouse({ variables: { HEARTBEAT_TOKEN: token }, site });
  return house;
}

type Sent = {
  readonly path: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
};

async function send({ watchdog }: LocalHouse, { path, body = '', headers = {} }: Sent) {
  const answer = await request(`${watchdog.urls.heartbeat}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: answer.statusCode, body: await answer.body.text() };
}

describe('a UPS that gasps', () => {
  test('is a page before the next look, and makes the blackout that follows certain', async () => {
    const home = await open();
    await home.tick();
    home.moveTo(startAt + 20_000);
    const body = JSON.stringify({ state: 'on-battery', charge: 90, runtime: 720 });
    expect(await send(home, { path: '/home/cluster/power', body })).toMatchObject({ status: 200 });
    await home.pagedAtLeast(1);
    expect(home.paged[0]).toMatchObject({
      kind: 'opened',
      severity: 'warning',
      body: expect.stringContaining('12 minutes of battery'),
    });
    await Promise.all([home.endpoints.geth.down(), home.endpoints.lighthouse.down()]);
    home.moveTo(startAt + 60_000);
    await home.tick();
    await home.pagedAtLeast(2);
    expect(home.paged[1]?.body).toContain('the UPS told of power going');
  });
});

describe('where a message came from', () => {
  const exits = { addresses: ['203.0.113.7'], provider: [] };

  test.each([
    ['the last entry', '203.0.113.7', true],
    ['what the caller wrote before it counts for nothing', '198.51.100.9, 203.0.113.7', true],
    ['nor does an exit that the caller claims to be', '203.0.113.7, 198.51.100.9', false],
    ['whatever is no address', '203.0.113.7, unknown', false],
    ['with a port', '203.0.113.7:4711', true],
    ['mapped to v6', '::ffff:203.0.113.7', true],
  ])('%s', async (_name, forwarded, provesLife) => {
    const home = await open({ exits });
    const { body } = await send(home, { path: '/home/cluster', headers: { 'x-forwarded-for': forwarded } });
    expect(JSON.parse(body)).toMatchObject({ provesLife });
  });

  test('is the peer itself where nobody forwards', async () => {
    const home = await open({ exits: { addresses: ['127.0.0.0/8'], provider: [] } });
    expect(JSON.parse((await send(home, { path: '/home/cluster' })).body)).toMatchObject({
      provesLife: true,
    });
  });
});

describe('whoever has no token', () => {
  test('is refused before a byte of ten megabytes is kept', async () => {
    const home = await open();
    const answer = await send(home, {
      path: '/home/cluster',
      body: Buffer.alloc(10_000_000, 'x'),
      headers: { authorization: 'Bearer wrong', 'content-type': 'application/octet-stream' },
    });
    expect(answer.status).toBe(413);
  });

  test('is refused although the body never comes', async () => {
    const home = await open();
    const { port } = new URL(home.watchdog.urls.heartbeat);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST /home/cluster HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 1000\r\nauthorization: Bearer wrong\r\n\r\n',
    );
    const [chunk] = await once(socket, 'data');
    expect(String(chunk)).toMatch(/^HTTP\/1.1 401 /);
    socket.destroy();
  });

  test('learns nothing of who is there, and neither does the log', async () => {
    const home = await open();
    const wrong = { headers: { authorization: 'Bearer s3cret-guess' } };
    const there = await send(home, { path: '/home/cluster', ...wrong });
    const nowhere = await send(home, { path: '/castle/cluster', ...wrong });
    expect(there).toEqual(nowhere);
    expect(there.status).toBe(401);
    expect(home.logs.join()).not.toContain('s3cret-guess');
  });

  test('makes the silence of that sender unknown: a page for it would be our own doing', async () => {
    const heartbeats = [{ source: 'cluster', token: { env: 'HEARTBEAT_TOKEN' }, silence: 'warning' }];
    const home = await open({ heartbeats });
    await send(home, { path: '/home/cluster' });
    home.moveTo(startAt + 150_000);
    await send(home, { path: '/home/cluster', headers: { authorization: 'Bearer wrong' } });
    await home.tick();
    const { body } = await request(home.watchdog.urls.status, {
      headers: { authorization: 'Bearer status-token' },
    });
    const text = await body.text();
    expect(text).toContain('"isDoubtful":true');
    expect(home.paged).toEqual([]);
  });
});

describe('a body', () => {
  test('that does not say how long it is is cut off where it is too much', async () => {
    const home = await open();
    const { port } = new URL(home.watchdog.urls.heartbeat);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `POST /home/cluster HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\nauthorization: Bearer ${token}\r\n\r\n`,
    );
    for (let chunks = 0; chunks < 5; chunks += 1) socket.write(`8000\r\n${'x'.repeat(0x8000)}\r\n`);
    const [chunk] = await once(socket, 'data');
    expect(String(chunk)).toMatch(/^HTTP\/1.1 413 /);
    socket.destroy();
  });

  test('that is wrong is a 400 that says what would be right', async () => {
    const home = await open();
    expect(await send(home, { path: '/home/cluster/power', body: '{' })).toMatchObject({ status: 400 });
    const answer = await send(home, { path: '/home/cluster/power', body: '{"state":"burning"}' });
    expect(answer.body).toContain('on-battery');
  });
});

test('a message is kept although nobody can be woken for it, and the next tick tells of it', async () => {
  const home = await open();
  await home.tick();
  home.moveTo(startAt + 20_000);
  home.watchdog.firestore.faults.set(({ database, method }) =>
    database === '(default)' && method.toLowerCase() === 'commit' ? { code: 'UNAVAILABLE' } : undefined,
  );
  expect(await send(home, { path: '/home/cluster/1' })).toMatchObject({ status: 200 });
  home.watchdog.firestore.faults.clear();
  home.moveTo(startAt + 60_000);
  await home.tick();
  await home.pagedAtLeast(1);
  expect(home.paged[0]?.title).toContain('cluster failed');
});
