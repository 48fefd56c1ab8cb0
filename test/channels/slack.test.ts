// Slack: blocks of plain text with buttons, within the limits, and nothing that mentions or formats.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { slack } from '../../functions/channels/slack.ts';
import { context, message } from './message.ts';
import { jsonOf, receiver, wild } from './receiver.ts';

const plain = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.literal(false),
  });
// What Slack takes of it: https://docs.slack.dev/reference/block-kit/blocks
const payload = z.strictObject({
  text: z.string().min(1).max(4000),
  mrkdwn: z.literal(false),
  unfurl_links: z.literal(false),
  unfurl_media: z.literal(false),
  blocks: z.array(
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('header'), text: plain(150) }),
      z.strictObject({ type: z.literal('section'), text: plain(3000) }),
      z.strictObject({
        type: z.literal('actions'),
        elements: z
          .array(
            z.strictObject({
              type: z.literal('button'),
              text: plain(75),
              url: z.url().max(3000),
              action_id: z.string(),
              style: z.literal('primary').optional(),
            }),
          )
          .min(1)
          .max(25),
      }),
    ]),
  ),
});

async function posted(over: Partial<typeof message> = {}): Promise<z.infer<typeof payload>> {
  const { api, received } = await receiver(() => 200);
  const url = { env: `${api}/services/T/B/x` };
  expect(await slack.send({ url }, { ...message, ...over }, context())).toMatchObject({ sent: true });
  return payload.parse(jsonOf(received[0]));
}

const textOf = (block: z.infer<typeof payload>['blocks'][number] | undefined): string =>
  block === undefined || block.type === 'actions' ? '' : block.text.text;

test('a message is a header, a section and a button for each link; its text says the same', async () => {
  const { text, blocks } = await posted();
  expect(blocks.map(({ type }) => type)).toEqual(['header', 'section', 'actions']);
  expect(blocks.slice(0, 2).map(textOf)).toEqual([message.title, message.body]);
  const [, , actions] = blocks;
  const buttons = actions?.type === 'actions' ? actions.elements : [];
  expect(buttons.map((button) => [button.text.text, button.url, button.style])).toEqual([
    ['Acknowledge', message.links.acknowledge, 'primary'],
    ['Status', message.links.status, undefined],
    ['What to do', message.links.runbook, undefined],
  ]);
  expect(text).toContain(`Acknowledge: ${message.links.acknowledge}`);
});

test('markup in names is escaped, and no text is read as mrkdwn', async () => {
  const { text, blocks } = await posted({ title: wild, body: wild, links: {} });
  const escaped = '*_~`&lt;@everyone&gt; [x](http://e) &amp; &lt;!channel&gt; # "q"';
  expect(blocks.map(textOf)).toEqual([escaped, escaped]);
  expect(text).toBe(`${escaped}\n${escaped}`);
});

test('a long message fits, and a link that cannot be a button is kept as a line', async () => {
  const links = { acknowledge: 'http://localhost/ack?a=1&b=2' };
  const { text, blocks } = await posted({ title: 'T<'.repeat(200), body: '<&> '.repeat(3_000), links });
  expect(blocks.map(({ type }) => type)).toEqual(['header', 'section']);
  for (const each of [text, textOf(blocks[1])]) {
    expect(each).toMatch(/…\n\nAcknowledge: http:\/\/localhost\/ack\?a=1&amp;b=2$/);
  }
  expect(textOf(blocks[0])).toMatch(/…$/);
});

test('an empty body makes no empty block, which Slack would refuse', async () => {
  const { blocks } = await posted({ body: '', links: {} });
  expect(blocks.map(({ type }) => type)).toEqual(['header']);
});
