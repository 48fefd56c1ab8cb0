// Which of our keys a node of CometBFT itself votes with, by its status, in whatever state it is.
import { describe, expect, test } from 'vitest';
import type { SourceTarget } from '../../functions/chains/run.ts';
import { compressed, namesOf } from '../../functions/wire/comet-key.ts';
import { answerComet, type CometState } from '../../lab/chains/comet-node.ts';
import { minute, start } from '../support/site.ts';
import { chainId, chainOf, type Dialect, dialects, keyAt, ours, rewrite } from './comet-source.ts';
import { startNode, worldOf } from './world.ts';

type Given = {
  readonly dialect?: Dialect;
  readonly state?: CometState;
  readonly isNamedByKey?: boolean;
  readonly spoil?: (text: string) => string;
};

async function votesWith({
  dialect = 'berachain',
  state = {},
  isNamedByKey = false,
  spoil = (text) => text,
}: Given) {
  const chain = chainOf(dialect);
  const { url, requests } = await startNode((request) =>
    rewrite('/status', spoil)(request, answerComet(chain, request, start, state)),
  );
  const name = isNamedByKey
    ? compressed(chain.validators[ours]?.publicKey.toString('hex') ?? '')
    : keyAt(chain, ours);
  const target: SourceTarget = {
    id: 'rpc',
    operator: 'op',
    isOwn: true,
    chain: dialect,
    source: { url, network: chainId },
  };
  const world = worldOf([target], [{ id: 'alpha', chain: dialect, keys: [keyAt(chain, 0), name ?? ''] }]);
  const [reading] = (await world.tick(start)).readings;
  return { reading, statuses: requests().filter((each) => each.includes('/status')) };
}

describe.each(dialects)('a node of %s', (dialect) => {
  test.each<[string, Given, readonly number[]]>([
    ['that has our key', { state: { ownPlace: ours } }, [1]],
    ['that has our key and is catching up', { state: { ownPlace: ours, isSyncing: true } }, [1]],
    ['that has our key and stands still', { state: { ownPlace: ours, frozenAt: start - 10 * minute } }, [1]],
    ['that has the key of somebody else', { state: { ownPlace: 5 } }, []],
    ['that has none', {}, []],
    [
      'that has our key, which has no voting power',
      {
        state: { ownPlace: ours },
        spoil: (text) => text.replace(/"voting_power":"\d+"/, '"voting_power":"0"'),
      },
      [],
    ],
    [
      'that does not say its public key',
      { state: { ownPlace: ours }, spoil: (text) => text.replace(/"pub_key":\{[^}]*\},/, '') },
      [1],
    ],
    [
      'of another chain',
      { state: { ownPlace: ours }, spoil: (text) => text.replaceAll(chainId, 'other') },
      [],
    ],
  ])('%s', async (_, given, expected) => {
    const { reading, statuses } = await votesWith({ dialect, ...given });
    expect(reading?.votesWith).toEqual(expected.map((key) => ({ signer: 'alpha', key })));
    expect(statuses, 'nothing more is asked for it').toHaveLength(1);
  });
});

test('a node of Berachain that has our key, which is configured by its public key', async () => {
  const { reading } = await votesWith({ state: { ownPlace: ours }, isNamedByKey: true });
  expect(reading?.votesWith).toEqual([{ signer: 'alpha', key: 1 }]);
});

test.each<[string, Parameters<typeof namesOf>[0], number]>([
  ['without a key', { address: '' }, 0],
  ['with an address only', { address: 'ab'.repeat(20), pub_key: null }, 1],
  ['with a key of another kind', { address: 'ab'.repeat(20), pub_key: { value: 'AAAA' } }, 1],
  [
    'with a key of Berachain',
    { address: 'ab'.repeat(20), pub_key: { value: Buffer.alloc(96, 1).toString('base64') } },
    2,
  ],
])('a node %s', (_, validator, count) => {
  expect(namesOf(validator)).toHaveLength(count);
});
