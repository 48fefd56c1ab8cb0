// Wakes another function by HTTP, with an identity token where that function asks for one.
import { acceptance } from './acceptance.ts';
import { httpPost } from '../kit/http-post.ts';
import type { Poke } from './cloud.ts';
import { type FunctionOptions, otherFunction } from './identity.ts';

export type PokeOptions = FunctionOptions & {
  /** Real milliseconds until the other side must have answered with its status; 3 s by default. */
  readonly timeoutMs?: number;
};

/**
 * Posts a JSON object, empty by default, and waits for the status only. A poke never rejects, and its details hold neither URL nor token; an
 * address that is no URL throws ERR_CONFIG here.
 */
export function httpPoke(options: PokeOptions): Poke {
  const { url, identify } = otherFunction(options, 'the function to wake');
  const timeoutMs = options.timeoutMs ?? 3_000;
  return async (signal, body = {}) => {
    const begun = performance.now();
    const identity = await identify(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    if (signal.aborted) return { accepted: false, reason: 'aborted', detail: 'the run ended first' };
    if ('reason' in identity) return { accepted: false, ...identity };
    const answer = await httpPost({
      url,
      headers: { 'content-type': 'application/json', ...identity.headers },
      body: JSON.stringify(body),
      timeoutMs: Math.max(1, Math.ceil(timeoutMs - (performance.now() - begun))),
      signal,
      readsBody: false,
    });
    return acceptance(answer);
  };
}
