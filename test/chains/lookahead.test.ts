// What a signer of Ethereum has ahead, read from pretend nodes behind real sockets: proposals, sync committees, finality; and all that a node can say wrong.
import { describe, expect, test } from 'vitest';
import type { Lookahead, QuietReading } from '../../functions/domain/lookahead.ts';
import type { ApiAnswer, ApiRequest } from '../../lab/chains/api.ts';
import { answerBeacon, type BeaconState } from '../../lab/chains/beacon-node.ts';
import { createEthereumChain, type EthereumChain } from '../../lab/chains/ethereum-chain.ts';
import { second, start } from '../support/site.ts';
import { lookAheadAt, startNode } from './world.ts';

type Given = {
  readonly node?: BeaconState;
  readonly spoil?: (request: ApiRequest, answer: ApiAnswer) => ApiAnswer;
  readonly keys?: (chain: EthereumChain) => readonly string[];
  /** What happens on the chain before it is looked at. */
  readonly before?: (chain: EthereumChain) => void;
  readonly at?: number;
};

type Seen = {
  readonly chain: EthereumChain;
  readonly reading: QuietReading;
  readonly asked: readonly string[];
};

const epochMs = 32 * 12 * second;
/** Epoch 40 began a moment ago; the first sync committees serve for 64 epochs. */
const genesis = start - 40 * epochMs;
const slotNow = 40 * 32;

async function look({
  node = {},
  spoil,
  keys = () => ['17'],
  before,
  at = start + second,
}: Given = {}): Promise<Seen> {
  const chain = createEthereumChain({
    genesisTime: genesis / 1000,
    validatorCount: 2_000,
    syncCommitteeSize: 32,
    epochsPerSyncPeriod: 64,
  });
  before?.(chain);
  const served = await startNode((request) => {
    const answer = answerBeacon(chain, request, at, node);
    return spoil === undefined ? answer : spoil(request, answer);
  });
  const network = {
    genesisTime: chain.options.genesisTime,
    genesisValidatorsRoot: chain.genesisRoot,
    secondsPerSlot: 12,
    slotsPerEpoch: 32,
  };
  const source = { url: served.url, network };
  const reading = await lookAheadAt(
    { id: 'rpc', operator: 'one', isOwn: false, chain: 'ethereum', source },
    keys(chain),
    at,
  );
  return { chain, reading, asked: served.requests() };
}

const aheadOf = ({ reading }: Seen): Lookahead => {
  if (reading.ahead === null) throw new Error(`no lookahead: ${reading.trouble.detail}`);
  return reading.ahead;
};

/** Somebody who has a proposal in this epoch, and nobody's member of a sync committee. */
function proposerIn(chain: EthereumChain, epoch: number): { slot: number; index: number } {
  for (let slot = epoch * 32 + 2; slot < (epoch + 1) * 32; slot += 1) {
    const index = chain.drawnProposer(slot);
    if (![0, 1].some((period) => chain.syncCommittee(period, null).includes(index))) return { slot, index };
  }
  throw new Error('nobody');
}

const replacing =
  (path: string, answer: ApiAnswer): NonNullable<Given['spoil']> =>
  (request, real) =>
    request.path.includes(path) ? answer : real;

