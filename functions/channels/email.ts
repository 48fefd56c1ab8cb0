// Sends a message as an e-mail over SMTP.
import { z } from 'zod';
import { codeOf, shortCodeOf } from '../kit/error.ts';
import { isThisMachine } from '../kit/http-post.ts';
import { secretReference } from '../kit/secret.ts';
import { authAgainMs } from './answer.ts';
import type { Channel, ChannelContext, Delivery, Message } from './channel.ts';
import { loudnessOf } from './loudness.ts';
import { escapeXml, linkLine, linksOf } from './text.ts';

const address = z.email({ error: 'is not an e-mail address; write name@host' });
const ports = { starttls: 587, tls: 465, none: 25 } as const;

const schema = z
  .strictObject({
    host: z
      .string()
      .regex(/^[A-Za-z0-9.:-]{1,253}$/, { error: 'is not a host; write its name, such as smtp.example.net' })
      .describe('Name of the mail server, as its certificate has it.'),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Port; 587 with starttls, 465 with tls, 25 with none.'),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe(
        'Encrypted after the greeting, or from the start; both want a good certificate. none: only on this machine.',
      ),
    user: z.string().min(1).max(200).optional().describe('Name to log in with; without it nobody logs in.'),
    password: secretReference.optional().describe('Password to log in with.'),
    from: address.describe('Address of the sender.'),
    to: z.array(address).min(1).max(20).describe('Addresses of those who get it.'),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    error: 'has only one of user and password; write both or none',
    path: ['user'],
  })
  .refine(({ security, host }) => security !== 'none' || isThisMachine({ hostname: host }), {
    error: 'is none, which is only for a server on this machine; write starttls or tls',
    path: ['security'],
  });
type Options = z.output<typeof schema>;

const style =
  'display:inline-block;margin:0 8px 8px 0;padding:10px 16px;border-radius:4px;background:#1f4e8c;color:#ffffff;text-decoration:none';

function htmlOf({ title, body, links }: Message): string {
  const buttons = linksOf({ links }).map(({ label, url }) =>
    // Anything but a web address stays text, so that no click can run something.
    /^https?:\/\//i.test(url)
      ? `<a href="${escapeXml(url)}" style="${style}">${escapeXml(label)}</a>`
      : escapeXml(`${label}: ${url}`),
  );
  const text = `<div style="white-space:pre-wrap">${escapeXml(body)}</div>`;
  return `<html><body style="font-family:sans-serif"><h3>${escapeXml(title)}</h3>${text}<p>${buttons.join('\n')}</p></body></html>`;
}

const priorities = { loud: 'high', medium: 'normal', quiet: 'low' } as const;

/** The ids group what belongs together, and let a mail program show a message that came twice once. */
function mailOf(message: Message, { from, to }: Options) {
  const host = from.slice(from.lastIndexOf('@') + 1);
  const lines = linksOf(message).map(linkLine);
  return {
    from: { name: 'Basement watchdog', address: from },
    to: [...to],
    subject: message.title,
    text: [message.body, ...(lines.length === 0 ? [] : ['', ...lines]), ''].join('\n'),
    html: htmlOf(message),
    date: new Date(message.at),
    messageId: `<${message.id}@${host}>`,
    references: `<${message.thread}@${host}>`,
    priority: priorities[loudnessOf(message)],
    headers: { 'auto-submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null
    ? Object.getOwnPropertyDescriptor(error, name)?.value
    : undefined;
}

/** What a refusal means: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1. Only of the message itself is a 5xx final. */
function failureOf(error: unknown): Delivery {
  const code = codeOf(error);
  const reply = field(error, 'responseCode');
  const detail = typeof reply === 'number' ? `SMTP ${reply}` : 'no SMTP reply';
  if (code === 'ETLS') {
    return { sent: false, again: true, reason: 'network', detail: 'no encrypted connection (ETLS)' };
  }
  if (code === 'EAUTH' || reply === 530) {
    return {
      sent: false,
      again: true,
      reason: 'auth',
      detail: `${detail}, login refused`,
      afterMs: authAgainMs,
    };
  }
  const isOfMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (isOfMessage && !(typeof reply === 'number' && reply < 500)) {
    return { sent: false, again: false, reason: 'client-error', detail };
  }
  if (typeof reply === 'number') return { sent: false, again: true, reason: 'server-error', detail };
  const original = field(error, 'originalCode');
  const short = shortCodeOf(typeof original === 'string' ? original : code);
  return { sent: false, again: true, reason: 'network', detail: `no connection (${short})` };
}

type Sent = { readonly response: string; readonly rejected: readonly unknown[] };

function sentOf({ response, rejected }: Sent, options: Options): Delivery {
  const reply = /^\d{3}/.exec(response)?.[0] ?? '';
  const refused =
    rejected.length === 0 ? '' : `, ${rejected.length} of ${options.to.length} addresses refused`;
  return { sent: true, detail: `SMTP ${reply}${refused}` };
}

async function transport(options: Options, { timeoutMs, secret }: ChannelContext) {
  const { host, security, user, password } = options;
  const login = user === undefined || password === undefined ? null : { user, pass: secret(password) };
  // Loaded only here: it is large, and most functions send no mail.
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port: options.port ?? ports[security],
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    // A server that offers no login must not get the mail without one.
    ...(login === null ? {} : { auth: login, forceAuth: true }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    socketCloseTimeout: 0,
    maxResponseSize: 65_536,
  });
}

/** https://nodemailer.com/smtp. One address that was taken is enough; the detail says how many were refused. */
export const email = {
  schema,
  send: async (options, message, context) => {
    const aborted = { sent: false, again: true, reason: 'aborted', detail: 'the run ended first' } as const;
    if (context.signal.aborted) return aborted;
    const smtp = await transport(options, context);
    const deadline = AbortSignal.timeout(context.timeoutMs);
    const signal = AbortSignal.any([context.signal, deadline]);
    try {
      return sentOf(await smtp.sendMail({ ...mailOf(message, options), signal }), options);
    } catch (error) {
      if (context.signal.aborted) return aborted;
      if (deadline.aborted || codeOf(error) === 'ETIMEDOUT') {
        return { sent: false, again: true, reason: 'timeout', detail: 'no answer in time' };
      }
      return failureOf(error);
    } finally {
      smtp.close();
    }
  },
} satisfies Channel<Options>;
