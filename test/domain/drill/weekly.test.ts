// When the week asks for a drill: seven days after the last that showed something, once a day while none does.
import { describe, expect, test } from 'vitest';
import type { Drilled } from '../../../functions/domain/drill/drill.ts';
import { weeklyDrills, weeklyFrom } from '../../../functions/domain/drill/weekly.ts';
import { someTime as now } from '../../support/documents.ts';
import { drill, drilled, drillRecord } from '../../support/drills.ts';
import { hour, siteRules } from '../../support/site.ts';

const day = 24 * hour;
const signers = [
  { id: 'eth', chain: 'ethereum' as const, keys: ['7'] },
  { id: 'bera', chain: 'berachain' as const, keys: ['ab'] },
];
const home = siteRules({ signers, drills: { mode: 'boot', chains: ['ethereum'], tells: ['eth'] } });

const ended = (ago: number, over: Parameters<typeof drillRecord>[0] = {}) =>
  drillRecord({ endedAt: now - ago, ...over });

const isDue = (known: Drilled | null): boolean =>
  weeklyDrills([home], { drilled: known === null ? {} : { eth: known }, drills: [] }, now).length > 0;

describe('the weekly drill is due', () => {
  const gaveWay = (ago: number) => ended(ago, { id: 'w', outcome: 'gave-way' });
  const cases: readonly (readonly [string, Drilled | null, boolean])[] = [
    ['when there was none yet', null, true],
    ['seven days after one that passed, less two hours', drilled(ended(7 * day - 2 * hour)), true],
    ['not sooner', drilled(ended(7 * day - 2 * hour - 1)), false],
    ['seven days after one that failed', drilled(ended(7 * day, { outcome: 'failed' })), true],
    ['not sooner, although it failed', drilled(ended(2 * day, { outcome: 'failed' })), false],
    ['the day after one that gave way', drilled(gaveWay(20 * hour)), true],
    ['not within the day', drilled(gaveWay(20 * hour - 1)), false],
    [
      'the day after one that gave way, when the one before is old',
      drilled(gaveWay(day), { told: ended(8 * day) }),
      true,
    ],
    ['not within that day', drilled(gaveWay(hour), { told: ended(8 * day) }), false],
    [
      'not when one gave way and the one before is young',
      drilled(gaveWay(day), { told: ended(3 * day) }),
      false,
    ],
  ];
  test.each(cases)('%s', (_, known, due) => {
    expect(isDue(known)).toBe(due);
    // What is shown as the next time is when it is due.
    expect(now >= weeklyFrom(known)).toBe(due);
  });

  test('for signers whose chain has a place for it, by the configured mode', () => {
    const sync = { mode: 'sync', chains: ['ethereum', 'berachain'], tells: [] } as const;
    const cabin = siteRules({
      id: 'cabin',
      signers: [{ ...signers[0], id: 'eth-2', chain: 'ethereum', keys: ['9'] }],
      drills: sync,
    });
    expect(weeklyDrills([home, cabin], { drilled: {}, drills: [] }, now)).toEqual([
      { site: 'home', signer: 'eth', mode: 'boot' },
      { site: 'cabin', signer: 'eth-2', mode: 'sync' },
    ]);
  });

  test('never when it is off, no standbys are configured, or there is no place for it', () => {
    const none = [
      siteRules({ signers, drills: null }),
      siteRules({ signers, drills: { mode: 'off', chains: ['ethereum'], tells: [] } }),
      siteRules({ signers, drills: { mode: 'sync', chains: [], tells: [] } }),
    ];
    expect(weeklyDrills(none, { drilled: {}, drills: [] }, now)).toEqual([]);
  });

  test('not while one is asked for or under way', () => {
    expect(weeklyDrills([home], { drilled: {}, drills: [drill()] }, now)).toEqual([]);
    expect(weeklyDrills([home], { drilled: {}, drills: [drill({ signer: 'other' })] }, now)).toHaveLength(1);
  });
});