describe('a signer of Ethereum', () => {
  test('has nothing ahead, known to the end of the next epoch by the clock', async () => {
    const seen = await look();
    expect(aheadOf(seen)).toEqual({
      standings: ['active'],
      stakes: [32_000_000_000],
      duties: [],
      known: { from: slotNow, until: slotNow + 64 },
      condition: 'well',
      pace: { unit: slotNow, at: start, unitMs: 12 * second },
    });
  });

  test.each([40, 41])(
    'has the proposals of epoch %i, whether known by index or by public key',
    async (epoch) => {
      const of = (chain: EthereumChain): number => proposerIn(chain, epoch).index;
      for (const keys of [
        (chain: EthereumChain) => ['17', String(of(chain))],
        (chain: EthereumChain) => ['17', chain.publicKey(of(chain))],
      ]) {
        const seen = await look({ keys });
        const { slot } = proposerIn(seen.chain, epoch);
        expect(aheadOf(seen).duties).toContainEqual({
          kind: 'proposal',
          key: 1,
          from: slot,
          until: slot + 1,
        });
      }
    },
  );

  test.each([
    [0, { from: 0, until: 64 * 32 - 1 }],
    [1, { from: 64 * 32 - 1, until: 128 * 32 - 1 }],
  ])('is in the sync committee of period %i, from a slot before it begins', async (period, span) => {
    const member = (chain: EthereumChain): number => {
      const others = chain.syncCommittee(1 - period, null);
      return chain.syncCommittee(period, null).find((index) => !others.includes(index)) ?? -1;
    };
    const keys = (chain: EthereumChain): string[] => ['17', String(member(chain))];
    const duty = { kind: 'sync-committee', key: 1, ...span };
    const seen = await look({ keys });
    expect(aheadOf(seen).duties).toContainEqual(duty);
    expect(seen.asked.some((each) => each.startsWith('POST'))).toBe(false);
    const states = { lacks: ['/eth/v1/beacon/states/head/sync_committees'] };
    expect(aheadOf(await look({ keys, node: states })).duties).toContainEqual(duty);
  });

  test('of a node that serves no sync committee in either way does not count', async () => {
    const lacks = ['/eth/v1/beacon/states/head/sync_committees', '/eth/v1/validator/duties/sync'];
    expect((await look({ node: { lacks } })).reading.trouble).toEqual({
      reason: 'status',
      detail: 'its sync committee: answered 404',
    });
  });

  test('is asked for by the second version of duties where the first is gone', async () => {
    const lacks = ['/eth/v1/validator/duties/proposer'];
    const seen = await look({ node: { lacks } });
    expect(aheadOf(seen).known.until).toBe(slotNow + 64);
    const none = await look({ node: { lacks: [...lacks, '/eth/v2/validator'] } });
    expect(none.reading.trouble?.detail).toBe('its proposers: answered 404');
  });

  test('is known to the end of this epoch where the node does not say who proposes in the next', async () => {
    const spoil = replacing('/duties/proposer/41', { status: 400, body: { code: 400, message: 'too far' } });
    expect(aheadOf(await look({ spoil })).known).toEqual({ from: slotNow, until: slotNow + 32 });
  });

  test('is known to the end of the period where the node does not show the next sync committee', async () => {
    const at = genesis + 63 * epochMs + second;
    const spoil: Given['spoil'] = (request, real) =>
      /sync_committees\?epoch=64|duties\/sync\/64/.test(request.path) ? { status: 400, body: {} } : real;
    expect(aheadOf(await look({ spoil, at })).known).toEqual({ from: 63 * 32, until: 64 * 32 - 1 });
  });

  test.each([
    ['active_exiting', 'exiting'],
    ['active_slashed', 'slashed'],
    ['exited_unslashed', 'exited'],
    ['pending_queued', 'pending'],
    ['withdrawal_done', 'withdrawn'],
  ])('that is %s is %s', async (status, standing) => {
    const seen = await look({ before: (chain) => chain.setStatus(17, status, start - 20 * epochMs) });
    expect(aheadOf(seen).standings).toEqual([standing]);
  });

  test('that the chain does not know is unknown', async () => {
    expect(aheadOf(await look({ keys: () => ['999999', '17'] })).standings).toEqual(['unknown', 'active']);
  });

  test('is on a chain that does not finalize when a third is off for some epochs', async () => {
    const some = Array.from({ length: 900 }, (_, index) => index);
    const off = (epochs: number): Promise<Seen> =>
      look({ before: (chain) => chain.stop(some, start - epochs * epochMs) });
    expect(aheadOf(await off(1)).condition).toBe('well');
    expect(aheadOf(await off(6)).condition).toBe('not-finalizing');
  });
});

describe('a node that is not to be believed', () => {
  const empty = { status: 200, body: '' };
  const proposers =
    (change: (data: Record<string, string>[]) => unknown): NonNullable<Given['spoil']> =>
    (request, real) => {
      if (!request.path.includes('/duties/proposer/')) return real;
      const body: unknown = JSON.parse(JSON.stringify(real.body));
      if (typeof body !== 'object' || body === null || !('data' in body) || !Array.isArray(body.data))
        return real;
      return { status: 200, body: { ...body, data: change(body.data) } };
    };
  const wrong: readonly (readonly [string, Given, string])[] = [
    [
      'leaves out a slot',
      { spoil: proposers((data) => data.slice(1)) },
      'its proposers: they are not one for each slot',
    ],
    [
      'names a slot twice',
      { spoil: proposers((data) => [...data, data[0]]) },
      'its proposers: they are not one for each slot',
    ],
    [
      'gives those of another epoch',
      { spoil: proposers((data) => data.map((each) => ({ ...each, slot: '5' }))) },
      'its proposers: they are not one',
    ],
    [
      'gives no slots',
      { spoil: proposers((data) => data.map(() => ({}))) },
      'its proposers: data.0.pubkey is not as the API defines it',
    ],
    [
      'gives an endless list',
      { spoil: proposers((data) => Array.from({ length: 30_000 }, () => data[0])) },
      'the answer is longer than 500000 bytes',
    ],
    [
      'answers nothing about finality',
      { spoil: replacing('finality_checkpoints', empty) },
      'its finality: the answer is empty',
    ],
    [
      'has periods of no length',
      {
        spoil: replacing('config/spec', {
          status: 200,
          body: { data: { EPOCHS_PER_SYNC_COMMITTEE_PERIOD: '0' } },
        }),
      },
      'its spec: data.EPOCHS_PER_SYNC_COMMITTEE_PERIOD',
    ],
    [
      'has an empty sync committee, and no duties',
      {
        spoil: (request, real) =>
          request.path.includes('sync') ? { status: 200, body: { data: { validators: [] } } } : real,
      },
      'its sync committee: data',
    ],
    [
      'does not know our keys',
      { spoil: replacing('/validators?', { status: 500, body: {} }) },
      'our keys: answered 500',
    ],
    ['is syncing, and refuses duties', { node: { isSyncing: true } }, 'its proposers: answered 503'],
    ['stands still', { node: { frozenAt: start - 60 * second } }, 'its head, slot 1275, is 5 slots old'],
  ];
  test.each(wrong)('%s', async (_what, given, detail) => {
    const { reading } = await look(given);
    expect(reading.ahead).toBeNull();
    expect(reading.trouble?.detail).toContain(detail);
  });

  test('is of another chain', async () => {
    const spoil = replacing('/genesis', {
      status: 200,
      body: {
        data: {
          genesis_time: '1',
          genesis_validators_root: `0x${'ab'.repeat(32)}`,
          genesis_fork_version: '0x00000000',
        },
      },
    });
    expect((await look({ spoil })).reading.trouble?.reason).toBe('wrong-chain');
  });
});
