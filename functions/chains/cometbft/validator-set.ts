// The validators of a height, in the order in which a commit lists them.
import type { Session } from '../../kit/net/session.ts';
import { compressed } from '../../wire/comet-key.ts';
import { validators as validatorsSchema } from '../../wire/comet.ts';
import { ask, type Asked, type Failure } from '../ask.ts';

/**
 * Hex in lower case; `publicKey` are the bytes as the node holds them. `power` is its voting power, rounded and to the last digit; `priority` its
 * turn in proposing, null where the node does not say.
 */
export type Validator = {
  readonly address: string;
  readonly publicKey: string;
  readonly power: number;
  readonly exactPower: bigint;
  readonly priority: bigint | null;
};

const pageBytes = 200_000;
const perPage = 100;
const mostValidators = 2_000;

const bad = (detail: string): Failure => ({
  ok: false,
  reason: 'body',
  detail: `its validators: ${detail}`,
  status: 200,
});

/** All pages. A set in which somebody stands twice, or whose pages do not add up, is no set. */
export async function readValidatorSet(
  session: Session,
  height: number,
): Promise<Asked<readonly Validator[]>> {
  const found: Validator[] = [];
  for (let page = 1; ; page += 1) {
    // oxlint-disable-next-line no-await-in-loop -- the first page says how many there are
    const answer = await ask(session, 'its validators', {
      path: `/validators?height=${height}&page=${page}&per_page=${perPage}`,
      maxBytes: pageBytes,
      schema: validatorsSchema,
    });
    if (!answer.ok) return answer;
    const { block_height: at, validators, count, total } = answer.value.result;
    if (at !== height) return bad('they are of another height');
    if (total > mostValidators) return bad(`there are over ${mostValidators}`);
    if (count !== validators.length || count === 0) return bad('a page does not hold what it says');
    for (const { address, pub_key: key, voting_power: exactPower, proposer_priority } of validators) {
      const publicKey = Buffer.from(key.value, 'base64').toString('hex');
      found.push({
        address,
        publicKey,
        power: Number(exactPower),
        exactPower,
        priority: proposer_priority ?? null,
      });
    }
    if (found.length > total) return bad('there are more than it says');
    if (found.length === total) break;
  }
  const isUnique = new Set(found.map(({ address }) => address)).size === found.length;
  return isUnique ? { ok: true, value: found } : bad('one of them stands there twice');
}

/** The part of the whole voting power that each key has; 0 for one that is not in the set. */
export function sharesIn(set: readonly Validator[], keys: readonly string[]): number[] {
  const total = set.reduce((sum, { power }) => sum + power, 0);
  return keys.map((key) => {
    const position = positionOf(set, key);
    const power = position === null ? 0 : (set[position]?.power ?? 0);
    return total > 0 ? Math.min(1, power / total) : 0;
  });
}

/** Where a key stands in the set; null when it does not. The key is a consensus address or a compressed public key, in hex. */
export function positionOf(set: readonly Validator[], key: string): number | null {
  const position = set.findIndex(
    ({ address, publicKey }) => address === key || (key.length === 96 && compressed(publicKey) === key),
  );
  return position === -1 ? null : position;
}
