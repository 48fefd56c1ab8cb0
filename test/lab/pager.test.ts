// The pager believes only what was signed with its key, and shows each message once.
import { createHmac } from 'node:crypto';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startPager, type Paged, type Pager } from '../../lab/pager/pager.ts';

const now = Date.UTC(2026, 11, 1, 2);
const message = {
  id: 'home.site.home.1.0.pager',
  kind: 'opened',
  severity: 'critical',
  site: 'home',
  incidents: ['home.site.home.1'],
  thread: 'home.site.home.1',
  isThreadOver: false,
  title: 'CRITICAL home',
  body: 'It is dark.',
  links: { acknowledge: 'http://127.0.0.1:1/ack#token' },
  at: now,
};

let shown: Paged[];
let pager: Pager;
beforeEach(async () => {
  shown = [];
  const clock = { now: () => now, sleep: async () => {} };
  pager = await startPager({ clock, key: 'key', onMessage: (paged) => shown.push(paged) });
});
afterEach(() => pager.close());

type Sending = { key?: string; sentAt?: number; body?: string; id?: string; signed?: string };

async function send(options: Sending = {}): Promise<number> {
  const { key = 'key', sentAt = now, body = JSON.stringify(message), id = message.id } = options;
  const timestamp = String(Math.floor(sentAt / 1000));
  const signature = createHmac('sha256', key)
    .update(`${timestamp}.${options.signed ?? body}`)
    .digest('hex');
  const answer = await request(pager.urls.pager, {
    method: 'POST',
    body,
    headers: {
      'idempotency-key': id,
      'x-watchdog-timestamp': timestamp,
      'x-watchdog-signature': `v1=${signature}`,
    },
  });
  await answer.body.dump();
  return answer.statusCode;
}

describe('a pager', () => {
  test('shows a signed message, with the time at which it came', async () => {
    expect(await send()).toBe(202);
    expect(shown).toEqual([{ receivedAt: now, phone: 'pager', message }]);
    expect(pager.counts()).toEqual({ doubles: 0, forged: 0 });
  });

  test('accepts a message that comes again, and does not show it again', async () => {
    expect(await send()).toBe(202);
    expect(await send()).toBe(200);
    expect(shown).toHaveLength(1);
    expect(pager.counts()).toEqual({ doubles: 1, forged: 0 });
  });

  test.each<[string, Sending]>([
    ['another key', { key: 'other' }],
    ['a signature of other words', { signed: '{}' }],
    ['a signature that is over five minutes old', { sentAt: now - 301_000 }],
    ['a signature from the future', { sentAt: now + 301_000 }],
  ])('refuses %s', async (_name, options) => {
    expect(await send(options)).toBe(401);
    expect(shown).toEqual([]);
    expect(pager.counts()).toEqual({ doubles: 0, forged: 1 });
  });

  test('refuses a request without any signature', async () => {
    const answer = await request(pager.urls.pager, { method: 'POST', body: JSON.stringify(message) });
    await answer.body.dump();
    expect(answer.statusCode).toBe(401);
  });

  test.each<[string, Sending]>([
    ['is not JSON', { body: '<html>' }],
    ['has no incident', { body: JSON.stringify({ ...message, incidents: [] }) }],
    ['carries another key than its id', { id: 'other' }],
  ])('refuses a signed message that %s', async (_name, options) => {
    expect(await send(options)).toBe(400);
    expect(shown).toEqual([]);
  });
});
