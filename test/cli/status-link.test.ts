// `watchdog status --link`: an address that opens the view, and what to do when there is none.
import { request } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../functions/kit/clock.ts';
import { localHouse, startAt, type LocalHouse } from '../support/local.ts';
import { answering, watchdog, type Ended } from './command.ts';

const token = 'the-token-of-the-status-of-this-house';
const closing: (() => Promise<void>)[] = [];
let home: LocalHouse;
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function link(args: readonly string[], given = token): Promise<Ended> {
  home = await localHouse({
    config: { status: { access: 'token', token: { env: 'STATUS_TOKEN' } } },
    variables: { STATUS_TOKEN: given },
  });
  closing.push(home.close);
  const env = { WATCHDOG_STATUS_URL: home.watchdog.urls.status, WATCHDOG_STATUS_TOKEN: given };
  return watchdog(['status', '--link', ...args], { env });
}

test('prints the address alone, so that it can be piped, and beside it until when it opens', async () => {
  const { code, out, err } = await link(['--for', '12h']);
  expect({ code, out }).toEqual({
    code: 0,
    out: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/enter#\S+\n$/),
  });
  expect(err).toMatch(/^opens the view for whoever has it, until .* Europe\/Berlin \(\d\d:\d\d:\d\d UTC\), /);
  const body = out.trim().split('#')[1] ?? '';
  const answer = await request(`${home.watchdog.urls.status}/enter`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain' },
  });
  expect([answer.statusCode, await answer.body.json()]).toEqual([200, { until: startAt + 12 * 3_600_000 }]);
});

test('is JSON for scripts', async () => {
  const { code, out } = await link(['--json']);
  const { until } = z.object({ url: z.string(), until: z.number() }).parse(JSON.parse(out));
  expect([code, until]).toEqual([0, startAt + 3 * 86_400_000]);
});

test('says what to do when the token is too short to sign one', async () => {
  const { code, out, err } = await link([], 'short-token');
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('says (404): nothing signs links');
  expect(err).toContain('set a longer one, or status.linkKey');
});

test.each(['3', '30s', '31d', 'soon'])('says how a time is written: %s', async (words) => {
  const { code, err } = await link(['--for', words]);
  expect([code, err]).toEqual([2, '--for must be a duration from 1m to 30d, such as 12h\n']);
});

test('says where the token goes when there is none, and what is no answer of ours', async () => {
  const nobody = await watchdog(['status', '--link'], {
    env: { WATCHDOG_STATUS_URL: (await answering('{"error":"a bearer token is needed"}', 401)).url },
  });
  expect([nobody.code, nobody.err]).toEqual([2, expect.stringContaining('WATCHDOG_STATUS_TOKEN')]);
  const until = systemClock.now() + 1_000;
  for (const body of [
    '<html>',
    '{"url":"javascript:alert(1)","until":1}',
    `{"url":"https://a","until":"${until}"}`,
  ]) {
    const server = await answering(body, 200);
    closing.push(server.close);
    const { code, out } = await watchdog(['status', '--link'], { env: { WATCHDOG_STATUS_URL: server.url } });
    expect([code, out], body).toEqual([1, '']);
  }
});
