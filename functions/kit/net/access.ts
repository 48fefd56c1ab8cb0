// How an HTTP server is reached and who we are to it: address, headers, credentials, trust; the same for everything that asks over HTTP.
import { z } from 'zod';
import { WatchdogError } from '../error.ts';
import { type SecretReader, secretReference } from '../secret.ts';
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

/** The fields of everything that is asked over HTTP. */
export const accessFields = {
  url,
  pathSecret: secretReference
    .optional()
    .describe(
      'A secret that is a part of the path, as many RPC providers have it: it is put at the end of the path of `url`.',
    ),
  headers,
  auth,
  tls: tlsOptions.optional().describe('Whom to trust and what to show; only for https.'),
};

const accessSchema = z.strictObject(accessFields);
export type Access = z.output<typeof accessSchema>;

/** What no single field shows to be wrong: pairs of a field and a sentence. */
export function accessConflicts(access: Access): readonly (readonly [string, string])[] {
  const names = Object.keys(access.headers ?? {}).map((name) => name.toLowerCase());
  const found: (readonly [string, string] | false)[] = [
    access.tls !== undefined && !/^https:/i.test(access.url) && ['tls', 'is only for an https url'],
    access.auth !== undefined &&
      names.includes('authorization') && ['auth', 'must not be given together with an authorization header'],
  ];
  return found.filter((each) => each !== false);
}

/** The address with its secret in place, with `path` (begins with a slash) after it. Throws ERR_SECRET for one that no path can carry. */
export function accessUrl(access: Access, secret: SecretReader, path = ''): URL {
  const url = new URL(access.url);
  if (access.pathSecret === undefined && path === '') return url;
  const value = access.pathSecret === undefined ? '' : `/${pathSafe(secret(access.pathSecret))}`;
  const [pathname = '', search = ''] = path.split('?', 2);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${value}${pathname}`;
  // What the address itself asks for stays: a provider may want it with every question.
  if (search !== '') url.search = [url.search.slice(1), search].filter((part) => part !== '').join('&');
  return url;
}

function pathSafe(value: string): string {
  if (/^[A-Za-z0-9._~-]+$/.test(value) && !/^\.+$/.test(value)) return value;
  throw new WatchdogError(
    'ERR_SECRET',
    'the secret for the path of a url holds characters that no path can carry',
  );
}

/** What everybody is sent. */
export const plainHeaders = { 'user-agent': 'basement-watchdog', accept: '*/*' } as const;

/** The headers to send, names in lower case, with secrets in place. Throws ERR_SECRET for one that cannot be used. */
export function accessHeaders(access: Access, secret: SecretReader): Record<string, string> {
  const sent: Record<string, string> = { ...plainHeaders };
  for (const [name, value] of Object.entries(access.headers ?? {})) {
    sent[name.toLowerCase()] = typeof value === 'string' ? value : headerSafe(secret(value), name);
  }
  if (access.auth !== undefined) sent['authorization'] = authorization(access.auth, secret);
  return sent;
}

function authorization(auth: NonNullable<Access['auth']>, secret: SecretReader): string {
  if ('bearer' in auth) return `Bearer ${headerSafe(secret(auth.bearer), 'authorization')}`;
  const { username, password } = auth.basic;
  return `Basic ${Buffer.from(`${username}:${secret(password)}`).toString('base64')}`;
}

function headerSafe(value: string, name: string): string {
  if (/^[\t\x20-\x7e]*$/.test(value)) return value;
  throw new WatchdogError(
    'ERR_SECRET',
    `the secret for the header ${name} holds characters that no header can carry`,
  );
}
