// Requests and answers as values, for functions with several routes: what they say is decided without a socket.
import { createHash } from 'node:crypto';

/** The body is read only when it is asked for; ERR_REQUEST when it is over the cap. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  /** Path and query as they came. */
  readonly url: string;
  /** One value of the query; an empty string when there is none, or more than one. */
  readonly query: (name: string) => string;
  /** The address that the request came from; null when that cannot be told. */
  readonly client: string | null;
  /** An empty string when there is none. */
  readonly header: (name: string) => string;
  readonly body: (mostBytes: number) => Buffer;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A whole page; `script` and `style` are what stands in its one element of that kind, null when it has none. */
export type Page = { readonly html: string; readonly script: string | null; readonly style: string };

const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export function jsonAnswer(
  status: number,
  value: object,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const type = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...always, ...type, ...headers }, body: JSON.stringify(value) };
}

const source = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing from elsewhere is loaded, nobody frames it, and nobody is told where the reader came from. */
export function pageAnswer(status: number, { html, script, style }: Page): Answer {
  const policy = [
    "default-src 'none'",
    `script-src ${script === null ? "'none'" : source(script)}`,
    `style-src ${source(style)}`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const headers = {
    ...always,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'x-robots-tag': 'noindex',
  };
  return { status, headers, body: html };
}
