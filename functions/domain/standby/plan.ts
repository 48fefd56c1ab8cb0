// The one thing that is to be done next about a standby; a pure function of what is known.
import { brake, brakeDrill, type Together } from './brake.ts';
import { ownCodes } from './code.ts';
import { costPerHour } from './cost.ts';
import { activeWanting, inPhase, isLive } from './phase.ts';
import { nextSpot } from './place.ts';
import { whyKept } from './release.ts';
import { labels, type NodeRules } from './rules.ts';
import { nodeShown, purposeOf, type Situation } from './situation.ts';
import type { Attempt, Refusal, Seen } from './standby.ts';
import type { Wanted } from './want.ts';

export type NodeAddress = { readonly zone: string; readonly name: string };

export type NodeOrder = NodeAddress & {
  readonly region: string;
  readonly template: string;
  /** The snapshot that its data disk begins with. */
  readonly snapshot: string | null;
  readonly requestId: string;
  readonly labels: Readonly<Record<string, string>>;
};

export type Step =
  | { readonly do: 'wait' }
  /** A commitment is written only while the same is wanted. */
  | { readonly do: 'write'; readonly seen: Seen; readonly isCommitment: boolean; readonly what: string }
  | { readonly do: 'insert'; readonly order: NodeOrder }
  | { readonly do: 'remove'; readonly removal: NodeAddress & { readonly requestId: string } }
  | { readonly do: 'forget' };

export type Plan = {
  readonly situation: Situation & { readonly seen: Seen };
  readonly together: Together;
  /** A UUID that nobody has used, for a request that is written down now. */
  readonly requestId: string;
  readonly nameOf: (n: number, wantedId: string) => string;
};

/** What is gone is forgotten after so long. */
export const rememberMs = 24 * 3_600_000;
/** A list that is not whole proves nothing; after so long a new attempt is made by it all the same. */
const partMs = 10 * 60_000;
/** A time to look again that is further away was written by a clock that went wrong. */
const longestPauseMs = 15 * 60_000;

const wait: Step = { do: 'wait' };

const isDue = ({ nextLookAt }: Seen, at: number): boolean =>
  nextLookAt === null || nextLookAt <= at || nextLookAt > at + longestPauseMs;

/** What a label may hold: lower case letters, digits, _ and -, at most 63. */
export const labelSafe = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '-')
    .slice(0, 63);

function refuse(seen: Seen, { reason, text }: Pick<Refusal, 'reason' | 'text'>, plan: Plan): Step {
  const { at } = plan.situation;
  const since = seen.refusal?.reason === reason ? seen.refusal.since : at;
  if (seen.refusal?.reason === reason && seen.refusal.text === text) return wait;
  return {
    do: 'write',
    seen: { ...seen, refusal: { reason, text, since } },
    isCommitment: false,
    what: `refused: ${reason}`,
  };
}

/** Another machine of this signer, for the same: one that an attempt left behind of which nothing is written down. */
function strayOf({ listing, signer, seen, purpose }: Situation): string | null {
  const own = seen?.attempt ?? null;
  const stray = listing?.nodes.find(
    (node) =>
      node.labels[labels.signer] === signer &&
      purposeOf(node) === purpose &&
      (own === null || node.name !== own.name || node.zone !== own.zone),
  );
  return stray === undefined ? null : `${stray.zone}/${stray.name}`;
}

function newAttempt(wanted: Wanted, node: NodeRules, plan: Plan): Step {
  const { situation, requestId, nameOf } = plan;
  const { seen, at, rules } = situation;
  const next = nextSpot(node, seen.tried, { at, roomSince: situation.roomSince });
  if (!('spot' in next)) {
    const text = 'no zone has room now; all of them are tried again after ten minutes';
    return refuse({ ...seen, nextLookAt: next.notBefore }, { reason: 'no-capacity', text }, plan);
  }
  const n = (seen.attempt?.n ?? 0) + 1;
  const { region, zone, template } = next.spot;
  const attempt: Attempt = {
    n,
    name: nameOf(n, wanted.id),
    region,
    zone,
    template,
    snapshot: seen.tried.some(({ code }) => code === ownCodes.cold) ? null : situation.snapshot,
    requestId,
    at,
    operation: null,
    acceptedAt: null,
    lostAt: null,
    refused: null,
  };
  const cost = {
    perHour: costPerHour(node, rules.prices),
    spent: seen.cost?.spent ?? 0,
    currency: rules.prices.currency,
  };
  const begun: Seen = { ...seen, attempt, cost, refusal: null, hasHeldKeys: false, nextLookAt: null };
  return {
    do: 'write',
    seen: inPhase(begun, 'creating', at),
    isCommitment: true,
    what: `attempt ${n} in ${zone}`,
  };
}

