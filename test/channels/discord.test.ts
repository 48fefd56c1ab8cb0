// Discord: what the webhook gets, and that no name can mention anybody or format anything.
import { expect, test } from 'vitest';
import { discord } from '../../functions/channels/discord.ts';
import { context, message } from './message.ts';
import { jsonOf, receiver, wild } from './receiver.ts';

async function posted(over: Partial<typeof message> = {}): Promise<unknown> {
  const { api, received } = await receiver();
  const url = { env: `${api}/api/webhooks/1/token?thread_id=9` };
  expect(await discord.send({ url }, { ...message, ...over }, context())).toEqual({
    sent: true,
    detail: 'HTTP 204',
  });
  expect(received.map((request) => request.url)).toEqual(['/api/webhooks/1/token?thread_id=9']);
  return jsonOf(received[0]);
}

test('a message is text with its links, without previews, and mentions nobody', async () => {
  expect(await posted()).toEqual({
    content: [
      message.title,
      message.body,
      '',
      `Acknowledge: <${message.links.acknowledge}>`,
      `Status: <${message.links.status}>`,
      `What to do: <${message.links.runbook}>`,
    ].join('\n'),
    allowed_mentions: { parse: [] },
    flags: 4,
  });
});

test('markup in names is escaped', async () => {
  const body = '# head\n- item\n12. item\n> quote\na-b 3.5 #1';
  expect(await posted({ title: wild, body, links: {} })).toMatchObject({
    content: [
      '\\*\\_\\~\\`\\<@everyone\\> \\[x\\](http://e) & \\<!channel\\> # "q"',
      '\\# head\n\\- item\n\\12. item\n\\> quote\na-b 3.5 #1',
    ].join('\n'),
    allowed_mentions: { parse: [] },
  });
});

test('a long message has 2000 characters at most, escapes counted, and keeps its links', async () => {
  const body = await posted({ body: '*_~`| '.repeat(2_000) });
  expect(body).toMatchObject({
    content: expect.stringMatching(
      /^[^]{1900,2000}$(?<=…\n\nAcknowledge: <[^>]+>\nStatus: <[^>]+>\nWhat to do: <[^>]+>)/,
    ),
  });
});

test.each([
  ['opened', 'critical', 4],
  ['opened', 'warning', 4],
  ['opened', 'info', 4 + 4096],
  ['resolved', 'critical', 4 + 4096],
] as const)('%s, %s, has the flags %i', async (kind, severity, flags) => {
  expect(await posted({ kind, severity })).toMatchObject({ flags });
});

test('an address that is not encrypted is not used', async () => {
  expect(await discord.send({ url: { env: 'http://discord.example/x' } }, message, context())).toMatchObject({
    sent: false,
    again: true,
    detail: 'the address is not an https URL',
  });
});
