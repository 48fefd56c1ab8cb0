// The Compute door against servers that are no Compute: it ends in time, takes no more than it needs, and never rejects.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Compute, ComputeAnswer } from '../../functions/cloud/cloud.ts';
import { openCompute } from '../../functions/cloud/compute.ts';
import { order, project, uuid, zoneA } from '../support/pretend-compute.ts';
import { closedPort, listen, type Listening } from '../support/server.ts';

const servers: Listening[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(listener: RequestListener): Promise<Listening> {
  const server = await listen(createServer(listener));
  servers.push(server);
  return server;
}
const saying = (body: string | Buffer, status = 200): Promise<Listening> =>
  serve((request, response) => {
    request.resume();
    response.writeHead(status, { location: 'http://127.0.0.1:1/elsewhere' }).end(body);
  });
const door = (server: { readonly address: string }, timeoutMs = 5_000): Compute =>
  openCompute({ project, endpoint: `http://${server.address}`, timeoutMs });
const never = (): AbortSignal => new AbortController().signal;

type Calls = Readonly<
  Record<keyof Compute, (compute: Compute, signal: AbortSignal) => Promise<ComputeAnswer<unknown>>>
>;
const place = { zone: zoneA, name: 'bw-x', requestId: uuid(2), lines: 5 };
const calls: Calls = {
  insert: (compute, signal) => compute.insert(order(), signal),
  operation: (compute, signal) => compute.operation(zoneA, 'operation-1', signal),
  list: (compute, signal) => compute.list('bw', signal),
  node: (compute, signal) => compute.node(place, signal),
  disks: (compute, signal) => compute.disks('bw', signal),
  report: (compute, signal) => compute.report(place, signal),
  console: (compute, signal) => compute.console(place, signal),
  remove: (compute, signal) => compute.remove(place, signal),
  save: (compute, signal) => compute.save({ ...place, snapshot: 'bw-s', labels: {} }, signal),
  globalOperation: (compute, signal) => compute.globalOperation('operation-1', signal),
  snapshots: (compute, signal) => compute.snapshots('bw', signal),
  dropSnapshot: (compute, signal) => compute.dropSnapshot({ name: 'bw-s', requestId: uuid(3) }, signal),
};
const names = Object.keys(calls);
const callOf = (name: string) => Object.entries(calls).find(([each]) => each === name)?.[1] ?? calls.list;

describe.each(names)('%s', (name) => {
  const call = callOf(name);
  // What reads first has changed nothing when that fails.
  const isChange = ['insert', 'remove', 'dropSnapshot'].includes(name);

  test('takes nothing for an answer that is none', async () => {
    for (const body of [
      '',
      '<html>ok</html>',
      'null',
      '"done"',
      '7',
      '[]',
      '{}',
      '{"items":{}}',
      `{"kind":"compute#${name === 'list' ? 'disk' : 'instance'}AggregatedList"}`,
      '{"kind":"compute#zone","items":{},"name":"operation-1","status":"DONE"}',
      '{"items":',
      Buffer.from([0xff, 0xfe, 0x00]),
    ]) {
      const answer = await call(door(await saying(body)), never());
      expect(answer, String(body)).toMatchObject({ ok: false, failure: { code: 'MALFORMED', isLost: true } });
    }
  });

  test('knows a page of a gateway by its status', async () => {
    for (const [status, isLost] of [
      [502, isChange],
      [500, isChange],
      [400, false],
      [302, false],
    ] as const) {
      const answer = await call(door(await saying('<html>secret</html>', status)), never());
      expect(answer, String(status)).toEqual({
        ok: false,
        failure: { code: `HTTP_${status}`, status, isLost, permission: null, text: `HTTP ${status}` },
      });
    }
  });

  test('gives up on silence, a drip and headers alone within its time, and lets go of the socket', async () => {
    const drips: readonly RequestListener[] = [
      () => {},
      (_request, response) => response.writeHead(200).flushHeaders(),
      (_request, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => {
          clearInterval(timer);
        });
      },
    ];
    for (const listener of drips) {
      const server = await serve(listener);
      const begun = performance.now();
      const answer = await call(door(server, 200), never());
      expect(performance.now() - begun).toBeLessThan(3_000);
      expect(answer).toMatchObject({ ok: false, failure: { code: 'TIMEOUT', isLost: true, status: null } });
      await expect.poll(server.open).toBe(0);
    }
  });

  test('stops reading an answer that is too long', async () => {
    for (const status of [200, 500]) {
      let sent = 0;
      const server = await serve((request, response) => {
        request.resume();
        response.writeHead(status);
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536;
        };
        response.on('drain', more);
        more();
      });
      const answer = await call(door(server), never());
      const code = status === 200 ? 'TOO_LONG' : 'HTTP_500';
      expect(answer).toMatchObject({ ok: false, failure: { code } });
      await expect.poll(server.open).toBe(0);
      expect(sent).toBeLessThan(64 * 1024 * 1024);
    }
  });

  test('ends with the run: before it begins nothing is sent, in the middle it may have been done', async () => {
    const run = new AbortController();
    const server = await serve(() => {
      run.abort();
    });
    const compute = door(server);
    expect(await call(compute, run.signal)).toMatchObject({
      ok: false,
      failure: { code: 'ABORTED', isLost: true },
    });
    expect(await call(compute, run.signal)).toMatchObject({
      ok: false,
      failure: { code: 'ABORTED', isLost: false },
    });
    expect(server.accepted()).toBe(1);
    await expect.poll(server.open).toBe(0);
  });

  test('is lost to a closed port, a reset and an answer that breaks off', async () => {
    const port = await closedPort(createTcpServer());
    const closed = await call(door({ address: `127.0.0.1:${port}` }), never());
    expect(closed).toMatchObject({ ok: false, failure: { code: 'ECONNREFUSED', isLost: true } });
    const reset = await serve((request) => request.socket.resetAndDestroy());
    expect(await call(door(reset), never())).toMatchObject({
      ok: false,
      failure: { isLost: true, status: null },
    });
    const broken = await serve((request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"name":', () => request.socket.destroy());
    });
    expect(await call(door(broken), never())).toMatchObject({
      ok: false,
      failure: { isLost: true, status: null },
    });
  });

  test('never rejects, whatever JSON is answered', async () => {
    let body = '';
    const server = await serve((request, response) => {
      request.resume();
      response.end(body);
    });
    const compute = door(server);
    const words = fc.constantFrom(
      'items',
      'instances',
      'disks',
      'zones/a',
      'name',
      'status',
      'DONE',
      'error',
      'errors',
      'kind',
      'compute#instanceAggregatedList',
      'compute#operation',
      'queryValue',
      'contents',
      'compute#snapshotList',
      'storageBytes',
      'warning',
      'labels',
      '__proto__',
      'nextPageToken',
      'id',
    );
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        words,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.dictionary(words, tie('value'), { maxKeys: 4 }),
    })).value;
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        body = JSON.stringify(value);
        const answer = await call(compute, never());
        expect(typeof answer.ok).toBe('boolean');
      }),
      { numRuns: 30 },
    );
    expect(Object.hasOwn(Object.prototype, 'name')).toBe(false);
  });
});

