// The brake: before anything is made, count. Whatever is not known counts against it.
import { costPerHour, costThisMonth, runningSpan, type Span } from './cost.ts';
import { holderText, type FlagRead } from './key-flag.ts';
import { isLive } from './phase.ts';
import type { NodeRules, StandbyRules } from './rules.ts';
import type { RefusalReason, Seen, Standby } from './standby.ts';
import type { Wanted } from './want.ts';

/** What is so of all standbys together, as it is known at this moment. */
export type Together = {
  /** All standbys, this one included. */
  readonly standbys: readonly Standby[];
  /** Documents that cannot be read: behind each there may be a node. */
  readonly broken: number;
  /** Machines of ours that nobody wants, and what each costs. */
  readonly orphans: readonly Span[];
  /** Nodes of drills: they give way, and count only as what they cost. */
  readonly drills: readonly Span[];
  /** Signers of which a standby is wanted at this moment. */
  readonly wanted: readonly string[];
  /** What nodes that are gone have cost this month. */
  readonly spent: number;
  /** How many sites are configured. */
  readonly sites: number;
  /** Since when each of those sites has been dark that are; null when they were not read. */
  readonly dark: readonly number[] | null;
};

type Refused = { readonly reason: RefusalReason; readonly text: string };

const togetherMs = 5 * 60_000;
const dayHours = 24;

/** The most sites that turned dark within five minutes, of those that are dark now. */
export function mostAtOnce(dark: readonly number[]): number {
  return Math.max(
    0,
    ...dark.map((from) => dark.filter((each) => each >= from && each <= from + togetherMs).length),
  );
}

function byFlag(flag: FlagRead | null, wanted: Wanted): Refused | null {
  const { signer, site } = wanted;
  if (flag === null || !flag.isReadable) {
    const why = flag === null ? 'it was not read' : flag.why;
    return { reason: 'keys-unreadable', text: `it is not known who holds the keys of ${signer}: ${why}` };
  }
  if (flag.flag === null) return null;
  const { holder } = flag.flag;
  // A node that is the holder is not this standby's: nothing of it is there.
  return holder.kind === 'node' || (holder.kind === 'basement' && holder.site !== site)
    ? {
        reason: 'held-elsewhere',
        text: `the keys of ${signer} are held by ${holderText(holder)}: another node would be of no use, and a person must decide`,
      }
    : null;
}

function byWitness(wanted: Wanted, rules: StandbyRules, sites: number): Refused | null {
  if (wanted.lifeAt !== null) {
    return {
      reason: 'signs',
      text: `${wanted.signer} has signed, or shown life, after the trouble began`,
    };
  }
  if (sites >= 3 || rules.witness === 'none' || wanted.reason === 'person') return null;
  switch (wanted.witness) {
    case null:
    case 'agreed':
      return null;
    case 'disputed':
      return { reason: 'witness-disputes', text: 'the witness does not see what we see' };
    case 'silent':
    case 'not-asked':
      return { reason: 'witness-silent', text: 'no witness has said that it sees the same' };
  }
}

function byOutage({ sites, dark }: Together): Refused | null {
  if (sites < 3) return null;
  if (dark === null) {
    return { reason: 'mass-outage', text: 'it is not known how many other sites are dark' };
  }
  const count = mostAtOnce(dark);
  return count * 2 > sites
    ? {
        reason: 'mass-outage',
        text: `${count} of ${sites} sites turned dark within five minutes: that is more likely our own trouble, or a greater one`,
      }
    : null;
}

/** Whether another one counts against this one: an insert that nobody has asked for yet does only when it came first. */
function isBefore(other: Standby, signer: string, at: number): boolean {
  const { seen } = other;
  if (other.signer === signer || seen === null || !isLive(seen.phase)) return false;
  const { attempt, node } = seen;
  if (attempt === null || attempt.acceptedAt !== null || node !== null) return true;
  return attempt.at < at || (attempt.at === at && other.signer < signer);
}

const spansOf = ({ standbys, orphans, drills }: Together, at: number): Span[] => [
  ...standbys.flatMap(({ seen }) => (seen === null ? [] : (runningSpan(seen, at) ?? []))),
  ...orphans,
  ...drills,
];

/** What the month has cost so far: nodes that are gone, and those that are there. */
export const monthSoFar = (together: Together, at: number): number =>
  together.spent + costThisMonth(spansOf(together, at), at);

function byMoney(signer: string | null, perHour: number, { together, rules, at }: Braking): Refused | null {
  const others = together.standbys.filter(
    ({ seen, signer: other }) => other !== signer && seen !== null && isLive(seen.phase),
  );
  const hourly =
    others.reduce((sum, { seen }) => sum + (seen?.cost?.perHour ?? 0), perHour) +
    together.orphans.reduce((sum, orphan) => sum + orphan.perHour, 0);
  const month = monthSoFar(together, at) + dayHours * hourly;
  if (month <= rules.monthlyCap) return null;
  const { currency } = rules.prices;
  return {
    reason: 'over-cap',
    text: `with one more day this month would cost ${Math.ceil(month)} ${currency}, and monthlyCap is ${rules.monthlyCap} ${currency}`,
  };
}

export type Braking = { readonly together: Together; readonly rules: StandbyRules; readonly at: number };

/** Why no node may be made for this wanting now; null when one may. `seen` may hold an attempt that was written down and not asked for yet. */
export function brake(
  wanted: Wanted,
  { seen, flag, node }: { readonly seen: Seen; readonly flag: FlagRead | null; readonly node: NodeRules },
  braking: Braking,
): Refused | null {
  const { together, rules } = braking;
  const known =
    byFlag(flag, wanted) ??
    byWitness(wanted, rules, together.sites) ??
    byOutage(together) ??
    tooMany(wanted.signer, seen, braking) ??
    byMoney(wanted.signer, costPerHour(node, rules.prices), braking);
  if (known !== null) return known;
  return rules.isDryRun ? { reason: 'dry-run', text: 'a node would be made, but dryRun is set' } : null;
}

/** For whom the room is needed that a drill would take, or has: a standby that is wanted, or there; null when nobody needs it. */
export function whoNeedsRoom({ standbys, wanted }: Pick<Together, 'standbys' | 'wanted'>): string | null {
  const live = standbys.find(({ seen }) => seen !== null && isLive(seen.phase));
  return wanted[0] ?? live?.signer ?? null;
}

/** As `brake`, of a drill: whatever is wanted or there in earnest comes first. */
export function brakeDrill(node: NodeRules, braking: Braking): Refused | null {
  const { together, rules } = braking;
  const signer = whoNeedsRoom(together);
  if (signer !== null) {
    return { reason: 'too-many', text: `the standby of ${signer} comes first` };
  }
  const known = byMoney(null, costPerHour(node, rules.prices), braking);
  if (known !== null) return known;
  return rules.isDryRun ? { reason: 'dry-run', text: 'a node would be made, but dryRun is set' } : null;
}

function tooMany(signer: string, seen: Seen, { together, rules }: Braking): Refused | null {
  const own = isLive(seen.phase) ? (seen.attempt?.at ?? 0) : Number.POSITIVE_INFINITY;
  const others = together.standbys.filter((other) => isBefore(other, signer, own)).length;
  const count = others + together.broken + together.orphans.length;
  return count >= rules.maxStandbys
    ? {
        reason: 'too-many',
        text: `there are ${count} nodes already, and maxStandbys is ${rules.maxStandbys}`,
      }
    : null;
}
