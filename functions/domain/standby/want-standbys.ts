// Which standbys of a site are wanted after a tick: level, not edge, and each wanting ends once and for good.
import type { ReleaseReason, Wanted } from './want.ts';
import { isNothingThere, seenOf } from './standby-look.ts';
import { stableSince } from './stable.ts';
import { isEligible, type Signer, type Trouble, troubleFor, type WantContext } from './trouble-for.ts';
import { wantingAt, type Wantings } from './wish.ts';

/** What the witness made of the ways in that are bad: the word that counts most against a standby. */
function wordOf({ facts }: WantContext): Wanted['witness'] {
  const words = facts.targets
    .filter(({ role, quality }) => role === 'inbound' && quality !== 'good')
    .map(({ quality, witness }) =>
      quality === 'bad' || witness?.word === 'disputed' ? witness?.word : undefined,
    );
  return (['disputed', 'agreed', 'silent'] as const).find((word) => words.includes(word)) ?? 'not-asked';
}

/** The latest act of the signer that is later than the trouble. Once seen it stays seen, although its source may be silent since. */
function lifeOf(wanted: Wanted, { facts, judgement, rules }: WantContext): number | null {
  const actAt = facts.signers.find(({ id }) => id === wanted.signer)?.actAt ?? null;
  const { lifeAt, reason, since, signer } = wanted;
  if (actAt === null || actAt <= (lifeAt ?? Number.NEGATIVE_INFINITY)) return lifeAt;
  const isSilence = reason === 'not-signing';
  const after = since + (isSilence ? 0 : rules.policy.life.marginMs);
  // Evidence that came late may show that there was no silence.
  const isSigning = isSilence && judgement.signers[signer] === 'signing';
  return actAt > after || isSigning ? actAt : lifeAt;
}

/** What may keep a standby from being made is kept fresh until there is one; of what a person asks for nothing does. */
function weighed(wanted: Wanted, context: WantContext): Wanted {
  const seen = seenOf(context.look, wanted);
  if (wanted.reason === 'person' || (seen !== undefined && seen !== null && seen.node !== null))
    return wanted;
  const witness = wanted.reason === 'not-signing' ? null : wordOf(context);
  return { ...wanted, witness, lifeAt: lifeOf(wanted, context) };
}

const isOpen = (id: string | null, { incidents }: WantContext): boolean =>
  id !== null && incidents.get(id)?.resolvedAt === null;

/** An outage that begins while the standby of an earlier one is still wanted has it from then on, and so has one that begins anew. */
function adopted(wanted: Wanted, trouble: Trouble | null, context: WantContext): Wanted {
  if (trouble === null) return wanted;
  const isOther = trouble.incident !== wanted.incident;
  if (isOther && isOpen(wanted.incident, context)) return wanted;
  // It is for the new outage as long as one that was made for that alone.
  const longest = Math.max(wanted.expiresAt, context.at + (context.rules.standby?.expireAfterMs ?? 0));
  const expiresAt = isOther ? longest : wanted.expiresAt;
  if (wanted.reason === 'person') {
    return isOther ? { ...wanted, incident: trouble.incident, expiresAt } : wanted;
  }
  if (!isOther && trouble.since <= wanted.since) return wanted;
  const { incident, since, reason, why } = trouble;
  return { ...wanted, incident, since, reason, why, lifeAt: null, expiresAt };
}

/** Why it is not wanted any more; null while it is. Of what a person asked for or keeps the house decides nothing. */
function releaseReason(
  wanted: Wanted,
  signer: Signer | undefined,
  context: WantContext,
): ReleaseReason | null {
  const { rules, at, judgement } = context;
  if (signer === undefined || !isEligible(signer, rules)) return 'not-configured';
  if (wanted.keep !== null) return null;
  if (at >= wanted.expiresAt) return 'expired';
  if (wanted.reason === 'person') return null;
  if (judgement.signers[signer.id] === 'inactive') return 'inactive';
  const since = wanted.stableSince;
  return since !== null && at - since >= rules.policy.standby.releaseMs ? 'stable' : null;
}

function goOn(before: Wanted, signer: Signer | undefined, context: WantContext): Wanted {
  const trouble = signer === undefined ? null : troubleFor(signer, context);
  const fresh = weighed(adopted(before, trouble, context), context);
  const wanted =
    signer === undefined || fresh.reason === 'person'
      ? fresh
      : {
          ...fresh,
          holds: trouble !== null,
          stableSince: stableSince(fresh.stableSince, signer, context),
        };
  const reason = releaseReason(wanted, signer, context);
  return reason === null ? wanted : { ...wanted, release: { at: context.at, reason, by: null } };
}

