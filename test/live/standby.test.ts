// From a wanting to a node that is synced, and to its end: the real `provision`, the real agent, and real clients that begin with nothing.
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { NodeReport } from '../../functions/domain/standby/standby.ts';
import { lacks, lacksPrograms } from '../support/tools.ts';
import { startBerachainNet, type BerachainNet, type JoinedNode } from './nets/berachain.ts';
import { heightOf, untilHeight } from './nets/comet.ts';
import { headSlot, slotAt, startEthereumNet, type EthereumNet } from './nets/ethereum.ts';
import type { Running } from './nets/process.ts';
import { call, read, until } from './nets/wait.ts';
import { provisionedHouse, type Minute, type ProvisionedHouse } from './provisioned-house.ts';

const skip = lacksPrograms('python3');
const minuteMs = 60_000;

/** Lets a process run for a part of the time only, as on a machine that is too small, until what is returned is called. */
function slowDown(process: Running): () => void {
  const halt = setInterval(() => {
    process.freeze();
    go = setTimeout(process.thaw, 170);
  }, 200);
  let go: NodeJS.Timeout | undefined;
  return () => {
    clearInterval(halt);
    clearTimeout(go);
    process.thaw();
  };
}

const reportsOf = (minutes: readonly Minute[]): NodeReport[] =>
  minutes.flatMap(({ published }) => published ?? []);

const phasesOf = (minutes: readonly Minute[]): string[] => [
  ...new Set(minutes.map(({ seen }) => seen.phase)),
];

const executionBlock = z.object({ timestamp: z.string() });
const cometBlock = z.object({
  result: z.object({ block: z.object({ header: z.object({ time: z.iso.datetime() }) }) }),
});

/** When a block was made, in seconds of the epoch, by clients that have had all of the chain from its beginning. */
type Chain = Readonly<Record<'execution' | 'consensus', (height: number) => Promise<number>>>;

const chainOf = (executionUrl: string, cometUrl = ''): Chain => ({
  execution: async (height) => {
    const wanted = `0x${height.toString(16)}`;
    return Number(
      (await call(executionUrl, executionBlock, 'eth_getBlockByNumber', wanted, false)).timestamp,
    );
  },
  consensus: async (height) => {
    const { result } = await read(`${cometUrl}/block?height=${height}`, cometBlock);
    return Date.parse(result.block.header.time) / 1000;
  },
});

/** `execution 12, 40 s behind` and `consensus 12 of 36`. */
const partOnTheWay =
  /(execution|consensus) ([\d,]+)(?: of (?<total>[\d,]+)|, (?:(?<minutes>\d+) min|(?<seconds>\d+) s) behind)/g;
const numberIn = (digits = ''): number => Number(digits.replaceAll(',', ''));

/** So many seconds can lie between a client's answer and the time that the report says. */
const slack = 6;

type Share = { readonly least: number; readonly most: number };

/** How much of its way each client really has behind it, of those that are not at the head; and its lag is what the agent says. */
async function sharesOf(
  { text, at }: NodeReport,
  chain: Chain,
  begun: Map<string, number>,
): Promise<readonly Share[]> {
  const shares: Share[] = [];
  for (const { 1: name, 2: digits, groups = {} } of (text ?? '').matchAll(partOnTheWay)) {
    const { total, minutes, seconds } = groups;
    const height = numberIn(digits);
    if (total !== undefined) {
      const share = height / numberIn(total);
      shares.push({ least: share, most: share });
      continue;
    }
    // oxlint-disable-next-line no-await-in-loop -- two at most
    const stamp = await chain[name === 'execution' ? 'execution' : 'consensus'](height);
    const first = begun.get(name ?? '') ?? stamp;
    begun.set(name ?? '', first);
    const [lag, longest] = [numberIn(minutes) * 60 + numberIn(seconds), at / 1000 - stamp];
    expect(lag, text ?? '').toBeLessThanOrEqual(longest + 1);
    // It says whole minutes.
    expect(lag, text ?? '').toBeGreaterThan(longest - slack - (minutes === undefined ? 0 : 60));
    const way = (until: number): number => (stamp - first) / Math.max(1, until - first);
    shares.push({ least: way(at / 1000 + 1), most: way(at / 1000 - slack) });
  }
  return shares;
}

/** What is said on the way is so by what the chain itself says. */
async function expectTrue(reports: readonly NodeReport[], chain: Chain): Promise<void> {
  const begun = new Map<string, number>();
  for (const report of reports.slice(0, -1)) {
    const { state, percent, etaMs, text } = report;
    expect(['starting', 'syncing'], text ?? '').toContain(state);
    expect(state === 'starting' ? [percent, etaMs] : [null, null]).toEqual([null, null]);
    // oxlint-disable-next-line no-await-in-loop -- what one client has begun with is known from the first
    const shares = await sharesOf(report, chain, begun);
    if (percent === null) continue;
    expect(percent).toBeLessThan(100);
    expect(percent, text ?? '').toBeLessThanOrEqual(100 * Math.min(...shares.map(({ most }) => most)) + 4);
    expect(percent, text ?? '').toBeGreaterThanOrEqual(
      100 * Math.min(...shares.map(({ least }) => least)) - 4,
    );
  }
  expect(reports.at(-1)).toMatchObject({ state: 'synced', percent: 100, etaMs: null });
}

