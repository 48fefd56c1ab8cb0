// The edge between HTTP and flows, on the real framework and a real socket.
import { afterEach, expect, test } from 'vitest';
import { request } from 'undici';
import { WatchdogError } from '../../functions/kit/error.ts';
import { httpFunction, jsonBody, type HttpFunction } from '../../functions/kit/http-function.ts';
import { isSameSecret } from '../../functions/kit/same-secret.ts';
import type { Log } from '../../functions/kit/log.ts';
import { serveFunction, type ServedFunction } from '../../local/functions/serve.ts';

let served: ServedFunction | undefined;
afterEach(() => served?.close());

const lines: string[] = [];
const write = (fields: object, message: string): void => {
  lines.push(`${message} ${Object.keys(fields).join(',')}`);
};
const log: Log = { info: write, warn: write, error: write };

async function call(
  run: HttpFunction,
  options: { method?: 'GET' | 'POST'; body?: string } = {},
): Promise<[number, unknown]> {
  served = await serveFunction(httpFunction(log, ['POST'], run));
  const answer = await request(served.url, {
    method: options.method ?? 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: options.body ?? null,
  });
  return [answer.statusCode, await answer.body.json()];
}

test('reads JSON whatever type the sender claims', async () => {
  expect(
    await call(async (incoming, response) => void response.json(jsonBody(incoming)), {
      body: '{"shard":"0/2"}',
    }),
  ).toEqual([200, { shard: '0/2' }]);
});

test('an empty body is null', async () => {
  expect(await call(async (incoming, response) => void response.json({ body: jsonBody(incoming) }))).toEqual([
    200,
    { body: null },
  ]);
});

test.each([
  ['that is not JSON', '{"shard":', 400, 'the body is not JSON'],
  ['that is too long', `"${'x'.repeat(70_000)}"`, 413, 'the body is over 65536 bytes'],
])('a body %s is refused in words', async (_name, body, code, words) => {
  const [status, answer] = await call(async (incoming, response) => void response.json(jsonBody(incoming)), {
    body,
  });
  expect(status).toBe(code);
  expect(answer).toMatchObject({ error: expect.stringContaining(words) });
});

test('another method is a 405', async () => {
  const [status, answer] = await call(async () => {}, { method: 'GET' });
  expect([status, answer]).toEqual([405, { error: 'use POST' }]);
});

test('what is thrown becomes one status and one log line, and says nothing that it should not', async () => {
  lines.length = 0;
  const secret = await call(() => Promise.reject(new Error('password hunter2')));
  expect(secret).toEqual([500, { error: 'internal error' }]);
  expect(lines).toHaveLength(1);
  await served?.close();
  const known = new WatchdogError('ERR_STORE', 'sites/home at https://x.example/y does not answer');
  const [status, answer] = await call(() => Promise.reject(known));
  expect([status, answer]).toEqual([
    500,
    { error: 'ERR_STORE: sites/home at https://x.example/… does not answer' },
  ]);
});

test('secrets of any length compare, and only the same is the same', () => {
  expect(isSameSecret('abc', 'abc')).toBe(true);
  expect(isSameSecret('abc', 'abd')).toBe(false);
  expect(isSameSecret('', 'a')).toBe(false);
  expect(isSameSecret('a'.repeat(5000), 'a')).toBe(false);
});