function labelsOf(
  wanted: Wanted,
  attempt: Attempt,
  { rules: { prefix }, purpose }: Situation,
): Readonly<Record<string, string>> {
  return {
    [labels.ours]: prefix,
    [labels.signer]: wanted.signer,
    [labels.wanted]: labelSafe(wanted.id),
    [labels.attempt]: String(attempt.n),
    [labels.expires]: String(Math.floor(wanted.expiresAt / 1000)),
    ...(purpose === 'drill' ? { [labels.drill]: labelSafe(wanted.id) } : {}),
  };
}

/** What it was wanted for is over, at least for now, and nobody wants it all the same. */
const isOverForNow = ({ holds, keep, reason }: Wanted): boolean =>
  !holds && keep === null && reason !== 'person';

/** A zone that does not answer may hide a node, and may not answer for days. */
const isPatienceOver = ({ refusal }: Seen, at: number): boolean =>
  refusal?.reason === 'compute-silent' && at - refusal.since >= partMs;

function planCreation(wanted: Wanted, plan: Plan): Step {
  const { situation, together } = plan;
  const { seen, at, rules, flag, listing } = situation;
  const { attempt } = seen;
  const node = rules.nodes[wanted.chain];
  if (node === undefined) return wait;
  const isAsked = seen.phase === 'creating' && attempt !== null;
  // What is there stays for a while; nothing is made any more.
  if (isOverForNow(wanted) && (!isAsked || attempt.operation === null)) return wait;
  if (isAsked && (attempt.operation !== null || attempt.refused !== null)) return wait;
  if (isAsked && (nodeShown(situation) !== null || !isDue(seen, at))) return wait;
  if (listing === null || !(listing.isWhole || isAsked || isPatienceOver(seen, at))) {
    const text =
      listing === null
        ? 'Compute does not say which nodes there are'
        : 'some zones do not say which nodes there are';
    return refuse(seen, { reason: 'compute-silent', text }, plan);
  }
  const stray = strayOf(situation);
  if (stray !== null) {
    const text = `there is a machine of this signer that nothing is written down of: ${stray}`;
    return refuse(seen, { reason: 'too-many', text }, plan);
  }
  const braking = { together, rules, at };
  const refused =
    situation.purpose === 'standby'
      ? brake(wanted, { seen, flag, node }, braking)
      : brakeDrill(node, braking);
  if (refused !== null) return refuse(seen, refused, plan);
  if (!isAsked) return newAttempt(wanted, node, plan);
  const { zone, region, name, template, snapshot, requestId } = attempt;
  const order = {
    zone,
    region,
    name,
    template,
    snapshot,
    requestId,
    labels: labelsOf(wanted, attempt, situation),
  };
  return { do: 'insert', order };
}

function planRelease(plan: Plan): Step {
  const { situation, requestId } = plan;
  const { seen, at, rules, signer, flag, heard } = situation;
  const node = nodeShown(situation);
  const isAsked = seen.deletion !== null && seen.deletion.operation !== null;
  if (node === null || isAsked || !isDue(seen, at)) return wait;
  const report = heard?.kind === 'report' ? seen.report : null;
  const { doubt, hasHeldKeys } = seen;
  if (whyKept({ node, signer, flag, report, doubt, hasHeldKeys }, rules, at) !== null) return wait;
  if (seen.deletion === null) {
    const deletion = { requestId, at, operation: null };
    return {
      do: 'write',
      seen: { ...seen, deletion, nextLookAt: null },
      isCommitment: true,
      what: `deletion of ${node.name}`,
    };
  }
  const { zone, name } = node;
  return { do: 'remove', removal: { zone, name, requestId: seen.deletion.requestId } };
}

/** Asks for nothing that was not written down before: an attempt before its insert, a deletion before its delete. */
export function plan(given: Plan): Step {
  const { situation } = given;
  const { seen, at } = situation;
  const wanting = activeWanting(situation);
  if (seen.phase === 'gone') return at - seen.phaseSince > rememberMs ? { do: 'forget' } : wait;
  if (seen.phase === 'releasing') return planRelease(given);
  if (wanting === null || (isLive(seen.phase) && seen.phase !== 'creating') || seen.phase === 'failed') {
    return wait;
  }
  return planCreation(wanting, given);
}
