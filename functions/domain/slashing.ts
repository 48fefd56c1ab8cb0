// Keys that were slashed, as any source shows it: by their status, or by a proof in a block. What was seen once is kept.
import { doubt } from './doubt.ts';
import { type SlashingProof, slashingProofs, type SourceReading } from './evidence.ts';
import type { Subject } from './incident.ts';
import { shortKey } from './handover/judged.ts';
import type { Observation } from './machine.ts';
import type { Ledger } from './signing.ts';

export const slashingSigns = ['status', ...slashingProofs] as const;
type Sign = (typeof slashingSigns)[number];

/** `unit` is the slot or height of the block; null for a status. `at`: when it was first seen, epoch ms. */
export type Slashing = {
  readonly key: number;
  readonly how: Sign;
  readonly unit: number | null;
  readonly source: string;
  readonly at: number;
};

type Seen = Omit<Slashing, 'at'>;

/** What the readings of one tick show of a signer. One that does not count shows it as well: bad news is taken from anybody. */
export function slashingsIn(readings: readonly SourceReading[], signer: string): Seen[] {
  return readings.flatMap(({ source, signers }) =>
    signers
      .filter((reading) => reading.signer === signer)
      .flatMap(({ keys, slashings }) => [
        ...keys.flatMap(({ standing }, key): Seen[] =>
          standing === 'slashed' ? [{ key, how: 'status', unit: null, source }] : [],
        ),
        ...slashings.map((proof: SlashingProof): Seen => ({ ...proof, source })),
      ]),
  );
}

/** A chain that does not slash shows proof after proof; the first ones are enough to say what happened. */
const mostProofs = 12;

const isSame = (a: Seen, b: Seen): boolean => a.key === b.key && a.how === b.how && a.unit === b.unit;

/** Each once, with when it was first seen. */
export function withSlashings(
  before: readonly Slashing[],
  seen: readonly Seen[],
  at: number,
): readonly Slashing[] {
  const all: Slashing[] = [...before];
  for (const each of seen) if (!all.some((known) => isSame(known, each))) all.push({ ...each, at });
  const proofs = all.filter(({ how }) => how !== 'status').slice(-mostProofs);
  return [...all.filter(({ how }) => how === 'status'), ...proofs];
}

const words: Readonly<Record<Sign, string>> = {
  status: 'its status is slashed',
  'attester-slashing': 'two attestations that contradict each other',
  'proposer-slashing': 'two blocks for one slot',
  'duplicate-vote': 'two votes for one height',
};

const line = ({ key, how, unit, source }: Slashing, keys: readonly string[]): string => {
  const where = unit === null ? '' : ` in ${how === 'duplicate-vote' ? 'height' : 'slot'} ${unit}`;
  return `${shortKey(keys[key])}: ${words[how]}${where}, says ${source}`;
};

type Given = {
  readonly signers: readonly { readonly id: string; readonly keys: readonly string[] }[];
  readonly ledger: Ledger;
  /** When a person last stated the cause of a subject; null when nobody did. */
  readonly clearedAt: (subject: Subject) => number | null;
};

/** One subject for each signer. */
export function observeSlashings({ signers, ledger, clearedAt }: Given): {
  readonly subject: Subject;
  readonly observation: Observation;
}[] {
  return signers.map(({ id, keys }) => {
    const subject: Subject = { kind: 'slashing', id };
    const cleared = clearedAt(subject) ?? Number.NEGATIVE_INFINITY;
    const open = (ledger[id]?.slashings ?? []).filter(({ at }) => at > cleared);
    if (open.length === 0) return { subject, observation: { status: 'good' } };
    return {
      subject,
      observation: doubt(
        'slashed',
        'SLASHED: stop ALL clients NOW that have any key of this setup, slashed or not, on both sides; only then find out why',
        open.map((each) => line(each, keys)),
      ),
    };
  });
}