test("a 404 that is not Compute's own proves nothing", async () => {
  const page = door(await saying('<html>Not Found</html>', 404));
  expect(await calls.operation(page, never())).toMatchObject({ ok: false, failure: { code: 'HTTP_404' } });
  expect(await calls.report(page, never())).toMatchObject({ ok: false, failure: { code: 'HTTP_404' } });
});

test('Google is asked with a token only; where there is none, nothing is sent', async () => {
  const google = openCompute({ project, timeoutMs: 3_000 });
  for (const call of Object.values(calls)) {
    expect(await call(google, never())).toMatchObject({
      ok: false,
      failure: { code: expect.stringMatching(/^(NO_IDENTITY|TIMEOUT)$/) },
    });
  }
});

describe('a list over all zones', () => {
  const machine = (name: string, more: object = {}): object => ({
    id: '1',
    name,
    status: 'RUNNING',
    labels: { 'basement-watchdog': 'bw' },
    ...more,
  });
  const listOf = async (body: object): Promise<unknown> => {
    const answer = await door(
      await saying(JSON.stringify({ kind: 'compute#instanceAggregatedList', ...body })),
    ).list('bw', never());
    return answer.ok
      ? [answer.value.nodes.map(({ name }) => name), answer.value.isWhole]
      : answer.failure.code;
  };
  const zone = (instances: readonly object[], more: object = {}): object => ({
    kind: 'compute#instanceAggregatedList',
    items: { 'zones/z-a': { instances, ...more } },
  });

  test('has only what carries our label, whatever the filter did', async () => {
    const other = machine('somebodys', { labels: { 'basement-watchdog': 'cc' } });
    expect(await listOf(zone([machine('bw-a'), other, machine('bare', { labels: {} })]))).toEqual([
      ['bw-a'],
      true,
    ]);
  });

  test('leaves out a machine that cannot be read, and is not whole then', async () => {
    expect(await listOf(zone([machine('bw-a'), machine('bw-b')]))).toEqual([['bw-a', 'bw-b'], true]);
    expect(await listOf(zone([machine('bw-a'), machine('BAD NAME')]))).toEqual([['bw-a'], false]);
    expect(await listOf(zone([machine('bw-a', { status: 'run\u001Bning' })]))).toEqual([[], false]);
    expect(await listOf({ items: { 'zones/../x': { instances: [machine('bw-a')] } } })).toEqual([[], true]);
  });

  test.each([
    ['UNREACHABLE', false],
    ['PARTIAL_SUCCESS', false],
    ['SOMETHING_NEW', false],
    ['NO_RESULTS_ON_PAGE', true],
    ['DEPRECATED_TYPE_USED', true],
  ])('with the warning %s is whole: %s', async (code, isWhole) => {
    expect(await listOf(zone([machine('bw-a')], { warning: { code } }))).toEqual([['bw-a'], isWhole]);
    expect(await listOf({ ...zone([machine('bw-a')]), warning: { code } })).toEqual([['bw-a'], isWhole]);
  });

  test('that names what is unreachable is not whole', async () => {
    expect(await listOf({ ...zone([machine('bw-a')]), unreachables: ['projects/p/zones/z-b'] })).toEqual([
      ['bw-a'],
      false,
    ]);
  });

  test('has an end: pages that never end are cut off, and it is not whole', async () => {
    const server = await saying(JSON.stringify({ ...zone([machine('bw-a')]), nextPageToken: 'again' }));
    const answer = await door(server).list('bw', never());
    expect(answer).toMatchObject({ ok: true, value: { isWhole: false } });
    expect(server.accepted()).toBe(20);
  });

  test('with times that cannot be read has none', async () => {
    const server = await saying(JSON.stringify(zone([machine('bw-a', { creationTimestamp: 'yesterday' })])));
    expect(await door(server).list('bw', never())).toMatchObject({
      ok: true,
      value: { nodes: [{ createdAt: null }] },
    });
  });
});

