// A real Lodestar validator client under the fence, with the real gate: it attests while the flag names its machine, and the chain shows it silent otherwise.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { BoundSource } from '../../functions/chains/chain.ts';
import { bindSources, createChains } from '../../functions/chains/run.ts';
import { extendShown } from '../../functions/domain/handover/extend-record.ts';
import type { KeyWord, Shown } from '../../functions/domain/handover/record.ts';
import { lives } from '../basement/fence/world.ts';
import { lacksFence } from '../support/fence-program.ts';
import { lacks } from '../support/tools.ts';
import { type EthereumNet, slotAt, startEthereumNet } from './nets/ethereum.ts';
import { fenceClient, untilGone, type FencedClient } from './nets/fence.ts';
import { startGate, type Gate } from './nets/gate.ts';
import { type Adapter, startAdapter } from './nets/lodestar-adapter.ts';
import { read, until } from './nets/wait.ts';

const isolationMs = 5_000;
const limitMs = 180_000;
const everybody = Array.from({ length: 16 }, (_, index) => index);
const genesis = z.object({ data: z.object({ genesis_validators_root: z.string() }) });
// Lodestar of this age answers the question as it was before it was standardised, and with numbers.
const liveness = z.object({ data: z.array(z.object({ index: z.int(), is_live: z.boolean() })) });

