// The status of CometBFT nodes: of the one that is probed, and of others that it is held against.
import type { z } from 'zod';
import type { Attempt } from '../kit/net/attempt.ts';
import type { Session } from '../kit/net/session.ts';
import * as comet from '../wire/comet.ts';
import { type ApiAnswer, askApi, openApi } from './node-api.ts';

export type Status = z.output<typeof comet.status>['result'];

export async function askStatus(api: Session): Promise<ApiAnswer<Status>> {
  const answer = await askApi(api, 'its status', { path: '/status', schema: comet.status });
  return answer.ok ? { ...answer, value: answer.value.result } : answer;
}

export type Others = {
  /** The highest of those that could be used; null when none could. */
  readonly height: number | null;
  /** How many could not: no answer in time, another chain, a block from the future. */
  readonly ignored: number;
};

/** The others get this part of the time, so that one of them that never answers does not make our node late. */
const part = 0.5;
const aheadMs = 60_000;

/** Asks other nodes of `network`, each over its own connection. Never rejects, and ends before the attempt does. */
export async function askOthers(urls: readonly string[], network: string, frame: Attempt): Promise<Others> {
  const { at: now, timeoutMs } = frame.context;
  // The phases are those of our own node: what the others do must not be told as its doing.
  const aside: Attempt = { ...frame, enter: () => undefined };
  const { promise: late, resolve: end } = Promise.withResolvers<null>();
  const timer = setTimeout(() => {
    end(null);
  }, timeoutMs * part);
  frame.own(() => {
    clearTimeout(timer);
  });
  const answers = await Promise.all(
    urls.map((url) => Promise.race([askStatus(openApi({ url }, aside)), late])),
  );
  const heights = answers.flatMap((answer) => {
    if (answer?.ok !== true || answer.value.node_info.network !== network) return [];
    const { latest_block_height: height, latest_block_time: at } = answer.value.sync_info;
    return at > now + aheadMs ? [] : [height];
  });
  return {
    height: heights.length === 0 ? null : Math.max(...heights),
    ignored: urls.length - heights.length,
  };
}
