// Leased ports: who may tell them, what a port is worth at a moment, and what an end of a lease never is.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { qualityOf } from '../../functions/domain/confirm.ts';
import { gatherFacts } from '../../functions/domain/gather.ts';
import { hear } from '../../functions/domain/hear.ts';
import { judge } from '../../functions/domain/judge.ts';
import {
  doubtOfBad,
  type LeaseFact,
  leaseFact,
  type LeasedTarget,
  type PortRefusal,
  portAt,
  refusalOf,
  settleMs,
} from '../../functions/domain/lease.ts';
import type { TargetRules } from '../../functions/domain/policy.ts';
import { type Pulse, silence } from '../../functions/domain/pulse.ts';
import type { Sample } from '../../functions/domain/sample.ts';
import { step } from '../../functions/domain/step.ts';
import {
  badSample,
  findingsOf,
  goodSample,
  hour,
  leasedTarget,
  minute,
  second,
  siteRules,
  start,
  target,
} from '../support/site.ts';
import { fromStranger, word } from '../support/word.ts';

const eth: LeasedTarget = {
  target: 'eth',
  lease: { source: 'cluster', from: 40_000, to: 49_999, fallback: null },
};
const withFallback: LeasedTarget = { ...eth, lease: { ...eth.lease, fallback: 30_303 } };

const heardOf = (port: number, at = start, validUntil = start + hour): Pulse =>
  hear(silence, word({ at, ports: [{ target: 'eth', port, validUntil, refusal: null }] }));
const refusedAfter = (pulse: Pulse, at: number): Pulse =>
  hear(pulse, word({ at, ports: [{ target: 'eth', port: 22, validUntil: start, refusal: 'out-of-range' }] }));

describe('a port that is told', () => {
  test.each<[string, object, object, PortRefusal | null]>([
    ['by its sender, through an exit, within the range', {}, {}, null],
    ['the lowest of the range', { port: 40_000 }, {}, null],
    ['the highest of the range', { port: 49_999 }, {}, null],
    ['below the range', { port: 39_999 }, {}, 'out-of-range'],
    ['above the range', { port: 50_000 }, {}, 'out-of-range'],
    ['by another sender', {}, { source: 'ups' }, 'other-sender'],
    ['from elsewhere', {}, { isFromExit: false }, 'not-from-exit'],
    ['of a target that is not leased', { target: 'ssh' }, {}, 'not-leased'],
    ['of a name that every object has', { target: 'constructor' }, {}, 'not-leased'],
  ])('%s', (_name, over, who, expected) => {
    const port = { target: 'eth', port: 41_000, validUntil: start + hour, ...over };
    const told = { source: 'cluster', isFromExit: true, leased: [eth], ...who };
    expect(refusalOf(port, told)).toBe(expected);
  });
});

describe('what is known of a port', () => {
  test.each<[string, LeasedTarget, Pulse | null, Partial<LeaseFact>]>([
    ['nothing, before any was told', eth, silence, { port: null, validUntil: null }],
    [
      'the one to fall back on, before any was told',
      withFallback,
      silence,
      { port: 30_303, validUntil: null },
    ],
    [
      'what was told, fallback or not',
      withFallback,
      heardOf(41_000),
      { port: 41_000, validUntil: start + hour },
    ],
    [
      'nothing that a range does not allow any more',
      withFallback,
      heardOf(22_000),
      { port: null, since: null },
    ],
    ['nothing, when the inbox cannot be read and nothing is remembered', eth, null, { port: null }],
  ])('is %s', (_name, leased, pulse, expected) => {
    expect(leaseFact(leased, pulse, null)).toMatchObject(expected);
  });

  test('is what is remembered while the inbox cannot be read', () => {
    const before = leaseFact(eth, heardOf(41_000), null);
    expect(leaseFact(eth, null, before)).toEqual(before);
  });

  test('names what is not used only while that is the newest word', () => {
    const refused = refusedAfter(heardOf(41_000), start + second);
    expect(leaseFact(eth, refused, null).refused).toEqual({
      port: 22,
      why: 'out-of-range',
      at: start + second,
    });
    const told = word({
      at: start + minute,
      ports: [{ target: 'eth', port: 41_000, validUntil: start + hour, refusal: null }],
    });
    expect(leaseFact(eth, hear(refused, told), null).refused).toBeNull();
  });
});

describe('at a moment', () => {
  const fact = leaseFact(eth, heardOf(41_000), null);

  test.each<[string, LeaseFact, number, object]>([
    ['a lease that holds is probed', fact, start + hour - 1, { isKnown: true, port: 41_000 }],
    [
      'one that has ended is not',
      fact,
      start + hour,
      { isKnown: false, why: 'the lease of port 41000 ended 2026-11-23 03:00:00 UTC' },
    ],
    ['none is not', leaseFact(eth, silence, null), start, { isKnown: false, why: 'no port was told' }],
    [
      'one to fall back on is',
      leaseFact(withFallback, silence, null),
      start + 9 * hour,
      { isKnown: true, port: 30_303 },
    ],
    [
      'one that fell back is no more once a lease has ended',
      leaseFact(withFallback, heardOf(41_000), null),
      start + hour,
      { isKnown: false },
    ],
    [
      'what was refused is said',
      leaseFact(eth, refusedAfter(silence, start), null),
      start,
      {
        isKnown: false,
        why: 'no port was told; port 22 was told and is not used: the port is outside the range of that target',
      },
    ],
  ])('%s', (_name, known, at, expected) => {
    expect(portAt(known, at)).toMatchObject(expected);
  });

  test.each<[string, number, RegExp | null]>([
    [
      'just after the port was told says nothing',
      start + settleMs - 1,
      /^port 41000 is new since .* does not answer yet$/,
    ],
    ['once that has settled counts', start + settleMs, null],
    ['until the end of the lease counts', start + hour - 1, null],
    ['once the lease has ended meanwhile says nothing', start + hour, /^the lease of port 41000 ended/],
  ])('a bad answer %s', (_name, at, expected) => {
    const doubt = doubtOfBad(fact, at);
    expect(doubt === null ? null : (expected?.test(doubt) ?? doubt)).toBe(expected === null ? null : true);
  });

  test('a bad answer at a port to fall back on counts', () => {
    expect(doubtOfBad(leaseFact(withFallback, silence, null), start)).toBeNull();
  });
});

