// What `heartbeat` makes of calls: who may speak, what may be said, and what is kept of it.
import { describe, expect, test } from 'vitest';
import { admitSender, answerHeartbeat, type HeartbeatWorld } from '../../functions/flows/answer-heartbeat.ts';
import { notePressure } from '../../functions/flows/pressure.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import type { Answer, Asked } from '../../functions/kit/http-answer.ts';
import { limitPerMinute } from '../../functions/kit/rate.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { Heard } from '../../functions/stores/documents.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { hour, leasedTarget, minute, start, target } from '../support/site.ts';

const token = 'a-token-of-twenty-four-characters';
const old = 'the-token-before-that-is-still-taken';

const targets = [
  leasedTarget('geth-p2p'),
  leasedTarget('reth-p2p', { source: 'ups' }),
  target('ssh', 'inbound'),
];

type Call = {
  readonly path?: string;
  readonly body?: unknown;
  readonly from?: string;
  readonly bearer?: string;
};

function houseOf(over: Partial<HeartbeatWorld> = {}) {
  const store = openMemoryStore();
  const poked: object[] = [];
  let now = start;
  const world: HeartbeatWorld = {
    houses: [
      {
        site: 'home',
        senders: ['cluster', 'ups', 'backup'].map((source) => ({ source, tokens: () => [token, old] })),
        exits: { addresses: ['203.0.113.7', '2001:db8:7::/48'], provider: ['203.0.113.0/24'] },
        signers: ['eth-1'],
        targets,
      },
      {
        site: 'cabin',
        senders: [{ source: 'cluster', tokens: () => ['x'.repeat(30)] }],
        exits: null,
        signers: [],
        targets: [],
      },
    ],
    store,
    clock: { now: () => now, sleep: () => Promise.resolve() },
    pokeWatch: async (_signal, body) => {
      poked.push(body ?? {});
      return { accepted: true };
    },
    log: silentLog,
    calls: limitPerMinute(60),
    wakings: limitPerMinute(12),
    pressure: notePressure(store, silentLog),
    ...over,
  };
  const admit = admitSender(world);
  return {
    world,
    store,
    poked,
    moveTo: (at: number) => {
      now = at;
    },
    heard: async (site = 'home'): Promise<Heard | null> => store.loadHeard(site),
    admit: async ({ path = '/home/cluster', bearer = token }: Call, method = 'POST') =>
      admit({ method, path, header: (name) => (name === 'authorization' ? `Bearer ${bearer}` : '') }),
    /** As after its head was let through. */
    call: async ({ path = '/home/cluster', body = '', from = '203.0.113.7' }: Call): Promise<Answer> => {
      const asked: Asked = {
        method: 'POST',
        path,
        url: path,
        query: () => '',
        client: from,
        header: () => '',
        body: () => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      };
      return answerHeartbeat(world, asked);
    },
  };
}

async function refused(asking: Promise<unknown>): Promise<string> {
  const error: unknown = await asking.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof WatchdogError && error.code === 'ERR_REQUEST') return error.message;
  throw new Error(`it was not refused: ${String(error)}`);
}

