// A real CometBFT net hands a validator over: it is seen silent height by height, refused while it lives, and signs at its new home above its floor only.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readProtection, writeLastSign } from '../../cli/protection.ts';
import { guardPolicy } from '../../functions/domain/handover/condition.ts';
import { cometFloor, compareLastSign } from '../../functions/domain/handover/floor.ts';
import type { HeightReading, KeyWord } from '../../functions/domain/handover/record.ts';
import { lacks } from '../support/tools.ts';
import {
  beginHandover,
  conditionOf,
  type Handover,
  type HandoverWatch,
  quickPolicy,
} from './handover-watch.ts';
import { startBerachainNet, type BerachainNet } from './nets/berachain.ts';
import { type CometNode, flagsAt, heightOf, untilHeight } from './nets/comet.ts';
import { startCometbftNet, type CometbftNet } from './nets/cometbft.ts';
import { read, until } from './nets/wait.ts';

/** The place in the net of the validator that is handed over. */
const moved = 3;

const tipAnswer = z.object({
  result: z.object({
    canonical: z.boolean(),
    signed_header: z.object({
      commit: z.object({
        height: z.coerce.number(),
        round: z.int(),
        signatures: z.array(z.object({ block_id_flag: z.int(), validator_address: z.string() })),
      }),
    }),
  }),
});

function at<Value>(list: readonly Value[], place: number): Value {
  const found = list[place];
  if (found === undefined) throw new Error(`there is nobody at ${place}`);
  return found;
}

/** Every height that was read, held against the flags as the node gives them: silent where its flag is 1, alive elsewhere. */
async function expectTrue(
  heights: readonly HeightReading[],
  node: CometNode,
  addresses: readonly string[],
): Promise<void> {
  expect(heights.length).toBeGreaterThan(0);
  expect(heights.map(({ height }) => height)).toEqual(
    heights.map((_, index) => (heights[0]?.height ?? 0) + index),
  );
  for (const { height, keys } of heights) {
    const flags = await flagsAt(node.url, height);
    const words = addresses.map((address) => (flags?.get(address) === 1 ? 'silent' : 'alive'));
    expect([height, ...keys]).toEqual([height, ...words]);
  }
}

/** A height, later than this one, at whose tip the commit missed a validator that lives, and whose final commit has it. */
async function foolingTip(
  node: CometNode,
  { living, after }: { readonly living: readonly string[]; readonly after: number },
): Promise<{ readonly height: number; readonly address: string }> {
  return until('a commit at the tip that misses a living validator', async () => {
    const { result } = await read(`${node.url}/commit`, tipAnswer);
    const { height, signatures } = result.signed_header.commit;
    if (result.canonical || height <= after) return null;
    const there = new Set(signatures.map((each) => each.validator_address));
    const missed = living.find((address) => !there.has(address));
    if (missed === undefined) return null;
    await untilHeight(node, height + 1);
    const flags = await flagsAt(node.url, height);
    return flags?.get(missed) === 1 ? null : { height, address: missed };
  });
}

/** Reads a net in which everybody lives from before such a tip to after it: the word on whoever was missing there. */
async function wordAtTip(
  watch: HandoverWatch,
  node: CometNode,
  living: readonly string[],
): Promise<KeyWord | undefined> {
  await watch.look();
  const fooling = await foolingTip(node, { living, after: (await heightOf(node.url)) + 1 });
  const heights = (): readonly HeightReading[] => watch.heights(node.url);
  await watch.untilSeen('that height', () => (heights().at(-1)?.height ?? 0) >= fooling.height);
  const found = heights().find(({ height }) => height === fooling.height);
  await expectTrue(heights(), node, living);
  return found?.keys[living.indexOf(fooling.address)];
}

/** Begins one handover at a time. */
function handovers(): { begin: (handover: Handover) => HandoverWatch; end: () => Promise<void> } {
  let open: HandoverWatch | null = null;
  const end = async (): Promise<void> => {
    await open?.close();
    open = null;
  };
  return {
    end,
    begin: (handover) => {
      open = beginHandover(handover);
      return open;
    },
  };
}

