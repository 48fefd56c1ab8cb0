// The largest site that a configuration allows still fits its document.
import { expect, test } from 'vitest';
import { signerStates } from '../../functions/domain/facts.ts';
import { emptyGlance, type Glance } from '../../functions/domain/glance.ts';
import { glanceOf } from '../../functions/domain/glance-of.ts';
import { excerptChars, mostEpochs } from '../../functions/domain/handover/record.ts';
import {
  mostDayIncidents,
  mostSpans,
  type SiteHistory,
  type TargetTally,
} from '../../functions/domain/history/history.ts';
import { addToHour, meansOnly } from '../../functions/domain/history/hours.ts';
import { addLatency } from '../../functions/domain/history/sketch.ts';
import type { SubjectState } from '../../functions/domain/machine.ts';
import type { Ledger } from '../../functions/domain/signing.ts';
import type { Wanted } from '../../functions/domain/standby/want.ts';
import type { Trace } from '../../functions/domain/trace.ts';
import { siteCodec } from '../../functions/stores/documents.ts';
import { handoverCodec } from '../../functions/stores/handover-schemas.ts';
import { fleetCodec } from '../../functions/stores/standby-schemas.ts';
import { seenFields, wantedFields } from '../../functions/stores/standbys.ts';
import { incident, siteState, someTime } from '../support/documents.ts';
import { epochRecord } from '../support/handover.ts';
import { rollup } from '../support/rollups.ts';
import { siteRules } from '../support/site.ts';
import { fleet, nodeReport, orphan, seen, wanted } from '../support/standbys.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length + 1;

/** What a value takes in Firestore: https://firebase.google.com/docs/firestore/storage-size */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return bytes(value);
  if (typeof value === 'number') return 8;
  if (typeof value !== 'object' || value === null) return 1;
  if (Array.isArray(value)) return value.reduce((sum: number, each: unknown) => sum + sizeOf(each), 0);
  return Object.entries(value).reduce((sum, [name, each]) => sum + bytes(name) + sizeOf(each), 0);
}

/** A hundred keys in five signers, each seen by two sources, with all that can be remembered of them. */
function fullSigning(): Ledger {
  const dated = { unit: 15_000_000, at: someTime };
  const key = {
    acts: [dated, dated, dated, dated],
    absent: dated,
    standing: 'not-in-set' as const,
    balance: { unit: 15_000_000, gwei: 32_000_000_000 },
  };
  const trace: Trace = {
    next: 15_000_000,
    tip: `0x${'ab'.repeat(32)}`,
    freshAt: someTime,
    through: 15_000_000,
    stake: 32_000_000_000,
    open: [{ ...dated, blocks: 32, seen: Array.from({ length: 20 }, (_, position) => position) }],
    keys: Array.from({ length: 20 }, () => key),
  };
  return Object.fromEntries(
    Array.from({ length: 5 }, (_, index) => [
      `signer-${index}`,
      {
        keys: Array.from({ length: 20 }, () => `0x${'ab'.repeat(48)}`),
        slashings: Array.from({ length: 32 }, (__, key) => ({
          key: key % 20,
          how: key < 20 ? ('status' as const) : ('attester-slashing' as const),
          unit: key < 20 ? null : 12_345_678 + key,
          source: 'source-of-operator-1',
          at: someTime,
        })),
        wasActive: Array.from({ length: 20 }, (__, position) => position),
        traces: { 'source-of-operator-1': trace, 'source-of-operator-2': trace },
      },
    ]),
  );
}

/** What is wanted for a signer of the longest name, and everything that people said of it. */
const fullWanted = (signer: string): Wanted =>
  wanted({
    signer,
    site: 'abcdefghijklmnopqrst',
    chain: 'berachain',
    incident: `abcdefghijklmnopqrst.site.abcdefghijklmnopqrst.20261201T021407Z`,
    why: 'x'.repeat(300),
    by: 'x'.repeat(100),
    lifeAt: someTime,
    stableSince: someTime,
    keep: { by: 'x'.repeat(100), at: someTime, why: 'x'.repeat(300) },
    release: { at: someTime, reason: 'not-configured', by: 'x'.repeat(100) },
  });

/** A whole day of looks at a target, with latencies from `leastMs` to a hundred times as much. */
function fullTally(leastMs: number, ms: TargetTally['ms']): TargetTally {
  const looks = Array.from({ length: 1_440 }, (_, place) => ({
    at: someTime + place * 60_000,
    ms: leastMs * 100 ** (((place * 7_919) % 1_440) / 1_440),
  }));
  return {
    ms,
    changes: 1_440,
    latency: looks.reduce((sketch, { ms }) => addLatency(sketch, ms), ''),
    hours: looks.reduce((hours, { at, ms }) => addToHour(hours, at, ms), ''),
  };
}