describe('who may speak', () => {
  test('is whoever shows the token of that sender, today’s or the one before', async () => {
    const house = houseOf();
    expect(await house.admit({})).toBeNull();
    expect(await house.admit({ bearer: old })).toBeNull();
    expect(await house.admit({ path: '/heartbeat/home/cluster/alertmanager' })).toBeNull();
  });

  test.each([
    ['a wrong token', { bearer: 'wrong' }, 401],
    ['no token', { bearer: '' }, 401],
    ['the token of another site', { path: '/cabin/cluster' }, 401],
    ['a site that is not there', { path: '/castle/cluster' }, 401],
    ['a sender that is not there', { path: '/home/stranger' }, 401],
    ['a path that is none', { path: '/home' }, 404],
    ['a word that is none', { path: '/home/cluster/dance' }, 404],
    ['an exit code that is none', { path: '/home/cluster/256' }, 404],
  ])('is nobody with %s', async (_name, call, status) => {
    expect(await houseOf().admit(call)).toMatchObject({ status });
  });

  test('is nobody while a token could be guessed', async () => {
    const house = houseOf();
    const short = { source: 'cluster', tokens: () => [token, 'short'] };
    const world = {
      ...house.world,
      houses: [{ site: 'home', senders: [short], exits: null, signers: [], targets: [] }],
    };
    const head = { method: 'POST', path: '/home/cluster', header: () => `Bearer ${token}` };
    await expect(admitSender(world)(head)).rejects.toMatchObject({
      code: 'ERR_SECRET',
      message: expect.not.stringContaining(token),
    });
  });

  test('is nobody by GET', async () => {
    expect(await houseOf().admit({}, 'GET')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  test('is told in the same words whether the sender is there or not', async () => {
    const house = houseOf();
    const answers = [{ bearer: 'wrong' }, { path: '/home/stranger' }, { path: '/castle/cluster' }];
    const bodies = await Promise.all(answers.map(async (call) => (await house.admit(call))?.body));
    expect(new Set(bodies).size).toBe(1);
  });

  test('is cut off when it speaks too often, and alone: other senders and sites go on', async () => {
    const house = houseOf({ calls: limitPerMinute(3) });
    for (let calls = 0; calls < 3; calls += 1) expect(await house.admit({})).toBeNull();
    expect(await house.admit({})).toMatchObject({ status: 429, headers: { 'retry-after': '30' } });
    expect(await house.admit({ path: '/home/ups' })).toBeNull();
    expect(await house.admit({ path: '/cabin/cluster', bearer: 'x'.repeat(30) })).toBeNull();
    house.moveTo(start + minute);
    expect(await house.admit({})).toBeNull();
  });

  test('and who was refused is written down, so that its silence counts for nothing; seldom, whoever floods', async () => {
    const house = houseOf();
    let writes = 0;
    const counting = {
      ...house.store,
      notePressure: (key: string, at: number) => {
        writes += 1;
        return house.store.notePressure(key, at);
      },
    };
    const flooded = houseOf({ store: counting, pressure: notePressure(counting, silentLog) });
    for (let calls = 0; calls < 500; calls += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await flooded.admit({ bearer: 'wrong', path: calls % 2 === 0 ? '/home/cluster' : '/castle/x' });
    }
    expect(writes).toBe(2);
    expect(await house.store.loadPressure()).toEqual({ 'home/cluster': start, all: start });
  });
});

describe('where it came from', () => {
  test.each([
    ['the exit', '203.0.113.7', []],
    ['a v6 network of the exits', '2001:db8:7::1', []],
    ['another address of the provider', '203.0.113.8', ['203.0.113.0/24 true']],
    ['home', '198.51.100.23', ['198.51.100.0/24 false']],
    ['home by v6', '2001:db8:1:2::3', ['2001:db8:1::/48 false']],
  ])('%s', async (_name, from, expected) => {
    const house = houseOf();
    const { body } = await house.call({ from });
    expect(JSON.parse(body)).toMatchObject({ provesLife: expected.length === 0 });
    const { strangers = [] } = (await house.heard()) ?? {};
    expect(strangers.map(({ network, isOfProvider }) => `${network} ${isOfProvider}`)).toEqual(expected);
  });

  test('does not matter where no exits are configured', async () => {
    const house = houseOf();
    await house.call({ path: '/cabin/cluster', from: '198.51.100.23' });
    expect((await house.heard('cabin'))?.beats['cluster']?.sentAt).toBe(start);
  });

  test('is never written down as an address', async () => {
    const lines: string[] = [];
    const write = (fields: object, message: string): void =>
      void lines.push(JSON.stringify(fields) + message);
    const house = houseOf({ log: { info: write, warn: write, error: write } });
    await house.call({ from: '198.51.100.23' });
    expect(lines.join()).toContain('198.51.100.0/24');
    expect(lines.join() + JSON.stringify(await house.heard())).not.toContain('198.51.100.23');
  });
});

describe('a plain ping', () => {
  test.each([
    ['/home/backup', '', { okAt: start, failure: null }],
    ['/home/backup/ok', 'done', { okAt: start, failure: null }],
    ['/home/backup/0', '', { okAt: start, failure: null }],
    ['/home/backup/start', '', { startedAt: start, okAt: null }],
    [
      '/home/backup/fail',
      'line one\nno space left\n\n',
      { failure: { at: start, code: null, text: 'no space left' } },
    ],
    ['/home/backup/17', '', { failure: { at: start, code: 17, text: '' } }],
  ])('%s', async (path, body, expected) => {
    const house = houseOf();
    expect(await house.call({ path, body })).toMatchObject({ status: 200 });
    expect((await house.heard())?.beats['backup']).toMatchObject(expected);
  });

  test('keeps one line of what went wrong, without secrets and control characters', async () => {
    const house = houseOf();
    await house.call({
      path: '/home/backup/fail',
      body: `\u001b[31mcurl https://u:p@x.example/s3cret?a=b ${'é'.repeat(400)}`,
    });
    const text = (await house.heard())?.beats['backup']?.failure?.text ?? '';
    expect(text).toContain('https://x.example/…');
    expect(text).not.toMatch(/s3cret|\p{C}/u);
    expect(Array.from(text)).toHaveLength(200);
  });

  test('that all is still well wakes nobody; that it failed wakes the watchdog', async () => {
    const house = houseOf();
    await house.call({ path: '/home/backup' });
    expect(house.poked).toEqual([]);
    await house.call({ path: '/home/backup/1' });
    expect(house.poked).toEqual([{ events: 'home' }]);
    await house.call({ path: '/home/backup/1' });
    expect(house.poked).toHaveLength(1);
  });
});

describe('a UPS', () => {
  const news = { state: 'on-battery', ups: 'rack', charge: 87, runtime: 720, at: start / 1000 };

  test('says what it runs on, and the watchdog is woken for it', async () => {
    const house = houseOf();
    await house.call({ path: '/home/ups/power', body: news });
    expect((await house.heard())?.power['rack']).toEqual({
      state: 'on-battery',
      at: start,
      since: start,
      charge: 87,
      runtimeMs: 720_000,
      saidAt: start,
    });
    expect(house.poked).toEqual([{ events: 'home' }]);
  });

  test.each([
    ['a time in milliseconds', { ...news, at: start }],
    ['a time in words', { ...news, at: new Date(start).toISOString() }],
  ])('may tell %s', async (_name, body) => {
    const house = houseOf();
    await house.call({ path: '/home/ups/power', body });
    expect((await house.heard())?.power['rack']?.saidAt).toBe(start);
  });

  test.each<[string, unknown, string]>([
    ['a state that is none', { ...news, state: 'burning' }, 'the news of the UPS: state'],
    ['a charge over all', { ...news, charge: 101 }, 'charge'],
    ['a field that is none', { ...news, password: 'x' }, 'password'],
    ['a time before there were any', { ...news, at: 5 }, 'at: is no time'],
    ['a list', [news], 'the news of the UPS'],
    ['no JSON', '{', 'the body is not JSON'],
    ['nothing', '', 'the news of the UPS'],
  ])('is refused with %s', async (_name, body, why) => {
    const house = houseOf();
    expect(await refused(house.call({ path: '/home/ups/power', body }))).toContain(why);
    expect(await house.heard()).toBeNull();
  });
});

describe('a report', () => {
  const fence = { signer: 'eth-1', instance: 'abc', generation: 4, running: true };

  test('says everything of a house at once, and counts as its heartbeat', async () => {
    const house = houseOf();
    const body = { at: start / 1000, power: { state: 'online' }, fences: [fence] };
    await house.call({ path: '/home/cluster/report', body });
    expect(await house.heard()).toMatchObject({
      beats: { cluster: { sentAt: start, okAt: start } },
      power: { ups: { state: 'online', charge: null } },
      fences: [{ signer: 'eth-1', instance: 'abc', generation: 4, isRunning: true, at: start }],
    });
  });

  test.each([
    ['says all', { version: '0.4.1', isolation: 600, breakGlass: true }, ['0.4.1', 600_000, true]],
    ['says no more', {}, [null, null, false]],
    ['has nothing to say', { version: null, isolation: null, breakGlass: null }, [null, null, false]],
    ['has no isolation time', { version: '0.4.1', isolation: 0 }, ['0.4.1', null, false]],
    ['has a version of two lines', { version: '1\n2', isolation: 1 }, ['1 2', 1000, false]],
  ])('of a fence that %s is kept as it is', async (_, more, [version, isolationMs, breakGlass]) => {
    const house = houseOf();
    await house.call({ path: '/home/cluster/report', body: { fences: [{ ...fence, ...more }] } });
    expect((await house.heard())?.fences).toMatchObject([{ version, isolationMs, breakGlass }]);
  });

  test.each([
    ['a version that is too long', { version: 'x'.repeat(41) }, 'version'],
    ['an isolation time in words', { isolation: '10m' }, 'isolation'],
    ['half a second', { isolation: 0.5 }, 'isolation'],
    ['a broken glass in words', { breakGlass: 'yes' }, 'breakGlass'],
    ['something unknown', { glass: true }, 'glass'],
  ])('of a fence with %s is refused', async (_, more, field) => {
    const house = houseOf();
    const body = { fences: [{ ...fence, ...more }] };
    expect(await refused(house.call({ path: '/home/cluster/report', body }))).toContain(field);
    expect(await house.heard()).toBeNull();
  });

  test('of a signer that is not configured is refused, and nothing of it is kept', async () => {
    const house = houseOf();
    const body = { fences: [{ ...fence, signer: 'eth-9' }] };
    const why = await refused(house.call({ path: '/home/cluster/report', body }));
    expect(why).toContain('there is eth-1');
    expect(await house.heard()).toBeNull();
  });

  describe('with leased ports', () => {
    const path = '/home/cluster/report';
    const port = { target: 'geth-p2p', port: 41_234, validUntil: (start + hour) / 1000 };

    test.each([
      ['seconds', port.validUntil],
      ['milliseconds', start + hour],
      ['an ISO time', new Date(start + hour).toISOString()],
    ])('keeps them, whose lease ends in %s', async (_, validUntil) => {
      const house = houseOf();
      const { body } = await house.call({
        path,
        body: { at: start / 1000, ports: [{ ...port, validUntil }] },
      });
      expect(await house.heard()).toMatchObject({
        beats: { cluster: { okAt: start } },
        ports: [{ target: 'geth-p2p', port: 41_234, validUntil: start + hour, at: start, since: start }],
        refusedPorts: [],
      });
      expect(JSON.parse(body)).not.toHaveProperty('portsNotUsed');
      expect(house.poked, 'the next look is soon enough').toEqual([]);
    });

    test.each([
      ['from no exit', {}, '198.51.100.23', 'not-from-exit', 'it did not come from an exit'],
      [
        'below the range',
        { port: 22 },
        '203.0.113.7',
        'out-of-range',
        'the port is outside the range of that target',
      ],
      [
        'above the range',
        { port: 50_000 },
        '203.0.113.7',
        'out-of-range',
        'the port is outside the range of that target',
      ],
      [
        'of another sender',
        { target: 'reth-p2p' },
        '203.0.113.7',
        'other-sender',
        'another sender tells the port of that target',
      ],
      [
        'that is not leased',
        { target: 'ssh' },
        '203.0.113.7',
        'not-leased',
        'the port of that target is not leased',
      ],
    ])('of one %s keeps evidence, uses nothing, and says so', async (_, over, from, why, words) => {
      const lines: string[] = [];
      const write = (fields: object, message: string): void =>
        void lines.push(JSON.stringify(fields) + message);
      const house = houseOf({ log: { info: write, warn: write, error: write } });
      await house.call({ path, body: { ports: [port] } });
      const told = { ...port, port: 43_210, ...over };
      const { status, body } = await house.call({ path, from, body: { ports: [told] } });
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({
        portsNotUsed: [{ target: told.target, port: told.port, why: words }],
      });
      expect(lines.join()).toContain(words);
      expect(await house.heard()).toMatchObject({
        ports: [{ target: 'geth-p2p', port: 41_234 }],
        refusedPorts: [{ target: told.target, port: told.port, source: 'cluster', why, at: start }],
      });
    });

    test.each([
      [
        '65 of them',
        { ports: Array.from({ length: 65 }, (_, at) => ({ ...port, target: `t-${at}` })) },
        'ports',
      ],
      ['one target twice', { ports: [port, { ...port, port: 40_000 }] }, 'each target once'],
      ['port 0', { ports: [{ ...port, port: 0 }] }, 'port'],
      ['port 65536', { ports: [{ ...port, port: 65_536 }] }, 'port'],
      ['half a port', { ports: [{ ...port, port: 41_234.5 }] }, 'port'],
      ['a port in words', { ports: [{ ...port, port: '41234' }] }, 'port'],
      ['no end', { ports: [{ target: 'geth-p2p', port: 41_234 }] }, 'validUntil'],
      ['an end that never comes', { ports: [{ ...port, validUntil: null }] }, 'validUntil'],
      ['an end that is no time', { ports: [{ ...port, validUntil: 'soon' }] }, 'validUntil'],
      ['an address', { ports: [{ ...port, address: '10.0.0.1' }] }, 'address'],
      ['a name that is none', { ports: [{ ...port, target: '../x' }] }, 'target'],
      ['a mapping for a list', { ports: port }, 'ports'],
    ])('with %s is refused, and nothing of it is kept', async (_, body, words) => {
      const house = houseOf();
      expect(await refused(house.call({ path, body }))).toContain(words);
      expect(await house.heard()).toBeNull();
    });

    test('takes the most that may be told', async () => {
      const house = houseOf();
      const ports = Array.from({ length: 64 }, (_, at) => ({ ...port, target: `t-${at}` }));
      await house.call({ path, body: { ports } });
      expect((await house.heard())?.refusedPorts).toHaveLength(64);
    });
  });

  test('whose clock is far off is kept with how far', async () => {
    const house = houseOf();
    await house.call({ path: '/home/cluster/report', body: { at: (start - hour) / 1000 } });
    expect((await house.heard())?.beats['cluster']).toMatchObject({
      sentAt: start - hour,
      clockBehindMs: hour,
    });
  });
});

describe('Alertmanager', () => {
  const alert = (name: string, over: object = {}): object => ({
    status: 'firing',
    labels: { alertname: name, severity: 'critical', instance: 'nuc-2:9100' },
    annotations: { summary: `${name} on nuc-2` },
    startsAt: new Date(start - minute).toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.lan/graph?g0.expr=secret',
    fingerprint: '0123456789abcdef',
    ...over,
  });
  const webhook = (...alerts: object[]): object => ({
    version: '4',
    groupKey: '{}',
    status: 'firing',
    receiver: 'watchdog',
    externalURL: 'http://alertmanager.lan',
    alerts,
  });
  const path = '/home/cluster/alertmanager';

  test('sends its Watchdog: the pulse of the house, and no alert', async () => {
    const house = houseOf();
    await house.call({ path, body: webhook(alert('Watchdog')) });
    expect(await house.heard()).toMatchObject({ beats: { cluster: { okAt: start } }, alerts: [] });
    expect(house.poked).toEqual([]);
  });

  test('whose Watchdog is over is there, but not well', async () => {
    const house = houseOf();
    await house.call({ path, body: webhook(alert('Watchdog', { status: 'resolved' })) });
    expect((await house.heard())?.beats['cluster']).toMatchObject({ sentAt: start, okAt: null });
  });

  test('sends an alert: known by name and fingerprint, with its labels, woken for once', async () => {
    const house = houseOf();
    await house.call({ path, body: webhook(alert('KubeNode NotReady!')) });
    await house.call({ path, body: webhook(alert('KubeNode NotReady!')) });
    expect((await house.heard())?.alerts).toEqual([
      {
        id: 'KubeNode-NotReady-0123456789abcdef',
        severity: 'critical',
        summary: 'KubeNode NotReady! on nuc-2',
        labels: 'instance=nuc-2:9100',
        since: start - minute,
        toldAt: start,
      },
    ]);
    expect(house.poked).toHaveLength(1);
    await house.call({ path, body: webhook(alert('KubeNode NotReady!', { status: 'resolved' })) });
    expect((await house.heard())?.alerts).toEqual([]);
  });

  test.each([
    ['none', 'info'],
    ['INFO', 'info'],
    ['page', 'critical'],
    ['whatever', 'warning'],
    [undefined, 'warning'],
  ])('whose severity is %s is %s', async (severity, expected) => {
    const house = houseOf();
    const labels = { alertname: 'A', ...(severity === undefined ? {} : { severity }) };
    await house.call({ path, body: webhook(alert('A', { labels })) });
    expect((await house.heard())?.alerts[0]?.severity).toBe(expected);
  });

  test('without a fingerprint is known by its labels, in whatever order', async () => {
    const house = houseOf();
    const first = { alertname: 'A', x: '1', y: '2' };
    const second = { y: '2', x: '1', alertname: 'A' };
    await house.call({ path, body: webhook(alert('A', { labels: first, fingerprint: 'no hex' })) });
    await house.call({ path, body: webhook(alert('A', { labels: second, fingerprint: undefined })) });
    expect((await house.heard())?.alerts).toHaveLength(1);
  });

  test('that sends something wrong beside something right is told what, and what is right counts', async () => {
    const house = houseOf();
    const answer = await house.call({
      path,
      body: webhook(alert('Good'), { status: 'exploded' }, alert('Watchdog')),
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('alerts.1.status');
    expect(await house.heard()).toMatchObject({
      beats: { cluster: { okAt: start } },
      alerts: [{ id: 'Good-0123456789abcdef' }],
    });
  });

  test.each<[string, unknown, string]>([
    ['no webhook', { hello: 1 }, 'version: must be "4"'],
    ['another version', { version: '3', alerts: [alert('A')] }, 'version: must be "4"'],
    ['no alert', { version: '4', alerts: [] }, 'alerts'],
    ['only wrong alerts', { version: '4', alerts: [1, { status: 'firing' }] }, 'alerts.0'],
    ['nothing', '', 'no webhook of Alertmanager'],
    ['a list', [], 'no webhook of Alertmanager'],
  ])('is refused with %s', async (_name, body, why) => {
    const house = houseOf();
    expect(await refused(house.call({ path, body }))).toContain(why);
    expect(await house.heard()).toBeNull();
  });
});

describe('waking the watchdog', () => {
  test('that fails loses nothing', async () => {
    const failing = houseOf({ pokeWatch: () => Promise.reject(new Error('away')) });
    expect(await failing.call({ path: '/home/backup/1' })).toMatchObject({ status: 200 });
    const refusing = houseOf({
      pokeWatch: async () => ({ accepted: false, reason: 'status', detail: 'HTTP 503' }),
    });
    expect(await refusing.call({ path: '/home/backup/1' })).toMatchObject({ status: 200 });
    expect((await refusing.heard())?.beats['backup']?.failure?.code).toBe(1);
  });

  test('is not done for each of very many news: the next tick tells the rest', async () => {
    const house = houseOf({ wakings: limitPerMinute(3) });
    for (let calls = 0; calls < 20; calls += 1) {
      const state = calls % 2 === 0 ? 'on-battery' : 'online';
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await house.call({ path: '/home/ups/power', body: { state } });
    }
    expect(house.poked).toHaveLength(3);
    expect((await house.heard())?.power['ups']?.state).toBe('online');
  });
});
