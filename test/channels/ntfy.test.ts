// ntfy: a topic that stays out of the address, priorities, and messages that never become attachments.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ntfy } from '../../functions/channels/ntfy.ts';
import { context, message } from './message.ts';
import { jsonOf, type Received, receiver, wild } from './receiver.ts';

const topic = { env: 'a-secret-topic' };

async function posted(over: Partial<typeof message> = {}, token?: { env: string }): Promise<Received> {
  const { api, received } = await receiver(() => 200);
  const options = { topic, api, ...(token === undefined ? {} : { token }) };
  expect(await ntfy.send(options, { ...message, ...over }, context())).toMatchObject({ sent: true });
  const [first] = received;
  if (first === undefined) throw new Error('nothing was posted');
  return first;
}

test('a message is published as JSON with its links as actions', async () => {
  const request = await posted();
  expect(request.url).toBe('/');
  expect(request.headers).not.toHaveProperty('authorization');
  expect(jsonOf(request)).toEqual({
    topic: 'a-secret-topic',
    title: message.title,
    message: message.body,
    priority: 5,
    click: message.links.acknowledge,
    actions: [
      { action: 'view', label: 'Acknowledge', url: message.links.acknowledge },
      { action: 'view', label: 'Status', url: message.links.status },
      { action: 'view', label: 'What to do', url: message.links.runbook },
    ],
  });
});

test('a token is shown as a bearer', async () => {
  expect((await posted({}, { env: 'tk_1' })).headers.authorization).toBe('Bearer tk_1');
});

test('markup in names stays text', async () => {
  const body = jsonOf(await posted({ title: wild, body: wild }));
  expect(body).toMatchObject({ title: wild, message: wild });
  expect(body).not.toHaveProperty('markdown');
});

test.each([
  ['letters', 'word '.repeat(5_000)],
  ['umlauts', 'Überäll '.repeat(3_000)],
  ['what JSON has to escape', '"\\\u0001\n'.repeat(3_000)],
])('a long message of %s stays under 4096 bytes, and all of it under twice that', async (_, body) => {
  const request = await posted({ body });
  const { message: text } = z.object({ message: z.string() }).parse(jsonOf(request));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
  expect(Buffer.byteLength(text)).toBeGreaterThan(1_000);
  expect(text).toMatch(/…$/);
  expect(Buffer.byteLength(request.body)).toBeLessThan(8192);
});

test.each([
  ['opened', 'critical', 5],
  ['escalated', 'critical', 5],
  ['opened', 'warning', 3],
  ['opened', 'info', 2],
  ['lowered', 'warning', 2],
  ['resolved', 'critical', 2],
] as const)('%s, %s, has priority %i', async (kind, severity, priority) => {
  expect(jsonOf(await posted({ kind, severity, links: {} }))).toMatchObject({ priority });
});
