// Telegram: what the Bot API gets, which chats can be written, and what sounds.
import { describe, expect, test } from 'vitest';
import { telegram } from '../../functions/channels/telegram.ts';
import { context, message } from './message.ts';
import { jsonOf, receiver, wild } from './receiver.ts';

const options = { token: { env: '123:AA-bb_cc' }, chat: -1_001_234_567_890 };

async function posted(over: Partial<typeof message> = {}, more: { thread?: number } = {}): Promise<unknown> {
  const { api, received } = await receiver(() => 200);
  const delivery = await telegram.send({ ...options, api, ...more }, { ...message, ...over }, context());
  expect(delivery).toEqual({ sent: true, detail: 'HTTP 200' });
  expect(received).toHaveLength(1);
  return jsonOf(received[0]);
}

test('a message goes to sendMessage of the bot, under a base address that may have a path', async () => {
  const { api, received } = await receiver(() => 200);
  await telegram.send({ ...options, api: `${api}/own/` }, message, context());
  expect(received[0]).toMatchObject({ method: 'POST', url: '/own/bot123:AA-bb_cc/sendMessage' });
  expect(jsonOf(received[0])).toEqual({
    chat_id: -1_001_234_567_890,
    text: `${message.title}\n${message.body}`,
    disable_notification: false,
    link_preview_options: { is_disabled: true },
    reply_markup: {
      inline_keyboard: [
        [{ text: 'Acknowledge', url: message.links.acknowledge }],
        [{ text: 'Status', url: message.links.status }],
        [{ text: 'What to do', url: message.links.runbook }],
      ],
    },
  });
});

test('a link that Telegram would refuse as a button is a line, and a topic is named', async () => {
  const links = { acknowledge: 'http://localhost:8080/ack#t' };
  const body = await posted({ links }, { thread: 7 });
  expect(body).toMatchObject({
    message_thread_id: 7,
    text: expect.stringMatching(/\n\nAcknowledge: http:\/\/localhost:8080\/ack#t$/),
  });
  expect(body).not.toHaveProperty('reply_markup');
});

test('markup in names stays as it is, for there is no parse mode', async () => {
  const body = await posted({ title: wild, body: wild });
  expect(body).toMatchObject({ text: `${wild}\n${wild}` });
  expect(body).not.toHaveProperty('parse_mode');
});

test('a long message has 4096 characters at most', async () => {
  const body = await posted({ body: 'word '.repeat(5_000) });
  expect(body).toMatchObject({ text: expect.stringMatching(/^[^]{4000,4096}$/) });
});

test.each([
  ['opened', 'critical', false],
  ['reminder', 'warning', false],
  ['opened', 'info', true],
  ['lowered', 'critical', true],
  ['acknowledged', 'critical', true],
  ['progress', 'critical', true],
  ['resolved', 'critical', true],
] as const)('%s, %s, is silent: %s', async (kind, severity, isSilent) => {
  expect(await posted({ kind, severity })).toMatchObject({ disable_notification: isSilent });
});

describe('a chat', () => {
  test.each([
    [-100_123, true],
    [42, true],
    ['@home_alerts', true],
    [0, false],
    [1.5, false],
    ['home', false],
    ['@a', false],
  ])('%j may be written: %s', (chat, expected) => {
    expect(telegram.schema.safeParse({ token: { env: 'TOKEN' }, chat }).success).toBe(expected);
  });
});
