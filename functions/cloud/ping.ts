// Tells a service outside, in the style of healthchecks.io, after each tick: it raises the alarm when nothing comes any more.
import { acceptance } from './acceptance.ts';
import { httpPost, isThisMachine } from '../kit/http-post.ts';
import type { Ping } from './cloud.ts';

export type PingOptions = {
  /** Reads the address, which is a secret: whoever knows it can say that all is well. May throw. */
  readonly url: () => string;
  /** Real milliseconds; 5 s by default. */
  readonly timeoutMs?: number;
};

function addressOf(text: string, isGood: boolean): URL | null {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && !isThisMachine(url))) return null;
  if (!isGood) url.pathname = `${url.pathname.replace(/\/+$/, '')}/fail`;
  return url;
}

function readable(url: PingOptions['url']): string | null {
  try {
    return url();
  } catch {
    return null;
  }
}

/** Posts to the address, or below it to `/fail`. What it answers holds nothing of the address. */
export function httpPing(options: PingOptions): Ping {
  return async (signal, { isGood, text }) => {
    const given = readable(options.url);
    if (given === null) return { accepted: false, reason: 'refused', detail: 'its address cannot be read' };
    const url = addressOf(given, isGood);
    if (url === null) {
      return { accepted: false, reason: 'refused', detail: 'its address must begin with https://' };
    }
    const answer = await httpPost({
      url,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: text,
      timeoutMs: options.timeoutMs ?? 5_000,
      signal,
    });
    return acceptance(answer);
  };
}
