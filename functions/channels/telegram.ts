// Sends a message by a Telegram bot, to a person or a group.
import { z } from 'zod';
import { secretReference } from '../kit/secret.ts';
import { apiAddress, under } from './address.ts';
import type { Channel, Message } from './channel.ts';
import { loudnessOf } from './loudness.ts';
import { postJson } from './post.ts';
import { fit, isButton, linkLine, linksOf } from './text.ts';

const noChat = {
  error: 'is not a chat; write its number, such as -1001234567890, or the @name of a public group',
};

const schema = z.strictObject({
  token: secretReference.describe('Token of the bot, as @BotFather gives it.'),
  chat: z
    .union(
      [
        z.number().refine((id) => Number.isSafeInteger(id) && id !== 0, noChat),
        z.string().regex(/^@[A-Za-z][A-Za-z0-9_]{3,31}$/, noChat),
      ],
      noChat,
    )
    .describe('The chat: its number (negative for a group), or the @name of a public group or channel.'),
  thread: z
    .number()
    .refine((id) => Number.isSafeInteger(id) && id > 0, { error: 'is not the number of a topic' })
    .optional()
    .describe('Number of the topic, in a group that has topics.'),
  api: apiAddress('the Bot API', 'https://api.telegram.org'),
});
type Options = z.output<typeof schema>;

/** Characters of a message: https://core.telegram.org/bots/api#sendmessage */
const longest = 4096;

function sendMessage(options: Options, message: Message): unknown {
  const links = linksOf(message);
  const buttons = links.filter(isButton).map(({ label, url }) => [{ text: label, url }]);
  const lines = links.filter((link) => !isButton(link)).map(linkLine);
  return {
    chat_id: options.chat,
    ...(options.thread === undefined ? {} : { message_thread_id: options.thread }),
    // Without a parse mode no character of a name is markup.
    text: fit({ title: message.title, body: message.body, links: lines }, { limit: longest }),
    disable_notification: loudnessOf(message) === 'quiet',
    link_preview_options: { is_disabled: true },
    ...(buttons.length === 0 ? {} : { reply_markup: { inline_keyboard: buttons } }),
  };
}

/** https://core.telegram.org/bots/api#sendmessage. A token that Telegram does not know is answered with 401 or 404. */
export const telegram = {
  schema,
  send: async (options, message, context) => {
    const token = encodeURIComponent(context.secret(options.token)).replaceAll('%3A', ':');
    const url = under(options.api, `bot${token}/sendMessage`);
    return postJson(url, sendMessage(options, message), context, { hasSecretPath: true });
  },
} satisfies Channel<Options>;
