// The words of a node's agent: doubts stay, progress is dated, and the phase is what it says.
import { describe, expect, test } from 'vitest';
import { inPhaseOfReport, withAgent } from '../../../functions/domain/standby/agent.ts';
import type { Heard } from '../../../functions/domain/standby/situation.ts';
import type { NodeReport, Seen } from '../../../functions/domain/standby/standby.ts';
import { minute, start } from '../../support/site.ts';
import { seenOf } from '../../support/standby-house.ts';

const at = start + 10 * minute;
const report = (over: Partial<NodeReport> = {}): NodeReport => ({
  at,
  keys: 'absent',
  state: 'syncing',
  percent: 10,
  etaMs: null,
  peers: 3,
  head: 100,
  version: null,
  usedGib: null,
  text: null,
  ...over,
});
const said = (over: Partial<NodeReport> = {}): Heard => ({ kind: 'report', report: report(over) });
const malformed: Heard = { kind: 'malformed', text: 'at state' };
const all = (seen: Seen, ...heard: readonly Heard[]): Seen =>
  heard.reduce((before, each) => withAgent(before, each, at), seen);

describe('a doubt', () => {
  test.each<[string, readonly Heard[], string | null, boolean]>([
    ['is none while all is well', [said()], null, false],
    ['is none while nothing is said', [{ kind: 'nothing' }], null, false],
    ['comes of what cannot be read', [malformed], 'malformed', false],
    [
      'comes of a time more than two minutes ahead',
      [said({ at: at + 2 * minute + 1 })],
      'from-the-future',
      false,
    ],
    ['does not come of a clock that is a little ahead', [said({ at: at + 2 * minute })], null, false],
    ['comes of keys, which are remembered', [said({ keys: 'present' })], 'keys-present', true],
    ['does not come of not knowing', [said({ keys: 'unknown' })], null, false],
    ['stays when all is well again', [malformed, said()], 'malformed', false],
    ['of keys is graver than another', [malformed, said({ keys: 'present' })], 'keys-present', true],
    ['of keys stays before another', [said({ keys: 'present' }), malformed], 'keys-present', true],
    [
      'of keys comes of an old word as well',
      [said(), said({ keys: 'present', at: at - 1 })],
      'keys-present',
      true,
    ],
    [
      'of keys comes of a word from the future',
      [said({ keys: 'present', at: at * 2 })],
      'keys-present',
      true,
    ],
  ])('%s', (_, heard, kind, hasHeldKeys) => {
    const seen = all(seenOf(), ...heard);
    expect(seen.doubt?.kind ?? null).toBe(kind);
    expect(seen.hasHeldKeys).toBe(hasHeldKeys);
  });
});

describe('a doubt that is seen again', () => {
  const nowAt = (minutes: number): number => at + minutes * minute;
  /** One word a minute. */
  const sinceAfter = (...heard: readonly Heard[]): number | undefined =>
    heard.reduce((before, each, index) => withAgent(before, each, nowAt(index)), seenOf()).doubt?.since;
  const keys = (keys: 'absent' | 'present', minutes: number): Heard => said({ keys, at: nowAt(minutes) });

  test.each<[string, readonly Heard[], number]>([
    ['without a break is the same', [keys('present', 0), keys('present', 1), keys('present', 2)], 0],
    ['stays after it is over', [keys('present', 0), keys('absent', 1), keys('absent', 2)], 0],
    ['after a break begins anew', [keys('present', 0), keys('absent', 1), keys('present', 2)], 2],
    [
      'and goes on from then',
      [keys('present', 0), keys('absent', 1), keys('present', 2), keys('present', 3)],
      2,
    ],
    [
      'by a clock that is late as well',
      [keys('present', -60), keys('absent', -59), keys('present', -58), keys('present', -57)],
      2,
    ],
    [
      'as an old word goes on',
      [keys('present', 0), keys('absent', 1), ...[0, 0, 0].map((old) => keys('present', old))],
      2,
    ],
    ['as nonsense begins anew once', [malformed, keys('absent', 1), malformed, malformed, malformed], 2],
    ['as nonsense after good words is one', [keys('absent', 0), malformed, malformed, malformed], 1],
    ['as less than keys is not', [keys('present', 0), keys('absent', 1), malformed], 0],
  ])('%s', (_, heard, since) => {
    expect(sinceAfter(...heard)).toBe(nowAt(since));
  });
});

test('keys on the node that the flag names are no doubt, and are remembered all the same', () => {
  const keys = said({ keys: 'present' });
  expect(withAgent(seenOf(), keys, at, true)).toMatchObject({ doubt: null, hasHeldKeys: true });
  const doubtful = withAgent(seenOf(), keys, at);
  expect(withAgent(doubtful, keys, at, true).doubt, 'a doubt does not heal by itself').not.toBeNull();
  expect(withAgent(seenOf(), malformed, at, true).doubt?.kind).toBe('malformed');
});

describe('progress', () => {
  const before = seenOf({ report: report({ at: at - minute }), progressAt: start });
  test.each<[string, NodeReport, boolean]>([
    ['a higher percentage', report({ percent: 11 }), true],
    ['a higher head', report({ head: 101 }), true],
    ['a further state', report({ state: 'synced', percent: 10, head: 100 }), true],
    ['the same again', report(), false],
    ['less than before', report({ percent: 5, head: 90 }), false],
    ['nothing to count', report({ percent: null, head: null }), false],
    ['an earlier state', report({ state: 'starting' }), false],
  ])('%s', (_, next, isProgress) => {
    expect(withAgent(before, { kind: 'report', report: next }, at).progressAt).toBe(isProgress ? at : start);
  });

  test('a node that is synced makes it by saying so again', () => {
    const synced = seenOf({ report: report({ state: 'synced', at: at - minute }), progressAt: start });
    expect(withAgent(synced, said({ state: 'synced' }), at).progressAt).toBe(at);
    expect(withAgent(synced, said({ state: 'synced', at: at - minute }), at).progressAt).toBe(start);
  });

  test('an older report than the last is no news', () => {
    expect(withAgent(before, said({ at: at - 2 * minute, percent: 99 }), at).report).toEqual(before.report);
  });
});

describe('the phase', () => {
  test.each([
    ['booting', null, 'creating'],
    ['booting', 'starting', 'booting'],
    ['syncing', 'syncing', 'booting'],
    ['synced', 'synced', 'syncing'],
    ['syncing', 'syncing', 'synced'],
    ['syncing', 'failing', 'syncing'],
    ['booting', 'failing', 'creating'],
  ] as const)('is %s when it says %s after %s', (expected, state, phase) => {
    const seen = seenOf({ phase, report: state === null ? null : report({ state }) });
    expect(inPhaseOfReport(seen, at).phase).toBe(expected);
  });
});
