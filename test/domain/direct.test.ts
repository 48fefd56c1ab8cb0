// What is said past a store that fails: when, how often, and with which ids.
import { describe, expect, test } from 'vitest';
import {
  decideDirect,
  directRows,
  freshInstance,
  type InstanceMemory,
  takenIn,
  told,
  type Untaken,
} from '../../functions/domain/direct.ts';
import { gatherFacts } from '../../functions/domain/gather.ts';
import { judge } from '../../functions/domain/judge.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { all, findingsOf, type Found, minute, siteRules, start } from '../support/site.ts';

const rules = siteRules();

function untaken(found: Found = {}, over: Partial<Untaken> = {}): Untaken {
  const facts = gatherFacts(null, findingsOf(rules, found), rules);
  const error = 'ERR_STORE: the store failed about sites/home: UNAVAILABLE';
  return {
    at: found.at ?? start,
    facts,
    judgement: judge(facts, rules.policy),
    error,
    isWholeStore: true,
    ...over,
  };
}
const dark = (at = start): Untaken => untaken({ at, qualities: all(rules, 'inbound', 'bad') });

/** What is said tick by tick, each handed over. */
function play(ticks: readonly Untaken[], by: SiteRules = rules, before = freshInstance): string[][] {
  let instance: InstanceMemory = before;
  return ticks.map((tick) => {
    const { due, next } = decideDirect(instance, tick, by);
    instance = due.reduce(told, next);
    return due.map(({ problem }) => problem);
  });
}

const minutely = (count: number, make: (at: number) => Untaken): Untaken[] =>
  Array.from({ length: count }, (_, index) => make(start + index * minute));

describe('a tick that is not taken in', () => {
  test('of a house that answers says nothing twice, and the third time that the store fails', () => {
    expect(play(minutely(5, (at) => untaken({ at })))).toEqual([[], [], ['store-failing'], [], []]);
  });

  test.each([
    ['dark', all(rules, 'inbound', 'bad')],
    ['vpn-down', { ...all(rules, 'inbound', 'bad'), ...all(rules, 'exit', 'bad') }],
  ] as const)('of a house that is %s says so at once', (problem, qualities) => {
    expect(play([untaken({ qualities })])).toEqual([[problem]]);
  });

  test.each([
    ['some of it answers', { eth: 'bad', rpc: 'bad' } as const],
    ['our own network fails', { ...all(rules, 'inbound', 'bad'), ...all(rules, 'reference', 'bad') }],
    ['it was not seen', all(rules, 'inbound', 'unknown')],
  ])('says nothing of the house when %s', (_, qualities) => {
    expect(play([untaken({ qualities })])).toEqual([[]]);
  });

  test('the same is said every quarter of an hour, and something else in between', () => {
    const ticks = play(minutely(33, dark));
    expect(ticks.flatMap((said, index) => said.map((problem) => `${index} ${problem}`))).toEqual([
      '0 dark',
      '2 store-failing',
      '15 dark',
      '17 store-failing',
      '30 dark',
      '32 store-failing',
    ]);
  });

  test('what was not handed over is due again at the next tick', () => {
    const { due, next } = decideDirect(freshInstance, dark(), rules);
    expect(due).toHaveLength(1);
    expect(decideDirect(next, dark(start + minute), rules).due).toHaveLength(1);
  });

  test('a store that comes and goes is no reason to say it again, and its failures are counted anew', () => {
    const before = takenIn({ failures: 7, toldAt: { dark: start - minute } });
    expect(play([dark(), dark(start + minute)], rules, before)).toEqual([[], []]);
  });

  test('a clock that was set back silences nothing', () => {
    expect(play([dark()], rules, { failures: 0, toldAt: { dark: start + minute } })).toEqual([['dark']]);
  });

  test('that the whole store fails is told by one site; a broken document by the site that it is of', () => {
    const other = siteRules({ reportsSelf: false });
    const third: InstanceMemory = { failures: 2, toldAt: {} };
    expect(play([untaken()], other, third)).toEqual([[]]);
    expect(play([untaken({}, { isWholeStore: false })], other, third)).toEqual([['store-failing']]);
  });
});

describe('its messages', () => {
  const [direct] = decideDirect(freshInstance, dark(start + 14 * minute), rules).due;
  const rowsAt = (at: number) => (direct === undefined ? [] : directRows({ ...direct, at }, rules));

  test('are critical, one for each channel, with one id in a quarter of an hour and one thread for ever', () => {
    const rows = rowsAt(start + 14 * minute);
    expect(rows.map(({ id, channel }) => [id, channel])).toEqual([
      ['home.direct.dark.20261123T020000Z.0.phone', 'phone'],
      ['home.direct.dark.20261123T020000Z.0.mail', 'mail'],
    ]);
    expect(rows[0]?.notice).toMatchObject({
      kind: 'direct',
      severity: 'critical',
      thread: 'home.direct.dark',
    });
    expect(rowsAt(start).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    expect(rowsAt(start + 15 * minute)[0]?.id).toBe('home.direct.dark.20261123T021500Z.0.phone');
  });
});
