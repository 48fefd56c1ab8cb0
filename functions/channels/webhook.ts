// Sends a message as signed JSON to an address of the operator's.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { httpPost } from '../kit/http-post.ts';
import { secretReference } from '../kit/secret.ts';
import { addressOf } from './address.ts';
import { deliveryOf } from './answer.ts';
import type { Channel, Message } from './channel.ts';
import { basic } from './post.ts';

const schema = z.strictObject({
  url: secretReference.describe(
    'Where to post to. A webhook address is a secret: whoever knows it can post. https, or http on this machine.',
  ),
  secret: secretReference
    .optional()
    .describe(
      'Key of the signature in the header `x-watchdog-signature`; without it messages are not signed.',
    ),
});

/** Name and password in the address become a header, as a browser would do; undici drops them. */
function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return { authorization: basic(decode(username), decode(password)) };
}

/** The posted body: the message with its fields in a fixed order; `at` is epoch milliseconds. */
function webhookBody(message: Message): string {
  const { id, kind, severity, site, incidents, thread, isThreadOver, title, body, links, code, at } = message;
  return JSON.stringify({
    id,
    kind,
    severity,
    site,
    incidents,
    thread,
    isThreadOver,
    title,
    body,
    links,
    code,
    at,
  });
}

/** `v1=` and the hex HMAC-SHA256 of `timestamp.body`; the timestamp is the one in `x-watchdog-timestamp`, epoch seconds. */
function webhookSignature(key: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** Posts `webhookBody`. The header `idempotency-key` stays the same over retries, so that a receiver can tell doubles. */
export const webhook = {
  schema,
  send: async (options, message, context) => {
    const url = addressOf(context.secret(options.url));
    if (!(url instanceof URL)) return url;
    const key = options.secret === undefined ? null : context.secret(options.secret);
    const body = webhookBody(message);
    const timestamp = String(Math.floor(context.at / 1000));
    const answer = await httpPost({
      url,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'basement-watchdog',
        'idempotency-key': message.id,
        'x-watchdog-timestamp': timestamp,
        ...(key === null ? {} : { 'x-watchdog-signature': webhookSignature(key, timestamp, body) }),
        ...authorization(url),
      },
      body,
      timeoutMs: context.timeoutMs,
      signal: context.signal,
    });
    return deliveryOf(answer, context.at);
  },
} satisfies Channel<z.output<typeof schema>>;
