// What is said of a leased port, and where it is shown.
import { describe, expect, test } from 'vitest';
import { factsOf, defaultPolicy, minute, start, targetFact } from '../support/site.ts';
import type { LeaseFact } from '../../functions/domain/lease.ts';
import { judge } from '../../functions/domain/judge.ts';
import { explain } from '../../functions/views/explain.ts';
import { leasedTargets, leaseWords } from '../../functions/views/lease.ts';

const lease: LeaseFact = { port: 41_234, validUntil: start + minute, since: start, refused: null };
const refused = { port: 22, why: 'out-of-range', at: start } as const;

describe('a leased port', () => {
  test.each<[string, LeaseFact, number, string]>([
    ['that holds', lease, start, 'port 41234, leased until 2026-11-23 02:01:00 UTC'],
    [
      'that has ended',
      lease,
      start + minute,
      'port 41234, leased until 2026-11-23 02:01:00 UTC, which is over',
    ],
    [
      'that was never told',
      { port: null, validUntil: null, since: null, refused: null },
      start,
      'no leased port was told',
    ],
    [
      'to fall back on',
      { port: 30_303, validUntil: null, since: null, refused: null },
      start,
      'port 30303, for none was told so far',
    ],
    [
      'beside one that is not used',
      { ...lease, refused },
      start,
      'port 41234, leased until 2026-11-23 02:01:00 UTC; port 22, told 2026-11-23 02:00:00 UTC, is not used: the port is outside the range of that target',
    ],
  ])('%s', (_name, given, at, expected) => {
    expect(leaseWords(given, { at, timezone: 'UTC' })).toBe(expected);
  });

  test('is explained beside its target, and those without one are not', () => {
    const targets = [
      { ...targetFact('p2p', 'inbound', 'good'), lease },
      targetFact('ssh', 'inbound', 'good'),
    ];
    const facts = factsOf({ targets });
    const lines = explain(facts, judge(facts, defaultPolicy), 'UTC');
    expect(
      lines.filter((line) => line.includes('leased until')).map((line) => line.trim().slice(0, 13)),
    ).toEqual(['inbound   p2p']);
    expect(leasedTargets(targets).map(({ id }) => id)).toEqual(['p2p']);
  });
});
