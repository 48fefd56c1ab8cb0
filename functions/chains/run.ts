// Asks sources, whichever chain they are of; of the functions only those that collect evidence import this.
import type { SourceReading } from '../domain/evidence.ts';
import type { QuietReading } from '../domain/lookahead.ts';
import type { Sample } from '../domain/sample.ts';
import { attempt, type Attempt, type AttemptContext } from '../kit/net/attempt.ts';
import type { Network } from '../kit/net/network.ts';
import { openSession, type Session } from '../kit/net/session.ts';
import type { Access } from '../kit/net/access.ts';
import type { SecretReader } from '../kit/secret.ts';
import { createCometbft, type CometbftSource } from './cometbft/cometbft.ts';
import { berachainFlags, cometbftFlags } from './cometbft/flags.ts';
import type {
  BoundSource,
  Chain,
  Collected,
  CollectRun,
  KeysQuery,
  LookedAhead,
  PublicKeysRead,
  Recorded,
  RecordQuery,
  SignerQuery,
  SourceAnswer,
  StandQuery,
  Stood,
  VotesQuery,
  VotesRead,
} from './chain.ts';
import { createEthereum, type EthereumSource } from './ethereum/ethereum.ts';

/** The chains with what they keep between ticks: one for each instance of a function. */
export type Chains = {
  readonly ethereum: Chain<EthereumSource>;
  readonly berachain: Chain<CometbftSource>;
  readonly cometbft: Chain<CometbftSource>;
};

export const createChains = (): Chains => ({
  ethereum: createEthereum(),
  berachain: createCometbft(berachainFlags),
  cometbft: createCometbft(cometbftFlags),
});

type Common = { readonly id: string; readonly operator: string; readonly isOwn: boolean };

/** A configured source: who runs it, and how it is reached. */
export type SourceTarget =
  | (Common & { readonly chain: 'ethereum'; readonly source: EthereumSource })
  | (Common & { readonly chain: 'berachain' | 'cometbft'; readonly source: CometbftSource });

type Needs = {
  readonly chains: Chains;
  readonly network: Network;
  readonly secret: SecretReader;
  /** CIDRs that these sources may be in although they are not public. */
  readonly allow: readonly string[];
};

const connections = 4;
/** A node that is frozen takes every question and answers none: it must not keep a person waiting who reads back its whole past. */
const patienceMs = 10_000;
/** After this part of its time a source is read no further, so that what was read is not lost. */
const partForReading = 0.6;

type Asker = {
  readonly collect: (given: {
    readonly session: Session;
    readonly signers: readonly SignerQuery[];
    readonly now: () => number;
    readonly isDeep: boolean;
    readonly hasTime: () => boolean;
  }) => Promise<Collected>;
  readonly lookAhead: (given: {
    readonly session: Session;
    readonly keys: readonly string[];
    readonly now: () => number;
  }) => Promise<LookedAhead>;
  readonly record: (given: Omit<RecordQuery<unknown>, 'source' | 'sourceKey'>) => Promise<Recorded>;
  readonly stand: (given: Omit<StandQuery<unknown>, 'source' | 'sourceKey'>) => Promise<Stood>;
  readonly publicKeys: ((query: KeysQuery) => Promise<PublicKeysRead>) | null;
  readonly votes: ((given: Omit<VotesQuery<unknown>, 'source'>) => Promise<VotesRead>) | null;
};

const votesOf = <Source>({ votes }: Chain<Source>, source: Source): Asker['votes'] =>
  votes === null ? null : (given) => votes({ ...given, source });

function askerOf(target: SourceTarget, { chains, allow }: Needs): Asker {
  // References to secrets, not secrets; and two sites that allow different networks share nothing.
  const { url, pathSecret, headers, auth, tls, network } = target.source;
  const sourceKey = JSON.stringify([target.chain, url, pathSecret, headers, auth, tls, network, allow]);
  if (target.chain === 'ethereum') {
    const { source } = target;
    return {
      collect: (given) => chains.ethereum.collect({ ...given, source, sourceKey }),
      lookAhead: (given) => chains.ethereum.lookAhead({ ...given, source }),
      record: (given) => chains.ethereum.record({ ...given, source, sourceKey }),
      stand: (given) => chains.ethereum.stand({ ...given, source, sourceKey }),
      publicKeys: chains.ethereum.publicKeys,
      votes: votesOf(chains.ethereum, source),
    };
  }
  const { source } = target;
  const chain = chains[target.chain];
  return {
    collect: (given) => chain.collect({ ...given, source, sourceKey }),
    lookAhead: (given) => chain.lookAhead({ ...given, source }),
    record: (given) => chain.record({ ...given, source, sourceKey }),
    stand: (given) => chain.stand({ ...given, source, sourceKey }),
    publicKeys: chain.publicKeys,
    votes: votesOf(chain, source),
  };
}

