// Sends a message to a topic of ntfy, at ntfy.sh or at a server of one's own.
import { z } from 'zod';
import { secretReference } from '../kit/secret.ts';
import { apiAddress, under } from './address.ts';
import type { Channel, Message } from './channel.ts';
import { loudnessOf } from './loudness.ts';
import { postJson } from './post.ts';
import { fit, jsonBytes, linkLine, linksOf } from './text.ts';

const schema = z.strictObject({
  topic: secretReference.describe(
    'The topic. At a server without accounts whoever knows it can read and write, so it is a secret.',
  ),
  token: secretReference
    .optional()
    .describe('Access token, for a topic that is protected; without it the topic must be open to all.'),
  api: apiAddress('the ntfy server', 'https://ntfy.sh'),
});

/** Bytes of a message: https://docs.ntfy.sh/publish/#limitations. A longer one would arrive as an attachment. */
const longest = 4096;
const mostActions = 3;

/** https://docs.ntfy.sh/publish/#message-priority: 5 sounds through "do not disturb" where the phone allows it, 2 does not sound. */
const priorities = { loud: 5, medium: 3, quiet: 2 } as const;

function publication(topic: string, message: Message): unknown {
  const links = linksOf(message);
  const shown = links.slice(0, mostActions);
  const lines = links.slice(mostActions).map(linkLine);
  const [first] = links;
  return {
    topic,
    title: message.title,
    // As JSON, so that the whole document stays under the server's limit too.
    message: fit({ body: message.body, links: lines }, { limit: longest, size: jsonBytes }),
    priority: priorities[loudnessOf(message)],
    ...(first === undefined ? {} : { click: first.url }),
    ...(shown.length === 0
      ? {}
      : { actions: shown.map(({ label, url }) => ({ action: 'view', label, url })) }),
  };
}

/** https://docs.ntfy.sh/publish/#publish-as-json: so the topic stays out of the address. Without `markdown` no character is markup. */
export const ntfy = {
  schema,
  send: async (options, message, context) => {
    const topic = context.secret(options.topic);
    const headers: Record<string, string> =
      options.token === undefined ? {} : { authorization: `Bearer ${context.secret(options.token)}` };
    return postJson(under(options.api, ''), publication(topic, message), context, { headers });
  },
} satisfies Channel<z.output<typeof schema>>;