describe.skipIf(lacks('node', 'lodestar', 'geth') || lacksFence())(
  'a client of Lodestar under the fence',
  () => {
    let folder = '';
    let net: EthereumNet;
    let gate: Gate;
    let fence: FencedClient;
    let adapter: Adapter;
    let source: BoundSource;
    let shown: Shown | null = null;
    let begunAt = 0;
    let ours: readonly number[] = [];
    /** What tests saw of whole epochs: the blocks must say the same. */
    const expected = new Map<number, 'silent' | 'alive'>();

    const beacon = (place: number): EthereumNet['beacons'][number] => {
      const found = net.beacons[place];
      if (found === undefined) throw new Error(`there is no beacon node ${place}`);
      return found;
    };

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'watchdog-fence-ethereum-'));
      net = await startEthereumNet();
      const [, fenced] = net.clients;
      if (fenced === undefined) throw new Error('no second client');
      await fenced.process.stop();
      begunAt = Date.now();
      ours = fenced.indices;
      const { genesisTime, secondsPerSlot, slotsPerEpoch } = net;
      adapter = await startAdapter(beacon(0).url, slotsPerEpoch);
      const { data } = await read(`${beacon(0).url}/eth/v1/beacon/genesis`, genesis);
      const network = {
        genesisTime,
        genesisValidatorsRoot: data.genesis_validators_root,
        secondsPerSlot,
        slotsPerEpoch,
      };
      const [bound] = bindSources(
        [
          {
            id: 'one',
            operator: 'one',
            isOwn: false,
            chain: 'ethereum',
            source: { url: adapter.url, network },
          },
        ],
        {
          chains: createChains(),
          network: { allow: ['127.0.0.0/8'], hosts: new Map() },
          secret: () => '',
          allow: [],
        },
      );
      if (bound === undefined) throw new Error('no source');
      source = bound;
      gate = await startGate({ folder, chain: 'ethereum', keys: ours.map(String) });
      fence = await fenceClient({
        folder,
        gate,
        // On the second beacon node: the chain goes on without it.
        client: fenced.commandAt(beacon(1).url),
        settings: {
          FENCE_CHAIN: 'ethereum',
          FENCE_NODE_URL: beacon(1).url,
          FENCE_ISOLATION: `${isolationMs}ms`,
        },
      });
    });
    afterAll(async () => {
      await fence?.close();
      await gate?.close();
      await adapter?.close();
      await net?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const epochNow = (): number => Math.floor(slotAt(net, Date.now()) / net.slotsPerEpoch);
    /** Reads what blocks show, which nodes that keep no archive can tell of the last epochs only. */
    const record = async (): Promise<void> => {
      const run = { signal: new AbortController().signal, timeoutMs: 10_000, now: Date.now };
      const got = await source.record({ keys: ours.map(String), begunAt, before: shown }, run);
      if (got.ok) shown = extendShown(shown, got.reading, Date.now());
    };
    const words = (): ReadonlyMap<number, readonly KeyWord[]> =>
      new Map(shown?.of === 'epochs' ? shown.epochs.map(({ epoch, keys }) => [epoch, keys]) : []);
    const liveIn = async (epoch: number): Promise<number[]> => {
      const asked = everybody.map((index) => `&indices=${index}`).join('');
      const { data } = await read(
        `${beacon(0).url}/eth/v1/validator/liveness?epoch=${epoch}${asked}`,
        liveness,
      );
      return data.filter((each) => each.is_live).map(({ index }) => index);
    };
    /** Nobody of ours is seen in the next whole epoch, and the others are. */
    const isSilent = async (): Promise<string> => {
      const epoch = epochNow() + 1;
      await until(
        `the end of epoch ${epoch}`,
        async () => {
          await record();
          return epochNow() > epoch ? true : null;
        },
        { limitMs },
      );
      const live = await liveIn(epoch);
      expect(live.filter((index) => ours.includes(index))).toEqual([]);
      // On a busy machine one of them may have missed its slot.
      expect(live.length).toBeGreaterThanOrEqual(12);
      expected.set(epoch, 'silent');
      return `silent in epoch ${epoch}, in which ${live.length} others are seen`;
    };
    /** Some of ours are seen in an epoch, this one or a later one. */
    const untilAlive = async (from = epochNow()): Promise<string> =>
      until(
        'an attestation of ours',
        async () => {
          await record();
          const epoch = epochNow();
          if (epoch < from) return null;
          const live = (await liveIn(epoch)).filter((index) => ours.includes(index));
          if (live.length === 0) return null;
          expected.set(epoch, 'alive');
          return `${live.join(' and ')} seen in epoch ${epoch}`;
        },
        { limitMs },
      );
    const client = (): number => fence.clients().at(-1) ?? 0;
    const untilStarted = async (times: number): Promise<number> =>
      until(
        `client ${times} to be started`,
        async () => (fence.clients().length >= times ? client() : null),
        {
          limitMs,
        },
      );

    test('denied at the start does not run', async () => {
      fence.start();
      await fence.untilSaid(/the gate denies \(generation 0/);
      const seen = await isSilent();
      expect([fence.clients(), fence.ends]).toEqual([[], []]);
      console.log(`denied: ${seen}`);
    });

    test('allowed attests', async () => {
      const epoch = epochNow();
      expect(await gate.init(fence.instance)).toBe(1);
      await untilStarted(1);
      const seen = await untilAlive();
      expect(fence.ends).toEqual([]);
      console.log(`allowed in epoch ${epoch}: ${seen}`);
    });

    test('denied while it runs stops with the next look, and is silent from then on', async () => {
      const [pid, mark, begun] = [client(), fence.mark(), performance.now()];
      await gate.begin();
      const asked = gate.questions();
      await untilGone(pid);
      const tookMs = performance.now() - begun;
      // One question may have been under way already.
      expect(gate.questions() - asked).toBeLessThanOrEqual(2);
      await fence.untilSaid(/the client is stopped; it starts again when the gate allows it/, mark);
      const seen = await isSilent();
      expect([fence.clients().length, fence.ends]).toEqual([1, []]);
      console.log(`stopped after ${Math.round(tookMs)} ms: ${seen}`);
    });

    test('dies with its fence; started again, that asks, and the client attests', async () => {
      await gate.take(fence.instance);
      const pid = await untilStarted(2);
      process.kill(fence.pid(), 'SIGKILL');
      await untilGone(pid);
      await until('the fence to end', async () => (fence.ends.length > 0 ? true : null));
      const next = await untilStarted(3);
      expect([fence.ends, next === pid]).toEqual([['SIGKILL'], false]);
      const seen = await untilAlive();
      expect([client(), lives(next)]).toEqual([next, true]);
      console.log(`client ${pid} died with its fence; client ${next}: ${seen}`);
    });

    test('goes on without the gate while its beacon node sees the chain', async () => {
      const [pid, mark] = [client(), fence.mark()];
      await gate.goDown();
      const wellAfter = Math.floor(slotAt(net, Date.now() + 2 * isolationMs) / net.slotsPerEpoch) + 1;
      await fence.untilSaid(/the client goes on, for its node sees the chain/, mark);
      const seen = await untilAlive(wellAfter);
      expect([client(), lives(pid), fence.ends.length]).toEqual([pid, true, 1]);
      console.log(`without the gate: ${seen}`);
    });

    test('is stopped when its beacon node is gone too, and comes back with both', async () => {
      const [pid, mark, begun] = [client(), fence.mark(), performance.now()];
      await beacon(1).process.stop();
      await untilGone(pid);
      const tookMs = performance.now() - begun;
      expect(tookMs).toBeGreaterThan(isolationMs);
      await fence.untilSaid(/the node does not say how it is, for \d+ s now: an isolated validator/, mark);
      const seen = await isSilent();
      expect([fence.clients().length, fence.ends.length]).toEqual([3, 1]);
      beacon(1).process.start();
      await gate.comeBack();
      await untilStarted(4);
      const back = await untilAlive();
      console.log(`isolated: stopped after ${Math.round(tookMs)} ms, ${seen}; both are back: ${back}`);
    });

    test('in blocks, too, it is silent and alive in just these epochs', async () => {
      const epochs = [...expected.keys()];
      const last = Math.max(...epochs);
      await until(
        `the blocks of epoch ${last}`,
        async () => {
          await record();
          return words().has(last) ? true : null;
        },
        { limitMs },
      );
      const inBlocks = epochs.map((epoch) => {
        const keys = words().get(epoch) ?? [];
        const word = keys.includes('alive') ? 'alive' : keys.every((each) => each === 'silent') && 'silent';
        return [epoch, word];
      });
      expect(inBlocks).toEqual([...expected]);
      expect([...expected.values()]).toEqual([
        'silent',
        'alive',
        'silent',
        'alive',
        'alive',
        'silent',
        'alive',
      ]);
      console.log(inBlocks.map(([epoch, word]) => `${epoch} ${word}`).join(', '));
    });
  },
);