/** What was published is what `provision` has written down, each time. */
function expectHeard(minutes: readonly Minute[]): void {
  for (const { published, seen } of minutes) expect(seen.report).toEqual(published ?? seen.report);
}

const deletions = (house: ProvisionedHouse): number =>
  house.compute.requests().filter(({ method }) => method === 'DELETE').length;

/** Not wanted any more, it stays, and a person is told why and what to do. */
async function expectKept(house: ProvisionedHouse): Promise<void> {
  const before = deletions(house);
  for (let minutes = 0; minutes < 3; minutes += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one minute after the other
    const { seen } = await house.minute();
    expect(seen).toMatchObject({
      phase: 'releasing',
      hasHeldKeys: true,
      doubt: { kind: 'keys-present', text: 'its agent says that key material is on it' },
      trouble: { kind: 'keys-not-absent' },
      deletion: null,
    });
    expect(seen.trouble?.text).toContain('gcloud compute instances delete');
  }
  expect(house.compute.instances()).toHaveLength(1);
  expect(deletions(house)).toBe(before);
  const { code, out } = await house.list();
  expect(out).toContain('SAFETY, keys-present: its agent says that key material is on it');
  expect(out).toContain('keys-not-absent: not deleted: the node has held keys, or may have');
  expect(code).toBe(1);
}

describe.skipIf(skip || lacks('node', 'lodestar', 'geth'))('a standby of Ethereum', () => {
  let net: EthereumNet;
  let house: ProvisionedHouse;
  let joining: ReturnType<EthereumNet['join']> | null = null;
  let speedUp = (): void => {};
  beforeAll(async () => {
    net = await startEthereumNet();
    house = await provisionedHouse('ethereum', async () => {
      // A second machine finds what the first one left.
      const isFirst = joining === null;
      const { execution, beacon, folders } = await (joining ??= net.join());
      // It has the whole chain within seconds, in which a busy machine may not look at it.
      if (isFirst) speedUp = slowDown(beacon.process);
      return {
        settings: {
          WATCHDOG_EXECUTION: execution.url,
          WATCHDOG_BEACON: beacon.url,
          WATCHDOG_CHAIN_ID: String(net.execution.chainId),
          WATCHDOG_LOOK: folders.join(':'),
        },
        processes: [execution.process, beacon.process],
      };
    });
    const [first] = net.beacons;
    await until('something to catch up with', async () =>
      (await headSlot(first?.url ?? '')) >= 12 ? true : null,
    );
  });
  afterAll(async () => {
    speedUp();
    await house?.close();
    await net?.close();
  });

  test('is made, boots, syncs and is synced by the words of its agent', async () => {
    await house.want();
    const minutes = await house.minutesUntil('the standby to be synced', ({ seen: { phase, report } }) => {
      if (phase === 'syncing' && report?.percent !== null) speedUp();
      return phase === 'synced';
    });
    expect(phasesOf(minutes)).toEqual(['creating', 'booting', 'syncing', 'synced']);
    expectHeard(minutes);
    const reports = reportsOf(minutes);
    const chain = chainOf(net.execution.url);
    await expectTrue(reports, chain);
    expect(new Set(reports.map(({ keys }) => keys))).toEqual(new Set(['absent']));
    const last = reports.at(-1);
    expect(last?.peers).toBeGreaterThan(0);
    expect(last?.version).toBe('geth 1.16.9, lodestar 1.5.1');
    const stamp = await chain.execution(last?.head ?? 0);
    expect(slotAt(net, last?.at ?? 0) - slotAt(net, stamp * 1000)).toBeLessThanOrEqual(4);
    expect((await house.list()).out).toMatch(/eth +synced +europe-west3-a +100 %/);
  });

  test('is failing and stuck when its beacon node stops, and deleted when it is not wanted any more', async () => {
    const { beacon } = await (joining ?? net.join());
    beacon.process.freeze();
    // One miss is a busy client.
    expect((await house.minute()).seen).toMatchObject({ phase: 'syncing', trouble: null });
    house.pass(11 * minuteMs);
    const { seen } = await house.minute();
    expect(seen).toMatchObject({
      phase: 'syncing',
      report: { state: 'failing', keys: 'absent', percent: null },
    });
    expect(seen.report?.text).toMatch(
      /^the (execution client stands still since|consensus client does not answer in time, for) 1\d min: /,
    );
    expect(seen.trouble?.kind).toBe('stuck');
    const shown = await house.list();
    expect(shown.out).toMatch(
      /stuck: the node europe-west3-a\/bw-eth-1-\w+ has come no further, or has said nothing, for too long/,
    );
    expect(shown.code).toBe(1);

    await house.release();
    const minutes = await house.minutesUntil('the standby to be gone', (each) => each.seen.phase === 'gone');
    expect(reportsOf(minutes).every(({ keys }) => keys === 'absent')).toBe(true);
    expect(deletions(house)).toBe(1);
    expect(house.compute.instances()).toEqual([]);
    expect(house.compute.disks()).toEqual([]);
  });

  test('with a keystore on it is not deleted, also when that is gone again', async () => {
    const { folders } = await (joining ?? net.join());
    const keystore = join(folders[0] ?? '', 'keystore-m_12381_3600_0_0_0-1700000000.json');
    writeFileSync(keystore, '{"crypto":{},"pubkey":"","version":4}');
    await house.want();
    await house.minutesUntil('keys to be seen', ({ seen }) => seen.report?.keys === 'present');
    expect(house.compute.instances()).toMatchObject([{ name: expect.stringMatching(/^bw-eth-2-/) }]);
    await house.release();
    await expectKept(house);
    rmSync(keystore);
    expect((await house.minute()).published?.keys).toBe('absent');
    await expectKept(house);
  });
});

