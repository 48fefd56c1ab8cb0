// Calls a phone or sends it a text message by Twilio.
import { z } from 'zod';
import { isPage } from '../domain/notice.ts';
import { secretReference } from '../kit/secret.ts';
import { apiAddress, under } from './address.ts';
import type { Channel, ChannelContext, Delivery, Message } from './channel.ts';
import { basic, postForm } from './post.ts';
import { escapeXml, fit, linkLine, linksOf } from './text.ts';

const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, {
  error: 'is not a phone number; write it with + and the country, in quotes, such as "+4915112345678"',
});

const schema = z.strictObject({
  accountSid: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/, { error: 'is not an account; write the Account SID, AC and 32 hex digits' })
    .describe('Account SID, as the console shows it; not a secret.'),
  authToken: secretReference.describe('Auth token of the account.'),
  from: phone.describe('A number of yours at Twilio, such as "+14155550100".'),
  to: phone.describe('The number of the person. For several people write several channels.'),
  how: z
    .enum(['sms', 'voice', 'both'])
    .default('both')
    .describe('How pages come: as a text message, as a call, or as both. All else is a text message.'),
  calls: z
    .enum(['critical', 'pages'])
    .default('critical')
    .describe('What is worth a call: only critical pages, or warnings too.'),
  api: apiAddress('Twilio', 'https://api.twilio.com'),
});
type Options = z.output<typeof schema>;

/** Twilio takes 1600 characters: https://www.twilio.com/docs/messaging/api/message-resource. Each 153 of them are paid for. */
const longestSms = 480;
const longestWithLinks = 1600;
const longestSaid = 500;

const isCall = ({ kind, severity }: Message, { how, calls }: Options): boolean =>
  how !== 'sms' && isPage(kind) && (calls === 'pages' || severity === 'critical');

/** Links may make it longer than it should be, never longer than it can be. */
function smsOf(message: Message): string {
  const { title, body } = message;
  const links = linksOf(message).map(linkLine);
  const linked = links.join('\n').length + title.length + 3;
  return fit({ title, body, links }, { limit: Math.min(longestWithLinks, Math.max(longestSms, linked)) });
}

/** Said twice: whoever was asleep misses the beginning. https://www.twilio.com/docs/voice/twiml/say */
function twimlOf({ title, body }: Message): string {
  const said = fit({ title: `${title}.`, body }, { limit: longestSaid });
  return `<?xml version="1.0" encoding="UTF-8"?><Response><Say loop="2">${escapeXml(said)}</Say></Response>`;
}

type Way = {
  readonly name: string;
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
};

function waysOf(options: Options, message: Message): Way[] {
  const call = { name: 'call', path: 'Calls.json', fields: { Twiml: twimlOf(message) } };
  const sms = { name: 'SMS', path: 'Messages.json', fields: { Body: smsOf(message) } };
  if (!isCall(message, options)) return [sms];
  return options.how === 'both' ? [call, sms] : [call];
}

/** One that was accepted is enough; else what may still succeed decides, and the longest wish to wait. */
function together(tries: readonly { readonly name: string; readonly delivery: Delivery }[]): Delivery {
  const deliveries = tries.map(({ delivery }) => delivery);
  const [only] = deliveries;
  if (only !== undefined && deliveries.length === 1) return only;
  const detail = tries.map(({ name, delivery }) => `${name}: ${delivery.detail}`).join(', ');
  if (deliveries.some(({ sent }) => sent)) return { sent: true, detail };
  const failures = deliveries.filter((delivery) => !delivery.sent);
  const decisive = failures.find(({ again }) => again) ?? failures[0];
  if (decisive === undefined) throw new TypeError('a message without a way');
  const afterMs = Math.max(0, ...failures.map((failure) => failure.afterMs ?? 0));
  return { ...decisive, detail, ...(afterMs > 0 && decisive.again ? { afterMs } : {}) };
}

async function go({ path, fields }: Way, options: Options, context: ChannelContext): Promise<Delivery> {
  const { accountSid, from, to } = options;
  const url = under(options.api, `2010-04-01/Accounts/${accountSid}/${path}`);
  const authorization = basic(accountSid, context.secret(options.authToken));
  return postForm(url, { From: from, To: to, ...fields }, context, { headers: { authorization } });
}

/** https://www.twilio.com/docs/voice/api/call-resource and https://www.twilio.com/docs/messaging/api/message-resource */
export const twilio = {
  schema,
  send: async (options, message, context) =>
    together(
      await Promise.all(
        waysOf(options, message).map(async (way) => ({
          name: way.name,
          delivery: await go(way, options, context),
        })),
      ),
    ),
} satisfies Channel<Options>;