describe.skipIf(lacks('cometbft'))('a validator of CometBFT', () => {
  let net: CometbftNet;
  let target: Awaited<ReturnType<CometbftNet['join']>>;
  const { begin, end } = handovers();
  beforeAll(async () => {
    net = await startCometbftNet({ isFast: true });
    target = await net.join();
    await untilHeight(target, await heightOf(at(net.nodes, 0).url));
  });
  afterEach(end);
  afterAll(() => net?.close());

  const node = (place: number): CometbftNet['nodes'][number] => at(net.nodes, place);
  const handover = (keys = [node(moved).address]): Handover => ({
    chain: 'cometbft',
    network: net.chainId,
    keys,
    target: target.url,
    foreign: [node(0).url, node(1).url],
  });

  /** Its last vote is gone from what nodes hold as soon as two more heights are made. */
  const stopMoved = async (): Promise<void> => {
    await node(moved).process.stop();
    await untilHeight(target, (await heightOf(node(0).url)) + 2);
  };

  test('that lives is refused, and nothing can be skipped', async () => {
    const watch = begin(handover());
    const seen = await watch.untilSeen('a vote of ours in a block and in the making', (each) => {
      const { why } = conditionOf(each, 'silence', 'target');
      return why.includes('alive') && each.facts.votes?.seenAt !== null && each.facts.votes !== null;
    });
    expect(seen.guard).toMatchObject({ isAllowed: false, skippable: [] });
    for (const part of ['target', 'foreign']) {
      expect(conditionOf(seen, 'silence', part)).toMatchObject({ state: 'not-met', isWaiting: false });
    }
    expect(conditionOf(seen, 'votes')).toMatchObject({ state: 'not-met', isWaiting: false });
  });

  test('that is missing at the tip of a node is alive in what is read', async () => {
    const living = net.nodes.map(({ address }) => address);
    expect(await wordAtTip(begin(handover(living)), node(0), living)).toBe('alive');
  });

  test('that was stopped is silent at every height; started again it is refused; stopped for good it is allowed, and not before', async () => {
    await stopMoved();
    const first = begin(handover());
    const waiting = await first.untilSeen('some silence', () => first.heights(target.url).length >= 40);
    expect(waiting.guard.isAllowed).toBe(false);
    for (const part of ['target', 'foreign']) {
      expect(conditionOf(waiting, 'silence', part)).toMatchObject({ state: 'not-met', isWaiting: true });
    }
    expect(waiting.guard.notBefore).toBeGreaterThan(waiting.facts.at);
    expect(waiting.facts.votes).toMatchObject({ seenAt: null });
    await expectTrue(first.heights(target.url), target, [node(moved).address]);
    expect(new Set(first.heights(target.url).flatMap(({ keys }) => keys))).toEqual(new Set(['silent']));

    node(moved).process.start();
    const back = await first.untilSeen('that it lives', (seen) => {
      const { votes } = seen.facts;
      return (
        votes !== null &&
        votes.seenAt !== null &&
        conditionOf(seen, 'silence', 'target').why.includes('alive')
      );
    });
    expect(back.guard).toMatchObject({ isAllowed: false, skippable: [] });
    await end();

    await stopMoved();
    const second = begin(handover());
    let mostSoFar = 0;
    const allowed = await second.untilSeen('that the guard allows', (seen) => {
      if (!seen.guard.isAllowed) mostSoFar = Math.max(mostSoFar, second.heights(target.url).length);
      return seen.guard.isAllowed;
    });
    expect(mostSoFar).toBeGreaterThan(quickPolicy.heights / 2);
    for (const url of [target.url, node(0).url, node(1).url]) {
      const heights = second.heights(url);
      expect(heights.length).toBeGreaterThanOrEqual(quickPolicy.heights);
      expect(new Set(heights.flatMap(({ keys }) => keys))).toEqual(new Set(['silent']));
      expect(heights[0]?.at).toBeGreaterThan(second.begunAt);
    }
    expect(allowed.facts.votes).toMatchObject({ seenAt: null });
    expect(conditionOf(allowed, 'agreement').state).toBe('met');
    await expectTrue(second.heights(target.url).slice(-40), node(0), [node(moved).address]);
  });

  test('moved by a person to its new home with a floor signs there, and never at or below the floor', async () => {
    const tip = await heightOf(node(0).url);
    const floor = cometFloor(tip);
    await target.process.stop();
    const old = net.putAway(moved);
    const stateFile = join(target.home, 'data', 'priv_validator_state.json');
    copyFileSync(
      join(old, 'config', 'priv_validator_key.json'),
      join(target.home, 'config', 'priv_validator_key.json'),
    );
    writeFileSync(stateFile, writeLastSign(floor));
    target.process.start();
    const watch = begin(handover());
    const isAbove = ({ height, keys: [word] }: HeightReading): boolean =>
      word === 'alive' && BigInt(height) > floor.height;
    const seen = await watch.untilSeen('its vote above the floor', () =>
      watch.heights(node(0).url).some(isAbove),
    );
    const heights = watch.heights(node(0).url);
    expect(heights[0]?.height).toBeLessThan(Number(floor.height));
    const below = heights.filter(({ height }) => BigInt(height) < floor.height);
    expect(new Set(below.flatMap(({ keys }) => keys))).toEqual(new Set(['silent']));
    // At the height of the floor only a later round is above it.
    const { result } = await read(`${node(0).url}/commit?height=${floor.height}`, tipAnswer);
    const atFloor = heights.find(({ height }) => BigInt(height) === floor.height)?.keys;
    expect([['silent'], result.signed_header.commit.round > 0 ? ['alive'] : []]).toContainEqual(atFloor);
    await expectTrue(heights, node(0), [node(moved).address]);
    expect(seen.guard.isAllowed).toBe(false);
    await end();

    await target.process.stop();
    const held = readProtection(readFileSync(stateFile, 'utf8'), 'last-sign');
    if (!held.ok || held.protection.of !== 'last-sign') throw new Error('no state');
    expect(compareLastSign(held.protection.lastSign, floor)).toMatchObject({ result: 'ok' });
    expect(held.protection.lastSign.height).toBeGreaterThan(floor.height);
    expect(existsSync(node(moved).home)).toBe(false);
  });
});

