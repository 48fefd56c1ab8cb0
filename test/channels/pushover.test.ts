// Pushover: what rings, what ends the ringing, and that an end is neither lost nor told twice.
import { describe, expect, test } from 'vitest';
import { pushover } from '../../functions/channels/pushover.ts';
import { context, message } from './message.ts';
import { formOf, receiver, wild } from './receiver.ts';

const keys = { token: { env: 'app' }, user: { env: 'me' } };
const tag = 'home_site_home_20261201T021407Z';
const cancel = `/1/receipts/cancel_by_tag/${tag}.json`;
const messages = '/1/messages.json';
const over = { kind: 'resolved', isThreadOver: true, links: {} } as const;

async function posted(changed: Partial<typeof message> = {}): Promise<Record<string, string>> {
  const { api, received } = await receiver(() => 200);
  expect(await pushover.send({ ...keys, api }, { ...message, ...changed }, context())).toMatchObject({
    sent: true,
  });
  expect(received.at(-1)?.url).toBe(messages);
  return formOf(received.at(-1));
}

test('a critical page is an emergency that repeats, with a tag to end it by', async () => {
  expect(await posted()).toEqual({
    token: 'app',
    user: 'me',
    title: message.title,
    message: `${message.body}\n\nStatus: ${message.links.status}\nWhat to do: ${message.links.runbook}`,
    timestamp: String(Math.floor(message.at / 1000)),
    priority: '2',
    retry: '60',
    expire: '3600',
    tags: tag,
    url: message.links.acknowledge,
    url_title: 'Acknowledge',
  });
});

test.each([
  ['reminder', 'critical', '2'],
  ['opened', 'warning', '0'],
  ['opened', 'info', '-1'],
  ['lowered', 'critical', '-1'],
  ['acknowledged', 'critical', '-1'],
  ['progress', 'critical', '-1'],
  ['resolved', 'critical', '-1'],
] as const)('%s, %s, has priority %s', async (kind, severity, priority) => {
  const form = await posted({ kind, severity });
  expect(form['priority']).toBe(priority);
  expect('tags' in form && 'retry' in form && 'expire' in form).toBe(priority === '2');
});

test('markup in names stays text, and a device can be named', async () => {
  const { api, received } = await receiver(() => 200);
  const wildMessage = { ...message, title: wild, body: wild, links: {} };
  await pushover.send({ ...keys, api, device: 'phone' }, wildMessage, context());
  expect(formOf(received[0])).toMatchObject({ title: wild, message: wild, device: 'phone' });
  expect(formOf(received[0])).not.toHaveProperty('html');
});

test('a long message fits, and a link that is too long for the field is kept as a line', async () => {
  const acknowledge = `https://ack.example/#${'t'.repeat(500)}`;
  const status = 'https://status.example/';
  const form = await posted({
    title: 'T'.repeat(300),
    body: 'word '.repeat(500),
    links: { acknowledge, status },
  });
  expect(form['title']).toHaveLength(250);
  expect(form['message']?.length).toBeLessThanOrEqual(1024);
  expect(form['message']?.endsWith(`…\n\nAcknowledge: ${acknowledge}`)).toBe(true);
  expect(form['url']).toBe(status);
});

describe('an end', () => {
  test.each([
    ['acknowledged', false, [cancel, messages]],
    ['resolved', true, [cancel, messages]],
    ['resolved', false, [messages]],
    ['lowered', true, [messages]],
    ['progress', true, [messages]],
  ] as const)('%s, nothing open: %s', async (kind, isThreadOver, expected) => {
    const { api, received } = await receiver(() => 200);
    await pushover.send({ ...keys, api }, { ...message, kind, isThreadOver }, context());
    expect(received.map(({ url }) => url)).toEqual(expected);
    const fields = received.filter(({ url }) => url === cancel).map(formOf);
    expect(fields).toEqual(received.length === 2 ? [{ token: 'app' }] : []);
  });

  test.each([400, 404])(
    'is told although the cancelling is answered with %i: nothing rings',
    async (status) => {
      const { api, received } = await receiver((path) => (path === cancel ? status : 200));
      const delivery = await pushover.send({ ...keys, api }, { ...message, ...over }, context());
      expect(delivery).toEqual({ sent: true, detail: 'HTTP 200' });
      expect(received.map(({ url }) => url)).toEqual([cancel, messages]);
    },
  );

  test.each([
    [500, 'server-error'],
    [429, 'rate-limited'],
    [401, 'auth'],
  ] as const)('waits with its message when the cancelling is answered with %i', async (status, reason) => {
    let isBroken = true;
    const { api, received } = await receiver((path) => (path === cancel && isBroken ? status : 200));
    const send = (): ReturnType<typeof pushover.send> =>
      pushover.send({ ...keys, api }, { ...message, ...over }, context());
    expect(await send()).toMatchObject({
      sent: false,
      again: true,
      reason,
      detail: `cannot end the ringing: HTTP ${status}`,
    });
    isBroken = false;
    expect(await send()).toMatchObject({ sent: true });
    expect(received.map(({ url }) => url)).toEqual([cancel, cancel, messages]);
  });

  test('whose message fails is tried again as a whole: ending what has ended does no harm', async () => {
    const { api, received } = await receiver((path) => (path === cancel ? 200 : 500));
    const delivery = await pushover.send({ ...keys, api }, { ...message, ...over }, context());
    expect(delivery).toMatchObject({ sent: false, again: true, detail: 'HTTP 500' });
    expect(received.map(({ url }) => url)).toEqual([cancel, messages]);
  });
});
