// CometBFT and Berachain: what a signer has ahead. There is no lookahead but the order in which validators propose, which holds for a few blocks.
import type { z } from 'zod';
import type { Duty, Lookahead } from '../../domain/lookahead.ts';
import type { Session } from '../../kit/net/session.ts';
import { commit as commitSchema, madeBlock } from '../../wire/comet.ts';
import { ask, type Asked, type Failure } from '../ask.ts';
import type { Flags } from './flags.ts';
import { proposersAfter, provenProposer, turnsOf } from './proposers.ts';
import { positionOf, readValidatorSet, sharesIn, type Validator } from './validator-set.ts';
import { votesIn } from './votes.ts';

/** How many heights after the tip are worked out: changes of stake make those far ahead a guess. */
const heightsAhead = 8;
/** Over how many heights the time of one is measured. */
const paceHeights = 50;
const commitBytes = 2_000_000;

type Made = z.output<typeof madeBlock>['result']['signed_header'];
type Given = {
  readonly session: Session;
  readonly network: string;
  readonly flags: Flags;
  readonly keys: readonly string[];
  /** The newest height of the node. */
  readonly tip: number;
};

const bad = (detail: string): Failure => ({ ok: false, reason: 'protocol', detail, status: 200 });

async function readBlock({ session, network }: Given, height: number): Promise<Asked<Made>> {
  const answer = await ask(session, 'a block', {
    path: `/commit?height=${height}`,
    maxBytes: commitBytes,
    schema: madeBlock,
  });
  if (!answer.ok) return answer;
  const made = answer.value.result.signed_header;
  const isAsked =
    made.header.chain_id === network && made.header.height === height && made.commit.height === height;
  return isAsked ? { ok: true, value: made } : bad('a block: it is not the one that was asked for');
}

/** Whether the others could go on without our keys, by the votes for the newest block whose votes are complete. */
async function canGoOn(given: Given, set: readonly Validator[]): Promise<Asked<boolean>> {
  const { session, network, flags, keys, tip } = given;
  const height = tip - 1;
  const answer = await ask(session, 'a commit', {
    path: `/commit?height=${height}`,
    maxBytes: commitBytes,
    schema: commitSchema,
  });
  if (!answer.ok) return answer;
  const commit = answer.value.result;
  const { header, commit: votes } = commit.signed_header;
  if (header.chain_id !== network || header.height !== height || votes.height !== height) {
    return bad('a commit: it is not the one that was asked for');
  }
  if (!commit.canonical) return bad('a commit: it is not canonical yet');
  const cast = votesIn(commit, set, { keys: set.map(({ address }) => address), flags });
  if (cast === null) return bad('a commit: it does not belong to the validators of its height');
  const ours = new Set(keys.map((key) => positionOf(set, key)));
  const total = set.reduce((sum, { exactPower }) => sum + exactPower, 0n);
  const isOurs = set.some((_, place) => ours.has(place) && cast[place] === 'alive');
  const others = set.reduce(
    (sum, { exactPower }, place) => (cast[place] === 'alive' && !ours.has(place) ? sum + exactPower : sum),
    0n,
  );
  return { ok: true, value: !isOurs || others * 3n > total * 2n };
}

type Sets = { readonly before: readonly Validator[]; readonly now: readonly Validator[] };

/** The turns of our keys; null when who proposes cannot be worked out, such as when the set has just changed. */
function proposalsOf({ keys, tip }: Given, { before, now }: Sets, made: Made): Duty[] | null {
  const [old, turns] = [turnsOf(before), turnsOf(now)];
  if (old === null || turns === null) return null;
  const first = provenProposer(old, turns);
  const { round } = made.commit;
  if (first === null || round > now.length) return null;
  // In each further round of a height the next one in turn proposes.
  const proposer = round === 0 ? first : proposersAfter(turns, round).at(-1);
  if (proposer !== made.header.proposer_address) return null;
  const addresses = keys.map((key) => now[positionOf(now, key) ?? -1]?.address);
  return proposersAfter(turns, heightsAhead).flatMap((next, ahead) => {
    const key = addresses.indexOf(next);
    const from = tip + 1 + ahead;
    return key === -1 ? [] : [{ kind: 'proposal' as const, key, from, until: from + 1 }];
  });
}

/** What a node that is at the head of the right chain shows of the heights to come. */
export async function readLookahead(given: Given): Promise<Asked<Lookahead>> {
  const { session, keys, tip } = given;
  if (tip < 3) return bad('the chain has only just begun');
  const early = Math.max(1, tip - paceHeights);
  const [before, now, newest, older] = await Promise.all([
    readValidatorSet(session, tip - 1),
    readValidatorSet(session, tip),
    readBlock(given, tip),
    readBlock(given, early),
  ]);
  if (!before.ok) return before;
  if (!now.ok) return now;
  if (!newest.ok) return newest;
  if (!older.ok) return older;
  const can = await canGoOn(given, before.value);
  if (!can.ok) return can;
  const unitMs = (newest.value.header.time - older.value.header.time) / (tip - early);
  if (!(unitMs > 0)) return bad('its blocks do not follow each other in time');
  const sets = { before: before.value, now: now.value };
  const proposals = proposalsOf(given, sets, newest.value);
  const isIn = (key: string): boolean => positionOf(sets.now, key) !== null;
  return {
    ok: true,
    value: {
      standings: keys.map((key) => (isIn(key) ? 'active' : 'not-in-set')),
      stakes: sharesIn(sets.now, keys),
      duties: proposals ?? [],
      known: { from: tip + 1, until: proposals === null ? tip + 1 : tip + 1 + heightsAhead },
      condition: can.value ? 'well' : 'halts-without-us',
      pace: { unit: tip + 1, at: newest.value.header.time + unitMs, unitMs },
    },
  };
}
