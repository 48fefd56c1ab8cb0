// Sends a message by Pushover; a critical page rings until somebody acknowledges it or the trouble is over.
import { z } from 'zod';
import { secretReference } from '../kit/secret.ts';
import { apiAddress, under } from './address.ts';
import type { Channel, ChannelContext, Delivery, Message } from './channel.ts';
import { loudnessOf } from './loudness.ts';
import { postForm } from './post.ts';
import { fit, linkLine, linksOf } from './text.ts';

const schema = z.strictObject({
  token: secretReference.describe("API token of the application, made on Pushover's page."),
  user: secretReference.describe('User key of the person, or the key of a group.'),
  device: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,25}(,[A-Za-z0-9_-]{1,25})*$/, {
      error: 'is not the name of a device; write the name that Pushover shows, several with commas between',
    })
    .optional()
    .describe('Only this device of the person, by its name; all of them if left out.'),
  api: apiAddress('Pushover', 'https://api.pushover.net'),
});
type Options = z.output<typeof schema>;

/** Characters: https://pushover.net/api#limits */
const longest = { title: 250, message: 1024, url: 512 } as const;

/** https://pushover.net/api#priority: 2 repeats until it is acknowledged, 0 sounds once, -1 does not. */
const priorities = { loud: '2', medium: '0', quiet: '-1' } as const;
const ringing = { retry: '60', expire: '3600' } as const;

/** The thread without dots: the tag is a part of a path that ends with an extension. */
const tagOf = ({ thread }: Message): string => thread.replaceAll('.', '_');

const isEnd = ({ kind, isThreadOver }: Message): boolean =>
  kind === 'acknowledged' || (kind === 'resolved' && isThreadOver);

type Keys = { readonly token: string; readonly user: string };

function fieldsOf(message: Message, keys: Keys, options: Options): Record<string, string> {
  const links = linksOf(message);
  const button = links.find(({ url }) => url.length <= longest.url);
  const lines = links.filter((link) => link !== button).map(linkLine);
  const loudness = loudnessOf(message);
  return {
    ...keys,
    ...(options.device === undefined ? {} : { device: options.device }),
    title: fit({ body: message.title }, { limit: longest.title }),
    // An empty message is refused.
    message: fit({ body: message.body || message.title, links: lines }, { limit: longest.message }),
    timestamp: String(Math.floor(message.at / 1000)),
    priority: priorities[loudness],
    ...(loudness === 'loud' ? { ...ringing, tags: tagOf(message) } : {}),
    ...(button === undefined ? {} : { url: button.url, url_title: button.label }),
  };
}

/** Ends the ringing; null when it is over, or when Pushover says that there is none. */
async function endRinging(
  message: Message,
  { token, api }: { readonly token: string; readonly api: string },
  context: ChannelContext,
): Promise<Delivery | null> {
  const url = under(api, `1/receipts/cancel_by_tag/${encodeURIComponent(tagOf(message))}.json`);
  const cancelled = await postForm(url, { token }, context);
  if (cancelled.sent || !cancelled.again) return null;
  return { ...cancelled, detail: `cannot end the ringing: ${cancelled.detail}` };
}

/**
 * https://pushover.net/api. An end first stops the ringing (https://pushover.net/api/receipts#cancel): as long as that may still succeed
 * the message waits with it, so that it is never sent twice and never says that all is over while the phone rings on.
 */
export const pushover = {
  schema,
  send: async (options, message, given) => {
    const keys = { token: given.secret(options.token), user: given.secret(options.user) };
    const { api } = options;
    // Two requests share the time of one attempt.
    const context = isEnd(message) ? { ...given, timeoutMs: Math.ceil(given.timeoutMs / 2) } : given;
    const trouble = isEnd(message) ? await endRinging(message, { token: keys.token, api }, context) : null;
    if (trouble !== null) return trouble;
    return postForm(under(api, '1/messages.json'), fieldsOf(message, keys, options), context);
  },
} satisfies Channel<Options>;
