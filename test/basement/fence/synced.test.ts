// The probe of the charts as a program: what real nodes answered once, moved to now, and servers that mean harm.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lacksFence } from '../../support/fence-program.ts';
import { readRecording, serveRecording, type Exchange } from '../../support/recorded.ts';
import { closedPort, listen } from '../../support/server.ts';
import { runProgram, type Ended } from './run-program.ts';

const synced = async (...args: readonly string[]): Promise<Ended> => runProgram('synced', args);

const ready = { code: 0, stdout: '', stderr: '' };

/** Every time in an answer, moved by so many seconds. */
function moved({ body, ...rest }: Exchange, seconds: number): Exchange {
  const later = body
    .replace(/("genesis_time":")(\d+)/, (_, name: string, time: string) => `${name}${Number(time) + seconds}`)
    .replace(/("timestamp":")(0x[0-9a-f]+)/, (_, name: string, time: string) => {
      return `${name}0x${(Number(time) + seconds).toString(16)}`;
    })
    .replace(/("latest_block_time":")([^"]+)/, (_, name: string, time: string) => {
      return `${name}${new Date(Date.parse(time) + seconds * 1000).toISOString()}`;
    });
  return { ...rest, body: later };
}

/** What a node answered, as if it were now. */
async function recorded(
  scene: string,
  node: string,
  lie = (answer: Exchange): Exchange => answer,
): Promise<string> {
  const recording = readRecording(scene, node);
  const since = Math.floor((Date.now() - recording.at) / 1000);
  const { url, close } = await serveRecording(recording, (answer) => lie(moved(answer, since)));
  onTestFinished(close);
  return url;
}

async function serve(listener: RequestListener): Promise<string> {
  const { address, close } = await listen(createServer(listener));
  onTestFinished(close);
  return `http://${address}`;
}

describe.skipIf(lacksFence())('what nodes answered once', () => {
  test('a beacon node at the head is ready, and nothing is said', async () => {
    expect(await synced('beacon', await recorded('ethereum/healthy', 'beacon-1'))).toMatchObject(ready);
  });

  test('one whose execution client is gone calls itself well in all words; the age of its head shows it', async () => {
    const url = await recorded('ethereum/execution-killed', 'beacon-1');
    const { code, stdout } = await synced('beacon', url, '--head-age', '1s');
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(/^its newest block is \d+s old, and 1s is the most/),
    });
  });

  test('one that follows a frozen peer says health 200 and is not ready', async () => {
    const url = await recorded('ethereum/second-node-frozen-peer', 'beacon-2');
    expect(await synced('beacon', url)).toMatchObject({ code: 1, stdout: 'it is syncing\n' });
  });

  test('206 and 503 are not ready, although a probe of HTTP would take the first for well', async () => {
    for (const status of [206, 503]) {
      const url = await recorded('ethereum/healthy', 'beacon-1', (answer) => {
        return answer.path === '/eth/v1/node/health' ? { ...answer, status } : answer;
      });
      const { code, stdout } = await synced('beacon', url);
      expect([code, stdout]).toEqual([1, expect.stringContaining(`(health ${status})`)]);
    }
  });

  test('beacond has no health of that kind, and is asked by its RPC', async () => {
    const api = await recorded('berachain/healthy', 'beacond-0-api');
    expect(await synced('beacon', api)).toMatchObject({
      code: 1,
      stdout: '/eth/v1/node/health: it answers 500\n',
    });
    expect(await synced('comet', await recorded('berachain/healthy', 'beacond-0'))).toMatchObject(ready);
  });

  test('a chain of CometBFT that stands still does not catch up; the age of its block shows it', async () => {
    expect(await synced('comet', await recorded('cometbft/healthy', 'cometbft-0'))).toMatchObject(ready);
    const halted = await synced('comet', await recorded('cometbft/halted', 'cometbft-0'), '--head-age', '1s');
    expect([halted.code, halted.stdout]).toEqual([1, expect.stringContaining('or the chain has stopped')]);
  });

  test('an execution client at the head is ready; a fresh one only where that is asked for', async () => {
    expect(await synced('execution', await recorded('berachain/healthy', 'geth-0'))).toMatchObject(ready);
    const fresh = await recorded('execution/geth', 'geth');
    expect(await synced('execution', fresh)).toMatchObject({
      code: 1,
      stdout: 'it is syncing: block 0 of 0\n',
    });
    expect(await synced('execution', fresh, '--genesis-ok')).toMatchObject(ready);
  });
});

