// functions/index.ts as the platform starts it: by the framework, by package.json's `main`, one function a process.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { request } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { closedPort, listen } from '../support/server.ts';

const root = join(import.meta.dirname, '../..');
const framework = join(root, 'node_modules/@google-cloud/functions-framework/build/src/main.js');

let child: ChildProcess | undefined;
afterEach(async () => {
  if (child === undefined || child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
});

type Deployed = {
  readonly url: string;
  /** The first line on standard output that holds the text, written already or still to come. */
  readonly lineWith: (text: string) => Promise<string>;
};

/** Starts one function and waits until it listens. */
async function deployed(target: string, variables: Record<string, string>): Promise<Deployed> {
  const port = await closedPort(createServer());
  const started = spawn(process.execPath, [framework, `--target=${target}`, `--port=${port}`], {
    cwd: root,
    env: { PATH: process.env['PATH'], K_SERVICE: target, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const output = createInterface({ input: started.stdout });
  output.on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const lineWith = async (text: string): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = (): void => {
      const line = lines.find((candidate) => candidate.includes(text));
      if (line !== undefined) resolve(line);
    };
    output.once('close', () =>
      reject(new Error(`it ended without a line with ${text}:\n${lines.join('\n')}`)),
    );
    waiting.add(look);
    look();
    return promise;
  };
  await lineWith('URL:');
  return { url: `http://127.0.0.1:${port}`, lineWith };
}

test('status answers, and asks for its token', async () => {
  const { url } = await deployed('status', { WATCHDOG_CONFIG: 'examples/minimum.yaml', STATUS_TOKEN: 't' });
  const answer = await request(url);
  expect([answer.statusCode, await answer.body.json()]).toEqual([401, { error: 'a bearer token is needed' }]);
});

test.each(['watch', 'deliver', 'daily', 'witness'])(
  '%s is registered, and takes only POST',
  async (target) => {
    const { url } = await deployed(target, { WATCHDOG_CONFIG: 'examples/minimum.yaml' });
    const answer = await request(url);
    expect([answer.statusCode, await answer.body.json()]).toEqual([405, { error: 'use POST' }]);
  },
);

test('ack is registered, and needs its part of the configuration', async () => {
  const { url, lineWith } = await deployed('ack', { WATCHDOG_CONFIG: 'examples/minimum.yaml' });
  const answer = await request(url);
  expect(answer.statusCode).toBe(500);
  await answer.body.dump();
  expect(await lineWith('could not be loaded')).toContain('has no `acknowledge`');
});

test('a configuration that is wrong is told in the log with every problem, and in the answer not at all', async () => {
  const { url, lineWith } = await deployed('watch', {
    WATCHDOG_CONFIG: 'test/config/invalid/duplicate-site.yaml',
  });
  const answer = await request(url, { method: 'POST' });
  expect(answer.statusCode).toBe(500);
  expect(await answer.body.json()).toEqual({ error: 'the function could not be loaded; its log says why' });
  const log = await lineWith('could not be loaded');
  expect(log).toContain('ERR_CONFIG');
  expect(log).toContain('duplicate-site.yaml');
});

test.each([
  ['watch', ['POST /ping/key/fail watch could not be loaded']],
  ['status', []],
])('%s that cannot be loaded tells the service outside %j', async (target, expected) => {
  const heard: string[] = [];
  const outside = await listen(
    createHttp((incoming, answer) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        heard.push(`${incoming.method} ${incoming.url} ${body}`);
        answer.end('OK');
      });
    }),
  );
  try {
    const { url } = await deployed(target, {
      WATCHDOG_CONFIG: 'test/config/invalid/duplicate-site.yaml',
      DEADMAN_URL: `http://${outside.address}/ping/key`,
    });
    const answer = await request(url, { method: 'POST' });
    expect(answer.statusCode).toBe(500);
    await answer.body.dump();
    expect(heard).toEqual(expected);
  } finally {
    await outside.close();
  }
});

test('secrets that come in one variable are read like others', async () => {
  const { url } = await deployed('status', {
    WATCHDOG_CONFIG: 'examples/minimum.yaml',
    WATCHDOG_SECRETS: '{"STATUS_TOKEN":"from-one-variable"}',
    FIRESTORE_EMULATOR_HOST: `127.0.0.1:${await closedPort(createServer())}`,
  });
  const answered = async (token: string): Promise<number> => {
    const answer = await request(`${url}/nowhere`, { headers: { authorization: `Bearer ${token}` } });
    await answer.body.dump();
    return answer.statusCode;
  };
  expect([await answered('another'), await answered('from-one-variable')]).toEqual([401, 404]);
});

const targets = ['watch', 'witness', 'deliver', 'provision', 'heartbeat', 'gate', 'ack', 'status', 'daily'];

test.each(targets)(
  '%s does not start with secrets that cannot be read, and says so without them',
  async (target) => {
    const { url, lineWith } = await deployed(target, {
      WATCHDOG_CONFIG: 'examples/minimum.yaml',
      WATCHDOG_SECRETS: '{"STATUS_TOKEN":"hunter2"',
    });
    const answer = await request(url, { method: 'POST' });
    expect(answer.statusCode).toBe(500);
    expect(await answer.body.json()).toEqual({ error: 'the function could not be loaded; its log says why' });
    const log = await lineWith('could not be loaded');
    expect(log).toContain('"code":"ERR_SECRET"');
    expect(log).toContain('WATCHDOG_SECRETS');
    expect(log).not.toContain('hunter2');
  },
);
