// The pretend Ethereum and its beacon node: shapes as recorded of a real client, and behaviour as the beacon chain has it.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ApiAnswer } from '../../../lab/chains/api.ts';
import { answerBeacon, type BeaconState } from '../../../lab/chains/beacon-node.ts';
import { createEthereumChain, type EthereumChain } from '../../../lab/chains/ethereum-chain.ts';
import { readRecording } from '../../support/recorded.ts';
import { recordedAnswers, shapeOf } from '../../support/shape.ts';

const genesisTime = 1_700_000_000;
const slotMs = 12_000;
const chainOf = (slotsPerEpoch = 32, validatorCount = 64): EthereumChain =>
  createEthereumChain({ genesisTime, validatorCount, slotsPerEpoch });
const timeOf = (chain: EthereumChain, epoch: number): number =>
  chain.slotTime(epoch * chain.options.slotsPerEpoch);

/** Asks at an epoch's beginning, unless told another time. */
const get = (chain: EthereumChain, path: string, at: number, state: BeaconState = {}): ApiAnswer =>
  answerBeacon(chain, { method: 'GET', path, body: '' }, at, state);
const post = (
  chain: EthereumChain,
  path: string,
  given: { readonly at: number; readonly body: string; readonly state?: BeaconState },
): ApiAnswer => answerBeacon(chain, { method: 'POST', path, body: given.body }, given.at, given.state);

const everybody = (chain: EthereumChain): number[] =>
  Array.from({ length: chain.options.validatorCount }, (_, index) => index);
const membersOf = (chain: EthereumChain, epoch: number): number[] =>
  Array.from({ length: chain.options.slotsPerEpoch }, (_, each) => each)
    .flatMap((each) => chain.committees(epoch * chain.options.slotsPerEpoch + each))
    .flat();

const scenes = ['healthy', 'execution-killed', 'one-client-stopped'] as const;
const recordings = scenes.flatMap((scene) =>
  ['beacon-1', 'beacon-2'].map((node) => [`ethereum/${scene}`, node] as const),
);

/** The API got these fields after the recorded client was made. */
const finalized = '.finalized: boolean';
const execution = '.data.message.body.execution_payload';
const sinceCapella = [
  `${execution}.blob_gas_used: string`,
  `${execution}.excess_blob_gas: string`,
  `${execution}.withdrawals: array`,
  '.data.message.body.attestations[].committee_bits: hex',
  '.data.message.body.blob_kzg_commitments: array',
  '.data.message.body.bls_to_execution_changes: array',
  '.data.message.body.execution_requests.consolidations: array',
  '.data.message.body.execution_requests.deposits: array',
  '.data.message.body.execution_requests.withdrawals: array',
  '.data.message.body.execution_requests: object',
];

