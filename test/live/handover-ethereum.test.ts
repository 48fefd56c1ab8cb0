// The guard of a handover on a real Ethereum net: it counts down for a client that was stopped, allows when it should, and refuses whatever is wrong.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readProtection, writeInterchange } from '../../cli/protection.ts';
import type { BoundSource } from '../../functions/chains/chain.ts';
import { bindSources, createChains } from '../../functions/chains/run.ts';
import { type Guard, guardPolicy } from '../../functions/domain/handover/condition.ts';
import { epochAt, epochStart, firstEpochAfter } from '../../functions/domain/handover/epochs.ts';
import { extendShown } from '../../functions/domain/handover/extend-record.ts';
import type { Epochs, HandoverFacts, SourceFacts } from '../../functions/domain/handover/facts.ts';
import {
  compareMarks,
  ethereumFloor,
  isProtected,
  type Marks,
} from '../../functions/domain/handover/floor.ts';
import { judgeHandover } from '../../functions/domain/handover/guard.ts';
import type { Shown } from '../../functions/domain/handover/record.ts';
import { ethereumFacts } from '../support/handover.ts';
import { lacks } from '../support/tools.ts';
import { type EthereumNet, startEthereumNet } from './nets/ethereum.ts';
import { type Adapter, startAdapter } from './nets/lodestar-adapter.ts';
import { read, until } from './nets/wait.ts';

/** One of sixteen: so few that the others go on finalizing. */
const stopped = '15';
const validator = z.object({ data: z.object({ validator: z.object({ pubkey: z.string() }) }) });
const exported = z.object({
  data: z.array(z.object({ signed_attestations: z.array(z.object({ target_epoch: z.string() })) })),
});
const targetsIn = (file: string): bigint[] =>
  exported
    .parse(JSON.parse(readFileSync(file, 'utf8')))
    .data.flatMap((each) => each.signed_attestations.map((one) => BigInt(one.target_epoch)));
const genesis = z.object({ data: z.object({ genesis_validators_root: z.string() }) });
/** Real waits are the product's own but for two: nobody watches this net for a quarter of an hour, and its nodes know one another only. */
const policy = { ...guardPolicy, steadyMs: 20_000, leastPeers: 1 };
const limitMs = 400_000;

type Asked = { readonly source: BoundSource; readonly role: SourceFacts['role'] };

/** Looks as the command line does: all sources at once, and what does not age is kept. */
function guardOf(asked: readonly Asked[], epochs: Epochs, begunAt: number) {
  const kept = new Map<string, Shown>();
  let steadySince = begunAt;
  const factsOf = async ({ source, role }: Asked): Promise<SourceFacts> => {
    const run = { signal: new AbortController().signal, timeoutMs: 10_000, now: Date.now };
    const before = kept.get(source.id) ?? null;
    const [stood, recorded] = await Promise.all([
      source.stand({ keys: [stopped], withEars: role === 'target' }, run),
      source.record({ keys: [stopped], begunAt, before }, run),
    ]);
    const shown = recorded.ok ? extendShown(before, recorded.reading, Date.now()) : before;
    if (shown !== null) kept.set(source.id, shown);
    return {
      source: source.id,
      operator: source.operator,
      isOwn: role !== 'foreign',
      role,
      shown,
      trouble: recorded.ok ? recorded.trouble : recorded.detail,
      now: stood.ok ? stood.value : null,
      nowTrouble: stood.ok ? null : stood.detail,
    };
  };
  return async (): Promise<Guard> => {
    const sources = await Promise.all(asked.map(factsOf));
    const at = Date.now();
    const target = sources.find(({ role }) => role === 'target')?.now ?? null;
    if (target === null || target.behind !== null || target.askedAt - target.head.at > 3 * epochs.slotMs) {
      steadySince = at;
    }
    const base = ethereumFacts('basement');
    if (!base.flag.isReadable || base.flag.flag === null) throw new Error('no flag');
    const right = { offsetMs: 0, uncertaintyMs: 1, askedAt: at };
    const facts: HandoverFacts = {
      ...base,
      at,
      signer: { ...base.signer, keys: [stopped] },
      flag: { isReadable: true, flag: { ...base.flag.flag, publicKeys: [stopped], since: begunAt } },
      epochs,
      sources,
      target: { ...base.target, steadySince, clock: right },
      clock: right,
      fencing: { how: 'powered-off', at: begunAt, by: 'the test' },
    };
    return judgeHandover(facts, policy);
  };
}

const unmet = ({ conditions }: Guard): string[] =>
  conditions.flatMap(({ id, part, state, why }) => (state === 'met' ? [] : [`${id} ${part}: ${why}`]));