function readingOf(target: SourceTarget, collected: Collected): SourceReading {
  const common = {
    source: target.id,
    chain: target.chain,
    operator: target.operator,
    isOwn: target.isOwn,
  };
  if (!collected.ok) {
    const { reason, detail } = collected;
    return { ...common, head: null, trouble: { reason, detail }, votesWith: [], signers: [] };
  }
  const { head, trouble, votesWith, signers } = collected;
  return {
    ...common,
    head,
    trouble: trouble === null ? null : { reason: trouble.reason, detail: trouble.detail },
    votesWith,
    signers,
  };
}

function sampleOf(collected: Collected, latencyMs: Sample['latencyMs'], now: number): Sample {
  if (!collected.ok) {
    return { ok: false, reason: collected.reason, detail: collected.detail, latencyMs };
  }
  const { head, trouble } = collected;
  if (trouble !== null) return { ok: false, reason: trouble.reason, detail: trouble.detail, latencyMs };
  const headAgeS = Math.max(0, Math.round((now - head.at) / 1000));
  return { ok: true, latencyMs, facts: { head: head.number, headAgeS } };
}

/** A source with its network and secrets bound, ready to be asked in any tick. */
function bindSource(target: SourceTarget, needs: Needs): BoundSource {
  const asker = askerOf(target, needs);
  const network = { ...needs.network, allow: [...needs.network.allow, ...needs.allow] };
  const access: Access = target.source;
  const contextOf = ({ signal, timeoutMs, now }: CollectRun): AttemptContext => ({
    signal,
    timeoutMs,
    network,
    secret: needs.secret,
    at: now(),
  });
  const collect = async (signers: readonly SignerQuery[], run: CollectRun): Promise<SourceAnswer> => {
    const { timeoutMs, now, isDeep = false } = run;
    const until = performance.now() + timeoutMs * partForReading;
    let requests = 0;
    const answer = await attempt<Collected>(contextOf(run), async (frame) => {
      const session = openSession(access, frame, { connections, patienceMs });
      const hasTime = (): boolean => performance.now() < until;
      const collected = await asker.collect({ session, signers, now, isDeep, hasTime });
      requests = session.requests();
      return collected;
    });
    return {
      reading: readingOf(target, answer),
      sample: sampleOf(answer, answer.latencyMs, now()),
      requests,
    };
  };
  const { id, chain, operator, isOwn } = target;
  const lookAhead = async (keys: readonly string[], run: CollectRun): Promise<QuietReading> => {
    const answer = await attempt<LookedAhead>(contextOf(run), (frame) =>
      asker.lookAhead({
        session: openSession(access, frame, { connections, patienceMs }),
        keys,
        now: run.now,
      }),
    );
    const common = { source: id, operator, isOwn };
    if (answer.ok) return { ...common, ahead: answer.value, trouble: null };
    return { ...common, ahead: null, trouble: { reason: answer.reason, detail: answer.detail } };
  };
  const sessionIn = (frame: Attempt): Session => openSession(access, frame, { connections, patienceMs });
  const record: BoundSource['record'] = async (given, run) => {
    const until = performance.now() + run.timeoutMs * partForReading;
    const hasTime = (): boolean => performance.now() < until;
    return attempt<Recorded>(contextOf(run), (frame) =>
      asker.record({ ...given, session: sessionIn(frame), now: run.now, hasTime }),
    );
  };
  const stand: BoundSource['stand'] = (given, run) =>
    attempt<Stood>(contextOf(run), (frame) =>
      asker.stand({ ...given, session: sessionIn(frame), now: run.now }),
    );
  const { votes: readVotes, publicKeys: readKeys } = asker;
  const publicKeys: BoundSource['publicKeys'] =
    readKeys === null
      ? null
      : (keys, run) =>
          attempt<PublicKeysRead>(contextOf(run), (frame) => readKeys({ session: sessionIn(frame), keys }));
  const votes: BoundSource['votes'] =
    readVotes === null
      ? null
      : (keys, run) =>
          attempt<VotesRead>(contextOf(run), (frame) =>
            readVotes({ session: sessionIn(frame), keys, now: run.now }),
          );
  return { id, chain, operator, isOwn, collect, lookAhead, record, stand, publicKeys, votes };
}

/** Binds many sources; `allow` widens the network for these only. */
export function bindSources(targets: readonly SourceTarget[], needs: Needs): BoundSource[] {
  return targets.map((target) => bindSource(target, needs));
}
