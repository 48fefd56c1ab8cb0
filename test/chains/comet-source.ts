// One pretend node of CometBFT behind a real socket, asked as a handover asks it, at whatever time a test says it is.
import type { BoundSource, Recorded, Stood, VotesRead } from '../../functions/chains/chain.ts';
import { bindSources, createChains } from '../../functions/chains/run.ts';
import { extendShown } from '../../functions/domain/handover/extend-record.ts';
import type { HeightReading, Shown } from '../../functions/domain/handover/record.ts';
import type { ApiAnswer, ApiRequest } from '../../lab/chains/api.ts';
import { type CometChain, type CometOptions, createCometChain } from '../../lab/chains/comet-chain.ts';
import { answerComet, type CometState } from '../../lab/chains/comet-node.ts';
import { minute, start } from '../support/site.ts';
import { startNode } from './world.ts';

export const dialects = ['berachain', 'cometbft'] as const;
export type Dialect = (typeof dialects)[number];
export const chainId = 'pretend-80094';
/** The place of our validator in the set. */
export const ours = 2;
/** When the keys were taken from everybody. */
export const begun = start + minute;

export const chainOf = (
  dialect: Dialect = 'berachain',
  given: Partial<Omit<CometOptions, 'dialect'>> = {},
): CometChain =>
  createCometChain({ chainId, startedAt: start - 60 * minute, validatorCount: 7, dialect, ...given });

export const keyAt = (chain: CometChain, place: number): string =>
  (chain.validators[place]?.address ?? '').toLowerCase();

/** Another answer than the node would give. */
export type Spoil = (request: ApiRequest, answer: ApiAnswer) => ApiAnswer;

/** Changes the text of the answers whose path begins so. */
export const rewrite =
  (path: string, change: (text: string) => string): Spoil =>
  (request, answer) => {
    if (!request.path.startsWith(path)) return answer;
    const body: unknown = JSON.parse(change(JSON.stringify(answer.body)));
    return { ...answer, body };
  };

export type Given = {
  readonly state?: CometState;
  readonly spoil?: Spoil;
  readonly keys?: readonly string[];
  readonly network?: string;
  readonly timeoutMs?: number;
};

export type AskedNode = {
  /** Method and path of every request so far. */
  readonly requests: () => readonly string[];
  readonly keys: readonly string[];
  readonly record: (at: number, begunAt: number, before?: Shown | null) => Promise<Recorded>;
  readonly stand: (at: number) => Promise<Stood>;
  readonly votes: (at: number, keys?: readonly string[]) => Promise<VotesRead>;
};

/** Binds a source at an address, which is asked at a time that each question names. */
export function askedAt(
  target: { readonly url: string; readonly dialect: Dialect },
  given: Given & { readonly keys: readonly string[]; readonly setNow?: (at: number) => void },
): Omit<AskedNode, 'requests'> {
  const { keys, network = chainId, timeoutMs = 60_000, setNow = () => undefined } = given;
  const { url, dialect } = target;
  let now = start;
  const [source]: readonly BoundSource[] = bindSources(
    [{ id: 'rpc', operator: 'op', isOwn: false, chain: dialect, source: { url, network } }],
    {
      chains: createChains(),
      network: { allow: ['127.0.0.0/8'], hosts: new Map() },
      secret: () => '',
      allow: [],
    },
  );
  if (source === undefined) throw new Error('no source');
  const run = { signal: new AbortController().signal, timeoutMs, now: () => now };
  const { votes: readVotes } = source;
  if (readVotes === null) throw new Error('it shows no votes');
  const at = (time: number): void => {
    now = time;
    setNow(time);
  };
  return {
    keys,
    record: (time, begunAt, before = null) => {
      at(time);
      return source.record({ keys, begunAt, before }, run);
    },
    stand: (time) => {
      at(time);
      return source.stand({ keys, withEars: true }, run);
    },
    votes: (time, of = keys) => {
      at(time);
      return readVotes(of, run);
    },
  };
}

/** A pretend node of this chain, which has the time at which it is asked. */
export async function nodeOf(chain: CometChain, given: Given = {}): Promise<AskedNode> {
  const { state = {}, spoil, keys = [keyAt(chain, ours)] } = given;
  let now = start;
  const { url, requests } = await startNode((request) => {
    const answer = answerComet(chain, request, now, state);
    return spoil === undefined ? answer : spoil(request, answer);
  });
  const setNow = (at: number): void => {
    now = at;
  };
  return { requests, ...askedAt({ url, dialect: chain.options.dialect }, { ...given, keys, setNow }) };
}

/** The heights of a look that brought some, or none. */
export function heightsOf(recorded: Recorded): readonly HeightReading[] {
  if (!recorded.ok) throw new Error(recorded.detail);
  if (recorded.reading.of !== 'heights') throw new Error('epochs');
  return recorded.reading.heights;
}

export function extended(before: Shown | null, recorded: Recorded, at: number): Shown | null {
  if (!recorded.ok) throw new Error(recorded.detail);
  return extendShown(before, recorded.reading, at);
}
