// A real CometBFT validator under the fence, with the real gate: it signs while the flag names its machine, and the commits of the others show it silent otherwise.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readProtection, writeLastSign } from '../../cli/protection.ts';
import { cometFloor } from '../../functions/domain/handover/floor.ts';
import { lives } from '../basement/fence/world.ts';
import { lacksFence } from '../support/fence-program.ts';
import { lacks } from '../support/tools.ts';
import { startCometbftNet, type CometbftNet } from './nets/cometbft.ts';
import { flagsAt, heightOf, untilHeight } from './nets/comet.ts';
import { fenceClient, untilGone, type FencedClient } from './nets/fence.ts';
import { startGate, type Gate } from './nets/gate.ts';
import { read, until } from './nets/wait.ts';

type Node = CometbftNet['nodes'][number];

/** Its place in the net. */
const fenced = 3;
const absent = 1;
const isolationMs = 5_000;
/** Whoever was stopped may have voted already for heights that the node that is asked has not yet. */
const underWay = 3;

const made = z.object({
  result: z.object({
    signed_header: z.object({
      header: z.object({ time: z.string() }),
      commit: z.object({ round: z.int() }),
    }),
  }),
});

describe.skipIf(lacks('cometbft') || lacksFence())('a validator of CometBFT under the fence', () => {
  let folder = '';
  let net: CometbftNet;
  let gate: Gate;
  let fence: FencedClient;

  const node = (place: number): Node => {
    const found = net.nodes[place];
    if (found === undefined) throw new Error(`there is no node ${place}`);
    return found;
  };
  const witness = (): Node => node(0);
  const stateFile = (): string => join(node(fenced).home, 'data', 'priv_validator_state.json');
  const tip = async (): Promise<number> => heightOf(witness().url);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'watchdog-fence-cometbft-'));
    net = await startCometbftNet({ isFast: true });
    await node(fenced).process.stop();
    gate = await startGate({ folder, chain: 'cometbft', keys: [node(fenced).address] });
    fence = await fenceClient({
      folder,
      gate,
      client: { command: node(fenced).command, folder: node(fenced).home },
      settings: {
        FENCE_CHAIN: 'cometbft',
        FENCE_STATE_FILE: stateFile(),
        FENCE_NODE_URL: node(fenced).url,
        FENCE_ISOLATION: `${isolationMs}ms`,
      },
    });
  });
  afterAll(async () => {
    await fence?.close();
    await gate?.close();
    await net?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Its flag in the canonical commit of each of these heights, as another node has them. */
  const flagsOf = async (from: number, count: number): Promise<number[]> => {
    await untilHeight(witness(), from + count + 1);
    const found: number[] = [];
    for (let height = from; height < from + count; height += 1) {
      const flags = await flagsAt(witness().url, height);
      found.push(flags?.get(node(fenced).address) ?? Number.NaN);
    }
    return found;
  };
  const madeAt = async (height: number): Promise<z.output<typeof made>['result']['signed_header']> => {
    const { result } = await read(`${witness().url}/commit?height=${height}`, made);
    return result.signed_header;
  };
  /** The chain goes on, and it is in none of these commits. */
  const isAbsent = async (count = 30): Promise<string> => {
    const from = (await tip()) + underWay;
    const flags = await flagsOf(from, count);
    expect(new Set(flags)).toEqual(new Set([absent]));
    return `absent at ${from} to ${from + count - 1}`;
  };
  /** The first height above this one whose commit has it. */
  const untilSigned = async (above: number): Promise<number> => {
    let next = above + 1;
    return until(
      `its vote above height ${above}`,
      async () => {
        while (next < (await tip())) {
          const flags = await flagsAt(witness().url, next);
          if (flags !== null && flags.get(node(fenced).address) !== absent) return next;
          next += 1;
        }
        throw new Error(`not up to ${next}`);
      },
      { limitMs: 60_000 },
    );
  };
  const client = (): number => fence.clients().at(-1) ?? 0;
  const untilStarted = async (times: number): Promise<number> =>
    until(`client ${times} to be started`, async () => (fence.clients().length >= times ? client() : null), {
      limitMs: 60_000,
    });

  test('denied at the start does not run', async () => {
    fence.start();
    await fence.untilSaid(/the gate denies \(generation 0/);
    const seen = await isAbsent();
    expect(fence.clients()).toEqual([]);
    await expect(heightOf(node(fenced).url)).rejects.toThrow('fetch failed');
    console.log(`denied: ${seen}`);
  });

  test('allowed signs', async () => {
    const at = await tip();
    expect(await gate.init(fence.instance)).toBe(1);
    await untilStarted(1);
    const signed = await untilSigned(at);
    expect(fence.ends).toEqual([]);
    console.log(`allowed at ${at}: signs at ${signed}`);
  });

  test('denied while it runs stops with the next look, and is silent from then on', async () => {
    const mark = fence.mark();
    const pid = client();
    const begun = performance.now();
    await gate.begin();
    const asked = gate.questions();
    await untilGone(pid);
    const tookMs = performance.now() - begun;
    // One question may have been under way already.
    expect(gate.questions() - asked).toBeLessThanOrEqual(2);
    await fence.untilSaid(/the client is stopped; it starts again when the gate allows it/, mark);
    const seen = await isAbsent();
    expect([fence.clients().length, fence.ends]).toEqual([1, []]);

    const at = await tip();
    await gate.take(fence.instance);
    await untilStarted(2);
    const signed = await untilSigned(at);
    expect(fence.ends).toEqual([]);
    console.log(
      `stopped after ${Math.round(tookMs)} ms: ${seen}; allowed again at ${at}: signs at ${signed}`,
    );
  });

  test('killed takes its fence along; whoever starts that again has the gate asked again', async () => {
    const at = await tip();
    const asked = gate.questions();
    process.kill(client(), 'SIGKILL');
    await until('the fence to end', async () => (fence.ends.length > 0 ? true : null));
    expect(fence.ends).toEqual([137]);
    await untilStarted(3);
    expect(gate.questions()).toBeGreaterThan(asked);
    const signed = await untilSigned(at + underWay);
    console.log(`killed at ${at}: signs again at ${signed}`);
  });

  test('killed after a deny that its fence has not heard yet does not start again', async () => {
    await fence.stop();
    fence.start({ FENCE_POLL: '15s' });
    // The next look is 15 s away.
    const pid = await untilStarted(4);
    const [ends, mark] = [fence.ends.length, fence.mark()];
    await gate.begin();
    process.kill(pid, 'SIGKILL');
    await fence.untilSaid(/the gate denies/, mark);
    const seen = await isAbsent();
    expect([fence.clients().length, fence.ends.slice(ends)]).toEqual([4, [137]]);
    console.log(`killed after the deny: ${seen}`);
  });

  test('goes on without the gate as long as it has peers', async () => {
    await fence.stop();
    await gate.take(fence.instance);
    fence.start();
    const pid = await untilStarted(5);
    await untilSigned(await tip());
    const mark = fence.mark();
    await gate.goDown();
    const downAt = Date.now();
    const from = await tip();
    await fence.untilSaid(/the client goes on, for its node sees the chain/, mark);
    const last = await until('blocks of three times the limit', async () => {
      const height = (await tip()) - 1;
      const { header } = await madeAt(height);
      return Date.parse(header.time) > downAt + 3 * isolationMs ? height : null;
    });
    const signed = await untilSigned(last);
    expect([lives(pid), client()]).toEqual([true, pid]);
    await gate.comeBack();
    await fence.untilSaid(/all is well again/, mark);
    console.log(`without the gate since ${from}: signs at ${signed}`);
  });

  test('is stopped when it has neither the gate nor a peer, and comes back with both', async () => {
    const others = net.nodes.filter((_, place) => place !== fenced);
    const pid = client();
    const mark = fence.mark();
    const begun = performance.now();
    await gate.goDown();
    await Promise.all(others.map(({ process: each }) => each.stop()));
    await fence.untilSaid(/the node has no peers; the client is stopped in \d+ s/, mark);
    await untilGone(pid);
    const tookMs = performance.now() - begun;
    expect(tookMs).toBeGreaterThan(isolationMs);
    await fence.untilSaid(/an isolated validator earns nothing/, mark);
    expect([fence.clients().length, lives(fence.pid())]).toEqual([5, true]);

    for (const { process: each } of others) each.start();
    await until('the others to make blocks', async () => ((await tip()) > 0 ? true : null));
    const seen = await isAbsent(10);
    expect(fence.clients()).toHaveLength(5);
    await gate.comeBack();
    const at = await tip();
    await untilStarted(6);
    const signed = await untilSigned(at);
    console.log(
      `isolated: stopped after ${Math.round(tookMs)} ms; ${seen}; both are back: signs at ${signed}`,
    );
  });

  test('does not start below the floor that the flag demands, and signs above it only', async () => {
    const pid = client();
    await gate.begin();
    await untilGone(pid);
    const from = (await tip()) + underWay;
    const floor = cometFloor(await tip());
    const mark = fence.mark();
    await gate.take(fence.instance, Number(floor.height));
    await fence.untilSaid(/must not sign below \d+: write the floor/, mark);
    await isAbsent(10);
    expect(fence.clients()).toHaveLength(6);

    writeFileSync(stateFile(), writeLastSign(floor));
    await untilStarted(7);
    const signed = await untilSigned(Number(floor.height) - 1);
    // At the height of the floor only a later round is above it.
    const { commit } = await madeAt(signed);
    expect(BigInt(signed) > floor.height || commit.round > 0).toBe(true);
    const below = await flagsOf(from, Number(floor.height) - from);
    expect(new Set(below)).toEqual(new Set([absent]));
    await fence.stop();
    const held = readProtection(readFileSync(stateFile(), 'utf8'), 'last-sign');
    if (!held.ok || held.protection.of !== 'last-sign') throw new Error('no state');
    expect(held.protection.lastSign.height).toBeGreaterThan(floor.height);
    console.log(`floor ${floor.height}: absent at ${from} to ${floor.height - 1n}, signs at ${signed}`);
  });
});
