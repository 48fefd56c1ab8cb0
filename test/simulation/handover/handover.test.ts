// People, power and bad luck in any order, against the gate, the guard, the flag and the fence as they are: nothing signs twice.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacksFence } from '../../support/fence-program.ts';
import { type FenceRules, openFenceRules } from './fence-rules.ts';
import { type Deed, nightWith, reunite } from './people.ts';
import { assumptions, type Assumption, createWorld, step, type World } from './world.ts';

const seed = Number(process.env['WATCHDOG_SEED'] ?? 11);
const nights = Number(process.env['WATCHDOG_NIGHTS'] ?? 90);

/** Of so many nights. `twice`: an epoch was signed by both sides, whether anybody saw it or not; `alsoTold`: of more than the slashing. */
type Tally = {
  nights: number;
  taken: number;
  overridden: number;
  refused: number;
  house: number;
  cloud: number;
  twice: number;
  slashed: number;
  alsoTold: number;
};
const nothing = (): Tally => ({
  nights: 0,
  taken: 0,
  overridden: 0,
  refused: 0,
  house: 0,
  cloud: 0,
  twice: 0,
  slashed: 0,
  alsoTold: 0,
});

function add(tally: Tally, { counts, twice, chain, now, tripwires }: World): void {
  tally.nights += 1;
  tally.taken += counts.taken;
  tally.overridden += counts.overridden;
  tally.refused += counts.refused;
  tally.house += counts.signed.house;
  tally.cloud += counts.signed.cloud;
  if (twice.length === 0) return;
  tally.twice += 1;
  if (!chain.isSlashed(now)) return;
  tally.slashed += 1;
  if ([...tripwires.paged.keys()].some((kind) => kind !== 'slashed')) tally.alsoTold += 1;
}

describe.skipIf(lacksFence())('the handover', () => {
  let rules: FenceRules;
  beforeAll(async () => {
    rules = await openFenceRules();
  });
  afterAll(() => rules.close());

  async function night(list: readonly Deed[], lie: Assumption | null, isGateBlind = false): Promise<World> {
    const world = createWorld(rules, isGateBlind);
    // oxlint-disable no-await-in-loop -- one after the other
    for (let index = 0; index < 30; index += 1) await step(world);
    for (const { does } of list) await does(world, lie);
    // oxlint-enable no-await-in-loop
    await reunite(world);
    return world;
  }
  const told = (list: readonly Deed[], { twice, broken, tripwires }: World): string =>
    JSON.stringify({
      deeds: list.map(({ words }) => words),
      twice,
      broken: [...broken],
      paged: [...tripwires.paged.keys()],
    });

  test('signs no epoch twice while everybody keeps to what is agreed', async () => {
    const tally = nothing();
    await fc.assert(
      fc.asyncProperty(nightWith(null), async (list) => {
        const world = await night(list, null);
        add(tally, world);
        expect([...world.broken], told(list, world)).toEqual([]);
        expect(world.twice, told(list, world)).toEqual([]);
      }),
      { seed, numRuns: nights },
    );
    // oxlint-disable-next-line no-console -- how much of a night there was is what the proof is worth
    console.log(`nothing is broken: ${JSON.stringify(tally)}`);
    // A world in which nobody ever gets the keys would prove nothing.
    expect(Math.min(tally.taken, tally.refused)).toBeGreaterThan(nights / 10);
    expect(tally.overridden).toBeGreaterThan(0);
    expect(Math.min(tally.house, tally.cloud)).toBeGreaterThan(nights / 2);
  });

  test.each(assumptions)('names the one thing that was broken, and tells of it: %s', async (lie) => {
    const tally = nothing();
    await fc.assert(
      fc.asyncProperty(nightWith(lie), async (list) => {
        const world = await night(list, lie);
        add(tally, world);
        const { twice, broken, chain, now, tripwires } = world;
        expect([lie], told(list, world)).toEqual(expect.arrayContaining([...broken]));
        if (twice.length === 0) return;
        expect([...broken], told(list, world)).toEqual([lie]);
        // What never left the machine is known to nobody, and cannot be held against anybody.
        const isUntold = chain.isSlashed(now) && !tripwires.paged.has('slashed');
        expect(isUntold, told(list, world)).toBe(false);
      }),
      { seed, numRuns: Math.ceil(nights / 3) },
    );
    // oxlint-disable-next-line no-console -- as above
    console.log(`${lie}: ${JSON.stringify(tally)}`);
    // What anybody could break without harm would be no assumption.
    expect(tally.twice).toBeGreaterThan(0);
  });

  test('would notice a gate that allows everybody', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(nightWith(null), async (list) => {
        found += (await night(list, null, true)).twice.length > 0 ? 1 : 0;
      }),
      { seed, numRuns: 10 },
    );
    expect(found).toBeGreaterThan(5);
  });
});
