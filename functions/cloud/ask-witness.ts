// Asks the witness by HTTP, with an identity token, and reads its answer as what it is: somebody else's word.
import { z } from 'zod';
import { httpAsk } from '../kit/http-post.ts';
import type { AskWitness, WitnessAnswer } from './cloud.ts';
import { type FunctionOptions, otherFunction } from './identity.ts';

/** An answer about 400 targets is below 20 KB. */
const mostBytes = 64 * 1024;

const quality = z.enum(['good', 'bad', 'unknown']);
const testimony = z.strictObject({
  isBlind: z.boolean(),
  qualities: z.record(z.string(), z.record(z.string(), quality)),
});

const silent = (
  reason: Extract<WitnessAnswer, { readonly answered: false }>['reason'],
  detail: string,
): WitnessAnswer => ({ answered: false, reason, detail });

/** Nothing of what was said is repeated. */
function read(body: Buffer | null): WitnessAnswer {
  if (body === null) return silent('malformed', `the answer is over ${mostBytes} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return silent('malformed', 'the answer is not JSON');
  }
  const parsed = testimony.safeParse(value);
  return parsed.success
    ? { answered: true, ...parsed.data }
    : silent('malformed', 'the answer is not that of a witness');
}

/** Never rejects, and its details hold neither URL nor token; an address that is no URL throws ERR_CONFIG here. */
export function httpWitness(options: FunctionOptions): AskWitness {
  const { url, identify } = otherFunction(options, 'a witness');
  return async (targets, { signal, timeoutMs }) => {
    const begun = performance.now();
    const identity = await identify(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    if (signal.aborted) return silent('aborted', 'the run ended first');
    if ('reason' in identity) return silent(identity.reason, identity.detail);
    const answer = await httpAsk({
      url,
      headers: { 'content-type': 'application/json', ...identity.headers },
      body: JSON.stringify({ targets }),
      timeoutMs: Math.max(1, Math.ceil(timeoutMs - (performance.now() - begun))),
      signal,
      mostBytes,
    });
    if (!answer.answered) return silent(answer.reason === 'network' ? 'refused' : answer.reason, answer.code);
    return answer.status === 200 ? read(answer.body) : silent('status', `HTTP ${answer.status}`);
  };
}