describe.skipIf(skip || lacks('beacond', 'geth'))('a standby of Berachain', () => {
  let net: BerachainNet;
  let house: ProvisionedHouse;
  let joined: JoinedNode | null = null;
  let speedUp = (): void => {};
  beforeAll(async () => {
    net = await startBerachainNet();
    house = await provisionedHouse('berachain', async () => {
      const { execution, process, url, home } = (joined = await net.join());
      speedUp = slowDown(process);
      return {
        settings: {
          WATCHDOG_EXECUTION: execution.url,
          WATCHDOG_COMET: url,
          WATCHDOG_GENESIS: net.chainId,
          WATCHDOG_ADDRESSES: net.nodes.map(({ address }) => address).join(','),
          WATCHDOG_LOOK: home,
        },
        processes: [execution.process, process],
      };
    });
    const [first] = net.nodes;
    if (first !== undefined) await untilHeight(first, 60);
  });
  afterAll(async () => {
    speedUp();
    await house?.close();
    await net?.close();
  });

  test('says how long it takes on its way to synced', async () => {
    const [first] = net.nodes;
    await house.want();
    const minutes = await house.minutesUntil(
      'the standby to be synced',
      ({ seen }) => seen.phase === 'synced',
    );
    speedUp();
    expect(phasesOf(minutes)).toEqual(['creating', 'booting', 'syncing', 'synced']);
    expectHeard(minutes);
    const reports = reportsOf(minutes);
    await expectTrue(reports, chainOf(first?.execution.url ?? '', first?.url));
    // Until the node runs with its own key nobody knows whose that is.
    expect(new Set(reports.map(({ keys }) => keys))).not.toContain('present');
    const last = reports.at(-1);
    expect(last).toMatchObject({ keys: 'absent', peers: expect.any(Number) });
    const promised = reports.flatMap(({ etaMs, at }) =>
      etaMs === null ? [] : [{ etaMs, reallyMs: (last?.at ?? 0) - at }],
    );
    expect(promised.length).toBeGreaterThan(2);
    for (const { etaMs, reallyMs } of promised) {
      const said = `${etaMs} ms were said, and ${reallyMs} it was`;
      expect(etaMs, said).toBeGreaterThanOrEqual(reallyMs / 3 - 5_000);
      expect(etaMs, said).toBeLessThanOrEqual(reallyMs * 3 + 5_000);
    }
    const now = await heightOf(first?.url ?? '');
    expect(last?.head).toBeLessThanOrEqual(now);
  });

  test('is failing and stuck when its geth stops, and not deleted with a key that is not its own', async () => {
    if (joined === null) throw new Error('it has not booted');
    const { url, execution } = joined;
    await execution.process.kill();
    let stands = { own: 0, since: 0 };
    await until('the chain to go on without it', async () => {
      const [own, chain] = await Promise.all([heightOf(url), heightOf(net.nodes[0]?.url ?? '')]);
      if (own !== stands.own) stands = { own, since: chain };
      return chain - stands.since > 5 ? true : null;
    });
    expect((await house.minute()).seen).toMatchObject({ phase: 'syncing', trouble: null });
    house.pass(11 * minuteMs);
    const { seen } = await house.minute();
    expect(seen).toMatchObject({
      phase: 'syncing',
      report: { state: 'failing' },
      trouble: { kind: 'stuck' },
    });
    expect(seen.report?.text).toMatch(/^the execution client does not answer, for 1\d min: /);
    expect((await house.list()).out).toMatch(
      /stuck: the node europe-west3-a\/bw-bera-1-\w+ has come no further/,
    );

    copyFileSync(net.keyFile(0), join(joined.home, 'priv_validator_key.json'));
    await house.minute();
    await house.release();
    await expectKept(house);
  });
});
