// Whole epochs for the guard of a handover, read from pretend beacon nodes over real sockets; and what a node must be able to show.
import { describe, expect, test } from 'vitest';
import type { Recorded, Stood } from '../../functions/chains/chain.ts';
import { bindSources, createChains } from '../../functions/chains/run.ts';
import type { EpochRecord, Shown } from '../../functions/domain/handover/record.ts';
import { extendShown } from '../../functions/domain/handover/extend-record.ts';
import type { ApiAnswer, ApiRequest } from '../../lab/chains/api.ts';
import { answerBeacon, type BeaconState } from '../../lab/chains/beacon-node.ts';
import { createEthereumChain, type EthereumChain } from '../../lab/chains/ethereum-chain.ts';
import { minute, start } from '../support/site.ts';
import { startNode } from './world.ts';

const slotMs = 12_000;
const epochMs = 32 * slotMs;
const genesisTime = start / 1000 - 40 * 384;
const epochAt = (at: number): number => Math.floor((at - genesisTime * 1000) / epochMs);
const startOf = (epoch: number): number => genesisTime * 1000 + epoch * epochMs;
const keys = ['3', '77', '200'];

type Spoil = (request: ApiRequest, answer: ApiAnswer) => ApiAnswer;

async function nodeOf(
  chain: EthereumChain,
  { state = {}, spoil, ourKeys = keys }: { state?: BeaconState; spoil?: Spoil; ourKeys?: string[] } = {},
) {
  let now = start;
  const { url, requests } = await startNode((request) => {
    const answer = answerBeacon(chain, request, now, state);
    return spoil === undefined ? answer : spoil(request, answer);
  });
  const network = {
    genesisTime,
    genesisValidatorsRoot: chain.genesisRoot,
    secondsPerSlot: 12,
    slotsPerEpoch: 32,
  };
  const [source] = bindSources(
    [{ id: 'rpc', operator: 'op', isOwn: false, chain: 'ethereum', source: { url, network } }],
    {
      chains: createChains(),
      network: { allow: ['127.0.0.0/8'], hosts: new Map() },
      secret: () => '',
      allow: [],
    },
  );
  if (source === undefined) throw new Error('no source');
  const run = { signal: new AbortController().signal, timeoutMs: 30_000, now: () => now };
  return {
    requests,
    record: (at: number, begunAt: number, before: Shown | null = null): Promise<Recorded> => {
      now = at;
      return source.record({ keys: ourKeys, begunAt, before }, run);
    },
    stand: (at: number): Promise<Stood> => {
      now = at;
      return source.stand({ keys: ourKeys, withEars: true }, run);
    },
  };
}

const chainOf = (): EthereumChain => createEthereumChain({ genesisTime, validatorCount: 512 });

function epochsOf(recorded: Recorded): readonly EpochRecord[] {
  if (!recorded.ok) throw new Error(recorded.detail);
  if (recorded.reading.of !== 'epochs') throw new Error('heights');
  return recorded.reading.epochs;
}

const begun = start + minute;
const first = epochAt(begun) + 1;
const later = startOf(first + 4) + 2 * slotMs;

describe('a record', () => {
  test('of keys that were stopped says silent of every whole epoch after begin, and of no other', async () => {
    const chain = chainOf();
    chain.stop([3, 77, 200], begun - minute);
    const epochs = epochsOf(await (await nodeOf(chain)).record(later, begun));
    expect(epochs.map(({ epoch }) => epoch)).toEqual([first, first + 1, first + 2]);
    for (const { epoch, keys: words, participation, root, finalizedEpoch, askedAt } of epochs) {
      expect(words).toEqual(['silent', 'silent', 'silent']);
      expect(participation).toBeGreaterThan(0.98);
      expect(participation).toBeLessThan(1);
      // The newest block before the end of the next epoch.
      expect(root).toBe(chain.root((epoch + 2) * 32 - 1, null));
      expect(finalizedEpoch).toBeGreaterThanOrEqual(first);
      expect(askedAt).toBe(later);
    }
  });

  test.each([3, 77, 200])('says that key %i is alive while it is, and only it', async (index) => {
    const chain = chainOf();
    chain.stop(
      [3, 77, 200].filter((each) => each !== index),
      begun - minute,
    );
    const words = epochsOf(await (await nodeOf(chain)).record(later, begun)).map((each) => each.keys);
    const expected = keys.map((key) => (Number(key) === index ? 'alive' : 'silent'));
    expect(words).toEqual([expected, expected, expected]);
  });

  test('is of an epoch only once the next one is over', async () => {
    const chain = chainOf();
    const node = await nodeOf(chain);
    expect(epochsOf(await node.record(startOf(first + 2) - 1, begun))).toEqual([]);
    expect(epochsOf(await node.record(startOf(first + 2) + slotMs, begun)).map(({ epoch }) => epoch)).toEqual(
      [first],
    );
  });

  test('counts an epoch that begins at the very moment of begin as begun before it', async () => {
    const node = await nodeOf(chainOf());
    const at = startOf(first + 3) + slotMs;
    expect(epochsOf(await node.record(at, startOf(first))).map(({ epoch }) => epoch)).toEqual([first + 1]);
    expect(epochsOf(await node.record(at, startOf(first) - 1)).map(({ epoch }) => epoch)).toEqual([
      first,
      first + 1,
    ]);
  });

  test('goes on from what is there, and asks for little more', async () => {
    const chain = chainOf();
    const node = await nodeOf(chain);
    const one = await node.record(startOf(first + 2) + slotMs, begun);
    if (!one.ok) throw new Error(one.detail);
    const shown = extendShown(null, one.reading, begun);
    const before = node.requests().length;
    // It is not settled yet, and so it is read again: five blocks are new, the others and the committees are kept.
    const again = await node.record(startOf(first + 2) + minute, begun, shown);
    expect(epochsOf(again).map(({ epoch }) => epoch)).toEqual([first]);
    expect(node.requests().length - before).toBeLessThanOrEqual(5 + 3);
    const next = await node.record(startOf(first + 3) + slotMs, begun, shown);
    expect(epochsOf(next).map(({ epoch }) => epoch)).toEqual([first, first + 1]);
    // The 32 blocks that are new, the committees, and what says where the chain is.
    expect(node.requests().length - before).toBeLessThanOrEqual(32 + 10);
    if (!next.ok) throw new Error(next.detail);
    const both = extendShown(shown, next.reading, begun);
    const settled = await node.record(startOf(first + 4) + slotMs, begun, both);
    if (!settled.ok) throw new Error(settled.detail);
    const all = extendShown(both, settled.reading, begun);
    // Once a block behind it is final it is not asked for any more.
    const last = await node.record(startOf(first + 4) + 2 * slotMs, begun, all);
    expect(epochsOf(last).map(({ epoch }) => epoch)).toEqual([first + 1, first + 2]);
  });
});

describe('where a node stands', () => {
  test('is said with its ears', async () => {
    const chain = chainOf();
    chain.stop([3], begun - 3 * epochMs);
    const stood = await (await nodeOf(chain)).stand(later);
    expect(stood).toMatchObject({
      ok: true,
      value: {
        askedAt: later,
        behind: null,
        genesis: chain.genesisRoot,
        peers: 50,
        finalized: { epoch: first + 2 },
        standings: ['active', 'active', 'active'],
        liveness: { epoch: first + 3, heard: [1, 2], strangers: 16, strangersHeard: 16 },
      },
    });
  });
});
