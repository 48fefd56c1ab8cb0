// Wakes another function by HTTP, with an identity token where that function asks for one.
import { WatchdogError } from '../kit/error.ts';
import { httpPost, isThisMachine } from '../kit/http-post.ts';
import type { Poke, PokeResult } from './cloud.ts';

export type PokeOptions = {
  readonly url: string;
  /** Whom the token is for; by default the origin and path of the URL without its query, as Cloud Run expects it. */
  readonly audience?: string;
  /** Real milliseconds until the other side must have answered with its status; 3 s by default. */
  readonly timeoutMs?: number;
};

/** The header that proves who we are; no token is asked for on this machine, nor sent over plain HTTP. */
async function authorization(url: URL, audience: string): Promise<Record<string, string>> {
  if (url.protocol !== 'https:' || isThisMachine(url)) return {};
  const { GoogleAuth } = await import('google-auth-library');
  const client = await new GoogleAuth().getIdTokenClient(audience);
  const value = (await client.getRequestHeaders()).get('authorization');
  return value === null ? {} : { authorization: value };
}

type Token = { readonly headers: Record<string, string> } | { readonly failure: PokeResult };

/** The library takes no signal, so the wait for it is cut off here. */
async function tokenWithin(deadline: AbortSignal, asking: Promise<Record<string, string>>): Promise<Token> {
  const late = new Promise<Token>((resolve) => {
    const answer = (): void => {
      resolve({ failure: { accepted: false, reason: 'timeout', detail: 'no identity token in time' } });
    };
    if (deadline.aborted) answer();
    else deadline.addEventListener('abort', answer, { once: true });
  });
  const token = asking.then(
    (headers): Token => ({ headers }),
    (): Token => ({ failure: { accepted: false, reason: 'refused', detail: 'no identity token' } }),
  );
  return Promise.race([token, late]);
}

/**
 * Posts a JSON object, empty by default, and waits for the status only. A poke never rejects, and its details hold neither URL nor token; an
 * address that is no URL throws ERR_CONFIG here.
 */
export function httpPoke(options: PokeOptions): Poke {
  const url = URL.parse(options.url);
  if (url === null) throw new WatchdogError('ERR_CONFIG', 'the address of the function to wake is not a URL');
  const audience = options.audience ?? `${url.origin}${url.pathname === '/' ? '' : url.pathname}`;
  const timeoutMs = options.timeoutMs ?? 3_000;
  return async (signal, body = {}) => {
    const begun = performance.now();
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const token = await tokenWithin(deadline, authorization(url, audience));
    if (signal.aborted) return { accepted: false, reason: 'aborted', detail: 'the run ended first' };
    if ('failure' in token) return token.failure;
    const answer = await httpPost({
      url,
      headers: { 'content-type': 'application/json', ...token.headers },
      body: JSON.stringify(body),
      timeoutMs: Math.max(1, Math.ceil(timeoutMs - (performance.now() - begun))),
      signal,
      readsBody: false,
    });
    if (!answer.answered) {
      const reason = answer.reason === 'network' ? 'refused' : answer.reason;
      return { accepted: false, reason, detail: answer.code };
    }
    return answer.status >= 200 && answer.status < 300
      ? { accepted: true }
      : { accepted: false, reason: 'status', detail: `HTTP ${answer.status}` };
  };
}
