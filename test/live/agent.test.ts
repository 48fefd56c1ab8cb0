// The agent of a standby beside real clients that begin with nothing and join a net: it follows them to synced, and tells when they stop.
import { copyFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeReport } from '../../functions/domain/standby/standby.ts';
import { startMachine, type Machine } from '../standby-node/machine.ts';
import { lacks, lacksPrograms } from '../support/tools.ts';
import { startBerachainNet, type BerachainNet } from './nets/berachain.ts';
import { heightOf, untilHeight } from './nets/comet.ts';
import { headSlot, slotAt, startEthereumNet, type EthereumNet } from './nets/ethereum.ts';
import type { Running } from './nets/process.ts';
import { until } from './nets/wait.ts';

const skip = lacksPrograms('python3');
const closed = 'http://127.0.0.1:9';

/** Runs the agent by the clock of this machine, which booted just now for it. */
function agentOn(machine: Machine): {
  readonly settings: Record<string, string>;
  /** With so many seconds more since the boot. */
  readonly look: (later?: number) => Promise<NodeReport>;
  /** Looks again until it says this; all that it said, that last. */
  readonly untilSaid: (
    what: string,
    isIt: (report: NodeReport) => boolean,
    options: { readonly processes: readonly Running[]; readonly later?: number },
  ) => Promise<NodeReport[]>;
} {
  const booted = uptime() - 100;
  const settings: Record<string, string> = { WATCHDOG_MIN_FREE_GIB: '0' };
  const look = async (later = 0): Promise<NodeReport> => {
    const replace = {
      now: undefined,
      ticks: undefined,
      free_gib: undefined,
      booted: booted - later,
      LEAST_SECONDS: 0.5,
    };
    const { code, errors, report } = await machine.run({ settings, replace });
    if (code !== 0) throw new Error(errors);
    return report;
  };
  return {
    settings,
    look,
    untilSaid: async (what, isIt, { processes, later = 0 }) => {
      const seen: NodeReport[] = [];
      await until(
        `the agent to say ${what}`,
        async () => {
          const report = await look(later);
          seen.push(report);
          if (isIt(report)) return true;
          throw new Error(`${report.state}: ${report.text ?? ''}`);
        },
        { limitMs: 240_000, processes },
      );
      return seen;
    },
  };
}

const isSynced = ({ state }: NodeReport): boolean => state === 'synced';

/** On the way every time is possible, nothing else is. */
const isPlausible = ({ state, percent, etaMs }: NodeReport): boolean =>
  (state === 'starting' || state === 'syncing') &&
  (percent === null || (percent >= 0 && percent < 100)) &&
  (etaMs === null || (etaMs >= 0 && etaMs < 600_000));

describe.skipIf(skip || lacks('node', 'lodestar', 'geth'))('a geth and a beacon node that join', () => {
  let net: EthereumNet;
  let machine: Machine;
  beforeAll(async () => {
    net = await startEthereumNet();
    machine = await startMachine('ethereum');
  });
  afterAll(async () => {
    await machine?.close();
    await net?.close();
  });

  test('are starting, syncing and synced, and failing when they stop', async () => {
    const agent = agentOn(machine);
    Object.assign(agent.settings, { WATCHDOG_EXECUTION: closed, WATCHDOG_BEACON: closed });
    expect(await agent.look()).toMatchObject({ state: 'starting', head: null, percent: null });

    const [first] = net.beacons;
    await until('something to catch up with', async () =>
      (await headSlot(first?.url ?? '')) >= 12 ? true : null,
    );
    const { execution, beacon, folders } = await net.join();
    Object.assign(agent.settings, {
      WATCHDOG_EXECUTION: execution.url,
      WATCHDOG_BEACON: beacon.url,
      WATCHDOG_CHAIN_ID: String(net.execution.chainId),
      WATCHDOG_LOOK: folders.join(':'),
    });
    const processes = [beacon.process, execution.process];
    const seen = await agent.untilSaid('synced', isSynced, { processes });
    for (const report of seen.slice(0, -1)) expect(isPlausible(report), JSON.stringify(report)).toBe(true);
    const synced = seen.at(-1);
    expect(synced).toMatchObject({ keys: 'absent', percent: 100, version: 'geth 1.16.9, lodestar 1.5.1' });
    expect(synced?.peers).toBeGreaterThan(0);
    // At the head when it looked, and not ahead of the chain.
    const reached = await headSlot(beacon.url);
    expect(slotAt(net, synced?.at ?? 0) - reached).toBeLessThan(4);
    expect(reached).toBeLessThanOrEqual(slotAt(net, Date.now()));

    // Its only peer is gone: it calls itself synced for as long as it likes.
    for (const each of net.beacons) each.process.freeze();
    await until(
      'an old head',
      async () => (slotAt(net, Date.now()) - (await headSlot(beacon.url)) > 3 ? true : null),
      { processes },
    );
    expect((await agent.look()).state).toBe('syncing');
    const stands = /^the (execution|consensus) client stands still since \d+ min: /;
    await agent.untilSaid(
      'that a client stands still',
      ({ state, text }) => state === 'failing' && stands.test(text ?? ''),
      { processes, later: 400 },
    );
    for (const each of net.beacons) each.process.thaw();

    // It answers now, and later not: for longer than one may miss, and for less than a head may stand still.
    await agent.untilSaid(
      'something of both clients',
      ({ text }) => text?.includes('does not answer') === false,
      {
        processes,
      },
    );
    beacon.process.freeze();
    const silent = await agent.look(200);
    expect(silent.state).toBe('failing');
    expect(silent.text).toMatch(/^the consensus client does not answer in time, for \d+ min: /);
  });
});

describe.skipIf(skip || lacks('beacond', 'geth'))('a beacond and a geth that join', () => {
  let net: BerachainNet;
  let machine: Machine;
  beforeAll(async () => {
    net = await startBerachainNet();
    machine = await startMachine('berachain');
    const [first] = net.nodes;
    if (first !== undefined) await untilHeight(first, 30);
  });
  afterAll(async () => {
    await machine?.close();
    await net?.close();
  });

  test('are synced with the key that the node made itself, and failing when their geth stops', async () => {
    const agent = agentOn(machine);
    const joined = await net.join();
    Object.assign(agent.settings, {
      WATCHDOG_EXECUTION: joined.execution.url,
      WATCHDOG_COMET: joined.url,
      WATCHDOG_GENESIS: net.chainId,
      WATCHDOG_ADDRESSES: net.nodes.map(({ address }) => address).join(','),
      WATCHDOG_LOOK: joined.home,
    });
    const processes = [joined.execution.process, joined.process];
    const seen = await agent.untilSaid('synced', isSynced, { processes });
    for (const report of seen.slice(0, -1)) expect(isPlausible(report), JSON.stringify(report)).toBe(true);
    expect(seen.at(-1)).toMatchObject({ keys: 'absent', percent: 100 });
    const [first] = net.nodes;
    const behind = (await heightOf(first?.url ?? '')) - (await heightOf(joined.url));
    expect(Math.abs(behind)).toBeLessThan(20);

    copyFileSync(net.keyFile(0), join(joined.home, 'priv_validator_key.json'));
    expect((await agent.look()).keys).toBe('present');
    // A busy machine may fall behind for a moment.
    const withKey = await agent.untilSaid('synced', isSynced, { processes });
    expect(withKey.at(-1)?.keys).toBe('present');

    // beacond stays up and green without it.
    await joined.execution.process.kill();
    await agent.look();
    const down = await agent.look(400);
    expect(down.state).toBe('failing');
    expect(down.text).toMatch(/^the execution client does not answer, for \d+ min: /);
  });
});
