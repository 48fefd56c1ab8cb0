// Builders of what sources show, for the tests of traces, agreement and signing.
import type { ChainName } from '../../functions/domain/chain.ts';
import type {
  Act,
  KeyReading,
  SignerReading,
  SourceReading,
  Standing,
  UnitReading,
} from '../../functions/domain/evidence.ts';
import { start } from '../support/site.ts';

/** Length of a unit in these tests, as of an epoch. */
export const unitMs = 384_000;
export const unitAt = (unit: number): number => start + unit * unitMs;

export const unit = (number: number, over: Partial<UnitReading> = {}): UnitReading => ({
  unit: number,
  at: unitAt(number),
  isBegun: true,
  isFinished: true,
  blocks: 32,
  fullBlocks: 32,
  duties: [0],
  ...over,
});

export const act = (number: number, over: Partial<Act> = {}): Act => ({
  key: 0,
  unit: number,
  at: unitAt(number) + 1_000,
  unitEndsAt: unitAt(number + 1),
  how: 'inclusion',
  ...over,
});

export const key = (standing: Standing = 'active', balance: KeyReading['balance'] = null): KeyReading => ({
  standing,
  balance,
  stake: null,
});

export const reading = (over: Partial<SignerReading> = {}): SignerReading => ({
  signer: 'alpha',
  base: null,
  next: 0,
  tip: null,
  hasGap: false,
  units: [],
  acts: [],
  keys: [key()],
  slashings: [],
  trouble: null,
  ...over,
});

export const sourceReading = (
  source: string,
  signers: readonly SignerReading[],
  over: Partial<SourceReading> = {},
): SourceReading => ({
  source,
  chain: 'ethereum' satisfies ChainName,
  operator: source,
  isOwn: false,
  head: { number: 1, at: start },
  trouble: null,
  votesWith: [],
  signers,
  ...over,
});
