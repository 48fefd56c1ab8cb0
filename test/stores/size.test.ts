// The largest site that a configuration allows still fits its document.
import { expect, test } from 'vitest';
import type { SubjectState } from '../../functions/domain/machine.ts';
import type { Ledger } from '../../functions/domain/signing.ts';
import type { Trace } from '../../functions/domain/trace.ts';
import { siteCodec } from '../../functions/stores/documents.ts';
import { siteState, someTime } from '../support/documents.ts';

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
        wasActive: Array.from({ length: 20 }, (__, position) => position),
        traces: { 'source-of-operator-1': trace, 'source-of-operator-2': trace },
      },
    ]),
  );
}

test('a site of 270 targets that all fail, each with the longest detail and an incident, and 100 keys stays under 200 KB', () => {
  const ids = Array.from({ length: 270 }, (_, index) => `target-${String(index).padStart(13, '0')}`);
  const base = siteState({ site: 'abcdefghijklmnopqrst' });
  const state = siteState({
    ...base,
    signing: fullSigning(),
    facts: {
      ...base.facts,
      targets: ids.map((id) => ({
        id,
        role: 'reference',
        quality: 'unknown',
        reason: 'misadvertised',
        detail: 'x'.repeat(200),
        totalMs: 5_000,
        witness: { word: 'disputed', since: someTime },
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
  expect(size).toBeLessThan(200_000);
});