const longId = 'x'.repeat(80);

/** A day of these targets and 20 signers, with as many incidents as are kept by name, after another such day. */
function fullHistory(ids: readonly string[], tally: TargetTally): SiteHistory {
  const day = rollup({
    targets: Object.fromEntries(ids.map((id) => [id, tally])),
    signers: Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `signer-${String(index).padStart(13, '0')}`,
        { ms: Object.fromEntries(signerStates.map((state) => [state, 17_280_001])), changes: 1_440 },
      ]),
    ),
    incidents: Array.from({ length: mostDayIncidents }, () => ({
      id: longId,
      subject: longId,
      kind: 'foreign-voting-power',
      severity: 'critical',
      openedAt: someTime,
      resolvedAt: someTime,
    })),
  });
  return {
    today: day,
    yesterday: Object.fromEntries(ids.map((id) => [id, meansOnly(tally.hours)])),
    counted: Array.from({ length: mostSpans }, () => ({ from: someTime, until: someTime })),
  };
}

/** A glance at as many incidents as there may be, that say as much as they may, and at 20 standbys and their keys. */
function fullGlance(): Glance {
  const words = 'x'.repeat(2_000);
  const signers = Array.from({ length: 20 }, (_, index) => `signer-${String(index).padStart(13, '0')}`);
  const noisy = incident({
    summary: words,
    evidence: Array.from({ length: 6 }, () => words),
    timeline: Array.from({ length: 200 }, () => ({
      at: someTime,
      event: 'acknowledged' as const,
      text: words,
    })),
    doing: Object.fromEntries(signers.map((each) => [each, { stage: words, line: words, isTold: true }])),
    ack: { by: words, at: someTime, severity: 'critical', until: null, isTold: true },
  });
  const incidents = Array.from({ length: 300 }, (_, index) => ({ ...noisy, id: `${longId}-${index}` }));
  const { node } = seen();
  return glanceOf({
    before: emptyGlance,
    at: someTime,
    rules: siteRules({ signers: signers.map((id) => ({ id, chain: 'ethereum', keys: ['7'] })) }),
    incidents,
    touched: incidents.map((each) => ({ ...each, resolvedAt: someTime })),
    wanted: Object.fromEntries(signers.map((signer) => [signer, fullWanted(signer)])),
    look: {
      bySigner: Object.fromEntries(
        signers.map((signer) => [
          signer,
          {
            wanted: null,
            seen: seen({
              node,
              report: nodeReport(),
              refusal: { reason: 'no-capacity', text: words, since: someTime },
              trouble: { kind: 'stuck', text: words, lines: [words], since: someTime },
              doubt: { kind: 'malformed', text: words, since: someTime },
            }),
          },
        ]),
      ),
      fleet: null,
    },
    flags: Object.fromEntries(signers.map((signer) => [signer, { isReadable: false, why: words }])),
    delivery: {
      waiting: { phone: someTime },
      channels: { phone: { failures: 9, failingSince: someTime, outcome: words } },
    },
  });
}

test('a site of 270 targets that all fail, each with the longest detail and an incident, with 100 keys, 20 standbys, a full day and as much as there may be to be told at a glance, stays under 450 KB', () => {
  const ids = Array.from({ length: 270 }, (_, index) => `target-${String(index).padStart(13, '0')}`);
  const base = siteState({ site: 'abcdefghijklmnopqrst' });
  const state = siteState({
    ...base,
    signing: fullSigning(),
    history: fullHistory(ids, fullTally(10, { good: 28_800_001, bad: 28_800_001, unknown: 28_800_001 })),
    glance: fullGlance(),
    wanted: Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => {
        const signer = `signer-${String(index).padStart(13, '0')}`;
        return [signer, fullWanted(signer)];
      }),
    ),
    facts: {
      ...base.facts,
      targets: ids.map((id, index) => ({
        id,
        role: 'reference',
        quality: 'unknown',
        reason: 'misadvertised',
        detail: 'x'.repeat(200),
        totalMs: 5_000,
        witness: { word: 'disputed', since: someTime },
        // More of one site the configuration does not take.
        lease:
          index < 64
            ? {
                port: 65_535,
                validUntil: someTime,
                since: someTime,
                refused: { port: 65_535, why: 'not-from-exit', at: someTime },
              }
            : null,
        since: someTime,
      })),
    },
    subjects: Object.fromEntries(
      ids.map((id): [string, SubjectState] => [
        `target/${id}`,
        {
          phase: 'recovering',
          kind: 'exit-unreachable',
          severity: 'critical',
          incident: `${base.site}.target.${id}.20261201T021407Z`,
          since: someTime,
        },
      ]),
    ),
  });
  const size = sizeOf(siteCodec.write('sites/x', state));
  expect(size).toBeGreaterThan(200_000);
  expect(size).toBeLessThan(450_000);
});

