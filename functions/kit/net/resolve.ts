// Names to addresses: IPv4 and IPv6 side by side, without a thread per question.
import { Resolver, lookup } from 'node:dns/promises';
import { codeOf } from '../error.ts';
import type { Network } from './network.ts';

/** One part of a look-up: the addresses it gave, or the code of its error. */
export type Answer = { readonly addresses: readonly string[]; readonly code: string };

export type LookUp = {
  /** Each settles on its own and never rejects; the caller uses the first that has addresses. */
  readonly answers: readonly Promise<Answer>[];
  readonly cancel: () => void;
};

// Look-ups under way, so that a house with two hundred targets behind one name is asked for once. Nothing stays when they end.
const underWay = new Map<string, { readonly lookUp: LookUp; users: number }>();

/**
 * Asks for the addresses of a name with retries that fit into `timeoutMs`, so that one lost packet is not an outage. Whoever asks the
 * same while it is under way gets the same answers; `cancel` must be called once by each, and the last one ends it.
 */
export function lookUp(host: string, network: Network, timeoutMs: number): LookUp {
  // RFC 6761, section 6.3: these names are loopback, and are not to be asked for.
  if (/^(.+\.)?localhost\.?$/.test(host)) {
    return {
      answers: [Promise.resolve({ addresses: ['127.0.0.1', '::1'], code: '' })],
      cancel: () => undefined,
    };
  }
  const key = JSON.stringify([host, network.nameServers, timeoutMs]);
  const shared = underWay.get(key) ?? { lookUp: ask(host, network, timeoutMs), users: 0 };
  underWay.set(key, shared);
  shared.users++;
  const forget = (): void => {
    if (underWay.get(key) === shared) underWay.delete(key);
  };
  void Promise.all(shared.lookUp.answers).then(forget);
  return {
    answers: shared.lookUp.answers,
    cancel: () => {
      if (--shared.users > 0) return;
      forget();
      shared.lookUp.cancel();
    },
  };
}

function ask(host: string, network: Network, timeoutMs: number): LookUp {
  // Three rounds, each twice as long as the one before, end after seven tenths of the time.
  const timeout = Math.min(750, Math.max(20, Math.round(timeoutMs / 10)));
  // A resolver of its own: it can be cancelled, and it remembers nothing from the tick before.
  const resolver = new Resolver({ timeout, tries: 3 });
  if (network.nameServers !== undefined) resolver.setServers(network.nameServers);
  const answers = [answer(resolver.resolve4(host)), answer(resolver.resolve6(host))];
  if (network.nameServers === undefined) answers.push(fromSystem(host, answers.slice()));
  return {
    answers,
    cancel: () => {
      resolver.cancel();
    },
  };
}

async function answer(question: Promise<string[]>): Promise<Answer> {
  try {
    return { addresses: await question, code: '' };
  } catch (error) {
    return { addresses: [], code: codeOf(error) || 'unknown' };
  }
}

// /etc/hosts and the like are known to the system's own look-up only. It blocks one of few threads, so it is asked last.
async function fromSystem(host: string, asked: readonly Promise<Answer>[]): Promise<Answer> {
  const answers = await Promise.all(asked);
  const isElsewhere = answers.every(({ code }) =>
    ['ENOTFOUND', 'ENODATA', 'ECONNREFUSED', 'EREFUSED'].includes(code),
  );
  if (!isElsewhere) return { addresses: [], code: 'ENODATA' };
  return answer(lookup(host, { all: true }).then((found) => found.map(({ address }) => address)));
}