describe.skipIf(lacks('node', 'lodestar', 'geth'))('the guard, on geth, Lodestar and 16 validators', () => {
  let net: EthereumNet;
  let adapters: Adapter[] = [];
  let epochs: Epochs;
  let sourceOf: (id: string, url: string) => BoundSource;
  let asked: readonly Asked[] = [];
  let begunAt = 0;
  let look: () => Promise<Guard>;
  let genesisRoot = '';
  const adapt = async (url: string): Promise<string> => {
    const adapter = await startAdapter(url, net.slotsPerEpoch);
    adapters.push(adapter);
    return adapter.url;
  };
  beforeAll(async () => {
    net = await startEthereumNet([
      [0, 14],
      [15, 15],
    ]);
    const [one, two] = net.beacons;
    if (one === undefined || two === undefined) throw new Error('no beacon node');
    const { genesisTime, secondsPerSlot, slotsPerEpoch } = net;
    epochs = { genesisAt: genesisTime * 1000, slotMs: secondsPerSlot * 1000, slotsPerEpoch };
    const { data } = await read(`${one.url}/eth/v1/beacon/genesis`, genesis);
    genesisRoot = data.genesis_validators_root;
    const network = {
      genesisTime,
      genesisValidatorsRoot: data.genesis_validators_root,
      secondsPerSlot,
      slotsPerEpoch,
    };
    const chains = createChains();
    sourceOf = (id, url) => {
      const [source] = bindSources(
        [{ id, operator: id, isOwn: false, chain: 'ethereum', source: { url, network } }],
        { chains, network: { allow: ['127.0.0.0/8'], hosts: new Map() }, secret: () => '', allow: [] },
      );
      if (source === undefined) throw new Error('no source');
      return source;
    };
    asked = [
      { source: sourceOf('orchard', await adapt(one.url)), role: 'foreign' },
      // A second operator, who shows what the second node shows.
      { source: sourceOf('harbour', await adapt(two.url)), role: 'foreign' },
      { source: sourceOf('target', await adapt(two.url)), role: 'target' },
    ];
  });
  afterAll(async () => {
    await Promise.all(adapters.map((adapter) => adapter.close()));
    adapters = [];
    await net?.close();
  });

  test('counts down once the client was stopped, and allows after four epochs, not before', async () => {
    const first = asked[0]?.source;
    if (first === undefined) throw new Error('no source');
    await until(
      'the chain to finalize',
      async () => {
        const run = { signal: new AbortController().signal, timeoutMs: 10_000, now: Date.now };
        const stood = await first.stand({ keys: [stopped], withEars: false }, run);
        return stood.ok && (stood.value.finalized?.epoch ?? 0) >= 2 ? true : null;
      },
      { limitMs },
    );
    await net.clients[1]?.process.stop();
    begunAt = Date.now();
    look = guardOf(asked, epochs, begunAt);
    const counts = firstEpochAfter(epochs, begunAt);
    const early = await look();
    expect(early.isAllowed).toBe(false);
    expect(early.notBefore).toBe(epochStart(epochs, counts + 4));
    let tooEarly = false;
    const guard = await until(
      'the guard to allow it',
      async () => {
        const now = await look();
        if (now.isAllowed && Date.now() < epochStart(epochs, counts + 4)) tooEarly = true;
        if (now.isAllowed) return now;
        throw new Error(unmet(now).join('; '));
      },
      { limitMs },
    );
    expect(tooEarly).toBe(false);
    expect(unmet(guard)).toEqual([]);
    console.log(
      `allowed ${Math.round((Date.now() - begunAt) / 1000)} s after begin, in epoch F+${epochAt(epochs, Date.now()) - counts}: with one of 16 validators stopped the chain went on finalizing`,
    );
  });

  test('refuses for keys that live: the same blocks show every other validator', async () => {
    const run = { signal: new AbortController().signal, timeoutMs: 10_000, now: Date.now };
    const others = Array.from({ length: 15 }, (_, index) => String(index));
    const epoch = await until('a record of the newest epoch that is over', async () => {
      // Nodes that keep no archive tell the committees of a few epochs only.
      const recent = epochStart(epochs, epochAt(epochs, Date.now()) - 3) + 1;
      const recorded = await asked[0]?.source.record({ keys: others, begunAt: recent, before: null }, run);
      if (recorded?.ok !== true || recorded.reading.of !== 'epochs') return null;
      if (recorded.trouble !== null) throw new Error(recorded.trouble);
      return recorded.reading.epochs[0] ?? null;
    });
    // On a busy machine one of them may have missed its slot.
    expect(epoch.keys.filter((word) => word === 'alive').length).toBeGreaterThanOrEqual(13);
    expect(epoch.participation).toBeGreaterThan(0.8);
  });

  test('refuses while the node that is to sign is frozen, and allows again once it has caught up', async () => {
    const process = net.beacons[1]?.process;
    process?.freeze();
    try {
      const frozen = await look();
      expect(frozen.isAllowed).toBe(false);
      expect(unmet(frozen).join('; ')).toContain('sources target');
    } finally {
      process?.thaw();
    }
    await until(
      'the guard to allow it again',
      async () => {
        const now = await look();
        if (now.isAllowed) return true;
        throw new Error(unmet(now).join('; '));
      },
      { limitMs },
    );
  });

  test('refuses when the node that is to sign was restarted, until it is steady again', async () => {
    const process = net.beacons[1]?.process;
    await process?.stop();
    expect((await look()).isAllowed).toBe(false);
    process?.start();
    const guard = await until(
      'the restarted node to be at the head',
      async () => {
        const now = await look();
        const isThere = now.conditions.some(
          ({ id, part, state }) => id === 'sources' && part === 'target' && state === 'met',
        );
        return isThere ? now : null;
      },
      { limitMs },
    );
    expect(guard.isAllowed).toBe(false);
    expect(unmet(guard).join('; ')).toContain('steady');
    const ears = guard.conditions.find(({ id }) => id === 'ears');
    console.log(`the ears of a node that has just been restarted: ${ears?.state}, ${ears?.why}`);
  });

  test('the floor goes into the stopped client, comes out again as it went in, and binds it', async () => {
    const [client] = net.clients.slice(1);
    if (client === undefined) throw new Error('no client');
    const shown = await read(
      `${net.beacons[0]?.url}/eth/v1/beacon/states/head/validators/${stopped}`,
      validator,
    );
    const key = shown.data.validator.pubkey;
    const floor = ethereumFloor(epochs, Date.now());
    const folder = mkdtempSync(join(tmpdir(), 'watchdog-floor-'));
    try {
      const exportOf = async (name: string): Promise<ReadonlyMap<string, Marks>> => {
        await client.protection('export', join(folder, name));
        const got = readProtection(readFileSync(join(folder, name), 'utf8'), 'marks');
        if (!got.ok) throw new Error(got.why);
        if (got.protection.of !== 'marks') throw new Error('no marks');
        expect(got.genesisRoot).toBe(genesisRoot);
        return got.protection.keys;
      };
      // What it has of its own lies below: with that alone it could sign once more what it has signed.
      const before = await exportOf('before.json');
      expect(isProtected(compareMarks(before, new Map([[key, floor]])))).toBe(false);
      const own = before.get(key)?.target ?? -1n;

      writeFileSync(join(folder, 'floor.json'), writeInterchange(genesisRoot, new Map([[key, floor]])));
      await client.protection('import', join(folder, 'floor.json'));
      const after = await exportOf('after.json');
      expect(compareMarks(after, new Map([[key, floor]]))).toMatchObject([{ key, result: 'ok' }]);
      expect(after.get(key)).toEqual(floor);

      // Up to the floor's target it refuses; what it signs first is of a later epoch.
      client.process.start();
      let lookIn = Number(floor.target) + 2;
      await until(
        'it to sign above the floor',
        async () => {
          if (epochAt(epochs, Date.now()) < lookIn) return null;
          await client.process.stop();
          const file = join(folder, `later-${lookIn}.json`);
          await client.protection('export', file);
          const targets = targetsIn(file);
          expect(targets.filter((each) => each > own && each < floor.target)).toEqual([]);
          if (targets.some((each) => each > floor.target)) return true;
          client.process.start();
          lookIn = epochAt(epochs, Date.now()) + 2;
          return null;
        },
        { limitMs },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('refuses as soon as the client signs again, and no override helps', async () => {
    net.clients[1]?.process.start();
    const guard = await until(
      'the guard to see it',
      async () => {
        const now = await look();
        const lives = now.conditions.some(
          ({ why, state }) => state === 'not-met' && /hears|did, says|signed since/.test(why),
        );
        return lives ? now : null;
      },
      { limitMs },
    );
    expect(guard).toMatchObject({ isAllowed: false, skippable: [] });
  });

  test('refuses while the chain does not finalize', async () => {
    await net.clients[0]?.process.stop();
    const guard = await until(
      'finality to stand still',
      async () => {
        const now = await look();
        const finality = now.conditions.find(({ id }) => id === 'finality');
        return finality !== undefined && finality.state !== 'met' ? now : null;
      },
      { limitMs },
    );
    expect(guard).toMatchObject({ isAllowed: false, skippable: [] });
  });
});
