// All standbys as JSON, what they cost, and what runs and nobody wants: for the operator only.
import type { ChainName } from '../domain/chain.ts';
import type { Drill } from '../domain/drill/drill.ts';
import type { SiteRules } from '../domain/policy.ts';
import { costThisMonth, monthOf, runningSpan } from '../domain/standby/cost.ts';
import type { StandbyRules } from '../domain/standby/rules.ts';
import type { Fleet, Orphan, RefusalReason, Standby } from '../domain/standby/standby.ts';
import { bounded } from './incidents.ts';
import {
  standbyStatuses,
  troubleStatus,
  type StandbyStatus,
  type StandbyTrouble,
  type WantedBySite,
} from './standbys.ts';

/** What is read of all standbys. */
type ReadStandbys = {
  readonly standbys: readonly Standby[];
  readonly drills: readonly Drill[];
  /** Null when it cannot be read. */
  readonly fleet: Fleet | null;
  readonly broken: readonly string[];
};

/** A signer that can have a standby. */
type Candidate = { readonly signer: string; readonly site: string; readonly chain: ChainName };

type OrphanStatus = Omit<Orphan, 'requestId'>;

export type StandbysAnswer = {
  readonly at: number;
  /** What is configured; null when no node is ever made. */
  readonly rules: Pick<StandbyRules, 'project' | 'prefix' | 'isDryRun' | 'maxStandbys'> | null;
  /** Signers that can have one. */
  readonly signers: readonly Candidate[];
  readonly standbys: readonly StandbyStatus[];
  /** Ours by label, and nobody wants them; none where that cannot be read, and then `broken` says so. */
  readonly orphans: readonly OrphanStatus[];
  /** One sentence for each document that cannot be read. */
  readonly broken: readonly string[];
  /** When all nodes of the project were last listed. */
  readonly listedAt: number | null;
  /** What stops all of it. */
  readonly trouble: StandbyTrouble | null;
  /** `spent`: this month so far, what runs included, null when that cannot be read; by the month of UTC. */
  readonly month: {
    readonly month: string;
    readonly spent: number | null;
    readonly cap: number | null;
    readonly currency: string | null;
  };
  /** True while something that is wanted is not made because of a limit. */
  readonly brake: { readonly isHeld: boolean; readonly reasons: readonly RefusalReason[] };
};

/** Refusals by which the watchdog keeps itself from spending; the others wait for something outside. */
const brakes: readonly RefusalReason[] = [
  'dry-run',
  'too-many',
  'over-cap',
  'mass-outage',
  'witness-silent',
  'witness-disputes',
];

/** Signers for whose chain a node is configured. */
export function signersWithNodes(sites: readonly SiteRules[]): Candidate[] {
  return sites.flatMap(({ id: site, standby, signers }) =>
    signers
      .filter(({ chain }) => standby?.chains.includes(chain) === true)
      .map(({ id: signer, chain }) => ({ signer, site, chain })),
  );
}

const orphanStatus = (orphan: Orphan): OrphanStatus => {
  const { kind, name, zone, signer, firstSeenAt, deletesAt, text } = orphan;
  return { kind, name, zone, signer, firstSeenAt, deletesAt, text: bounded(text) };
};

/** What the month has cost so far, drills included, and what it may cost. */
function thisMonth(
  { standbys, drills, fleet }: ReadStandbys,
  rules: StandbyRules | null,
  at: number,
): StandbysAnswer['month'] {
  const month = monthOf(at);
  const seen = [...standbys.map((each) => each.seen), ...drills.map(({ run }) => run?.seen ?? null)];
  const spans = seen.flatMap((each) => (each === null ? [] : (runningSpan(each, at) ?? [])));
  return {
    month,
    spent: fleet === null ? null : (fleet.spent[month] ?? 0) + costThisMonth(spans, at),
    cap: rules?.monthlyCap ?? null,
    currency: rules?.prices.currency ?? standbys.find(({ seen }) => seen?.cost)?.seen?.cost?.currency ?? null,
  };
}

/** All that concerns standbys. */
export function standbysAnswer(
  given: {
    readonly sites: readonly SiteRules[];
    readonly rules: StandbyRules | null;
    readonly wanted: WantedBySite;
  },
  read: ReadStandbys,
  at: number,
): StandbysAnswer {
  const { sites, rules, wanted } = given;
  const standbys = standbyStatuses(sites, read, { wanted, at });
  const reasons = brakes.filter((reason) => standbys.some(({ refusal }) => refusal?.reason === reason));
  return {
    at,
    rules:
      rules === null
        ? null
        : {
            project: rules.project,
            prefix: rules.prefix,
            isDryRun: rules.isDryRun,
            maxStandbys: rules.maxStandbys,
          },
    signers: signersWithNodes(sites),
    standbys,
    orphans: (read.fleet?.orphans ?? []).map(orphanStatus),
    broken: read.broken.map((sentence) => bounded(sentence)),
    listedAt: read.fleet?.listedAt ?? null,
    trouble: troubleStatus(read.fleet?.trouble ?? null),
    month: thisMonth(read, rules, at),
    brake: { isHeld: reasons.length > 0, reasons },
  };
}
