// Proofs against our keys in the blocks that are read anyway: who is among them, and that nothing more is asked for them in peace.
import { describe, expect, test } from 'vitest';
import { answerBeacon } from '../../lab/chains/beacon-node.ts';
import { createEthereumChain } from '../../lab/chains/ethereum-chain.ts';
import { answerComet } from '../../lab/chains/comet-node.ts';
import type { ApiAnswer } from '../../lab/chains/api.ts';
import { compressed } from '../../functions/wire/comet-key.ts';
import type { SourceTarget } from '../../functions/chains/run.ts';
import type { SourceReading } from '../../functions/domain/evidence.ts';
import { minute, start } from '../support/site.ts';
import { chainId, chainOf, dialects, keyAt, ours, rewrite } from './comet-source.ts';
import { startNode, worldOf } from './world.ts';

const jsonOf = (answer: ApiAnswer): ApiAnswer => ({
  ...answer,
  body: JSON.parse(JSON.stringify(answer.body)),
});

describe('Ethereum', () => {
  const genesisTime = start / 1000 - 40 * 384;
  const header = (index: number) => ({ message: { proposer_index: String(index) } });
  const attestation = (...indices: number[]) => ({ attesting_indices: indices.map(String) });

  /** Every block of the node holds these. */
  async function reading(
    held: { proposers?: object[]; attesters?: object[] } | null,
  ): Promise<SourceReading> {
    const chain = createEthereumChain({ genesisTime, validatorCount: 512 });
    const { url } = await startNode((request) => {
      const answer = answerBeacon(chain, request, start, {});
      if (!request.path.startsWith('/eth/v2/beacon/blocks/')) return answer;
      const text = JSON.stringify(answer.body);
      const changed =
        held === null
          ? text.replace('"proposer_slashings":[],"attester_slashings":[],', '')
          : text
              .replace(
                '"proposer_slashings":[]',
                `"proposer_slashings":${JSON.stringify(held.proposers ?? [])}`,
              )
              .replace(
                '"attester_slashings":[]',
                `"attester_slashings":${JSON.stringify(held.attesters ?? [])}`,
              );
      return { ...answer, body: JSON.parse(changed) };
    });
    const network = {
      genesisTime,
      genesisValidatorsRoot: chain.genesisRoot,
      secondsPerSlot: 12,
      slotsPerEpoch: 32,
    };
    const target: SourceTarget = {
      id: 'rpc',
      operator: 'op',
      isOwn: false,
      chain: 'ethereum',
      source: { url, network },
    };
    const world = worldOf([target], [{ id: 'alpha', chain: 'ethereum', keys: ['3', chain.publicKey(77)] }]);
    const [read] = (await world.tick(start)).readings;
    if (read === undefined) throw new Error('no reading');
    return read;
  }
  const found = ({ signers }: SourceReading): string[] => [
    ...new Set((signers[0]?.slashings ?? []).map(({ key, how }) => `${key} ${how}`)),
  ];

  test.each<[string, Parameters<typeof reading>[0], readonly string[]]>([
    ['of nobody', {}, []],
    ['that say nothing of slashings', null, []],
    [
      'of strangers',
      {
        proposers: [{ signed_header_1: header(5), signed_header_2: header(5) }],
        attesters: [{ attestation_1: attestation(5, 6), attestation_2: attestation(5) }],
      },
      [],
    ],
    [
      'of one of ours by two blocks',
      { proposers: [{ signed_header_1: header(77), signed_header_2: header(77) }] },
      ['1 proposer-slashing'],
    ],
    [
      'of ours by two attestations, among others',
      { attesters: [{ attestation_1: attestation(1, 3, 5, 77), attestation_2: attestation(3, 77, 90) }] },
      ['0 attester-slashing', '1 attester-slashing'],
    ],
    [
      'of somebody else, with whom ours signed one of the two',
      { attesters: [{ attestation_1: attestation(3, 5), attestation_2: attestation(5, 77) }] },
      [],
    ],
  ])('blocks with slashings %s', async (_, held, expected) => {
    const read = await reading(held);
    expect(read.signers[0]?.trouble).toBeNull();
    expect(found(read)).toEqual(expected);
  });

  test.each<[string, object]>([
    ['no index', { attesters: [{ attestation_1: {}, attestation_2: attestation(3) }] }],
    ['an index that is none', { proposers: [{ signed_header_1: header(-1), signed_header_2: header(3) }] }],
    [
      'more than a block may hold',
      {
        attesters: Array.from({ length: 3 }, () => ({
          attestation_1: attestation(3),
          attestation_2: attestation(3),
        })),
      },
    ],
  ])('a block with %s is not read', async (_, held) => {
    expect((await reading(held)).signers[0]?.trouble).toContain('a block');
  });
});