describe.skipIf(lacksFence())('what nobody should answer', () => {
  test('silence, bytes without end and headers without end take five seconds at most', async () => {
    const silent = createTcpServer();
    const { address, close } = await listen(silent);
    onTestFinished(close);
    const dripping = await serve((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    const slowStatus = await serve((request, response) => {
      // Each one alone is in time.
      setTimeout(() => response.end('{}'), 2_000);
      request.on('error', () => undefined);
    });
    const all = [
      synced('beacon', `http://${address}`),
      synced('alive', `http://${address}`),
      synced('comet', dripping),
      synced('execution', slowStatus),
      synced('beacon', slowStatus),
    ];
    for (const { code, stdout, ms } of await Promise.all(all)) {
      expect([code, stdout.trimEnd().split('\n').length]).toEqual([1, 1]);
      // Five seconds, and those of a busy machine.
      expect(ms).toBeLessThan(15_000);
    }
  });

  test('words that look like more than one line stay one, and control characters do nothing', async () => {
    const url = await serve((_, response) => {
      response.end(
        JSON.stringify({ result: { sync_info: { 'x\n\u001B[31mred\u0007': 1, catching_up: 'y\n' } } }),
      );
    });
    const twice = await serve((_, response) => response.end('{"a\\nb\\u001b[31m":1,"a\\nb\\u001b[31m":2}'));
    for (const { code, stdout } of [await synced('comet', url), await synced('comet', twice)]) {
      expect(code).toBe(1);
      expect(stdout).toMatch(/^[\u0020-\u007E…]+\n$/);
    }
  });

  test('an answer that is too long, a redirect and a broken one are none', async () => {
    const long = await serve((_, response) => response.end(Buffer.alloc(5 << 20, 0x20)));
    const away = await serve((_, response) => response.writeHead(307, { location: long }).end());
    const closed = await serve((request) => request.socket.destroy());
    const said = [await synced('comet', long), await synced('comet', away), await synced('comet', closed)];
    expect(said.map(({ code, stdout }) => `${code} ${stdout.trim()}`)).toEqual([
      '1 /status: its answer is over 4194304 bytes',
      '1 /status: it answers 307',
      expect.stringMatching(/^1 \/status: \S/),
    ]);
  });

  test('nobody goes by a proxy', async () => {
    let asked = 0;
    const proxy = await serve((_, response) => {
      asked += 1;
      response.end('{}');
    });
    const port = await closedPort(createTcpServer());
    const env = { http_proxy: proxy, HTTP_PROXY: proxy, all_proxy: proxy };
    const { code, stdout } = await runProgram('synced', ['alive', `http://127.0.0.1:${port}`], env);
    expect({ code, stdout, asked }).toEqual({
      code: 1,
      stdout: 'it does not answer: the connection is refused\n',
      asked: 0,
    });
  });
});

describe.skipIf(lacksFence())('alive and usage', () => {
  test('whoever answers is alive, with whatever status', async () => {
    for (const status of [200, 307, 404, 503]) {
      const url = await serve((_, response) => response.writeHead(status, { location: '/' }).end());
      expect(await synced('alive', url)).toMatchObject(ready);
    }
  });

  test('a wrong word is wrong usage, with what would be right', async () => {
    const { code, stdout, stderr } = await synced('beacon', '127.0.0.1:5052');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('is no address like http://127.0.0.1:5052');
    expect(stderr).toContain('synced beacon URL [--head-age 60s]');
    expect((await synced('--help')).stdout).toBe(stderr.slice(stderr.indexOf('synced: says')));
    expect((await synced()).code).toBe(2);
  });
});
