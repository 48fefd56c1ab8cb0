// How a standby comes along in one line, what of that is news, and what it has cost.
import { describe, expect, test } from 'vitest';
import type { Doing } from '../../../functions/domain/incident.ts';
import { doingOf } from '../../../functions/domain/standby/doing.ts';
import { spentWords } from '../../../functions/domain/standby/spent.ts';
import type { Refusal, Seen } from '../../../functions/domain/standby/standby.ts';
import type { ReleaseReason } from '../../../functions/domain/standby/want.ts';
import { someTime } from '../../support/documents.ts';
import { nodeReport, seen, wanted } from '../../support/standbys.ts';

const minute = 60_000;
const hour = 60 * minute;
const at = someTime + 10 * minute;
const attempt = seen().attempt;
if (attempt === null) throw new Error('the fixture has an attempt');

const doing = (shown: Partial<Seen> | null, before?: Doing, over: Parameters<typeof wanted>[0] = {}) =>
  doingOf(wanted(over), shown === null ? null : seen(shown), { before, at });
const refusal = { reason: 'too-many', text: 'two nodes are there, and maxStandbys is 2', since: at } as const;
const trouble = { kind: 'stuck', text: 'it has said nothing for 45 minutes', lines: [], since: at } as const;
const release = { at, reason: 'stable', by: null } as const;
const noNode = { node: null, report: null } as const;