test('a site of 500 targets on an ordinary day stays under 600 KB', () => {
  const ids = Array.from({ length: 500 }, (_, index) => `berlin-endpoint-${index}`);
  const base = siteState();
  const tally = fullTally(10, { good: 86_280_000, bad: 120_000 });
  const state = siteState({
    facts: {
      ...base.facts,
      targets: ids.map((id) => ({
        id,
        role: 'inbound',
        quality: 'good',
        reason: null,
        detail: null,
        totalMs: 43,
        witness: null,
        lease: null,
        since: someTime,
      })),
    },
    history: fullHistory(ids, tally),
    glance: fullGlance(),
  });
  const size = sizeOf(siteCodec.write('sites/x', state));
  expect(size).toBeGreaterThan(200_000);
  expect(size).toBeLessThan(600_000);
});

/** What Firestore takes as one document. */
const largestDocument = 1_048_576;
const long = 'x'.repeat(2_000);

test('a standby that was tried in 300 zones, with the longest texts and console, fits its document ten times', () => {
  const { node, attempt } = seen();
  const lines = Array.from({ length: 50 }, () => 'x'.repeat(500));
  const full = seen({
    tried: Array.from({ length: 300 }, () => ({
      zone: 'northamerica-northeast1-a',
      region: 'northamerica-northeast1',
      code: 'ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS',
      at: someTime,
    })),
    attempt: attempt === null ? null : { ...attempt, refused: { code: 'QUOTA_EXCEEDED', text: long } },
    node:
      node === null
        ? null
        : {
            ...node,
            // As many labels as Compute takes, each of the longest.
            labels: Object.fromEntries(
              Array.from({ length: 64 }, (_, index) => [String(index).padStart(63, 'k'), 'v'.repeat(63)]),
            ),
          },
    report: nodeReport({ version: long, text: long }),
    doubt: { kind: 'malformed', text: long, since: someTime },
    refusal: { reason: 'no-capacity', text: long, since: someTime },
    trouble: { kind: 'stuck', text: long, lines, since: someTime },
    deletion: { requestId: 'x'.repeat(36), at: someTime, operation: long },
  });
  const size = sizeOf({ ...wantedFields(fullWanted('eth')), ...seenFields('eth', full) });
  expect(size).toBeGreaterThan(50_000);
  expect(10 * size).toBeLessThan(largestDocument);
});

test('five hundred orphans and ten years of money fit the document of all standbys', () => {
  const full = fleet({
    lease: { id: 'x'.repeat(36), until: someTime },
    orphans: Array.from({ length: 500 }, () => orphan({ text: 'x'.repeat(500), requestId: 'x'.repeat(36) })),
    spent: Object.fromEntries(Array.from({ length: 120 }, (_, month) => [`month-${month}`, month])),
    trouble: {
      kind: 'permission',
      text: long,
      lines: Array.from({ length: 50 }, () => long),
      since: someTime,
    },
  });
  expect(sizeOf(fleetCodec.write('standbys/_fleet', full))).toBeLessThan(largestDocument);
});

test('the record of a handover, of a hundred keys and eight sources that talk as much as they may, fits its document', () => {
  const keys = Array.from({ length: 100 }, () => `0x${'ab'.repeat(48)}`);
  const epochs = Array.from({ length: mostEpochs }, (_, index) =>
    epochRecord(index, { keys: keys.map(() => 'not-in-set'), excerpt: 'x'.repeat(excerptChars) }),
  );
  const source = {
    operator: 'operator',
    isOwn: false,
    shown: { of: 'epochs' as const, epochs },
    trouble: 'x'.repeat(500),
  };
  const sources = Array.from({ length: 8 }, (_, index) => ({ ...source, source: `source-${index}` }));
  const fields = handoverCodec.write('handovers/eth-1', {
    signer: 'eth-1',
    chain: 'ethereum',
    keys,
    generation: 2,
    begunAt: someTime,
    sources,
  });
  expect(sizeOf(fields)).toBeLessThan(1_000_000);
});
