// Pretend nodes behind real sockets, asked as a tick asks them: for the tests of the chains.
import { onTestFinished } from 'vitest';
import type { BoundSource } from '../../functions/chains/chain.ts';
import { bindSources, createChains, type SourceTarget } from '../../functions/chains/run.ts';
import type { SourceReading } from '../../functions/domain/evidence.ts';
import type { QuietReading } from '../../functions/domain/lookahead.ts';
import type { ChainFact, SignerFact } from '../../functions/domain/facts.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { type Ledger, weigh } from '../../functions/domain/signing.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { collectEvidence } from '../../functions/flows/collect-evidence.ts';
import { takeTurns } from '../../functions/kit/take-turns.ts';
import type { ApiAnswer, ApiRequest } from '../../lab/chains/api.ts';
import { nodeServer } from '../../lab/chains/serve.ts';
import { listen } from '../support/server.ts';
import { siteRules } from '../support/site.ts';

export type Seen = {
  readonly signers: readonly SignerFact[];
  readonly chains: readonly ChainFact[];
  readonly readings: readonly SourceReading[];
  readonly requests: number;
};

export type World = {
  /** `timeoutMs` are real milliseconds for each source. */
  readonly tick: (
    at: number,
    options?: { readonly isDeep?: boolean; readonly timeoutMs?: number },
  ) => Promise<Seen>;
  readonly ledger: () => Ledger;
};

/** Starts a server for the time of the test; it is told the time by `now`. */
export async function startNode(
  answer: (request: ApiRequest) => ApiAnswer,
): Promise<{ readonly url: string; readonly requests: () => readonly string[] }> {
  const asked: string[] = [];
  const server = nodeServer((request) => {
    asked.push(`${request.method} ${request.path}`);
    return answer(request);
  });
  const { address, close } = await listen(server);
  onTestFinished(close);
  return { url: `http://${address}`, requests: () => asked };
}

/** What one source shows a signer with these keys to have ahead at a time. */
export async function lookAheadAt(
  target: SourceTarget,
  keys: readonly string[],
  at: number,
): Promise<QuietReading> {
  const [source] = bindSources([target], {
    chains: createChains(),
    network: { allow: ['127.0.0.0/8'], hosts: new Map() },
    secret: () => '',
    allow: [],
  });
  if (source === undefined) throw new Error('no source');
  return source.lookAhead(keys, { signal: new AbortController().signal, timeoutMs: 30_000, now: () => at });
}

/** Sources that are asked tick by tick, with what is remembered between. */
export function worldOf(targets: readonly SourceTarget[], signers: SiteRules['signers']): World {
  const sources: readonly BoundSource[] = bindSources(targets, {
    chains: createChains(),
    network: { allow: ['127.0.0.0/8'], hosts: new Map() },
    secret: () => '',
    allow: [],
  });
  const rules = siteRules({ signers });
  let ledger: Ledger = {};
  return {
    ledger: () => ledger,
    tick: async (at, { isDeep = false, timeoutMs = 30_000 } = {}) => {
      const clock = { ...systemClock, now: () => at };
      const needs = { clock, inTurn: takeTurns(100), signal: new AbortController().signal };
      const { readings, requests } = await collectEvidence(sources, {
        rules,
        ledger,
        needs,
        timeoutMs,
        isDeep,
      });
      const weighed = weigh(ledger, rules, { readings, at, lastDarkAt: null });
      ledger = weighed.ledger;
      return { signers: weighed.signers, chains: weighed.chains, readings, requests };
    },
  };
}