describe('an operation', () => {
  test.each([
    [{ status: 'PENDING' }, { state: 'unfinished' }],
    [{ status: 'RUNNING', error: { errors: [{ code: 'X_Y' }] } }, { state: 'unfinished' }],
    [{ status: 'DONE' }, { state: 'done' }],
    [{ status: 'DONE', error: { errors: [] } }, { state: 'done' }],
    [
      { status: 'DONE', httpErrorStatusCode: 503 },
      { state: 'failed', code: 'HTTP_503', text: 'HTTP_503' },
    ],
    [
      {
        status: 'DONE',
        error: { errors: [{ code: 'QUOTA_EXCEEDED', message: 'too\nmuch' }, { code: 'B' }] },
      },
      { state: 'failed', code: 'QUOTA_EXCEEDED', text: 'too much' },
    ],
    [
      { status: 'DONE', error: { errors: [{ code: 'no code', message: 'm' }] } },
      { state: 'failed', code: 'UNKNOWN', text: 'm' },
    ],
  ])('%j is %j', async (body, wanted) => {
    const server = await saying(JSON.stringify({ kind: 'compute#operation', name: 'operation-1', ...body }));
    expect(await door(server).operation(zoneA, 'operation-1', never())).toEqual({ ok: true, value: wanted });
  });
});
