// Sends a message into a Slack channel by an incoming webhook.
import { z } from 'zod';
import { secretReference } from '../kit/secret.ts';
import { addressOf } from './address.ts';
import type { Channel, Message } from './channel.ts';
import { postJson } from './post.ts';
import { fit, isButton, linkLine, linksOf } from './text.ts';

const schema = z.strictObject({
  url: secretReference.describe(
    'Address of the incoming webhook, as Slack gives it. https, or http on this machine.',
  ),
});

/** Characters of a header and of a section: https://docs.slack.dev/reference/block-kit/blocks/section-block */
const longestHeader = 150;
const longestSection = 3000;
/** For clients that show no blocks, and for notifications. */
const longestText = 4000;

/** https://docs.slack.dev/messaging/formatting-message-text#escaping: without these three there is no mention and no link. */
const escapeControls = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const plain = (text: string): unknown => ({ type: 'plain_text', text, emoji: false });

function blocksOf(message: Message): unknown[] {
  const links = linksOf(message);
  const lines = links
    .filter((link) => !isButton(link))
    .map(linkLine)
    .map(escapeControls);
  const elements = links.filter(isButton).map(({ label, url }, index) => ({
    type: 'button',
    text: plain(label),
    url,
    action_id: `link-${index}`,
    ...(index === 0 ? { style: 'primary' } : {}),
  }));
  const title = fit({ body: message.title }, { limit: longestHeader, escape: escapeControls });
  const body = fit({ body: message.body, links: lines }, { limit: longestSection, escape: escapeControls });
  return [
    // Slack refuses an empty text.
    ...(title === '' ? [] : [{ type: 'header', text: plain(title) }]),
    ...(body === '' ? [] : [{ type: 'section', text: plain(body) }]),
    ...(elements.length === 0 ? [] : [{ type: 'actions', elements }]),
  ];
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. 404 and 410 tell of a webhook that is gone. */
export const slack = {
  schema,
  send: async (options, message, context) => {
    const url = addressOf(context.secret(options.url));
    if (!(url instanceof URL)) return url;
    const links = linksOf(message).map(linkLine).map(escapeControls);
    const { title, body } = message;
    const value = {
      text: fit({ title, body, links }, { limit: longestText, escape: escapeControls }),
      blocks: blocksOf(message),
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
    };
    return postJson(url, value, context, { hasSecretPath: true });
  },
} satisfies Channel<z.output<typeof schema>>;
