// The agent of a standby says what its clients say, no more than it knows, and says something whatever they do.
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { NodeReport } from '../../functions/domain/standby/standby.ts';
import { lacksPrograms } from '../support/tools.ts';
import {
  accepted,
  beaconSays,
  cometSays,
  executionSays,
  firstAt,
  headSlot,
  root,
  startMachine,
  syncingTo,
  type Machine,
} from './machine.ts';
import type { Answer } from './stub.ts';

const skip = lacksPrograms('python3');
let machine: Machine;
afterEach(async () => {
  await machine.close();
});

describe.skipIf(skip)('Ethereum', () => {
  beforeEach(async () => {
    machine = await startMachine('ethereum');
    executionSays(machine.execution);
    beaconSays(machine.consensus);
  });

  test('a node at the head is synced, and says so in one line', async () => {
    const { code, errors, report } = await machine.run();
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(report).toEqual({
      at: firstAt * 1000,
      keys: 'absent',
      state: 'synced',
      percent: 100,
      etaMs: null,
      peers: 34,
      head: 21_000_000,
      version: 'geth 1.16.9, lighthouse 8.1.3',
      usedGib: 581.3,
      text: 'execution at head, consensus at head, 34 peers, disk 212 GiB free',
    });
  });

  const notSynced: readonly (readonly [string, (on: Machine) => void])[] = [
    ['the execution client syncs', (on) => executionSays(on.execution, { syncing: syncingTo(5, 9) })],
    ['its block is old', (on) => executionSays(on.execution, { stamp: firstAt - 37 })],
    ['the execution client is alone', (on) => executionSays(on.execution, { peers: 0 })],
    ['it does not tell its peers', (on) => on.execution.answers.delete('net_peerCount')],
    ['the beacon node syncs', (on) => beaconSays(on.consensus, { isSyncing: true })],
    ['the beacon node is optimistic', (on) => beaconSays(on.consensus, { isOptimistic: true })],
    ['it says neither yes nor no to that', (on) => beaconSays(on.consensus, { isOptimistic: 'false' })],
    ['its execution client is offline', (on) => beaconSays(on.consensus, { isElOffline: true })],
    ['its head is three slots old', (on) => beaconSays(on.consensus, { head: headSlot - 3 })],
    ['the beacon node is alone', (on) => beaconSays(on.consensus, { peers: 0 })],
  ];
  test.each(notSynced)('is not synced while %s', async (_, prepare) => {
    prepare(machine);
    const { report } = await machine.run();
    expect(report).toMatchObject({ state: 'syncing', keys: 'absent' });
    expect(report.percent).not.toBe(100);
  });

  test('a head two slots old is at the head', async () => {
    beaconSays(machine.consensus, { head: headSlot - 2 });
    expect((await machine.run()).report.state).toBe('synced');
  });

  test('an execution client that is done, and writes only its index, is at the head', async () => {
    executionSays(machine.execution, { syncing: syncingTo(21, 21, { txIndexRemainingBlocks: '0x1' }) });
    expect((await machine.run()).report.state).toBe('synced');
  });

  test('is not synced without a clock to judge by', async () => {
    const { report } = await machine.run({ replace: { is_clock_synchronised: false, ticks: 100 } });
    expect(report.state).toBe('syncing');
    expect(report.text).toContain('the clock is not synchronised yet');
  });

  const failing: readonly (readonly [string, string, object, (on: Machine) => void])[] = [
    ['a disk nearly full', 'the disk is nearly full: 9.5 GiB free', { replace: { free_gib: 9.5 } }, () => {}],
    [
      'a clock that finds no time',
      'the clock is not synchronised',
      { replace: { is_clock_synchronised: false } },
      () => {},
    ],
    [
      'another chain',
      'is on chain 5, not 1',
      { settings: { WATCHDOG_CHAIN_ID: '1' } },
      (on) => executionSays(on.execution, { chainId: 5 }),
    ],
    [
      'another genesis',
      'another genesis: 0x5c5c5c',
      { settings: { WATCHDOG_GENESIS: root } },
      (on) => beaconSays(on.consensus, { root: `0x${'5c'.repeat(32)}` }),
    ],
    [
      'a chain ahead of the clock',
      'the clock is behind the chain',
      {},
      (on) => beaconSays(on.consensus, { head: headSlot + 40 }),
    ],
    [
      'a chain that nobody can watch',
      'WATCHDOG_CHAIN is neither',
      { settings: { WATCHDOG_CHAIN: 'bitcoin' } },
      () => {},
    ],
    [
      'a limit that is no number',
      'how full the disk is cannot be told',
      { settings: { WATCHDOG_MIN_FREE_GIB: 'many' } },
      () => {},
    ],
  ];
  test.each(failing)('%s is a failure', async (_, text, run, prepare) => {
    prepare(machine);
    const { report } = await machine.run(run);
    expect(report).toMatchObject({ state: 'failing', percent: null, etaMs: null });
    expect(report.text).toContain(text);
  });

  test('the chain that is wanted is no failure', async () => {
    const settings = { WATCHDOG_CHAIN_ID: '1', WATCHDOG_GENESIS: root.toUpperCase().replace('0X', '0x') };
    expect((await machine.run({ settings })).report.state).toBe('synced');
  });

  test('what the boot has noted is told, and a failure of it is a failure', async () => {
    const note = machine.put(
      '../note',
      'failed: checkpoint sources disagree about slot 12,899,000\u001b[31m\n',
    );
    const settings = { WATCHDOG_NOTE: note };
    const { report } = await machine.run({ settings });
    expect(report.state).toBe('failing');
    expect(report.text).toMatch(/^failed: checkpoint sources disagree about slot 12,899,000 \[31m: /);
  });

  test('what the boot is busy with is told while the clients do not answer, for as long as that takes', async () => {
    const note = machine.put('../note', 'restoring the snapshot: 41 %');
    utimesSync(note, firstAt, firstAt);
    machine.execution.answers.clear();
    const settings = { WATCHDOG_NOTE: note };
    const later = async (minutes: number): Promise<NodeReport> => {
      utimesSync(note, firstAt, firstAt - minutes * 60);
      return (await machine.run({ settings, replace: { ticks: 9_000 } })).report;
    };
    const busy = await later(29);
    expect(busy).toMatchObject({ state: 'starting' });
    expect(busy.text).toMatch(/^restoring the snapshot: 41 %, /);
    // It writes each minute for as long as it is busy: an old note is one of a boot that stands still, or that ended.
    expect(await later(31)).toMatchObject({ state: 'failing' });
  });

  test('clients that do not answer yet are starting, and after half an hour failing', async () => {
    machine.execution.answers.clear();
    machine.consensus.answers.clear();
    expect((await machine.run()).report).toMatchObject({ state: 'starting', percent: null, head: null });
    const { report } = await machine.run({ after: 1_000 });
    expect(report.state).toBe('failing');
    expect(report.text).toContain('the execution client answers with status 404, since the boot');
  });

  test('one client down after it was up: a miss is nothing yet, two are a failure, and an answer ends it', async () => {
    await machine.run();
    machine.execution.answers.set('eth_chainId', 'reset');
    beaconSays(machine.consensus, { head: headSlot + 5 });
    const once = await machine.run({ after: 60 });
    expect(once.report.state).toBe('syncing');
    expect(once.report.text).toContain('the execution client does not answer');
    beaconSays(machine.consensus, { head: headSlot + 10 });
    const twice = await machine.run({ after: 120 });
    expect(twice.report.state).toBe('failing');
    expect(twice.report.text).toContain('the execution client does not answer, for 2 min');
    executionSays(machine.execution, { stamp: firstAt + 179, block: 21_000_015 });
    beaconSays(machine.consensus, { head: headSlot + 15 });
    expect((await machine.run({ after: 180 })).report.state).toBe('synced');
  });

  test('a head that stands still after it was at the head is a failure, whatever the client says of itself', async () => {
    await machine.run();
    const at = async (after: number): Promise<string> => {
      executionSays(machine.execution, { stamp: firstAt + after });
      const { report } = await machine.run({ after });
      return `${report.state}: ${report.text}`;
    };
    expect(await at(240)).toMatch(/^syncing/);
    expect(await at(360)).toMatch(/^failing: the consensus client stands still since 6 min/);
  });

  test('on its way it may stand still for longer, and is stuck after half an hour', async () => {
    executionSays(machine.execution, { block: 0, stamp: 1, syncing: syncingTo(5_000, 21_000_000) });
    const settings = {};
    await machine.run({ settings });
    const beaconAt = (after: number): void => {
      beaconSays(machine.consensus, { head: headSlot + Math.floor(after / 12) });
    };
    beaconAt(1_740);
    expect((await machine.run({ after: 1_740 })).report.state).toBe('syncing');
    beaconAt(1_860);
    const { report } = await machine.run({ after: 1_860 });
    expect(report.state).toBe('failing');
    expect(report.text).toContain(
      'the execution client stands still since 31 min: execution 5,000 of 21,000,000',
    );
    // Anything that moves is progress, also what is no block.
    executionSays(machine.execution, {
      block: 0,
      stamp: 1,
      syncing: syncingTo(5_000, 21_000_000, { syncedBytecodes: '0x9' }),
    });
    expect((await machine.run({ after: 1_861 })).report.state).toBe('syncing');
  });

  describe('how long it takes', () => {
    const total = 21_000_000;
    /** A run after so many seconds, with the execution client at this block and the beacon node at the head. */
    const at = async (
      after: number,
      block: number,
      more: object = {},
    ): Promise<[number | null, number | null]> => {
      executionSays(machine.execution, { block: 0, stamp: 1, syncing: syncingTo(block, total, more) });
      beaconSays(machine.consensus, { head: headSlot + Math.floor(after / 12) });
      const { report } = await machine.run({ after });
      return [report.percent, report.etaMs];
    };

    test('is by the rate that was measured', async () => {
      expect(await at(0, 1_000_000)).toEqual([4.8, null]);
      expect(await at(60, 1_060_000)).toEqual([5, null]);
      // 1,000 blocks in a second, 19,880,000 to go.
      expect(await at(120, 1_120_000)).toEqual([5.3, 19_880_000]);
      expect(await at(180, 1_180_000)).toEqual([5.6, 19_820_000]);
    });

    test('is unknown after a step back, of a new stage, and when nothing moves', async () => {
      for (const minute of [0, 1, 2]) await at(minute * 60, 1_000_000 + minute * 60_000);
      expect(await at(180, 900_000)).toEqual([4.3, null]);
      for (const minute of [4, 5, 6]) await at(minute * 60, 900_000);
      expect(await at(420, 900_000)).toEqual([4.3, null]);
      expect(await at(480, 950_000, { syncedAccounts: '0x10', syncedAccountBytes: '0x80000000' })).toEqual([
        null,
        null,
      ]);
      const { report } = await machine.run({ after: 481 });
      expect(report).toMatchObject({ state: 'syncing', head: 950_000 });
      expect(report.text).toContain('execution state: 16 accounts, 2.0 GiB; blocks 950,000 of 21,000,000');
    });

    test('of one stage is no measure for the next, which counts something else', async () => {
      for (const minute of [0, 1, 2]) await at(minute * 60, 20_000_000 + minute * 60_000);
      // It has all blocks that it knew of, and follows by the time of its blocks.
      executionSays(machine.execution, { stamp: firstAt - 3_600 });
      beaconSays(machine.consensus, { head: headSlot + 15 });
      const { report } = await machine.run({ after: 180 });
      expect(report).toMatchObject({ state: 'syncing', percent: 0, etaMs: null });
    });

    test('is unknown after a new boot, and no step of the clock changes it', async () => {
      await at(0, 1_000_000);
      await at(60, 1_060_000);
      executionSays(machine.execution, { block: 0, stamp: 1, syncing: syncingTo(1_120_000, total) });
      const jumped = await machine.run({ after: 120, replace: { now: firstAt + 4_000 } });
      expect(jumped.report.etaMs).toBe(null);
      beaconSays(machine.consensus, { head: headSlot + 10 });
      expect((await machine.run({ after: 120 })).report.etaMs).toBeGreaterThan(19_000_000);
      const state = readFileSync(machine.stateFile, 'utf8');
      writeFileSync(machine.stateFile, state.replace(/"boot":"[^"]+"/, '"boot":"another"'));
      expect((await machine.run({ after: 180 })).report).toMatchObject({ etaMs: null, percent: 5.3 });
    });

    test('the slower client rules, and one that is unknown makes it unknown', async () => {
      const both = async (
        after: number,
        block: number,
        slot: number,
      ): Promise<[number | null, number | null]> => {
        executionSays(machine.execution, { block: 0, stamp: 1, syncing: syncingTo(block, total) });
        beaconSays(machine.consensus, { head: slot, isSyncing: true });
        const { report } = await machine.run({ after });
        return [report.percent, report.etaMs];
      };
      await both(0, 1_000_000, headSlot - 1_200);
      await both(60, 1_060_000, headSlot - 1_190);
      // The beacon node: 10 slots in a minute, of which 5 are new; 1,190 to go at 5 in a minute.
      const [percent, eta] = await both(120, 1_120_000, headSlot - 1_180);
      expect(percent).toBe(5.3);
      expect(eta).toBe(19_880_000);
      const [, slower] = await both(180, 20_900_000, headSlot - 1_170);
      expect(slower).toBeGreaterThan(13_000_000);
      expect(slower).toBeLessThan(15_000_000);
      const [, unknown] = await both(240, 20_950_000, headSlot - 1_171);
      expect(unknown).toBe(null);
    });

    test('the state file stays small', async () => {
      await machine.run({ times: 50 });
      executionSays(machine.execution, { block: 0, stamp: 1, syncing: syncingTo(5, total) });
      beaconSays(machine.consensus, { head: headSlot - 5_000, isSyncing: true });
      await machine.run({ times: 100 });
      expect(readFileSync(machine.stateFile).length).toBeLessThan(4_096);
    });

    test('stages of reth have a share and a time only when one is left', async () => {
      const stages = (headers: number, execution: number): object => ({
        stages: [
          { name: 'Headers', block: `0x${headers.toString(16)}` },
          { name: 'Execution', block: `0x${execution.toString(16)}` },
        ],
      });
      for (const minute of [0, 1, 2]) {
        const [, eta] = await at(minute * 60, 0, stages(1_000_000 * (minute + 1), 0));
        expect(eta).toBe(null);
      }
      expect((await machine.run({ after: 121 })).report.text).toContain(
        'execution stage Headers, 2 of 2 to go, blocks 0 of 21,000,000',
      );
      for (const minute of [3, 4]) await at(minute * 60, 0, stages(total, 1_000_000 * minute));
      const [percent, eta] = await at(300, 0, stages(total, 5_000_000));
      expect(percent).toBe(23.8);
      expect(eta).toBe(960_000);
    });
  });

  describe('liveness of public indices', () => {
    const schema = z.strictObject({
      version: z.literal(1),
      epoch: z.int(),
      indices: z.record(z.string(), z.boolean()),
    });
    const liveIn = (): z.infer<typeof schema> | null => {
      const raw = machine.attribute('liveness');
      return raw === null ? null : schema.parse(JSON.parse(raw));
    };
    /** At the head at each of these seconds. */
    const run = async (after: number, live: unknown = null): Promise<string | null> => {
      const slot = headSlot + Math.floor(after / 12);
      executionSays(machine.execution, { stamp: firstAt + after - 1, block: 21_000_000 + after });
      beaconSays(machine.consensus, { head: slot });
      const epoch = Math.floor(slot / 32) - 1;
      if (live !== null)
        machine.consensus.answers.set(`/eth/v1/validator/liveness/${epoch}`, { json: { data: live } });
      const settings = { WATCHDOG_INDICES: '7, 8,nonsense,9' };
      return (await machine.run({ after, settings })).report.text;
    };
    const live = [
      { index: '7', is_live: true },
      { index: '8', is_live: false },
      { index: '9', is_live: 'yes' },
      { index: '10', is_live: true },
    ];

    test('is asked of an epoch only when the node was at the head for all of it, and once', async () => {
      await run(0, live);
      await run(300, live);
      expect(liveIn()).toBe(null);
      const text = await run(900, live);
      const epoch = Math.floor((headSlot + 75) / 32) - 1;
      expect(liveIn()).toEqual({ version: 1, epoch, indices: { '7': true, '8': false } });
      expect(text).toContain(`live 1 of 2 in epoch ${epoch}`);
      const asked = machine.consensus.asked.filter(({ path }) => path.includes('liveness'));
      expect(asked.map(({ body }) => JSON.parse(body))).toEqual([['7', '8', '9']]);
      await run(901, live);
      expect(machine.consensus.asked.filter(({ path }) => path.includes('liveness'))).toHaveLength(1);
    });

    test.each<[string, Answer]>([
      ['404', { status: 404, text: '' }],
      ['a hang', 'hang'],
      ['nonsense', { json: { data: 'live' } }],
    ])('%s publishes nothing and harms nothing', async (_, answer) => {
      await run(0);
      const epoch = Math.floor((headSlot + 75) / 32) - 1;
      machine.consensus.answers.set(`/eth/v1/validator/liveness/${epoch}`, answer);
      const text = await run(900);
      expect(text).toMatch(/^execution at head, consensus at head/);
      expect(liveIn()).toBe(null);
    });
  });
});

describe.skipIf(skip)('Berachain', () => {
  beforeEach(async () => {
    machine = await startMachine('berachain');
    executionSays(machine.execution, { chainId: 80_094 });
    cometSays(machine.consensus);
  });

  test('a node at the head is synced', async () => {
    const { report } = await machine.run({
      settings: { WATCHDOG_CHAIN_ID: '80094', WATCHDOG_GENESIS: 'mainnet-beacon-80094' },
    });
    expect(report).toMatchObject({
      state: 'synced',
      keys: 'absent',
      percent: 100,
      peers: 18,
      version: 'geth 1.16.9, cometbft 1.0.1',
    });
    expect(report.text).toBe('execution at head, consensus at head, 18 peers, disk 212 GiB free');
  });

  const notSynced: readonly (readonly [string, (on: Machine) => void])[] = [
    ['it catches up', (on) => cometSays(on.consensus, { isCatchingUp: true })],
    ['its block is old', (on) => cometSays(on.consensus, { stamp: firstAt - 16 })],
    ['it is alone', (on) => cometSays(on.consensus, { peers: 0 })],
    ['the execution block is old', (on) => executionSays(on.execution, { stamp: firstAt - 16 })],
  ];
  test.each(notSynced)('is not synced while %s', async (_, prepare) => {
    prepare(machine);
    expect((await machine.run()).report.state).toBe('syncing');
  });

  test('before its first block it is on no way yet', async () => {
    cometSays(machine.consensus, { height: 0, stamp: 0, isCatchingUp: true });
    executionSays(machine.execution, { block: 0, stamp: 0 });
    const { report } = await machine.run();
    expect(report).toMatchObject({ state: 'syncing', percent: null, etaMs: null });
    expect(report.text).toMatch(/^execution waits for its first block, consensus waits for its first block/);
  });

  test('another network is a failure, and so is a halt of a node that was at the head', async () => {
    const settings = { WATCHDOG_GENESIS: 'bepolia-beacon-80069' };
    expect((await machine.run({ settings })).report.text).toContain(
      'is on network mainnet-beacon-80094, not bepolia-beacon-80069',
    );
    await machine.run();
    const { report } = await machine.run({ after: 360 });
    expect(report.state).toBe('failing');
    expect(report.text).toContain('stands still since 6 min');
  });

  test('how far behind it is, and how long that takes, is by the time of its blocks', async () => {
    const at = async (after: number, behind: number): Promise<[number | null, number | null]> => {
      const stamp = firstAt + after - behind;
      executionSays(machine.execution, { chainId: 80_094, stamp, block: 20_000 + stamp });
      cometSays(machine.consensus, { isCatchingUp: true, stamp, height: 20_000 + stamp - firstAt + 100_000 });
      const { report } = await machine.run({ after });
      return [report.percent, report.etaMs];
    };
    expect(await at(0, 7_200)).toEqual([0, null]);
    expect(await at(60, 6_600)).toEqual([expect.closeTo(9.1, 0), null]);
    // It comes nearer by 10 seconds in each second.
    const [, eta] = await at(120, 6_000);
    expect(eta).toBe(600_000);
  });
});

describe.skipIf(skip)('whatever happens', () => {
  beforeEach(async () => {
    machine = await startMachine('ethereum');
    executionSays(machine.execution);
    beaconSays(machine.consensus);
  });

  test.each<[string, Answer]>([
    ['a client that hangs', 'hang'],
    ['a client that drips', 'drip'],
    ['a client that cuts', 'reset'],
    ['an answer of more than a megabyte', 'huge'],
    ['status 500', { status: 500, text: '{"result":false}' }],
    ['no JSON', { status: 200, text: '<html>\u0007' }],
    ['half of JSON', { status: 200, text: '{"jsonrpc":"2.0","id":1,"resu' }],
    ['JSON without end', { status: 200, text: '['.repeat(200_000) }],
    ['a number without end', { status: 200, text: `{"result":${'9'.repeat(500_000)}}` }],
    ['no number', { status: 200, text: '{"result":NaN}' }],
    ['an error', { status: 200, text: '{"jsonrpc":"2.0","id":1,"error":{"code":-32601}}' }],
  ])('%s is a client that does not answer', async (_, answer) => {
    for (const stub of [machine.execution, machine.consensus]) {
      for (const name of stub.answers.keys()) stub.answers.set(name, answer);
    }
    const begun = performance.now();
    const { code, report } = await machine.run();
    expect({ code, state: report.state, keys: report.keys }).toEqual({
      code: 0,
      state: 'starting',
      keys: 'absent',
    });
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  test('clients that are slow again and again do not keep a report back', async () => {
    for (const name of ['net_peerCount', 'web3_clientVersion']) machine.execution.answers.set(name, 'hang');
    for (const name of ['peer_count', 'version'])
      machine.consensus.answers.set(`/eth/v1/node/${name}`, 'drip');
    const { report } = await machine.run();
    expect(report).toMatchObject({ state: 'syncing', peers: null });
  });

  test('a metadata server that is slow, absent or refuses is told in one line and tried again', async () => {
    for (const answer of ['hang', { status: 503, text: 'no' }] as const) {
      machine.execution.answers.set('*', answer);
      await machine.run();
      const { code, errors } = await machine.run({
        after: 60,
        settings: { GCE_METADATA_HOST: machine.execution.url.slice(7) },
      });
      expect(code).toBe(1);
      expect(errors).toMatch(
        /^the metadata server (does not answer in time|answers with status 503); tried again next time\n$/,
      );
    }
    beaconSays(machine.consensus, { head: headSlot + 15 });
    executionSays(machine.execution, { stamp: firstAt + 179 });
    expect((await machine.run({ after: 180 })).report).toMatchObject({
      at: (firstAt + 180) * 1000,
      state: 'synced',
    });
  });

  test('a state that cannot be written costs no report', async () => {
    const settings = { WATCHDOG_STATE: '/proc/none/state.json' };
    const { code, errors, report } = await machine.run({ settings });
    expect({ code, state: report.state }).toEqual({ code: 0, state: 'synced' });
    expect(errors).toContain('the state is not kept');
  });

  test.each([
    '',
    '{',
    '[1]',
    '{"boot":1,"parts":[]}',
    '{"parts":{"execution":{"samples":[[1],["a",2,3]],"movedAt":"x"}},"own":7}',
    'null',
  ])('a damaged state (%s) is an empty one', async (content) => {
    await machine.run();
    const boot = /"boot":"([^"]+)"/.exec(readFileSync(machine.stateFile, 'utf8'))?.[1] ?? '';
    writeFileSync(machine.stateFile, content.replace('{"parts"', `{"boot":"${boot}","parts"`));
    const { code, errors, report } = await machine.run({ after: 1 });
    expect({ code, errors, state: report.state }).toEqual({ code: 0, errors: '', state: 'synced' });
  });

  test('a mistake in itself is a failure that it reports', async () => {
    const { code, errors, report } = await machine.run({
      replace: { CALL_SECONDS: 'three', MOST_ENTRIES: 'many' },
    });
    expect(code).toBe(0);
    expect(report).toMatchObject({ state: 'failing', text: 'the agent itself failed: see its journal' });
    expect(errors).toMatch(/^looking at the clients: TypeError in line \d+\n/);
  });

  test('with the clock and the disk that are there, it says something, and writes nothing but its state', async () => {
    rmSync(join(machine.folder, 'look', 'none'), { force: true });
    const { code, report } = await machine.run({ isReal: true });
    expect(code).toBe(0);
    expect(report.at).toBeGreaterThan(firstAt * 1000 - 1e11);
    expect(accepted(machine.attribute('report'))).toEqual(report);
  });
});