describe('the line for', () => {
  const lines: [string, Partial<Seen> | null, string, boolean][] = [
    ['nothing yet', null, 'is wanted, and nothing is made yet', false],
    [
      'a look that came to nothing yet',
      { ...noNode, phase: 'waiting' },
      'is wanted, and nothing is made yet',
      false,
    ],
    ['a refusal', { ...noNode, phase: 'waiting', refusal }, `is not made: ${refusal.text}`, true],
    [
      'a refusal between two zones',
      {
        ...noNode,
        phase: 'creating',
        refusal: { ...refusal, reason: 'no-capacity', text: 'no zone has room' },
      },
      'is not made: no zone has room',
      true,
    ],
    [
      'the first zone',
      { ...noNode, phase: 'creating', tried: [] },
      'is being created in europe-west3-b',
      true,
    ],
    ['a node that boots', { phase: 'booting', tried: [] }, 'is booting in europe-west3-b', true],
    ['a node that syncs', {}, 'is syncing, 41 %, about 2 h 10 min left', true],
    [
      'one that does not say for how long',
      { report: nodeReport({ etaMs: null }), phaseSince: at },
      'is syncing, 41 %',
      false,
    ],
    [
      'one that does not say for how long, after some minutes',
      { report: nodeReport({ etaMs: null }), phaseSince: at - 5 * minute },
      'is syncing, 41 %',
      true,
    ],
    [
      'one that does not say for how long, and has not been at it for long',
      { report: nodeReport({ etaMs: null }), phaseSince: at - 5 * minute + 1 },
      'is syncing, 41 %',
      false,
    ],
    ['one that says nothing', { report: null, phaseSince: at }, 'is syncing', false],
    ['one that is synced', { phase: 'synced' }, 'is synced', true],
    ['what a person has to put right', { trouble }, `needs you: ${trouble.text}`, false],
    ['a failure', { phase: 'failed' }, 'has failed, and a person has to look at it', true],
    ['one that is being deleted', { phase: 'releasing' }, 'is being deleted', false],
    [
      'one that is gone',
      { phase: 'gone', node: null, cost: { perHour: 0.5, spent: 0.434, currency: 'USD' } },
      'is gone, it has cost 0.43 USD',
      true,
    ],
    ['one that is gone, without prices', { phase: 'gone', node: null, cost: null }, 'is gone', true],
  ];
  test.each(lines)('%s', (_, shown, text, isNews) => {
    const line = `standby of eth ${text}`;
    const now = doing(shown);
    expect(now).toMatchObject({ doing: { line, isTold: !isNews }, note: line });
    // The same again is neither news nor noted.
    const told = { ...now.doing, isTold: true };
    expect(doing(shown, told)).toEqual({ doing: told, note: null });
  });

  test('what is not wanted any more and was never made', () => {
    expect(doing(null, undefined, { release }).doing.line).toBe(
      'standby of eth is not wanted any more, and none was made',
    );
  });

  test('another zone says why it is tried, and is not told by itself', () => {
    const before: Doing = { stage: 'creating europe-west3-a', line: 'x', isTold: true };
    const codes: [string, string][] = [
      ['ZONE_RESOURCE_POOL_EXHAUSTED', 'no capacity in europe-west3-a'],
      ['ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS', 'no capacity in europe-west3-a'],
      ['QUOTA_EXCEEDED', 'no quota in europe-west3'],
      ['quotaExceeded', 'no quota in europe-west3'],
      ['HTTP_500', 'refused in europe-west3-a (HTTP_500)'],
    ];
    for (const [code, words] of codes) {
      const first = { zone: 'europe-west3-c', region: 'europe-west3', code: 'HTTP_503', at };
      const tried = [first, { zone: 'europe-west3-a', region: 'europe-west3', code, at }];
      expect(doing({ ...noNode, phase: 'creating', tried }, before), code).toEqual({
        doing: {
          stage: 'creating europe-west3-b',
          line: `standby of eth is being created in europe-west3-b (${words})`,
          isTold: true,
        },
        note: `standby of eth: ${words}, now trying europe-west3-b`,
      });
    }
  });

  test('percent and time left change the line only, and once told it is not told again for want of a time', () => {
    const before = { ...doing({}).doing, isTold: true };
    const further = doing({ report: nodeReport({ percent: 99.9, etaMs: 90_000 }) }, before);
    expect(further).toEqual({
      doing: { stage: before.stage, line: 'standby of eth is syncing, 99 %, about 1 min left', isTold: true },
      note: null,
    });
    expect(doing({ report: nodeReport({ etaMs: null }), phaseSince: at }, before)).toMatchObject({
      doing: { stage: before.stage, isTold: true },
      note: null,
    });
  });

  test('what is no news does not make unsaid what was news', () => {
    const untold: Doing = { stage: 'creating europe-west3-b', line: 'x', isTold: false };
    expect(doing({ phase: 'booting' }, untold).doing.isTold).toBe(false);
    expect(doing({ phase: 'booting' }, { ...untold, isTold: true }).doing.isTold).toBe(true);
  });

  test('another reason that may pass is no news, one that only a person changes is', () => {
    const of = (reason: Refusal['reason'], before?: Doing) =>
      doing({ ...noNode, phase: 'waiting', refusal: { reason, text: reason, since: at } }, before).doing;
    const silent = { ...of('compute-silent'), isTold: true };
    expect(silent.stage).toBe('refused compute-silent');
    expect(of('no-capacity', silent)).toMatchObject({ stage: 'refused no-capacity', isTold: true });
    expect(of('over-cap', silent)).toMatchObject({ stage: 'refused over-cap', isTold: false });
    expect(of('no-capacity', { ...of('over-cap'), isTold: true }).isTold, 'it may pass now').toBe(false);
  });

  test('that it goes for another reason than a stable house or a person is news', () => {
    const told: Doing = { stage: 'synced', line: 'x', isTold: true };
    const of = (reason: ReleaseReason) =>
      doing({ phase: 'releasing' }, told, { release: { at, reason, by: null } }).doing;
    expect(of('expired')).toMatchObject({ isTold: false, line: expect.stringContaining('its time is over') });
    expect(of('stable').isTold).toBe(true);
    expect(of('person').isTold).toBe(true);
  });

  test('what the node says about itself is cut', () => {
    const long = { ...trouble, text: 'x'.repeat(1_000) };
    expect(doing({ trouble: long }).doing.line).toHaveLength(300);
  });
});

describe('what it has cost', () => {
  const cost = { perHour: 0.5, spent: 0.25, currency: 'USD' };
  const table: [string, Partial<Seen>, string | null][] = [
    [
      'since Compute accepted it, with what was before',
      { cost, attempt: { ...attempt, acceptedAt: at - hour } },
      '0.75',
    ],
    [
      'what was before, while nothing is accepted',
      { cost, attempt: { ...attempt, acceptedAt: null } },
      '0.25',
    ],
    ['nothing less when a clock goes back', { cost, attempt: { ...attempt, acceptedAt: at + hour } }, '0.25'],
    [
      'no more once it is gone',
      { cost, phase: 'gone', attempt: { ...attempt, acceptedAt: at - hour } },
      '0.25',
    ],
    ['nothing, once it is gone', { cost: { ...cost, spent: 0 }, phase: 'gone', attempt: null }, '0.00'],
    [
      'is not known before anything is made',
      { cost: { ...cost, spent: 0 }, phase: 'waiting', attempt: null },
      null,
    ],
    ['is not known without prices', { cost: null }, null],
  ];
  test.each(table)('%s', (_, shown, expected) => {
    expect(spentWords(seen(shown), at)).toBe(expected === null ? null : `it has cost ${expected} USD`);
  });
});
