// What one judgement of the guard takes, with as much before it as it can ever have.
import { guardPolicy } from '../functions/domain/handover/condition.ts';
import { judgeHandover } from '../functions/domain/handover/guard.ts';
import type { EpochRecord } from '../functions/domain/handover/record.ts';
import { epochRecord, ethereumFacts, first } from '../test/support/handover.ts';
import { median, rounded } from './numbers.ts';
import type { Report } from './report.ts';

export type GuardOptions = { readonly keys: number; readonly epochs: number };

const warmUps = 200;
const rounds = 500;
const mostMs = 5;

/** All conditions met: none of them ends early. */
export function measureGuard({ keys: count, epochs: kept }: GuardOptions): Report {
  const keys = Array.from({ length: count }, (_, index) => `0x${String(index).padStart(96, '0')}`);
  const base = ethereumFacts();
  const epochs: EpochRecord[] = Array.from({ length: kept }, (_, index) =>
    epochRecord(first + index, { keys: keys.map(() => 'silent'), excerpt: 'x'.repeat(2_000) }),
  );
  const flag =
    base.flag.isReadable && base.flag.flag !== null
      ? { isReadable: true as const, flag: { ...base.flag.flag, publicKeys: keys } }
      : base.flag;
  const standings = keys.map(() => 'active' as const);
  const facts = {
    ...base,
    signer: { ...base.signer, keys },
    flag,
    sources: base.sources.map((source) => ({
      ...source,
      shown: { of: 'epochs' as const, epochs },
      now: source.now === null ? null : { ...source.now, standings },
    })),
    life: keys.flatMap((_, key) =>
      [0, 1, 2, 3].map((back) => ({
        source: 'orchard',
        key,
        unit: first - 1 - back,
        at: base.at - 3_600_000,
        how: 'seen',
      })),
    ),
  };
  const times: number[] = [];
  let isAllowed = true;
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const begun = performance.now();
    isAllowed = judgeHandover(facts, guardPolicy).isAllowed && isAllowed;
    if (round >= warmUps) times.push(performance.now() - begun);
  }
  return {
    fields: { evaluateMs: rounded(median(times), 3) },
    details: { keys: count, epochs: kept, sources: facts.sources.length },
    limits: [{ field: 'evaluateMs', atMost: mostMs }],
    broken: isAllowed ? [] : ['the guard does not allow what it should'],
  };
}