describe('a beacon node answers in the shape of a real one', () => {
  const chain = chainOf();
  const at = timeOf(chain, 10) + 5 * slotMs;
  const indices = JSON.stringify(everybody(chain).map(String));

  test.each([
    ['/eth/v1/node/syncing', /node\/syncing$/, ['.data.el_offline: boolean']],
    ['/eth/v1/node/health', /node\/health$/, []],
    ['/eth/v1/node/peer_count', /node\/peer_count$/, []],
    ['/eth/v1/node/version', /node\/version$/, []],
    ['/eth/v1/beacon/genesis', /beacon\/genesis$/, []],
    ['/eth/v1/beacon/headers/head', /headers\/head$/, [finalized]],
    ['/eth/v1/beacon/states/head/fork', /head\/fork$/, [finalized]],
    ['/eth/v1/beacon/states/head/finality_checkpoints', /head\/finality_checkpoints$/, [finalized]],
    ['/eth/v1/beacon/states/head/validators?id=0&id=15', /validators\?id=0&id=15$/, [finalized]],
    ['/eth/v1/beacon/states/head/committees?epoch=10', /committees\?epoch=\d+$/, [finalized]],
    ['/eth/v2/beacon/blocks/head', /\/blocks\//, [finalized, ...sinceCapella]],
  ] as const)('%s', (path, recorded, later) => {
    const real = recordedAnswers(recordings, (exchange) => recorded.test(exchange.path));
    expect(real).not.toEqual([]);
    const { status, body } = get(chain, path, at);
    expect(status).toBe(200);
    expect(shapeOf([body])).toEqual([...shapeOf(real), ...later].toSorted());
  });

  test('duties', () => {
    const real = recordedAnswers(recordings, ({ path }) => path.includes('/duties/attester/'));
    const { body } = post(chain, '/eth/v1/validator/duties/attester/10', { at, body: indices });
    expect(shapeOf([body])).toEqual(shapeOf(real));
  });

  test('its spec has what a real one has, as text, and all that is read of it', () => {
    const real = shapeOf(recordedAnswers(recordings, ({ path }) => path.endsWith('/config/spec')));
    const { body } = get(chain, '/eth/v1/config/spec', at);
    const later = /DENEB|ELECTRA|FULU|SLOT_DURATION_MS/;
    expect(shapeOf([body]).filter((each) => !real.includes(each) && !later.test(each))).toEqual([]);
    expect(body).toMatchObject({
      data: {
        SECONDS_PER_SLOT: '12',
        SLOTS_PER_EPOCH: '32',
        FULU_FORK_EPOCH: '0',
        FULU_FORK_VERSION: '0x06000000',
      },
    });
  });
});

const ofNode = z.object({
  data: z.object({
    previous_justified: z.object({ epoch: z.string() }),
    current_justified: z.object({ epoch: z.string() }),
    finalized: z.object({ epoch: z.string() }),
  }),
});

describe('checkpoints', () => {
  const epochsIn = (body: unknown): string[] => {
    const { previous_justified: before, current_justified: now, finalized: last } = ofNode.parse(body).data;
    return [before.epoch, now.epoch, last.epoch];
  };
  const path = '/eth/v1/beacon/states/head/finality_checkpoints';

  test.each(['ethereum/healthy', 'ethereum/execution-killed'])(
    'are where those of a real chain are: %s',
    (scene) => {
      const { exchanges } = readRecording(scene, 'beacon-1');
      const textOf = (end: string): unknown =>
        JSON.parse(exchanges.find((each) => each.path.endsWith(end))?.body ?? '');
      const head = z
        .object({ data: z.object({ head_slot: z.coerce.number() }) })
        .parse(textOf('/node/syncing')).data.head_slot;
      const chain = chainOf(8);
      expect(epochsIn(get(chain, path, chain.slotTime(head)).body)).toEqual(epochsIn(textOf(path)));
    },
  );

  test('stand still while a third of the validators is off, and go on after that', () => {
    const chain = chainOf();
    chain.stop(everybody(chain).slice(0, 24), timeOf(chain, 10));
    expect(chain.checkpoints(20 * 32)).toEqual({ previousJustified: 9, justified: 9, finalized: 8 });
    expect(chain.hasBlock(20 * 32)).toBe(true);
    chain.start(everybody(chain).slice(0, 24), timeOf(chain, 20));
    expect(chain.checkpoints(24 * 32)).toEqual({ previousJustified: 22, justified: 23, finalized: 22 });
  });

  test('go on while fewer are off', () => {
    const chain = chainOf();
    chain.stop(everybody(chain).slice(0, 20), timeOf(chain, 10));
    expect(chain.checkpoints(20 * 32)).toEqual({ previousJustified: 18, justified: 19, finalized: 18 });
  });

  test('go on when many have left, for those who stay', () => {
    const chain = chainOf();
    for (const index of everybody(chain).slice(0, 40)) {
      chain.setStatus(index, 'exited_unslashed', timeOf(chain, 10));
    }
    expect(chain.checkpoints(20 * 32).justified).toBe(19);
  });

  test('name states, which are final up to the last of them', () => {
    const chain = chainOf();
    const at = timeOf(chain, 10) + 5 * slotMs;
    const slotOf = (name: string): unknown => get(chain, `/eth/v1/beacon/headers/${name}`, at).body;
    expect(slotOf('finalized')).toMatchObject({
      finalized: true,
      data: { header: { message: { slot: '256' } } },
    });
    expect(slotOf('257')).toMatchObject({ finalized: false });
    expect(slotOf('genesis')).toMatchObject({
      finalized: true,
      data: { header: { message: { slot: '0' } } },
    });
    for (const name of ['head', 'genesis', 'finalized', 'justified', '300']) {
      expect(get(chain, `/eth/v1/beacon/states/${name}/committees`, at).status, name).toBe(200);
    }
  });
});

describe('a validator that exits', () => {
  const at = (chain: EthereumChain): number => timeOf(chain, 10) + 7 * slotMs;
  const left = (status: string): EthereumChain => {
    const chain = chainOf();
    chain.setStatus(3, status, at(chain));
    return chain;
  };

  test.each(['exited_unslashed', 'exited_slashed', 'withdrawal_possible', 'withdrawal_done'])(
    '%s: has its duty to the end of the epoch, and none after it',
    (status) => {
      const chain = left(status);
      expect(membersOf(chain, 10).toSorted((a, b) => a - b)).toEqual(everybody(chain));
      for (const epoch of [11, 12, 50]) {
        expect(membersOf(chain, epoch).toSorted((a, b) => a - b)).toEqual(
          everybody(chain).filter((index) => index !== 3),
        );
        expect(chain.hasAttested(3, epoch, null)).toBe(false);
      }
    },
  );

  test.each(['active_exiting', 'active_slashed'])('%s: has its duties still', (status) => {
    expect(membersOf(left(status), 12)).toContain(3);
  });

  test('is in no answer about duties and rewards, does not live, and neither earns nor loses', () => {
    const chain = left('exited_unslashed');
    const given = { at: timeOf(chain, 14), body: '["3","4"]' };
    for (const path of ['/eth/v1/validator/duties/attester/14', '/eth/v1/beacon/rewards/attestations/12']) {
      const text = JSON.stringify(post(chain, path, given).body);
      expect(text).toContain('"validator_index":"4"');
      expect(text).not.toContain('"validator_index":"3"');
    }
    expect(post(chain, '/eth/v1/validator/liveness/13', given).body).toEqual({
      data: [
        { index: '3', is_live: false },
        { index: '4', is_live: true },
      ],
    });
    expect(chain.balance(3, 40, null)).toBe(chain.balance(3, 12, null));
    expect(chain.balance(4, 40, null)).toBeGreaterThan(chain.balance(4, 12, null));
  });

  test('never proposes', () => {
    const chain = left('exited_unslashed');
    const proposers = Array.from({ length: 200 }, (_, each) => chain.proposer(11 * 32 + each));
    expect(proposers).not.toContain(3);
  });

  test('keeps its history, and that it was slashed', () => {
    const chain = chainOf();
    chain.setStatus(3, 'withdrawal_done', timeOf(chain, 30));
    chain.setStatus(3, 'active_slashed', timeOf(chain, 10));
    chain.setStatus(3, 'exited_slashed', timeOf(chain, 20));
    const stands = [9, 10, 20, 30].map((epoch) => chain.statusOf(3, timeOf(chain, epoch)));
    expect(stands).toEqual(['active_ongoing', 'active_slashed', 'exited_slashed', 'withdrawal_done']);
    const record = (epoch: number): unknown =>
      get(chain, '/eth/v1/beacon/states/head/validators?id=3', timeOf(chain, epoch)).body;
    expect(record(9)).toMatchObject({ data: [{ validator: { slashed: false } }] });
    chain.setStatus(4, 'exited_unslashed', timeOf(chain, 10));
    expect(get(chain, '/eth/v1/beacon/states/head/validators?id=4', timeOf(chain, 31)).body).toMatchObject({
      data: [{ status: 'exited_unslashed', validator: { slashed: false, exit_epoch: '10' } }],
    });
    expect(record(31)).toMatchObject({
      data: [{ balance: '0', validator: { slashed: true, exit_epoch: '20' } }],
    });
  });
});

describe('a balance', () => {
  test('does not rise by what happens while the chain stands still', () => {
    const chain = chainOf();
    chain.stall(timeOf(chain, 10));
    const during = [10, 12, 14].map((epoch) =>
      JSON.stringify(get(chain, '/eth/v1/beacon/states/head/validators?id=3', timeOf(chain, epoch)).body),
    );
    expect(new Set(during).size).toBe(1);
    chain.resume(timeOf(chain, 20));
    // What was earned before is paid with the second epoch; from then on there is only loss.
    const gwei = [11, 13, 15, 17, 19, 21].map((epoch) => chain.balance(3, epoch, null));
    expect(gwei).toEqual(gwei.toSorted((a, b) => b - a));
    expect(new Set(gwei).size).toBe(gwei.length);
    expect(chain.balance(3, 24, null)).toBeGreaterThan(chain.balance(3, 22, null));
  });

  test('is what every epoch brought, however the outages lie', () => {
    const chain = chainOf();
    for (const [from, until] of [
      [5.2, 5.4],
      [5.5, 7.9],
      [12, 13],
      [20.1, 33.3],
    ] as const) {
      chain.stop([3], timeOf(chain, from));
      chain.start([3], timeOf(chain, until));
    }
    chain.stall(timeOf(chain, 8.5));
    chain.resume(timeOf(chain, 11.2));
    chain.setStatus(3, 'active_slashed', timeOf(chain, 36.5));
    chain.setStatus(3, 'exited_slashed', timeOf(chain, 41.5));
    const kinds = new Set<number>();
    for (let epoch = 2; epoch < 50; epoch += 1) {
      const change = chain.balance(3, epoch, null) - chain.balance(3, epoch - 1, null);
      const paid = epoch - 2;
      const signed = chain.isRewarded(3, paid, null) ? 8_000 : -6_000;
      expect(change, `epoch ${paid}`).toBe(chain.hasDuty(3, paid) ? signed : 0);
      kinds.add(change);
    }
    expect(kinds.size).toBe(3);
  });

  test('has nothing for an attestation that no block came to hold in time', () => {
    const chain = chainOf(4);
    const last = (epoch: number): boolean => chain.dutySlot(3, epoch) === epoch * 4 + 3;
    const lost = Array.from({ length: 60 }, (_, each) => 20 + each).find(last) ?? 0;
    const paid = (epoch: number): number =>
      chain.balance(3, epoch + 2, null) - chain.balance(3, epoch + 1, null);
    expect([lost - 1, lost].map(paid)).toEqual([8_000, 8_000]);
    chain.stall(timeOf(chain, lost + 1));
    chain.resume(timeOf(chain, lost + 3));
    expect([lost - 1, lost, lost + 1, lost + 2, lost + 3].map(paid)).toEqual([
      8_000, -6_000, -6_000, -6_000, 8_000,
    ]);
    expect(chain.hasAttested(3, lost, null)).toBe(true);
  });

  test('of a validator that was slashed only falls', () => {
    const chain = chainOf();
    chain.setStatus(3, 'active_slashed', timeOf(chain, 10));
    expect(chain.balance(3, 30, null)).toBe(chain.balance(3, 11, null) - 19 * 6_000);
  });

  test('costs as little after a thousand million epochs', () => {
    const chain = chainOf();
    chain.stop([3], timeOf(chain, 10));
    chain.start([3], timeOf(chain, 500_000_010));
    expect(chain.balance(3, 1_000_000_001, null)).toBeGreaterThan(32_000_000_000);
    expect(chain.balance(3, 500_000_000, null)).toBeLessThan(32_000_000_000);
  });
});

describe('a proposer', () => {
  const slots = Array.from({ length: 256 }, (_, slot) => 320 + slot);

  test('is never a validator that is stopped', () => {
    const chain = chainOf();
    const off = everybody(chain).filter((index) => index % 3 !== 0);
    expect(slots.some((slot) => off.includes(chain.proposer(slot)))).toBe(true);
    chain.stop(off, timeOf(chain, 10));
    expect(slots.filter((slot) => off.includes(chain.proposer(slot)))).toEqual([]);
  });

  test('is never one whom the liar calls dead, in what the liar says', () => {
    const chain = chainOf();
    const dead = everybody(chain).filter((index) => index % 3 !== 0);
    const state = { lies: { alive: [], dead } };
    for (const slot of slots.slice(0, 40)) {
      for (const path of ['/eth/v1/beacon/headers', '/eth/v2/beacon/blocks']) {
        const text = JSON.stringify(get(chain, `${path}/${slot}`, chain.slotTime(slot), state).body);
        const index = Number(/"proposer_index":"(\d+)"/.exec(text)?.[1]);
        expect(dead, `slot ${slot}`).not.toContain(index);
      }
    }
  });

  test('is nobody where all are stopped: then there are no blocks', () => {
    const chain = chainOf();
    chain.stop(everybody(chain), timeOf(chain, 10));
    chain.start([5], timeOf(chain, 12));
    expect(chain.headSlot(timeOf(chain, 11))).toBe(319);
    expect(chain.proposer(400)).toBe(5);
    expect(chain.headSlot(timeOf(chain, 13))).toBe(13 * 32);
  });
});

describe('liveness', () => {
  test('of the running epoch is true once the slot of the duty has passed', () => {
    const chain = chainOf();
    chain.stop([4], timeOf(chain, 9));
    const live = (slot: number): unknown =>
      post(chain, '/eth/v1/validator/liveness/10', { at: chain.slotTime(slot), body: '["3","4"]' }).body;
    const due = chain.dutySlot(3, 10);
    expect(live(due)).toMatchObject({ data: [{ is_live: false }, { is_live: false }] });
    expect(live(due + 1)).toMatchObject({ data: [{ is_live: true }, { is_live: false }] });
    expect(live(10 * 32 + 31)).toMatchObject({ data: [{ is_live: true }, { is_live: false }] });
  });

  test('of the epoch before is kept, and no other', () => {
    const chain = chainOf();
    const status = (epoch: number): number =>
      post(chain, `/eth/v1/validator/liveness/${epoch}`, { at: timeOf(chain, 10), body: '["3"]' }).status;
    expect([8, 9, 10, 11].map(status)).toEqual([400, 200, 200, 400]);
  });
});

describe('a beacon node refuses', () => {
  const chain = chainOf();
  const at = timeOf(chain, 10) + 5 * slotMs;
  const root = `0x${'ab'.repeat(32)}`;

  test.each(['', 'x', '{', '{}', '3', '"3"', 'null', '[3]', '["-3"]', '["0x3"]', '["3",null]', '[[]]'])(
    'a list of validators that is none: %s',
    (body) => {
      for (const path of [
        '/eth/v1/validator/duties/attester/10',
        '/eth/v1/validator/liveness/10',
        '/eth/v1/beacon/rewards/attestations/8',
      ]) {
        const answer = post(chain, path, { at, body });
        expect(answer, path).toMatchObject({ status: 400, body: { code: 400, message: expect.any(String) } });
        expect(post(chain, path, { at, body: '["3"]' }).status, path).toBe(200);
      }
    },
  );

  test.each([
    ['/eth/v1/beacon/headers/tail', 400],
    ['/eth/v1/beacon/headers/-1', 400],
    ['/eth/v1/beacon/headers/0x12', 400],
    ['/eth/v1/beacon/headers/326', 404],
    ['/eth/v1/beacon/headers/99999999999', 404],
    [`/eth/v1/beacon/headers/${root}`, 404],
    ['/eth/v2/beacon/blocks/justified', 400],
    ['/eth/v2/beacon/blocks/326', 404],
    [`/eth/v2/beacon/blocks/${root}`, 404],
    ['/eth/v1/beacon/states/tail/fork', 400],
    ['/eth/v1/beacon/states/326/fork', 404],
    [`/eth/v1/beacon/states/${root}/finality_checkpoints`, 404],
    ['/eth/v1/beacon/states/head/validators?id=me', 400],
    ['/eth/v1/beacon/states/head/validators?id=0x12', 400],
    ['/eth/v1/beacon/states/head/committees?epoch=x', 400],
    ['/eth/v1/beacon/states/head/committees?epoch=8', 400],
    ['/eth/v1/beacon/states/head/committees?epoch=12', 400],
    ['/eth/v1/beacon/states/head/committees?epoch=10&slot=319', 400],
    ['/eth/v1/beacon/states/head/committees?index=2', 400],
    ['/eth/v1/beacon/states/0/committees?epoch=10', 400],
    ['/nothing', 404],
    ['//', 404],
    ['*', 404],
  ])('%s with %i', (path, code) => {
    expect(get(chain, path, at)).toMatchObject({ status: code, body: { code, message: expect.any(String) } });
  });

  test.each([
    ['/eth/v1/validator/duties/attester/12', 400],
    ['/eth/v1/validator/duties/attester/now', 400],
    ['/eth/v1/validator/liveness/12', 400],
    ['/eth/v1/beacon/rewards/attestations/9', 404],
  ])('POST %s with %i', (path, code) => {
    expect(post(chain, path, { at, body: '["3"]' })).toMatchObject({ status: code, body: { code } });
  });

  test('to tell of duties while it syncs', () => {
    const given = { at, body: '["3"]', state: { isSyncing: true } };
    expect(post(chain, '/eth/v1/validator/duties/attester/10', given).status).toBe(503);
  });

  test('nothing of what it does not know: validators, and duties of nobody', () => {
    expect(get(chain, '/eth/v1/beacon/states/head/validators?id=64', at).body).toMatchObject({ data: [] });
    const path = '/eth/v1/validator/duties/attester/10';
    expect(post(chain, path, { at, body: '["64"]' }).body).toMatchObject({ data: [] });
  });

  test('an empty slot has no block and has a state', () => {
    const other = chainOf();
    other.stall(other.slotTime(320) - 1);
    other.resume(other.slotTime(320) + 1);
    expect(get(other, '/eth/v2/beacon/blocks/320', at).status).toBe(404);
    expect(get(other, '/eth/v1/beacon/states/320/fork', at).status).toBe(200);
  });
});

const blockBody = z.object({
  data: z.object({
    message: z.object({
      body: z.object({
        attestations: z.array(z.object({ data: z.object({ slot: z.coerce.number() }) })),
      }),
    }),
  }),
});

describe('a block', () => {
  const slotsIn = (chain: EthereumChain, slot: number): number[] =>
    blockBody
      .parse(get(chain, `/eth/v2/beacon/blocks/${slot}`, chain.slotTime(slot)).body)
      .data.message.body.attestations.map(({ data }) => data.slot);

  test('holds the attestations of the slot before', () => {
    expect(slotsIn(chainOf(), 330)).toEqual([329]);
  });

  test('holds eight of them after empty slots, and the rest waits for those that follow', () => {
    const chain = chainOf();
    for (let slot = 330; slot < 342; slot += 1) {
      // The block is missed, the validators attest.
      chain.stall(chain.slotTime(slot) - 1);
      chain.resume(chain.slotTime(slot) + 1);
    }
    const held = [342, 343, 344].map((slot) => slotsIn(chain, slot));
    expect(held.map((slots) => slots.length)).toEqual([8, 6, 1]);
    expect(held.flat().toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 15 }, (_, each) => 329 + each),
    );
  });

  test('holds none that are older than the epoch before', () => {
    const chain = chainOf();
    for (let slot = 321; slot < 384; slot += 1) {
      chain.stall(chain.slotTime(slot) - 1);
      chain.resume(chain.slotTime(slot) + 1);
    }
    const held = Array.from({ length: 32 }, (_, each) => slotsIn(chain, 384 + each)).flat();
    expect(Math.min(...held)).toBe(352);
    expect(new Set(held).size).toBe(held.length);
    expect(chain.isRewarded(3, 10, null)).toBe(false);
    expect(chain.isRewarded(3, 11, null)).toBe(true);
  });
});

