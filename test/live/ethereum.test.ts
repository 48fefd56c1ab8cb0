// A real Ethereum net: who attests can be read from its blocks, and a chain whose execution client died looks healthy.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { SourceTarget } from '../../functions/chains/run.ts';
import { worldOf } from '../chains/world.ts';
import { lacks } from '../support/tools.ts';
import { headSlot, slotAt, startEthereumNet } from './nets/ethereum.ts';
import type { EthereumNet } from './nets/ethereum.ts';
import { startAdapter, type Adapter } from './nets/lodestar-adapter.ts';
import { read, until } from './nets/wait.ts';
import { isWell, watchHouse, type House, type WatchedHouse } from './watched-house.ts';

const everybody = Array.from({ length: 16 }, (_, index) => index);
// Lodestar of this age answers the question as it was before it was standardised, and with numbers.
const liveness = z.object({ data: z.array(z.object({ index: z.int(), is_live: z.boolean() })) });

const genesis = z.object({ data: z.object({ genesis_validators_root: z.string() }) });
const proposed = z.object({
  data: z.object({ header: z.object({ message: z.object({ proposer_index: z.string() }) }) }),
});
const validators = z.object({ data: z.array(z.object({ validator: z.object({ pubkey: z.string() }) })) });

describe.skipIf(lacks('node', 'lodestar', 'geth'))('geth, Lodestar and 16 validators', () => {
  let net: EthereumNet;
  let url = '';
  let other = '';
  /** Before each beacon node. NOT REAL: see there. */
  let adapters: readonly Adapter[] = [];
  let sources: readonly SourceTarget[] = [];
  let signers: readonly { readonly id: string; readonly chain: 'ethereum'; readonly keys: string[] }[] = [];
  let house: WatchedHouse;
  beforeAll(async () => {
    net = await startEthereumNet();
    [url = '', other = ''] = net.beacons.map((beacon) => beacon.url);
    adapters = await Promise.all(net.beacons.map((beacon) => startAdapter(beacon.url, net.slotsPerEpoch)));
    const { genesisTime, secondsPerSlot, slotsPerEpoch } = net;
    const { data } = await read(`${url}/eth/v1/beacon/genesis`, genesis);
    const network = {
      genesisTime,
      genesisValidatorsRoot: data.genesis_validators_root,
      secondsPerSlot,
      slotsPerEpoch,
    };
    sources = adapters.map((adapter, place) => ({
      id: `rpc-${place + 1}`,
      operator: `operator-${place + 1}`,
      isOwn: false,
      chain: 'ethereum',
      source: { url: adapter.url, network },
    }));
    // The first signer is known by the numbers of its validators, the second one by their public keys.
    const [first, second] = net.clients;
    const named = (second?.indices ?? []).map((index) => `id=${index}`).join('&');
    const found = await read(`${url}/eth/v1/beacon/states/head/validators?${named}`, validators);
    signers = [
      { id: 'client-1', chain: 'ethereum', keys: (first?.indices ?? []).map(String) },
      { id: 'client-2', chain: 'ethereum', keys: found.data.map(({ validator }) => validator.pubkey) },
    ];
    house = await watchHouse(houseOf(network));
  });
  afterAll(async () => {
    await house?.close();
    await Promise.all(adapters.map(({ close }) => close()));
    await net?.close();
  });

  /** Our own nodes, and two operators' view of the chain. */
  const houseOf = (network: object): House => {
    const beacon = { probe: 'beacon', network, maxHeadAge: '10s' };
    const { chainId } = net.execution;
    return {
      nodes: [
        { id: 'geth', url: net.execution.url, probe: 'jsonrpc', chainId, maxHeadAge: '10s', minPeers: 0 },
        { id: 'beacon-1', url, ...beacon },
        { id: 'beacon-2', url: other, ...beacon },
        ...sources.map(({ id, operator, source }) => ({
          ...beacon,
          id,
          operator,
          url: source.url,
          role: 'chain',
          chain: 'ethereum',
        })),
      ],
      signers,
      signing: { epochs: 3 },
    };
  };

  const epochNow = (): number => Math.floor(slotAt(net, Date.now()) / net.slotsPerEpoch);

  /** Who was seen in this epoch; it must be over, and not long ago. */
  async function liveIn(epoch: number): Promise<number[]> {
    await until(`the end of epoch ${epoch}`, () => Promise.resolve(epochNow() > epoch ? true : null));
    const asked = everybody.map((index) => `&indices=${index}`).join('');
    const { data } = await read(`${url}/eth/v1/validator/liveness?epoch=${epoch}${asked}`, liveness);
    return data.filter((each) => each.is_live).map(({ index }) => index);
  }

  test('both beacon nodes follow one chain', async () => {
    const heads = await until('the same head', async () => {
      const [one, two] = await Promise.all([headSlot(url), headSlot(other)]);
      return one === two && one > 2 ? { one, two } : null;
    });
    expect(heads.one).toBe(heads.two);
  });

  test('watchdog probe shows all keys signing, a moving chain, and our clients at its head', async () => {
    const look = await house.untilSeen('all signing', isWell);
    expect(look).toMatchObject({
      signers: { 'client-1': 'signing', 'client-2': 'signing' },
      chains: { ethereum: 'moving' },
      targets: { geth: 'good', 'beacon-1': 'good', 'beacon-2': 'good' },
    });
  });

  test('watchdog quiet shows who really proposes then, and that all of so few are in the sync committee', async () => {
    // Lodestar of this age numbers the slots of the next epoch as those of this one: so it counts for this one only.
    await until('the beginning of an epoch', () =>
      Promise.resolve(slotAt(net, Date.now()) % net.slotsPerEpoch === 0 ? true : null),
    );
    const looks = await Promise.all([house.quiet('client-1', '4s'), house.quiet('client-2', '4s')]);
    for (const look of looks) {
      expect(look).toMatchObject({
        code: 3,
        because: 'sync-committee',
        operators: ['operator-1', 'operator-2'],
      });
      expect(new Set(look.keys.map(({ standing }) => standing))).toEqual(new Set(['active']));
    }
    const [first, second] = looks.map(({ duties }) => duties.filter(({ kind }) => kind === 'proposal'));
    const last = (looks[0]?.known?.until ?? 0) - 1;
    await until('the last slot that was known', async () => ((await headSlot(url)) > last ? true : null));
    const indices = net.clients.map((client) => client.indices);
    let seen = 0;
    for (const [place, proposals] of [first, second].entries()) {
      for (const { from } of proposals ?? []) {
        const answer = await fetch(`${url}/eth/v1/beacon/headers/${from}`);
        // A slot may have no block.
        if (answer.status !== 200) continue;
        const { data } = proposed.parse(await answer.json());
        expect(indices[place]).toContain(Number(data.header.message.proposer_index));
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(2);
  });

  test('tick by tick, the keys of a stopped client become silent, and those of the other never do', async () => {
    const [, stopped] = net.clients;
    await stopped?.process.stop();
    // As the function `watch` sees it: each tick on top of what the ones before have read.
    const world = worldOf(sources, signers);
    const states = new Map<string, Set<string>>();
    await until(
      'a silent signer',
      async () => {
        const seen = await world.tick(Date.now());
        for (const { id, state } of seen.signers) states.set(id, (states.get(id) ?? new Set()).add(state));
        return states.get('client-2')?.has('silent') === true ? true : null;
      },
      { limitMs: 240_000 },
    );
    expect(states.get('client-1')).toContain('signing');
    expect(states.get('client-1')).not.toContain('silent');
  });

  test('watchdog probe, which has seen nothing before, shows the same', async () => {
    const look = await house.untilSeen(
      'a silent signer beside one that signs',
      ({ signers: seen }) => seen['client-1'] === 'signing' && seen['client-2'] === 'silent',
      240_000,
    );
    expect(look).toMatchObject({ code: 1, chains: { ethereum: 'moving' }, targets: { geth: 'good' } });
  });

  test('the same validators are missing in the liveness of two epochs, until their client is back', async () => {
    const [running, stopped] = net.clients;
    if (running === undefined || stopped === undefined) throw new Error('two clients are needed');
    const first = epochNow();
    // One missed slot is no silence: somebody who is in neither of two epochs is silent.
    const seen = new Set([...(await liveIn(first)), ...(await liveIn(first + 1))]);
    expect([...seen].toSorted((a, b) => a - b)).toEqual(running.indices);
    stopped.process.start();
    const back = await house.untilSeen('all signing again', isWell);
    expect(back.signers).toEqual({ 'client-1': 'signing', 'client-2': 'signing' });
  });

  test('a beacon node that is frozen takes connections and never answers: a timeout, and no word about signers', async () => {
    const [, frozen] = net.beacons;
    frozen?.process.freeze();
    try {
      const look = await house.look();
      expect(look).toMatchObject({
        targets: { 'beacon-1': 'good', 'beacon-2': 'timeout', 'rpc-2': 'timeout' },
        signers: { 'client-1': 'signing', 'client-2': 'signing' },
      });
    } finally {
      frozen?.process.thaw();
    }
  });

  test('without its execution client the head stands still, and its health stays good', async () => {
    // With SIGTERM: killed, geth forgets its last blocks, and has nobody to ask for them.
    await net.execution.process.stop();
    // By an epoch and more behind, Lodestar takes itself for syncing and would let nobody propose any more.
    const frozen = await until('a head that is 4 slots old', async () => {
      const slot = await headSlot(url);
      return slotAt(net, Date.now()) - slot >= 4 ? slot : null;
    });
    const look = await until('a stale beacon node', async () => {
      const each = await house.look('beacon-1');
      return each.targets['beacon-1'] === 'stale' ? each : null;
    });
    const health = await fetch(`${url}/eth/v1/node/health`);
    net.execution.process.start();
    expect({ status: health.status, code: look.code }).toEqual({ status: 200, code: 1 });
    const moved = await until(
      'the head to move again',
      async () => {
        const slot = await headSlot(url);
        return slot > frozen + 1 ? slot : null;
      },
      { processes: net.beacons.map(({ process }) => process), limitMs: 60_000 },
    );
    expect(moved).toBeGreaterThan(frozen);
  });
});