describe.each(dialects)('%s', (dialect) => {
  const evidenceHash = 'AB'.repeat(32);
  const emptyHash = 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855';
  const vote = (address: string) => ({ type: 2, validator_address: address, validator_index: 0 });
  const double = (address: string) => ({
    type: 'tendermint/DuplicateVoteEvidence',
    value: { vote_a: vote(address), vote_b: vote(address), TotalVotingPower: '7' },
  });
  const attack = (address: string) => ({
    type: 'tendermint/LightClientAttackEvidence',
    value: { ConflictingBlock: {}, CommonHeight: '5', ByzantineValidators: [{ address, voting_power: '1' }] },
  });

  type Held = {
    readonly evidence?: (address: string) => unknown;
    readonly blockOf?: (text: string) => string;
    readonly lacks?: readonly string[];
  };
  async function look({ evidence, blockOf = (text) => text, lacks = [] }: Held) {
    const chain = chainOf(dialect);
    const address = chain.validators[ours]?.address ?? '';
    const list = evidence === undefined ? null : JSON.stringify([evidence(address)]);
    const { url, requests } = await startNode((request) => {
      const answer = answerComet(chain, request, start, { lacks });
      if (list === null) return answer;
      const hashed = rewrite('/commit', (text) => text.replace(emptyHash, evidenceHash))(request, answer);
      return rewrite('/block?', (text) => blockOf(text.replace('"evidence":[]', `"evidence":${list}`)))(
        request,
        jsonOf(hashed),
      );
    });
    const target: SourceTarget = {
      id: 'rpc',
      operator: 'op',
      isOwn: false,
      chain: dialect,
      source: { url, network: chainId },
    };
    const world = worldOf(
      [target],
      [{ id: 'alpha', chain: dialect, keys: [keyAt(chain, 0), keyAt(chain, ours)] }],
    );
    const seen = await world.tick(start);
    const again = await world.tick(start + 1);
    return {
      seen: seen.readings[0]?.signers[0],
      ledger: world.ledger()['alpha']?.slashings,
      blocks: requests().filter((each) => each.includes('/block?')),
      again: again.readings[0]?.signers[0],
    };
  }

  test('no block is asked for while headers say that there is no evidence', async () => {
    const { seen, blocks } = await look({});
    expect(seen).toMatchObject({ trouble: null, slashings: [] });
    expect(blocks).toEqual([]);
  });

  test.each<[string, (address: string) => unknown]>([
    ['a double vote', double],
    ['an attack on light clients', attack],
  ])('%s of ours is found, by one request for its block, and kept once', async (_, evidence) => {
    const { seen, ledger, blocks } = await look({ evidence });
    expect(seen?.trouble).toBeNull();
    expect(seen?.slashings).toMatchObject([{ key: 1, how: 'duplicate-vote' }]);
    expect(ledger).toMatchObject([{ key: 1, how: 'duplicate-vote', source: 'rpc', at: start }]);
    expect(blocks).toHaveLength(1);
  });

  test.each<[string, (address: string) => unknown]>([
    ['against somebody else', () => double('CD'.repeat(20))],
    ['of a kind that is not known', () => ({ type: 'other/Evidence', value: { whatever: 1 } })],
    [
      'that names nobody',
      () => ({ type: 'tendermint/LightClientAttackEvidence', value: { ByzantineValidators: null } }),
    ],
  ])('evidence %s is none against ours', async (_, evidence) => {
    expect((await look({ evidence })).seen).toMatchObject({ trouble: null, slashings: [] });
  });

  test.each<[string, Held]>([
    ['is not served', { evidence: double, lacks: ['/block'] }],
    ['is of another chain', { evidence: double, blockOf: (text) => text.replaceAll(chainId, 'other') }],
    [
      'has a vote of nobody',
      { evidence: () => ({ type: 'tendermint/DuplicateVoteEvidence', value: { vote_a: {}, vote_b: {} } }) },
    ],
  ])(
    'evidence that %s is told as trouble of the source, and the votes count all the same',
    async (_, held) => {
      const { seen, ledger } = await look(held);
      expect(seen?.trouble).toContain('the evidence of a block');
      expect(seen?.acts.length).toBeGreaterThan(0);
      expect(ledger).toEqual([]);
    },
  );
});

test('a validator named by its public key is found by its address', async () => {
  const chain = chainOf('berachain');
  const validator = chain.validators[ours];
  if (validator === undefined) throw new Error('no validator');
  const named = compressed(validator.publicKey.toString('hex'));
  if (named === null) throw new Error('no key');
  const { url } = await startNode((request) => {
    const answer = answerComet(chain, request, start + minute, {});
    const hashed = rewrite('/commit', (text) =>
      text.replace(/"evidence_hash":"[0-9A-F]+"/, `"evidence_hash":"${'AB'.repeat(32)}"`),
    )(request, answer);
    const vote = { validator_address: validator.address };
    const list = [{ type: 'tendermint/DuplicateVoteEvidence', value: { vote_a: vote, vote_b: vote } }];
    return rewrite('/block?', (text) => text.replace('"evidence":[]', `"evidence":${JSON.stringify(list)}`))(
      request,
      hashed,
    );
  });
  const target: SourceTarget = {
    id: 'rpc',
    operator: 'op',
    isOwn: false,
    chain: 'berachain',
    source: { url, network: chainId },
  };
  const world = worldOf([target], [{ id: 'alpha', chain: 'berachain', keys: [named] }]);
  await world.tick(start + minute);
  expect(world.ledger()['alpha']?.slashings).toMatchObject([{ key: 0, how: 'duplicate-vote' }]);
});
