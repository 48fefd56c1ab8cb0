// Posts to a service as most of them want it, JSON or a form, and says what the answer means.
import { httpPost } from '../kit/http-post.ts';
import { type AnswerRules, deliveryOf } from './answer.ts';
import type { ChannelContext, Delivery } from './channel.ts';

type Needs = Pick<ChannelContext, 'signal' | 'timeoutMs' | 'at'>;

export type Posting = AnswerRules & { readonly headers?: Readonly<Record<string, string>> };

async function post(
  url: URL,
  content: { readonly type: string; readonly body: string },
  needs: Needs & Posting,
): Promise<Delivery> {
  const { signal, timeoutMs, at, headers, ...rules } = needs;
  const answer = await httpPost({
    url,
    headers: { 'content-type': content.type, 'user-agent': 'basement-watchdog', ...headers },
    body: content.body,
    timeoutMs,
    signal,
  });
  return deliveryOf(answer, at, rules);
}

export const postJson = (
  url: URL,
  value: unknown,
  { signal, timeoutMs, at }: Needs,
  how: Posting = {},
): Promise<Delivery> =>
  post(
    url,
    { type: 'application/json; charset=utf-8', body: JSON.stringify(value) },
    { signal, timeoutMs, at, ...how },
  );

export const postForm = (
  url: URL,
  fields: Readonly<Record<string, string>>,
  { signal, timeoutMs, at }: Needs,
  how: Posting = {},
): Promise<Delivery> =>
  post(
    url,
    { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() },
    { signal, timeoutMs, at, ...how },
  );

/** The header of a user and a password. */
export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