describe.skipIf(lacks('beacond', 'geth'))('a validator of Berachain', () => {
  let net: BerachainNet;
  let target: Awaited<ReturnType<BerachainNet['join']>>;
  const { begin, end } = handovers();
  beforeAll(async () => {
    net = await startBerachainNet();
    target = await net.join();
    await untilHeight(target, await heightOf(at(net.nodes, 0).url));
  });
  afterEach(end);
  afterAll(() => net?.close());

  const node = (place: number): BerachainNet['nodes'][number] => at(net.nodes, place);

  const handover = (keys: readonly string[]): Handover => ({
    chain: 'berachain',
    network: net.chainId,
    keys,
    target: target.url,
    foreign: [node(0).url, node(1).url],
    policy: { ...guardPolicy, heights: 12, heightsMs: 12_000, samples: 0, votesMs: 12_000 },
  });

  test('that is missing at the tip of a node is alive in what is read', async () => {
    const living = net.nodes.map(({ address }) => address);
    expect(await wordAtTip(begin(handover(living)), node(0), living)).toBe('alive');
  });

  test('that was stopped is silent at every height by its public key, with the others in votes that were added up', async () => {
    await node(moved).process.stop();
    await untilHeight(target, (await heightOf(node(0).url)) + 2);
    const watch = begin(handover([node(moved).publicKey]));
    const living = beginHandover(handover([node(2).address]));
    try {
      const allowed = await watch.untilSeen('that the guard allows', ({ guard }) => guard.isAllowed);
      for (const url of [target.url, node(0).url]) {
        expect(new Set(watch.heights(url).flatMap(({ keys }) => keys))).toEqual(new Set(['silent']));
      }
      await expectTrue(watch.heights(target.url), node(1), [node(moved).address]);
      expect(allowed.facts.votes).toMatchObject({ seenAt: null });

      const seen = await living.untilSeen(
        'a vote of one that lives',
        ({ facts }) => (facts.votes?.seenAt ?? null) !== null,
      );
      expect(seen.guard).toMatchObject({ isAllowed: false, skippable: [] });
      await expectTrue(living.heights(node(0).url), node(0), [node(2).address]);
      const flags: number[] = [];
      for (const { height } of living.heights(node(0).url)) {
        flags.push(...((await flagsAt(node(0).url, height))?.values() ?? []));
      }
      // None but the first of each commit carries a signature.
      expect(new Set(flags)).toEqual(new Set([1, 4, 5]));
    } finally {
      await living.close();
    }
  });
});
