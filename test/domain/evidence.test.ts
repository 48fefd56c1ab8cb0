// Evidence counts by the time of the act that it shows: properties of `judge`.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  chainStates,
  type Facts,
  type HeartbeatFact,
  powerStates,
  type SignerFact,
  signerStates,
  type TargetFact,
} from '../../functions/domain/facts.ts';
import { judge } from '../../functions/domain/judge.ts';
import { roles } from '../../functions/domain/target.ts';
import {
  beat,
  defaultPolicy,
  factsOf,
  hour,
  minute,
  signer,
  start,
  targetFact,
  powerFact,
} from '../support/site.ts';
import { deepFreeze } from '../support/story.ts';

const targets: fc.Arbitrary<TargetFact[]> = fc
  .array(
    fc.tuple(fc.constantFrom(...roles), fc.constantFrom('good' as const, 'bad' as const, 'unknown' as const)),
    {
      maxLength: 8,
    },
  )
  .map((found) => found.map(([role, quality], index) => targetFact(`t${index}`, role, quality)));
const anyTime = fc.integer({ min: start - 2 * hour, max: start + 2 * hour });
const signerFact: fc.Arbitrary<SignerFact> = fc
  .tuple(fc.constantFrom(...signerStates), fc.option(anyTime), fc.constantFrom('alpha', 'beta'))
  .map(([state, actAt, id]) => signer(state, actAt, id));

const anyFacts: fc.Arbitrary<Facts> = fc.record({
  site: fc.constant('home'),
  at: fc.constant(start),
  targets,
  heartbeats: fc.array(
    anyTime.map((at) => beat(at)),
    { maxLength: 2 },
  ),
  power: fc.option(fc.tuple(fc.constantFrom(...powerStates), anyTime).map((given) => powerFact(...given))),
  signers: fc.array(signerFact, { maxLength: 2 }),
  chains: fc.array(
    fc.record({
      id: fc.constant('ethereum' as const),
      state: fc.constantFrom(...chainStates),
      detail: fc.constant(null),
    }),
    { maxLength: 1 },
  ),
  inboundBadSince: fc.option(fc.integer({ min: start - hour, max: start })),
  lastDarkAt: fc.option(anyTime),
});

test('any facts have one verdict, the same each time, and are left as they were', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const judgement = judge(deepFreeze(facts), defaultPolicy);
      expect(judge(structuredClone(facts), defaultPolicy)).toEqual(judgement);
      expect(judgement.because).not.toBe('');
    }),
    { numRuns: 500 },
  );
});

test('a certain judgement is always that of a dark site', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { certain, verdict } = judge(facts, defaultPolicy);
      expect(!certain || verdict === 'dark').toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('without one good or bad answer, and with no signer silent, there is no outage', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const unseen = facts.targets.map((target) => ({ ...target, quality: 'unknown' as const }));
      const signers = facts.signers.filter(({ state }) => state !== 'silent');
      expect(['ok', 'unknown']).toContain(
        judge({ ...facts, targets: unseen, signers }, defaultPolicy).verdict,
      );
    }),
    { numRuns: 500 },
  );
});

/** A house of which every port is bad since `since`, seen by a network of ours that works. */
const outages = fc.record({
  since: fc.integer({ min: start - hour, max: start }),
  ports: fc.integer({ min: 1, max: 4 }),
  exit: fc.option(fc.constantFrom('good' as const, 'bad' as const, 'unknown' as const)),
  agesMs: fc.array(fc.integer({ min: 0, max: hour }), { maxLength: 3 }),
  actAgesMs: fc.array(fc.integer({ min: 0, max: hour }), { maxLength: 3 }),
});

test('evidence that is dated before an outage never changes its verdict', () => {
  fc.assert(
    fc.property(outages, ({ since, ports, exit, agesMs, actAgesMs }) => {
      const without = factsOf({
        inboundBadSince: since,
        targets: [
          targetFact('ref', 'reference', 'good'),
          ...(exit === null ? [] : [targetFact('vpn', 'exit', exit)]),
          ...Array.from({ length: ports }, (_, index) => targetFact(`in-${index}`, 'inbound', 'bad')),
        ],
      });
      const heartbeats: HeartbeatFact[] = agesMs.map((age) => ({ ...beat(since - age), freshMs: 2 * hour }));
      const signers = actAgesMs.map((age, index) => signer('signing', since - age, `s${index}`));
      const bare = judge(without, defaultPolicy);
      const { verdict, life, signals } = judge({ ...without, heartbeats, signers }, defaultPolicy);
      expect({ verdict, life, signals }).toEqual({ verdict: bare.verdict, life: [], signals: bare.signals });
      expect(['dark', 'vpn-down']).toContain(verdict);
    }),
    { numRuns: 300 },
  );
});

test('a fresh act that is later than the outage by more than the margin always shows life', () => {
  const { marginMs } = defaultPolicy.life;
  fc.assert(
    fc.property(outages, fc.integer({ min: 1, max: 2 * minute }), ({ since, ports }, laterMs) => {
      const actAt = since + marginMs + laterMs;
      const facts = factsOf({
        at: actAt + minute,
        inboundBadSince: since,
        heartbeats: [beat(actAt)],
        targets: Array.from({ length: ports }, (_, index) => targetFact(`in-${index}`, 'inbound', 'bad')),
      });
      expect(judge(facts, defaultPolicy).verdict).toBe('inbound-lost');
    }),
  );
});
