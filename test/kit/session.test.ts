// Many questions over one session: its connections, its caps, and what a server can do to it, all as values.
import { createServer } from 'node:http';
import { createServer as createTcp } from 'node:net';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Session } from '../../functions/kit/net/session.ts';
import { closedPort } from '../support/server.ts';
import { ask, bad, get, good, saying, started, within } from './session.ts';

const times = (count: number, session: Session): Promise<unknown[]> =>
  Promise.all(Array.from({ length: count }, () => session.ask(get)));
describe('a session', () => {
  test('keeps one connection for many questions, asked at once or in turn', async () => {
    const { address, accepted, open } = await started(createServer(saying('hi')));
    const answers = await within(
      `http://${address}`,
      async (session) => {
        const first = await times(10, session);
        const second = await session.ask({ ...get, body: '{}' });
        return { all: [...first, second], requests: session.requests() };
      },
      { connections: 1 },
    );
    expect(answers).toEqual({ all: Array.from({ length: 11 }, () => good('hi')), requests: 11 });
    expect(accepted()).toBe(1);
    await expect.poll(open).toBe(0);
  });

  test('opens no more connections than it may', async () => {
    const { address, accepted } = await started(createServer(saying('hi')));
    expect(await within(`http://${address}`, (session) => times(20, session))).toHaveLength(20);
    expect(accepted()).toBeLessThanOrEqual(4);
  });

  test('answers all questions of a server that closes after each', async () => {
    const server = createServer((_request, response) => {
      response.setHeader('connection', 'close');
      response.end('hi');
    });
    const { address, accepted } = await started(server);
    const answers = await within(`http://${address}`, (session) => times(5, session), { connections: 1 });
    expect(answers).toEqual(Array.from({ length: 5 }, () => good('hi')));
    expect(accepted()).toBe(5);
  });

  test.for(['end', 'resetAndDestroy'] as const)(
    'asks again, once, when a server closes a connection that it has answered on (%s)',
    async (how) => {
      const said = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi';
      let count = 0;
      const server = createTcp((socket) => {
        // The second question on a connection is not answered any more.
        socket.once('data', () => {
          socket.write(said);
          socket.once('data', () => socket[how]());
        });
        count += 1;
      });
      const { address } = await started(server);
      const given = { connections: 1 };
      const answers = await within(
        `http://${address}`,
        async (session) => [await session.ask(get), await session.ask(get), await session.ask(get)],
        given,
      );
      expect(answers).toEqual([good('hi'), good('hi'), good('hi')]);
      expect(count).toBe(3);
      let asked = 0;
      const dying = createTcp((socket) => {
        socket.on('data', () => (++asked === 1 ? socket.write(said) : socket[how]()));
      });
      const { address: other } = await started(dying);
      const two = async (session: Session): Promise<unknown[]> => [
        await session.ask(get),
        await session.ask(get),
      ];
      expect(await within(`http://${other}`, two, given)).toEqual([
        good('hi'),
        bad('reset', expect.any(String)),
      ]);
      expect(asked).toBe(3);
    },
  );

  test('sends what it must and nothing else: headers, JSON, no compression', async () => {
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      const { method, url, headers } = request;
      seen.push({ method, url, type: headers['content-type'], encoding: headers['accept-encoding'] });
      seen.push([headers['x-team'], headers.authorization, headers['user-agent']]);
      response.end();
    });
    const { address } = await started(server);
    const access = { headers: { 'X-Team': 'home' }, auth: { bearer: { env: 'TOKEN' } } };
    const both = async (session: Session): Promise<void> => {
      await session.ask({ path: '/v1/a?id=1', maxBytes: 10 });
      await session.ask({ path: '', body: '{}', maxBytes: 10 });
    };
    await within(`http://${address}/base/?net=main`, both, { access, secrets: { TOKEN: 'abc' } });
    const common = ['home', 'Bearer abc', 'basement-watchdog'];
    expect(seen).toEqual([
      { method: 'GET', url: '/base/v1/a?net=main&id=1', type: undefined, encoding: 'identity' },
      common,
      { method: 'POST', url: '/base/?net=main', type: 'application/json', encoding: 'identity' },
      common,
    ]);
  });

  test('takes an answer of exactly the bytes that it may have, and none that is longer, and goes on', async () => {
    const server = createServer((request, response) =>
      response.end('x'.repeat(Number(request.url?.slice(1)))),
    );
    const { address } = await started(server);
    const answers = await within(`http://${address}`, async (session) => [
      await session.ask({ path: '/1000', maxBytes: 1_000 }),
      await session.ask({ path: '/1001', maxBytes: 1_000 }),
      await session.ask({ path: '/5000000', maxBytes: 1_000 }),
      await session.ask({ path: '/3', maxBytes: 1_000 }),
    ]);
    const long = bad('protocol', 'the answer is longer than 1000 bytes');
    expect(answers).toEqual([good('x'.repeat(1_000)), long, long, good('xxx')]);
  });

  test('does not wait for the end of an answer that never ends', async () => {
    const server = createServer((_request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(500)), 1);
      response.on('close', () => clearInterval(timer));
    });
    const { address, open } = await started(server);
    expect(await within(`http://${address}`, ask)).toEqual(
      bad('protocol', 'the answer is longer than 1000 bytes'),
    );
    await expect.poll(open).toBe(0);
  });

  test('gives a stream piece by piece and keeps nothing of it', async () => {
    const { address } = await started(createServer(saying('x'.repeat(300_000))));
    let bytes = 0;
    let pieces = 0;
    const read = (chunk: Buffer): void => {
      bytes += chunk.length;
      pieces += 1;
    };
    const stream = (maxBytes: number) => (session: Session) => session.stream({ path: '/', maxBytes }, read);
    expect(await within(`http://${address}`, stream(300_000))).toEqual(good(''));
    expect(bytes).toBe(300_000);
    expect(pieces).toBeGreaterThan(1);
    expect(await within(`http://${address}`, stream(299_999))).toMatchObject({ reason: 'protocol' });
  });

  test('keeps the body of a stream that has another status than 200', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end('no'));
    const { address } = await started(server);
    const stream = (session: Session): Promise<unknown> => session.stream(get, () => expect.unreachable());
    expect(await within(`http://${address}`, stream)).toEqual({
      ok: true,
      status: 404,
      body: Buffer.from('no'),
    });
  });
});

