// The largest site that a configuration allows still fits its document.
import { expect, test } from 'vitest';
import { excerptChars, mostEpochs } from '../../functions/domain/handover/record.ts';
import type { SubjectState } from '../../functions/domain/machine.ts';
import type { Ledger } from '../../functions/domain/signing.ts';
import type { Wanted } from '../../functions/domain/standby/want.ts';
import type { Trace } from '../../functions/domain/trace.ts';
import { siteCodec } from '../../functions/stores/documents.ts';
import { handoverCodec } from '../../functions/stores/handover-schemas.ts';
import { fleetCodec } from '../../functions/stores/standby-schemas.ts';
import { seenFields, wantedFields } from '../../functions/stores/standbys.ts';
import { siteState, someTime } from '../support/documents.ts';
import { epochRecord } from '../support/handover.ts';
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

test('a site of 270 targets that all fail, each with the longest detail and an incident, 100 keys and 20 standbys stays under 250 KB', () => {
  const ids = Array.from({ length: 270 }, (_, index) => `target-${String(index).padStart(13, '0')}`);
  const base = siteState({ site: 'abcdefghijklmnopqrst' });
  const state = siteState({
    ...base,
    signing: fullSigning(),
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
  expect(size).toBeGreaterThan(100_000);
  expect(size).toBeLessThan(250_000);
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
