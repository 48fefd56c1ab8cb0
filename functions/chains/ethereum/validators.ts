// What the chain knows of our keys apart from blocks: index, status, balance, liveness and rewards. Each of them can show life; none shows silence.
import type { Act, KeyReading, Standing } from '../../domain/evidence.ts';
import { failed } from '../../kit/net/failure.ts';
import type { Session } from '../../kit/net/session.ts';
import { liveness, rewards, validators } from '../../wire/beacon.ts';
import { ask, type Asked } from '../ask.ts';

/** What is known of one key; null for a key that the chain does not know. */
export type Known = {
  readonly index: number;
  readonly standing: Standing;
  readonly gwei: number;
  readonly effectiveGwei: number;
} | null;

const bytes = 2_000_000;

const standings: Readonly<Record<string, Standing>> = {
  pending_initialized: 'pending',
  pending_queued: 'pending',
  active_ongoing: 'active',
  active_exiting: 'exiting',
  active_slashed: 'slashed',
  exited_unslashed: 'exited',
  exited_slashed: 'slashed',
  withdrawal_possible: 'withdrawn',
  withdrawal_done: 'withdrawn',
};

/** Keys are indices in decimal or public keys in lower case; one entry for each, in order. */
export async function findValidators(
  session: Session,
  keys: readonly string[],
): Promise<Asked<readonly Known[]>> {
  const answer = await ask(session, 'our keys', {
    path: `/eth/v1/beacon/states/head/validators?${keys.map((key) => `id=${key}`).join('&')}`,
    maxBytes: bytes,
    schema: validators,
  });
  if (!answer.ok) return answer;
  const { data } = answer.value;
  const found = keys.map((key): Known => {
    const same = data.filter(({ index, validator }) => String(index) === key || validator.pubkey === key);
    const [only] = same;
    if (only === undefined || same.length > 1) return null;
    const standing = only.validator.slashed ? 'slashed' : (standings[only.status] ?? 'unknown');
    return {
      index: only.index,
      standing,
      gwei: only.balance,
      effectiveGwei: only.validator.effective_balance,
    };
  });
  return { ok: true, value: found };
}

/** The public keys of these indices or keys, in their order; a failure when one of them is not known. */
export async function readPublicKeys(
  session: Session,
  keys: readonly string[],
): Promise<Asked<readonly string[]>> {
  const answer = await ask(session, 'our public keys', {
    path: `/eth/v1/beacon/states/head/validators?${keys.map((key) => `id=${key}`).join('&')}`,
    maxBytes: bytes,
    schema: validators,
  });
  if (!answer.ok) return answer;
  const { data } = answer.value;
  const found = keys.flatMap((key) => {
    const same = data.filter(({ index, validator }) => String(index) === key || validator.pubkey === key);
    return same.length === 1 ? same.map(({ validator }) => validator.pubkey) : [];
  });
  return found.length === keys.length
    ? { ok: true, value: found }
    : { ...failed('body', 'our public keys: one of them is not known'), status: 200 };
}

/** Positions of keys by validator index. */
export type Positions = ReadonlyMap<number, number>;

type Dates = { readonly at: (epoch: number) => number };

const actsOf = (
  indices: readonly number[],
  positions: Positions,
  given: { readonly how: Act['how']; readonly epoch: number; readonly dates: Dates },
): Act[] =>
  indices.flatMap((index) => {
    const key = positions.get(index);
    const { how, epoch, dates } = given;
    return key === undefined
      ? []
      : [{ key, unit: epoch, at: dates.at(epoch), unitEndsAt: dates.at(epoch + 1), how }];
  });

/**
 * Keys that a node saw acting in a finished epoch. That it did not see one proves nothing: it may have restarted, or not listen on that
 * subnet. Null when it does not serve this.
 */
export async function readLiveness(
  session: Session,
  positions: Positions,
  given: { readonly epoch: number; readonly dates: Dates },
): Promise<readonly Act[] | null> {
  const answer = await ask(session, 'liveness', {
    path: `/eth/v1/validator/liveness/${given.epoch}`,
    body: JSON.stringify([...positions.keys()].map(String)),
    maxBytes: bytes,
    schema: liveness,
  });
  if (!answer.ok) return null;
  const live = answer.value.data.filter((each) => each.is_live).map(({ index }) => index);
  return actsOf(live, positions, { ...given, how: 'liveness' });
}

/**
 * Keys with a positive reward for source or target in a finished epoch. Zero or less proves nothing: in an inactivity leak a validator that
 * attests gets nothing, and a late attestation costs. Null when it does not serve this.
 */
export async function readRewards(
  session: Session,
  positions: Positions,
  given: { readonly epoch: number; readonly dates: Dates },
): Promise<readonly Act[] | null> {
  const answer = await ask(session, 'rewards', {
    path: `/eth/v1/beacon/rewards/attestations/${given.epoch}`,
    body: JSON.stringify([...positions.keys()].map(String)),
    maxBytes: bytes,
    schema: rewards,
  });
  if (!answer.ok) return null;
  const rewarded = answer.value.data.total_rewards
    .filter(({ source, target }) => source > 0 || target > 0)
    .map((each) => each.validator_index);
  return actsOf(rewarded, positions, { ...given, how: 'rewards' });
}

/** A deposit is at least 1 ETH; what attesting, proposing and the sync committee bring in an epoch is far less. */
const mostEarnedGwei = 500_000_000;

/**
 * Keys whose balance rose from one epoch to the next as by rewards. The rise at the beginning of an epoch is for the epoch before the last. A
 * fall proves nothing (withdrawals), nor does a jump (deposits, consolidations).
 */
export function earned(
  before: readonly (KeyReading['balance'] | undefined)[],
  now: readonly Known[],
  given: { readonly epoch: number; readonly dates: Dates },
): readonly Act[] {
  const { epoch, dates } = given;
  return now.flatMap((known, key) => {
    const old = before[key];
    if (known === null || old === null || old === undefined || old.unit !== epoch - 1 || epoch < 2) return [];
    const rise = known.gwei - old.gwei;
    const unit = epoch - 2;
    return rise > 0 && rise < mostEarnedGwei
      ? [{ key, unit, at: dates.at(unit), unitEndsAt: dates.at(unit + 1), how: 'balance' as const }]
      : [];
  });
}