describe('a session answers with a value when', () => {
  test('nobody listens, for each of many questions', async () => {
    const port = await closedPort(createTcp());
    const refused = bad('refused', `127.0.0.1 port ${port} refused the connection`);
    const answers = await within(`http://127.0.0.1:${port}`, (session) => times(6, session));
    expect(answers).toEqual(Array.from({ length: 6 }, () => refused));
  });

  test('its address is one that the site does not allow', async () => {
    expect(await within('http://10.0.0.1:8545', ask)).toEqual(
      bad('unreachable', '10.0.0.1 is a private address, which this site does not allow'),
    );
  });

  test.for(['end', 'resetAndDestroy'] as const)('the server hangs up without an answer (%s)', async (how) => {
    const server = createTcp((socket) => socket.once('data', () => socket[how]()));
    const { address, accepted } = await started(server);
    const answers = await within(`http://${address}`, (session) => times(3, session), { connections: 1 });
    expect(answers).toEqual(Array.from({ length: 3 }, () => bad('reset', expect.any(String))));
    expect(accepted()).toBe(3);
  });

  test.for(['end', 'resetAndDestroy'] as const)('the answer breaks off (%s)', async (how) => {
    const server = createTcp((socket: Socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', () => {
          setTimeout(() => socket[how](), 20);
        });
      });
    });
    const { address } = await started(server);
    expect(await within(`http://${address}`, ask)).toEqual(
      bad('reset', 'the connection broke off in the middle of the answer'),
    );
  });

  test.for([
    ['SSH-2.0-OpenSSH_9.2\r\n', 'the answer is not HTTP'],
    [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 'the headers are larger than 32 KB'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx', 'the answer breaks the rules'],
  ] as const)('the server answers %j', async ([text, detail]) => {
    const { address } = await started(createTcp((socket) => socket.once('data', () => socket.write(text))));
    expect(await within(`http://${address}`, ask)).toEqual(
      bad('protocol', expect.stringMatching(new RegExp(`^${detail}`))),
    );
  });

  test('nobody answers in time, and says how far it came', async () => {
    const silent = await started(createServer(() => undefined));
    expect(await within(`http://${silent.address}`, ask, { timeoutMs: 1_000 })).toEqual(
      bad('timeout', 'connected, but no answer came within 1000 ms'),
    );
    const half = await started(createServer((_request, response) => response.write('half')));
    expect(await within(`http://${half.address}`, ask, { timeoutMs: 1_000 })).toEqual(
      bad('timeout', 'the answer did not end within 1000 ms'),
    );
    await expect.poll(() => silent.open() + half.open()).toBe(0);
  });

  test('one question takes longer than it may, and the next one is asked all the same', async () => {
    let count = 0;
    const { address, open } = await started(
      createServer((_request, response) => {
        count += 1;
        if (count === 2) response.write('half');
        if (count === 3) response.end('hi');
      }),
    );
    const given = { connections: 1, patienceMs: 300, timeoutMs: 60_000 };
    const three = async (session: Session): Promise<unknown[]> => [
      await session.ask(get),
      await session.ask(get),
      await session.ask(get),
    ];
    expect(await within(`http://${address}`, three, given)).toEqual([
      bad('timeout', 'no answer came within 300 ms'),
      bad('timeout', 'an answer did not end within 300 ms'),
      good('hi'),
    ]);
    await expect.poll(open).toBe(0);
  });

  test('an answer that is streamed may take its time once it has begun', async () => {
    const { address } = await started(
      createServer((_request, response) => {
        response.write('he');
        setTimeout(() => response.end('y'), 600);
      }),
    );
    let text = '';
    const stream = async (session: Session): Promise<unknown> =>
      session.stream(get, (chunk) => (text += String(chunk)));
    const given = { patienceMs: 300, timeoutMs: 60_000 };
    expect(await within(`http://${address}`, stream, given)).toEqual(good(''));
    expect(text).toBe('hey');
  });

  test('the first question is answered and the second is not', async () => {
    let count = 0;
    const server = createServer((_request, response) => (++count === 1 ? response.end('hi') : undefined));
    const { address } = await started(server);
    const given = { connections: 1, timeoutMs: 1_000 };
    expect(await within(`http://${address}`, (session) => times(2, session), given)).toEqual(
      bad('timeout', 'connected, but no answer came within 1000 ms'),
    );
  });

  test('the run ends', async () => {
    const { address, accepted, open } = await started(createServer(() => undefined));
    const run = new AbortController();
    const answer = within(`http://${address}`, ask, { signal: run.signal });
    await expect.poll(accepted).toBe(1);
    run.abort();
    expect(await answer).toMatchObject({ ok: false, reason: 'aborted' });
    await expect.poll(open).toBe(0);
  });
});
