// Who proposes next on chains of CometBFT: the same names as real nodes wrote into their blocks, and as the pretend chain gives by itself.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  draw,
  proposersAfter,
  provenProposer,
  type Turn,
} from '../../functions/chains/cometbft/proposers.ts';
import { madeBlock, validators } from '../../functions/wire/comet.ts';
import { createProposers } from '../../lab/chains/proposers.ts';
import { readRecording } from '../support/recorded.ts';

type Shown = {
  readonly height: number;
  readonly turns: Turn[];
  readonly made: Map<number, readonly [string, number]>;
};

/** The set that a real node showed with its turns, and who made the blocks before it and in which round. */
function shownBy(scene: string, node: string): Shown {
  const { exchanges } = readRecording(scene, node);
  const made = new Map<number, readonly [string, number]>();
  const shown: { height: number; turns: Turn[] } = { height: 0, turns: [] };
  for (const { path, body, status } of exchanges) {
    if (status !== 200) continue;
    const value: unknown = JSON.parse(body);
    if (path.startsWith('/commit?')) {
      const { header, commit } = madeBlock.parse(value).result.signed_header;
      made.set(header.height, [header.proposer_address, commit.round]);
    }
    if (!path.startsWith('/validators?')) continue;
    const set = validators.parse(value).result;
    shown.height = set.block_height;
    shown.turns = set.validators.map(
      ({ address, voting_power: power, proposer_priority: priority = 0n }) => ({
        address,
        power,
        priority,
      }),
    );
  }
  return { ...shown, made };
}

const nodes = [
  ['cometbft/healthy', 'cometbft-0'],
  ['cometbft/one-stopped', 'cometbft-0'],
  ['berachain/healthy', 'beacond-0'],
  ['berachain/one-stopped', 'beacond-0'],
  ['berachain/execution-killed', 'beacond-0'],
] as const;

describe('as real nodes have it', () => {
  test.each(nodes)('%s: the order that follows from the turns is that of the blocks', (scene, node) => {
    const { height, turns, made } = shownBy(scene, node);
    // Four of the same power come round every four heights, so those before are those to come.
    const next = proposersAfter(turns, 4);
    const compared = [...made].filter(([, [, round]]) => round === 0);
    expect(compared.length).toBeGreaterThan(2);
    for (const [at, [proposer]] of compared) {
      expect(next[(((at - height - 1) % 4) + 4) % 4], `height ${at}`).toBe(proposer);
    }
  });

  test.each(nodes.filter(([scene]) => scene.endsWith('one-stopped')))(
    '%s: in a later round the next in turn proposes',
    (scene, node) => {
      const { height, turns, made } = shownBy(scene, node);
      const order = proposersAfter(turns, 4);
      const late = [...made].filter(([, [, round]]) => round > 0);
      expect(late.length).toBeGreaterThan(0);
      for (const [at, [proposer, round]] of late) {
        expect(order[(((at + round - height - 1) % 4) + 4) % 4]).toBe(proposer);
      }
    },
  );
});

const turns = (powers: readonly bigint[]): Turn[] =>
  powers.map((power, place) => ({ address: `a${place}`, power, priority: 0n }));

describe('the rule', () => {
  test('is to the last digit, where a double would name somebody else', () => {
    const power = 10n ** 16n;
    // They are apart by one of 16 digits: whoever has more goes first.
    expect(draw(turns([power, power + 1n, power])).proposer).toBe('a1');
    expect(Number(power) === Number(power + 1n)).toBe(true);
  });

  test('brings turns together that are further apart than twice the power', () => {
    const far = turns([1n, 1n]).map((turn, place) => ({ ...turn, priority: place === 0 ? 1_000n : -1_001n }));
    // 2001 apart, 4 are allowed: both are divided by 501 without their rest, then shifted by the average, which is 0.
    expect(draw(far)).toEqual({
      proposer: 'a0',
      turns: [
        { address: 'a0', power: 1n, priority: 0n },
        { address: 'a1', power: 1n, priority: 0n },
      ],
    });
  });

  test('gives everybody as many turns as its part of the power, and names whom the pretend chain names', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), (powers) => {
        const total = powers.reduce((sum, power) => sum + power, 0);
        const named = proposersAfter(turns(powers.map(BigInt)), total);
        powers.forEach((power, place) => {
          expect(named.filter((each) => each === `a${place}`)).toHaveLength(power);
        });
        const pretend = createProposers(
          powers,
          powers.map((_, place) => `a${place}`),
        );
        expect(named.map((_, height) => `a${pretend.of(height + 1).next().value}`)).toEqual(named);
      }),
    );
  });

  test('is proven by the next set, also where somebody has got more power, and not where somebody joined or skipped', () => {
    const before = turns([3n, 2n, 1n]);
    const { proposer, turns: after } = draw(before);
    expect(provenProposer(before, after)).toBe(proposer);
    const more = before.map((turn) => (turn.address === 'a2' ? { ...turn, power: 9n } : turn));
    expect(provenProposer(before, draw(more).turns)).toBe('a2');
    expect(provenProposer(before, draw(after).turns)).toBeNull();
    expect(provenProposer(before, turns([3n, 2n, 1n, 1n]))).toBeNull();
    expect(
      provenProposer(
        before,
        after.map((turn) => ({ ...turn, address: `b${turn.address}` })),
      ),
    ).toBeNull();
  });
});
