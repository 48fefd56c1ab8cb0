// `watchdog channel test` as a process, against a service on loopback.
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listen, type Listening } from '../support/server.ts';
import { folder, watchdog } from './command.ts';

const { path, remove } = folder();
const config = join(path, 'watchdog.yaml');
const env = { ROUTING_KEY: 'hunter2', PUSHOVER: 'hunter2' };

let service: Listening;
let status = 202;
let requests: { url: string; body: string }[] = [];
beforeAll(async () => {
  service = await listen(
    createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        requests.push({ url: request.url ?? '', body });
        response.writeHead(status).end('hunter2');
      });
    }),
  );
  writeFileSync(
    config,
    `channels:
  - { id: here, channel: console, bell: true }
  - { id: pager, channel: pagerduty, routingKey: { env: ROUTING_KEY }, api: "http://${service.address}" }
  - { id: phone, channel: pushover, token: { env: PUSHOVER }, user: { env: PUSHOVER }, api: "http://${service.address}" }
sites:
  - id: home
    targets: [{ id: p2p, probe: tcp, address: "home.example:30303" }]
`,
  );
});
beforeEach(() => {
  status = 202;
  requests = [];
});
afterAll(async () => {
  await service.close();
  remove();
});

const run = (...args: string[]) => watchdog(['channel', 'test', config, ...args], { env });

describe('channel test', () => {
  test('sends one message that is marked as a test, and says what the channel answered', async () => {
    const { code, out, err } = await run('pager');
    expect({ code, out, err }).toEqual({ code: 0, out: 'pager (pagerduty): sent, HTTP 202\n', err: '' });
    expect(requests).toHaveLength(1);
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
      event_action: 'trigger',
      dedup_key: 'test.pager',
      payload: { summary: 'TEST info: this is not an incident', severity: 'info', source: 'home' },
    });
  });

  test('sounds as a page when it is told to, and can end that again', async () => {
    status = 200;
    await run('phone', '--severity', 'critical');
    await run('phone', '--over');
    expect(requests.map(({ url }) => url)).toEqual([
      '/1/messages.json',
      '/1/receipts/cancel_by_tag/test_phone.json',
      '/1/messages.json',
    ]);
    const forms = requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
    expect(forms[0]).toMatchObject({
      priority: '2',
      tags: 'test_phone',
      title: 'TEST critical: this is not an incident',
    });
    expect(forms[2]).toMatchObject({ priority: '-1', title: 'TEST is over: this is not an incident' });
  });

  test('ends with 1 and tells why when the channel refuses, without any secret', async () => {
    status = 400;
    const { code, out } = await run('pager');
    expect(out).toBe(
      'pager (pagerduty): not sent, client-error: HTTP 400; a real message would be given up\n',
    );
    expect(code).toBe(1);
    status = 401;
    expect((await run('pager')).out).toBe(
      'pager (pagerduty): not sent, auth: HTTP 401; a real message would be tried again\n',
    );
  });

  test('names the secret that is missing', async () => {
    const { code, out } = await watchdog(['channel', 'test', config, 'pager']);
    expect(out).toContain('auth: the secret in environment variable ROUTING_KEY is missing or empty');
    expect(code).toBe(1);
    expect(requests).toEqual([]);
  });

  test('gives scripts the answer as JSON, and what the channel prints beside it', async () => {
    const sent = await run('pager', '--json');
    expect(JSON.parse(sent.out)).toEqual({
      channel: 'pager',
      kind: 'pagerduty',
      sent: true,
      detail: 'HTTP 202',
    });
    const printed = await run('here', '--json');
    expect(JSON.parse(printed.out)).toMatchObject({ channel: 'here', sent: true });
    expect(printed.err).toContain('>>> TEST info: this is not an incident');
  });

  test('of a channel that is not there names those that are', async () => {
    const { code, out, err } = await run('pagr');
    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: 'there is no channel pagr; there are here, pager, phone\n',
    });
  });
});