describe('what is to come', () => {
  const chain = createEthereumChain({
    genesisTime,
    validatorCount: 400,
    syncCommitteeSize: 16,
    epochsPerSyncPeriod: 8,
  });
  const at = timeOf(chain, 10);
  const listOf = z.object({ data: z.array(z.record(z.string(), z.unknown())) });
  const committeeOf = z.object({ data: z.object({ validators: z.array(z.string()) }) });

  test('is one proposer for each slot of this epoch and the next, who makes the blocks while nobody is off', () => {
    for (const epoch of [10, 11]) {
      const { data } = listOf.parse(get(chain, `/eth/v1/validator/duties/proposer/${epoch}`, at).body);
      expect(data).toEqual(
        Array.from({ length: 32 }, (_, place) => {
          const index = chain.proposer(epoch * 32 + place);
          return {
            pubkey: chain.publicKey(index),
            validator_index: String(index),
            slot: String(epoch * 32 + place),
          };
        }),
      );
    }
  });

  test('names whoever was drawn, also when it is off, but not who has left or whom a liar calls dead', () => {
    const own = chainOf();
    const slot = 10 * 32 + 5;
    const drawn = own.drawnProposer(slot);
    own.stop([drawn], 0);
    expect(own.drawnProposer(slot)).toBe(drawn);
    expect(own.proposer(slot)).not.toBe(drawn);
    expect(own.drawnProposer(slot, { alive: [], dead: [drawn] })).not.toBe(drawn);
    own.setStatus(drawn, 'exited_unslashed', 0);
    expect(own.drawnProposer(slot)).not.toBe(drawn);
  });

  test('are the sync committees of this period and the next, the same in both routes', () => {
    const routes = [10, 15, 16, 23].map((epoch) => {
      const path = `/eth/v1/beacon/states/head/sync_committees?epoch=${epoch}`;
      const { validators } = committeeOf.parse(get(chain, path, at).body).data;
      const body = JSON.stringify([...new Set(validators)]);
      const duties = listOf.parse(
        post(chain, `/eth/v1/validator/duties/sync/${epoch}`, { at, body }).body,
      ).data;
      expect(duties.map((each) => each['validator_index'])).toEqual([...new Set(validators)]);
      return validators;
    });
    expect(routes[1]).toEqual(routes[0]);
    expect(routes[2]).not.toEqual(routes[0]);
    expect(routes[3]).toEqual(routes[2]);
    expect(routes[0]).toHaveLength(16);
  });

  test.each([
    ['GET', '/eth/v1/validator/duties/proposer/12', 400],
    ['GET', '/eth/v1/validator/duties/proposer/x', 400],
    ['GET', '/eth/v1/beacon/states/head/sync_committees?epoch=24', 400],
    ['GET', '/eth/v1/beacon/states/head/sync_committees?epoch=7', 400],
    ['GET', '/eth/v1/beacon/states/head/sync_committees?epoch=x', 400],
    ['POST', '/eth/v1/validator/duties/sync/24', 400],
    ['POST', '/eth/v1/validator/duties/sync/x', 400],
  ])('%s %s is refused', (method, path, status) => {
    expect(answerBeacon(chain, { method, path, body: '["1"]' }, at).status).toBe(status);
  });

  test('is not told while it syncs', () => {
    const state = { isSyncing: true };
    expect(get(chain, '/eth/v1/validator/duties/proposer/10', at, state).status).toBe(503);
    const asked = { at, body: '["1"]', state };
    expect(post(chain, '/eth/v1/validator/duties/sync/10', asked).status).toBe(503);
    expect(post(chain, '/eth/v1/validator/duties/sync/10', { at, body: '[1]' }).status).toBe(400);
  });
});
