// How an operator writes an HTTP probe.
import { z } from 'zod';
import { secretReference } from '../kit/secret.ts';
import { condition } from './condition.ts';
import { tlsOptions } from './handshake.ts';

const ownHeaders =
  /^(connection|content-length|transfer-encoding|keep-alive|upgrade|expect|te|trailer|accept-encoding)$/i;
const secretHeaders = /^(proxy-)?authorization$|cookie|token|secret|password|api-?key/i;

const url = z
  .string()
  .superRefine((text, context) => {
    const message = urlProblem(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .describe(
    'Where to ask, e.g. https://home.example:5052/eth/v1/node/health. No user name or password in it.',
  );

function urlProblem(text: string): string | null {
  if (!URL.canParse(text)) return 'must be a full URL such as https://host:port/path';
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return 'must begin with http:// or https://';
  if (username !== '' || password !== '') {
    return 'must not carry a user name or password; use auth with {env: NAME} or {file: PATH}';
  }
  return null;
}

const headers = z
  .record(
    z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'must be the name of an HTTP header'),
    z.union([z.string().regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII'), secretReference]),
  )
  .superRefine((given, context) => {
    for (const [name, value] of Object.entries(given)) {
      const message = headerProblem(name, value);
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .optional()
  .describe(
    'Headers to send: text, or a secret as {env: NAME} or {file: PATH}. They never leave the origin of the url.',
  );

function headerProblem(name: string, value: unknown): string | null {
  if (ownHeaders.test(name)) return 'is set by the watchdog itself';
  if (typeof value === 'string' && secretHeaders.test(name)) {
    return 'looks like a secret: write it as {env: NAME} or {file: PATH}, never as plain text';
  }
  return null;
}

const auth = z
  .union(
    [
      z.strictObject({ bearer: secretReference.describe('The token.') }),
      z.strictObject({
        basic: z
          .strictObject({
            username: z
              .string()
              .regex(/^[^:]*$/, 'must not hold a colon')
              .describe('User name, in plain text.'),
            password: secretReference.describe('The password.'),
          })
          .describe('User name and password.'),
      }),
    ],
    {
      error:
        'must be {bearer: SECRET} or {basic: {username, password: SECRET}}, each secret as {env: NAME} or {file: PATH}',
    },
  )
  .optional()
  .describe('Who we are: a bearer token or a user name and password. It never leaves the origin of the url.');

const statusAdvice = 'must be a status such as 200, or a class such as 2xx';

const expect = z
  .strictObject({
    status: z
      .array(
        z.union([z.int().min(100).max(599), z.string().regex(/^[1-5]xx$/, statusAdvice)], {
          error: statusAdvice,
        }),
      )
      .min(1)
      .default(['2xx'])
      .describe('Statuses that are good: numbers, or classes such as 2xx.'),
    headers: z
      .record(z.string(), condition)
      .optional()
      .describe(
        'Headers of the answer and what each must hold: text, or a regular expression between slashes.',
      ),
    body: condition
      .optional()
      .describe('What must occur in the body: text, or a regular expression between slashes.'),
    json: z
      .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .optional()
      .describe(
        'Values that the JSON body must hold: a dotted path and what must be there, e.g. data.is_syncing: false. Numbers index lists.',
      ),
  })
  .prefault({})
  .describe('What makes an answer good.');

export const httpSchema = z
  .strictObject({
    url,
    method: z.enum(['GET', 'HEAD', 'POST']).default('GET').describe('GET, HEAD or POST.'),
    headers,
    body: z
      .string()
      .max(65_536)
      .optional()
      .describe(
        'Body of a POST, at most 65,536 characters; sent as application/json unless headers say otherwise.',
      ),
    auth,
    tls: tlsOptions.optional().describe('Whom to trust and what to show; only for https.'),
    expect,
    maxBodyBytes: z
      .int()
      .min(0)
      .max(1_048_576)
      .default(65_536)
      .describe(
        'How much of the body is read, in bytes, at most 1,048,576; the rest is not waited for. 0 reads none.',
      ),
    followRedirects: z
      .int()
      .min(0)
      .max(5)
      .default(0)
      .describe('How many redirects to follow; with 0 a redirect is judged by its status.'),
  })
  .superRefine((options, context) => {
    for (const [field, message] of conflicts(options)) {
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

export type HttpOptions = z.output<typeof httpSchema>;

function conflicts(options: z.output<typeof httpSchema>): readonly (readonly [string, string])[] {
  const needsBody = options.expect.body !== undefined || options.expect.json !== undefined;
  const names = Object.keys(options.headers ?? {}).map((name) => name.toLowerCase());
  const found: (readonly [string, string] | false)[] = [
    options.tls !== undefined && !/^https:/i.test(options.url) && ['tls', 'is only for an https url'],
    options.auth !== undefined &&
      names.includes('authorization') && ['auth', 'must not be given together with an authorization header'],
    options.body !== undefined && options.method !== 'POST' && ['body', 'needs method POST'],
    needsBody && options.method === 'HEAD' && ['expect', 'cannot ask for a body: method HEAD has none'],
    needsBody &&
      options.maxBodyBytes === 0 && ['expect', 'cannot ask for a body that maxBodyBytes 0 does not read'],
  ];
  return found.filter((each) => each !== false);
}
