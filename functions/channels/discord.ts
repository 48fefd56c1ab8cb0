// Sends a message into a Discord channel by one of its webhooks.
import { z } from 'zod';
import { secretReference } from '../kit/secret.ts';
import { addressOf } from './address.ts';
import type { Channel } from './channel.ts';
import { loudnessOf } from './loudness.ts';
import { postJson } from './post.ts';
import { fit, type Link, linksOf } from './text.ts';

const schema = z.strictObject({
  url: secretReference.describe(
    "The webhook's address, as Discord gives it; `?thread_id=` may be added. https, or http on this machine.",
  ),
});

/** Characters of `content`: https://docs.discord.com/developers/resources/webhook#execute-webhook */
const longest = 2000;
const suppressEmbeds = 1 << 2;
const suppressNotifications = 1 << 12;

/** https://docs.discord.com/developers/reference#message-formatting; what only counts where a line begins is left alone elsewhere. */
const escapeMarkdown = (text: string): string =>
  text.replace(/[\\*_~`|<>[\]]/g, '\\$&').replace(/^(\s*)([#+-]|\d+(?=\.))/gm, '$1\\$2');

// In angle brackets an address is a link without markup of its own, and without a preview.
const linkLine = ({ label, url }: Link): string =>
  /[<>\s]/.test(url) ? `${label}: ${url}` : `${label}: <${url}>`;

/** https://docs.discord.com/developers/resources/webhook#execute-webhook. Nobody is mentioned, whatever the text says. */
export const discord = {
  schema,
  send: async (options, message, context) => {
    const url = addressOf(context.secret(options.url));
    if (!(url instanceof URL)) return url;
    const { title, body } = message;
    const content = fit(
      { title, body, links: linksOf(message).map(linkLine) },
      { limit: longest, escape: escapeMarkdown },
    );
    const flags = suppressEmbeds + (loudnessOf(message) === 'quiet' ? suppressNotifications : 0);
    const value = { content, allowed_mentions: { parse: [] }, flags };
    return postJson(url, value, context, { hasSecretPath: true });
  },
} satisfies Channel<z.output<typeof schema>>;