/** An outage wants a standby once: when a person or its time has ended it, only another outage wants one again. */
const isSpent = ({ release, incident }: Wanted, wanting: string): boolean =>
  (release?.reason === 'person' || release?.reason === 'expired') && incident === wanting;

function begin(signer: Signer, before: Wanted | undefined, context: WantContext): Wanted | undefined {
  const { rules, at } = context;
  const trouble = troubleFor(signer, context);
  if (trouble === null || rules.standby === null) return before;
  if (before !== undefined && isSpent(before, trouble.incident)) return before;
  const wanting = wantingAt(signer.id, at, before);
  const fresh: Wanted = {
    ...wanting,
    signer: signer.id,
    site: rules.id,
    chain: signer.chain,
    ...trouble,
    by: null,
    witness: null,
    lifeAt: null,
    holds: true,
    expiresAt: wanting.decidedAt + rules.standby.expireAfterMs,
    keep: null,
    stableSince: null,
    release: null,
  };
  return weighed(fresh, { ...context, look: { bySigner: {}, fleet: null } });
}

/** The signer has moved to another site of the file, which has written down what it wants by now. */
const isTakenOver = ({ signer, site }: Wanted, { look, rules }: WantContext): boolean => {
  const other = look.bySigner[signer]?.wanted?.site ?? site;
  return other !== site && rules.signers.every(({ id }) => id !== signer);
};

/** What is wanted now. The same arguments give the same; nothing that is released is ever wanted again under its id. */
export function wantStandbys(before: Wantings, context: WantContext): Wantings {
  const { signers } = context.rules;
  const ids = [...new Set([...Object.keys(before), ...signers.map(({ id }) => id)])];
  return Object.fromEntries(
    ids.flatMap((id) => {
      const wanted = before[id];
      const signer = signers.find((each) => each.id === id);
      if (wanted !== undefined && isTakenOver(wanted, context)) return [];
      // Whose document it is now nobody knows: nothing is written over it.
      const isStrange = signer === undefined && context.look.bySigner[id] === undefined;
      if (wanted !== undefined && wanted.release === null) {
        return [[id, isStrange ? wanted : goOn(wanted, signer, context)] as const];
      }
      const next = signer === undefined ? wanted : begin(signer, wanted, context);
      return next === undefined ? [] : [[id, next] as const];
    }),
  );
}

const isSame = (a: Wanted | undefined, b: Wanted): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What was written down of it is lost, or never arrived. */
const isLost = ({ id, signer, site, release }: Wanted, { look }: Pick<WantContext, 'look'>): boolean => {
  const standby = look.bySigner[signer];
  if (standby === undefined || release !== null || standby.wanted?.id === id) return false;
  return standby.wanted === null || standby.wanted.site === site;
};

/** Wantings that have to be written down: new ones, changed ones, and those of which the document knows nothing. */
export const toWrite = (before: Wantings, after: Wantings, context: Pick<WantContext, 'look'>): Wanted[] =>
  Object.values(after).filter((wanted) => !isSame(before[wanted.signer], wanted) || isLost(wanted, context));

/** True when `provision` has something to do about a change at once; for how long a house has been well it need not be woken. */
export const isForProvision = (before: Wantings, written: readonly Wanted[]): boolean =>
  written.some((wanted) => {
    const was = before[wanted.signer];
    const { id, release, keep, witness, lifeAt, holds } = wanted;
    return (
      was === undefined ||
      (holds && !was.holds) ||
      JSON.stringify([was.id, was.release, was.keep, was.witness, was.lifeAt]) !==
        JSON.stringify([id, release, keep, witness, lifeAt])
    );
  });

/**
 * What stays remembered: all that is wanted, and what is not any more until nothing is there of it, and until the outage is over
 * that may want none again. `earlier` is what was known before this step: once a release is written down, nothing is begun for it any more.
 */
export function remembered(
  after: Wantings,
  earlier: Wantings,
  context: Pick<WantContext, 'look' | 'incidents'>,
): Wantings {
  const { look, incidents } = context;
  const isOver = (wanted: Wanted): boolean => {
    const was = earlier[wanted.signer];
    if (wanted.release === null || was?.id !== wanted.id || was.release === null) return false;
    if (!isNothingThere(seenOf(look, wanted))) return false;
    const open = [...incidents.values()].filter(({ resolvedAt }) => resolvedAt === null);
    return !open.some(({ id }) => isSpent(wanted, id));
  };
  return Object.fromEntries(Object.entries(after).filter(([, wanted]) => !isOver(wanted)));
}