const unplaced: Sample = { ...badSample('lease'), ok: false, reason: 'lease', detail: 'the lease ended' };

describe('a target without a lease that holds', () => {
  const judged = (targets: readonly TargetRules[], samples: Readonly<Record<string, Sample>>) => {
    const rules = siteRules({ targets: [target('ref-a', 'reference'), ...targets], signers: [] });
    const findings = findingsOf(rules);
    const facts = gatherFacts(null, { ...findings, samples: { ...findings.samples, ...samples } }, rules);
    return { facts, judgement: judge(facts, rules.policy) };
  };
  const a = leasedTarget('a');
  const b = leasedTarget('b');
  const fixed = target('fixed', 'inbound');

  test.each<[string, readonly TargetRules[], Readonly<Record<string, Sample>>, string]>([
    ['alone is unknown', [a], { a: unplaced }, 'unknown'],
    ['beside one that answers is unknown, never ok', [a, b], { a: unplaced }, 'unknown'],
    [
      'does not hide that the others are dark',
      [a, b, fixed],
      { a: unplaced, b: unplaced, fixed: badSample() },
      'dark',
    ],
    ['does not make dark what only partly fails', [a, b, fixed], { a: unplaced, b: badSample() }, 'degraded'],
    ['all of them are no outage', [a, b], { a: unplaced, b: unplaced }, 'unknown'],
  ])('%s', (_name, targets, samples, verdict) => {
    expect(judged(targets, samples).judgement.verdict).toBe(verdict);
  });

  test('is named in what is told, once not knowing lasts', () => {
    const rules = siteRules({
      targets: [target('ref-a', 'reference'), leasedTarget('eth')],
      signers: [],
      heartbeats: [],
    });
    const findings = findingsOf(rules);
    let memory = null;
    const rows = [];
    for (let tick = 0; tick <= 15; tick += 1) {
      const at = start + tick * minute;
      const samples = { ...findings.samples, eth: unplaced };
      const next = step(memory, { rules, findings: { ...findings, at, samples }, scheduledAt: at });
      memory = next.memory;
      rows.push(...next.rows);
    }
    expect(rows.map(({ notice }) => notice.items[0]?.problem)).toEqual(['unknown', 'unknown']);
    expect(rows[0]?.notice.items[0]?.evidence).toEqual([
      'inbound 0/1 good',
      'eth: lease, the lease ended',
      expect.any(String),
    ]);
  });
});

test('whoever lies, and however: only a port in the range that its sender told through an exit is ever probed, and only while its lease holds', () => {
  const anyTold = fc.record({
    at: fc.integer({ min: 0, max: 3_600 }).map((seconds) => start + seconds * second),
    sentAt: fc.option(fc.integer({ min: -7_200, max: 7_200 }).map((seconds) => start + seconds * second)),
    source: fc.constantFrom('cluster', 'ups'),
    isFromExit: fc.boolean(),
    target: fc.constantFrom('eth', 'ssh'),
    port: fc.constantFrom(22, 39_999, 40_000, 45_000, 49_999, 50_000),
    leaseMs: fc.constantFrom(-minute, 0, minute, hour),
  });
  fc.assert(
    fc.property(
      fc.array(anyTold, { maxLength: 12 }),
      fc.integer({ min: 0, max: 7_200 }),
      fc.boolean(),
      (told, later, hasFallback) => {
        const leased = hasFallback ? withFallback : eth;
        const pulse = told.reduce((before, { at, sentAt, source, isFromExit, leaseMs, ...port }) => {
          const each = { ...port, validUntil: at + leaseMs };
          const refusal = refusalOf(each, { source, isFromExit, leased: [leased] });
          const origin = isFromExit ? {} : fromStranger();
          return hear(before, word({ at, sentAt, source, ...origin, ports: [{ ...each, refusal }] }));
        }, silence);
        const at = start + later * second;
        const now = portAt(leaseFact(leased, pulse, null), at);
        const believable = told.filter(
          (each) =>
            each.target === 'eth' &&
            each.isFromExit &&
            each.source === 'cluster' &&
            each.port >= 40_000 &&
            each.port <= 49_999,
        );
        const holding = believable.filter((each) => each.at + each.leaseMs > at).map(({ port }) => port);
        const allowed = believable.length === 0 && hasFallback ? [30_303] : holding;
        expect(now.isKnown ? allowed : [null]).toContain(now.isKnown ? now.port : null);
      },
    ),
  );
});

test('an answer says of a leased target what it says of any, and not knowing its port says nothing', () => {
  expect([goodSample, badSample(), unplaced].map(qualityOf)).toEqual(['good', 'bad', 'unknown']);
});
