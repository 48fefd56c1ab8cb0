// An HTTP or HTTPS request whose status, headers and body are as expected.
import { formatHostPort } from '../kit/address.ts';
import { accessHeaders, accessUrl, plainHeaders } from '../kit/net/access.ts';
import { attempt } from '../kit/net/attempt.ts';
import type { Attempt } from '../kit/net/attempt.ts';
import { endpointOfUrl, exchange, urlAtPort } from '../kit/net/exchange.ts';
import type { Answer, Request } from '../kit/net/exchange.ts';
import { failed } from '../kit/net/failure.ts';
import type { Failure, Outcome } from './outcome.ts';
import { judgeAnswer } from './http-judge.ts';
import { httpSchema } from './http-options.ts';
import type { HttpOptions } from './http-options.ts';
import type { Probe } from './probe.ts';

export const http = {
  schema: httpSchema,
  endpoint: ({ url }) => endpointOfUrl(new URL(url)),
  atPort: (options, port) => ({ ...options, url: urlAtPort(options.url, port) }),
  describe: ({ method, url }) => `${method} ${new URL(url).origin}`,
  run: (options, context) => attempt(context, (frame) => ask(options, frame)),
} satisfies Probe<HttpOptions>;

async function ask(options: HttpOptions, frame: Attempt): Promise<Outcome> {
  let request = firstRequest(options, frame);
  for (let redirects = 0; ; redirects++) {
    const answer = await exchange(request, frame);
    if (!answer.ok)
      return redirects === 0 ? answer : failed(answer.reason, `after a redirect: ${answer.detail}`);
    const location = redirectOf(answer);
    if (location === undefined || options.followRedirects === 0) return judgeAnswer(options.expect, answer);
    if (redirects === options.followRedirects) {
      return failed(
        'status',
        `redirects more often than followRedirects allows (${options.followRedirects})`,
      );
    }
    const next = nextRequest(request, location, answer.status, hasCredentials(options));
    if ('ok' in next) return next;
    request = next;
  }
}

const redirectStatuses = [301, 302, 303, 307, 308];

function redirectOf(answer: Answer): string | undefined {
  return redirectStatuses.includes(answer.status) ? answer.headers['location'] : undefined;
}

function hasCredentials(options: HttpOptions): boolean {
  const secretHeader = Object.values(options.headers ?? {}).some((value) => typeof value !== 'string');
  return (
    options.auth !== undefined ||
    options.pathSecret !== undefined ||
    secretHeader ||
    options.tls?.clientCertificate !== undefined
  );
}

function firstRequest(options: HttpOptions, frame: Attempt): Request {
  const headers = {
    ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...accessHeaders(options, frame.context.secret),
  };
  return {
    url: accessUrl(options, frame.context.secret),
    method: options.method,
    headers,
    body: options.body,
    tls: options.tls ?? {},
    bytesFor: (status) =>
      redirectStatuses.includes(status) && options.followRedirects > 0 ? 0 : options.maxBodyBytes,
  };
}

/**
 * The request that follows a redirect. Within the origin (scheme, host and port) all goes along; at its edge everything that the operator gave is
 * left behind for good, even when a later redirect leads back.
 */
function nextRequest(
  from: Request,
  location: string,
  status: number,
  isSecretive: boolean,
): Request | Failure {
  const url = URL.canParse(location, from.url.href) ? new URL(location, from.url.href) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return failed('protocol', 'redirects to something that is not an http or https url');
  }
  if (url.username !== '' || url.password !== '') {
    return failed('protocol', 'redirects to a url with a user name or password');
  }
  if (isSecretive && from.url.protocol === 'https:' && url.protocol === 'http:') {
    return failed('status', 'redirects from https to http, which is not followed with credentials');
  }
  const isKept = status === 307 || status === 308 || from.method !== 'POST';
  const { 'content-type': _, ...withoutType } = from.headers;
  const next: Request = isKept
    ? { ...from, url }
    : { ...from, url, method: 'GET', body: undefined, headers: withoutType };
  if (url.origin === from.url.origin) return next;
  if (next.method === 'POST') {
    return failed(
      'status',
      `redirects a POST to ${formatHostPort(endpointOfUrl(url))}, which is not followed`,
    );
  }
  return { ...next, headers: plainHeaders, tls: {} };
}
