// PagerDuty: one alert for each thread, and the event that each kind of message is.
import { expect, test } from 'vitest';
import { pagerduty } from '../../functions/channels/pagerduty.ts';
import { context, message } from './message.ts';
import { jsonOf, receiver, wild } from './receiver.ts';

const routingKey = { env: 'R0' };

async function posted(over: Partial<typeof message> = {}): Promise<unknown> {
  const { api, received } = await receiver(() => 202);
  const delivery = await pagerduty.send({ routingKey, api }, { ...message, ...over }, context());
  expect(delivery).toEqual({ sent: true, detail: 'HTTP 202' });
  expect(received.map(({ url }) => url)).toEqual(['/v2/enqueue']);
  return jsonOf(received[0]);
}

test('a page triggers an alert with the thread as its key', async () => {
  expect(await posted()).toEqual({
    routing_key: 'R0',
    event_action: 'trigger',
    dedup_key: message.thread,
    payload: {
      summary: message.title,
      source: 'home',
      severity: 'critical',
      timestamp: '2026-12-01T02:14:07.000Z',
      class: 'opened',
      custom_details: { text: message.body, incidents: message.incidents },
    },
    client: 'basement-watchdog',
    links: [
      { href: message.links.acknowledge, text: 'Acknowledge' },
      { href: message.links.status, text: 'Status' },
      { href: message.links.runbook, text: 'What to do' },
    ],
  });
});

test.each([
  ['opened', false, 'trigger'],
  ['raised', false, 'trigger'],
  ['escalated', false, 'trigger'],
  ['reminder', false, 'trigger'],
  ['lowered', false, 'trigger'],
  ['acknowledged', false, 'acknowledge'],
  ['resolved', true, 'resolve'],
] as const)('%s, nothing open: %s, is the event %s', async (kind, isThreadOver, action) => {
  const event = await posted({ kind, isThreadOver });
  expect(event).toMatchObject({ routing_key: 'R0', event_action: action, dedup_key: message.thread });
  expect(event).toHaveProperty(action === 'trigger' ? 'payload' : 'event_action');
});

test('how a standby comes along is not posted: a trigger would call people anew', async () => {
  const { api, received } = await receiver(() => 202);
  expect(await pagerduty.send({ routingKey, api }, { ...message, kind: 'progress' }, context())).toEqual({
    sent: true,
    detail: 'not posted: it is no news of the alert',
  });
  expect(received).toEqual([]);
});

test('the end of one of several is not posted, for the alert is still open', async () => {
  const { api, received } = await receiver(() => 202);
  const resolved = { ...message, kind: 'resolved', isThreadOver: false } as const;
  expect(await pagerduty.send({ routingKey, api }, resolved, context())).toEqual({
    sent: true,
    detail: 'not posted: others of the alert are still open',
  });
  expect(received).toEqual([]);
});

test('markup in names stays text, and a long message fits', async () => {
  const event = await posted({
    title: `${wild} ${'x'.repeat(2_000)}`,
    body: 'word '.repeat(10_000),
    links: {},
  });
  expect(event).toMatchObject({
    payload: {
      summary: expect.stringMatching(/^[^]{1000,1024}$/),
      custom_details: { text: expect.stringMatching(/^[^]{19000,20000}$/) },
    },
  });
  expect(event).toMatchObject({ payload: { summary: expect.stringContaining(wild) } });
  expect(event).not.toHaveProperty('links');
});
