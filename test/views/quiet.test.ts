// What `watchdog quiet` says: a sentence for every verdict, times that a person can use, and what it costs.
import { describe, expect, test } from 'vitest';
import { judgeQuiet, quietReasons, type Quiet, type QuietReason } from '../../functions/domain/quiet.ts';
import type { Duty, Lookahead } from '../../functions/domain/lookahead.ts';
import { type QuietAbout, quietLines, quietWords } from '../../functions/views/quiet.ts';
import { minute, second, start } from '../support/site.ts';

const about: QuietAbout = {
  chain: 'ethereum',
  keys: ['17', `0x${'ab'.repeat(48)}`],
  at: start,
  needMs: 5 * minute,
  timezone: 'Europe/Berlin',
};
const bera: QuietAbout = { ...about, chain: 'berachain', keys: ['cd'.repeat(20)] };

function quietOf(changes: Partial<Lookahead>, given: QuietAbout = about): Quiet {
  const ahead: Lookahead = {
    standings: given.keys.map(() => 'active'),
    stakes: [32e9, 32e9],
    duties: [],
    known: { from: 1_000, until: 1_064 },
    condition: 'well',
    pace: { unit: 1_000, at: start, unitMs: 12 * second },
    ...changes,
  };
  const readings = ['one', 'two'].map((operator) => ({
    source: operator,
    operator,
    isOwn: false,
    ahead,
    trouble: null,
  }));
  return judgeQuiet(readings, given);
}
const proposal = (from: number, key: number): Duty => ({ kind: 'proposal', key, from, until: from + 1 });
const heights: Partial<Lookahead> = {
  known: { from: 1_000, until: 1_006 },
  stakes: [0.014],
  pace: { unit: 1_000, at: start, unitMs: 2 * second },
};

describe('words', () => {
  test('there are for every reason, as part of a sentence, and the same for both kinds of chains where it fits', () => {
    for (const because of Object.keys(quietReasons).filter(
      (each): each is QuietReason => each in quietReasons,
    )) {
      for (const given of [about, bera]) {
        const words = quietWords({ ...quietOf({}), because }, given);
        expect(words, because).toMatch(/^[a-z].*[^.]$/);
        expect(words, because).not.toMatch(/undefined|NaN|null/);
      }
    }
  });

  test('name nobody who did not answer', () => {
    const none = judgeQuiet([], about);
    expect(quietWords(none, about)).toBe('no source could say; two operators are needed');
    expect(quietLines(none, about)).toEqual([]);
  });
});

describe('lines', () => {
  test('of a quiet moment: until when, what is known, what being away costs', () => {
    expect(quietLines(quietOf({}), about)).toEqual([
      'quiet until 2026-11-23 03:12:48 Europe/Berlin (02:12:48 UTC), in 12 min; nobody knows yet what comes then',
      'next proposal: none up to slot 1063; what comes after is not known yet',
      'attestations missed while it is away cost about 0.000028 to 0.000038 ETH an epoch; nobody is slashed for them',
    ]);
  });

  test('of one that ends with a proposal', () => {
    const lines = quietLines(quietOf({ duties: [proposal(1_040, 1), proposal(1_060, 0)] }), about);
    expect(lines.slice(0, 2)).toEqual([
      'quiet until 2026-11-23 03:08:00 Europe/Berlin (02:08:00 UTC), in 8 min',
      'next proposal: slot 1040, 2026-11-23 03:08:00 Europe/Berlin (02:08:00 UTC), in 8 min, by 0xabababab…; 1 more after it',
    ]);
  });

  test('of a busy one: when it gets better, or when to ask again', () => {
    expect(quietLines(quietOf({ duties: [proposal(1_000, 0)] }), about).slice(0, 2)).toEqual([
      'better from 2026-11-23 03:00:12 Europe/Berlin (02:00:12 UTC), in 12 s; nothing is due for 5 min then',
      'next proposal: slot 1000, 2026-11-23 03:00:00 Europe/Berlin (02:00:00 UTC), now, by 17',
    ]);
    const sync: Duty = { kind: 'sync-committee', key: 0, from: 500, until: 8_191 };
    expect(quietLines(quietOf({ duties: [sync] }), about)).toContain(
      'better from 2026-11-24 02:58:12 Europe/Berlin (01:58:12 UTC), in 23 h 58 min; ask again then, for what comes after is not known yet',
    );
    const next: Duty = { ...sync, from: 2_000 };
    expect(quietLines(quietOf({ duties: [next] }), about)).toContain(
      'sync committee: 17, from 2026-11-23 06:20:00 Europe/Berlin (05:20:00 UTC) until 2026-11-24 02:58:12 Europe/Berlin (01:58:12 UTC); missing it costs about 0.0012 to 0.0017 ETH an epoch',
    );
  });

  test('of who has nothing to lose speak of no cost', () => {
    expect(quietLines(quietOf({ standings: ['exited', 'pending'] }), about)).toEqual([]);
  });

  test('of Berachain: its turn is a guess in time, and blocks are all that a stop costs', () => {
    expect(quietLines(quietOf({ ...heights, duties: [proposal(1_004, 0)] }, bera), bera)).toEqual([
      'nobody knows further ahead on such a chain than a few blocks: a stop is as good now as at any time, and misses its turns',
      'next proposal: height 1004, about 2026-11-23 03:00:08 Europe/Berlin (02:00:08 UTC), in 8 s, by cdcdcdcdcd…',
      'it has 1.4 % of the voting power: of the 150 blocks in 5 min about 2.1 are its own, and a stop costs only their rewards',
    ]);
  });

  test('of another CometBFT chain: many jail who misses too many', () => {
    const other: QuietAbout = { ...bera, chain: 'cometbft' };
    expect(quietLines(quietOf(heights, other), other).at(-1)).toContain(
      'many chains jail who misses too many',
    );
  });
});
