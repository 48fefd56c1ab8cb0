// Twilio: what becomes a call and what a text message, and when one of both is enough.
import { describe, expect, test } from 'vitest';
import { twilio } from '../../functions/channels/twilio.ts';
import { context, message } from './message.ts';
import { formOf, receiver, wild } from './receiver.ts';

const accountSid = `AC${'1'.repeat(32)}`;
const base = {
  accountSid,
  authToken: { env: 'token' },
  from: '+14155550100',
  to: '+4915112345678',
  how: 'both',
  calls: 'critical',
} as const;
const calls = `/2010-04-01/Accounts/${accountSid}/Calls.json`;
const texts = `/2010-04-01/Accounts/${accountSid}/Messages.json`;

type Over = Partial<typeof message>;
type How = { readonly how?: 'sms' | 'voice' | 'both'; readonly calls?: 'critical' | 'pages' };

async function posted(over: Over = {}, how: How = {}) {
  const { api, received } = await receiver(() => 201);
  const delivery = await twilio.send({ ...base, ...how, api }, { ...message, ...over }, context());
  expect(delivery.sent).toBe(true);
  return { delivery, received, paths: received.map(({ url }) => url).toSorted() };
}

test('a text message has the title first and every link, from our number to theirs', async () => {
  const { received, delivery } = await posted({}, { how: 'sms' });
  expect(delivery).toEqual({ sent: true, detail: 'HTTP 201' });
  expect(received[0]).toMatchObject({ url: texts });
  expect(received[0]?.headers.authorization).toBe(
    `Basic ${Buffer.from(`${accountSid}:token`).toString('base64')}`,
  );
  expect(formOf(received[0])).toEqual({
    From: base.from,
    To: base.to,
    Body: [
      message.title,
      message.body,
      '',
      `Acknowledge: ${message.links.acknowledge}`,
      `Status: ${message.links.status}`,
      `What to do: ${message.links.runbook}`,
    ].join('\n'),
  });
});

test('a call says title and body twice, without links, and markup in names is escaped', async () => {
  const { received } = await posted({ title: wild, body: wild }, { how: 'voice' });
  expect(received[0]).toMatchObject({ url: calls });
  const escaped = '*_~`&lt;@everyone&gt; [x](http://e) &amp; &lt;!channel&gt; # &quot;q&quot;';
  expect(formOf(received[0])).toEqual({
    From: base.from,
    To: base.to,
    Twiml: `<?xml version="1.0" encoding="UTF-8"?><Response><Say loop="2">${escaped}.\n${escaped}</Say></Response>`,
  });
});

test('a long message is cut to 480 characters and 500 said, whatever escaping adds', async () => {
  const { received } = await posted({ body: '& word '.repeat(1_000) });
  const sms = formOf(received.find(({ url }) => url === texts))['Body'] ?? '';
  expect(sms.length).toBeLessThanOrEqual(480);
  expect(sms).toMatch(/…\n\nAcknowledge: /);
  expect(sms.endsWith(`What to do: ${message.links.runbook}`)).toBe(true);
  const said = /<Say loop="2">([^]*)<\/Say>/.exec(
    formOf(received.find(({ url }) => url === calls))['Twiml'] ?? '',
  )?.[1];
  expect(said?.replaceAll('&amp;', '&').length).toBeLessThanOrEqual(500);
});

test('links make a text message longer rather than losing one, up to what Twilio takes', async () => {
  const acknowledge = `https://ack.example/#${'t'.repeat(900)}`;
  const { received } = await posted({ body: 'word '.repeat(500), links: { acknowledge } }, { how: 'sms' });
  const sms = formOf(received[0])['Body'] ?? '';
  expect(sms.startsWith(message.title)).toBe(true);
  expect(sms.endsWith(acknowledge)).toBe(true);
  expect(sms.length).toBeLessThan(1100);
});

describe('what is called', () => {
  test.each([
    ['opened', 'critical', 'both', 'critical', [calls, texts]],
    ['escalated', 'critical', 'voice', 'critical', [calls]],
    ['opened', 'critical', 'sms', 'critical', [texts]],
    ['opened', 'warning', 'both', 'critical', [texts]],
    ['opened', 'warning', 'both', 'pages', [calls, texts]],
    ['opened', 'warning', 'voice', 'critical', [texts]],
    ['resolved', 'critical', 'voice', 'pages', [texts]],
    ['lowered', 'critical', 'both', 'pages', [texts]],
  ] as const)('%s, %s, with how %s and calls %s', async (kind, severity, how, which, expected) => {
    expect((await posted({ kind, severity }, { how, calls: which })).paths).toEqual(expected);
  });
});

describe('with both ways', () => {
  test.each([
    [201, 201, true, 'call: HTTP 201, SMS: HTTP 201'],
    [500, 201, true, 'call: HTTP 500, SMS: HTTP 201'],
    [201, 400, true, 'call: HTTP 201, SMS: HTTP 400'],
  ])('call %i and text %i: one that was accepted is enough', async (call, text, sent, detail) => {
    const { api } = await receiver((path) => (path === calls ? call : text));
    expect(await twilio.send({ ...base, api }, message, context())).toEqual({ sent, detail });
  });

  test.each([
    [400, 500, { again: true, reason: 'server-error' }],
    [429, 400, { again: true, reason: 'rate-limited' }],
    [400, 401, { again: true, reason: 'auth', afterMs: 60_000 }],
    [400, 404, { again: false, reason: 'client-error' }],
  ])('call %i and text %i: what may still succeed is tried again', async (call, text, expected) => {
    const { api } = await receiver((path) => (path === calls ? call : text));
    expect(await twilio.send({ ...base, api }, message, context())).toEqual({
      sent: false,
      detail: `call: HTTP ${call}, SMS: HTTP ${text}`,
      ...expected,
    });
  });
});

test.each([
  ['0151 2345678', false],
  ['+4915112345678', true],
  ['+0123456789', false],
])('the number %s may be written: %s', (to, expected) => {
  expect(twilio.schema.safeParse({ ...base, to }).success).toBe(expected);
});
