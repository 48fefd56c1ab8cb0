// Names to addresses: IPv4 and IPv6 side by side, without a thread per question.
import { Resolver, lookup } from 'node:dns/promises';
import { codeOf } from './failure.ts';
import type { Network } from './probe.ts';

/** One part of a look-up: the addresses it gave, or the code of its error. */
export type Answer = { readonly addresses: readonly string[]; readonly code: string };

export type LookUp = {
  /** Each settles on its own and never rejects; the caller uses the first that has addresses. */
  readonly answers: readonly Promise<Answer>[];
  readonly cancel: () => void;
};

/** Asks for the addresses of a name with retries that fit into `timeoutMs`, so that one lost packet is not an outage. */
export function lookUp(host: string, network: Network, timeoutMs: number): LookUp {
  // RFC 6761, section 6.3: these names are loopback, and are not to be asked for.
  if (/^(.+\.)?localhost\.?$/.test(host)) {
    return {
      answers: [Promise.resolve({ addresses: ['127.0.0.1', '::1'], code: '' })],
      cancel: () => undefined,
    };
  }
  // A resolver of its own: it can be cancelled, and it remembers nothing from the tick before.
  const resolver = new Resolver({
    timeout: Math.min(1500, Math.max(20, Math.round(timeoutMs / 5))),
    tries: 2,
  });
  if (network.nameServers !== undefined) resolver.setServers(network.nameServers);
  const answers = [answer(resolver.resolve4(host)), answer(resolver.resolve6(host))];
  if (network.nameServers === undefined) answers.push(fromSystem(host, answers));
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
