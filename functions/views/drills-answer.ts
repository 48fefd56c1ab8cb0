// All drills as JSON: what is asked for, what runs, how they went, and the snapshots that they made. For the operator only.
import { monthlyCost } from '../domain/drill/snapshots.ts';
import type { ChainName } from '../domain/chain.ts';
import type { Drill, DrillRecord, DrillRun, DrillWish, Snapshot } from '../domain/drill/drill.ts';
import { weeklyFrom } from '../domain/drill/weekly.ts';
import type { SiteRules } from '../domain/policy.ts';
import { costSoFar } from '../domain/standby/cost.ts';
import type { DrillRules, StandbyRules } from '../domain/standby/rules.ts';
import type { Doubt, Fleet, Phase, Refusal } from '../domain/standby/standby.ts';
import { bounded } from './incidents.ts';
import { placeOf, troubleStatus, type StandbyTrouble } from './standbys.ts';
import { signersWithNodes } from './standbys-answer.ts';

type Asked = Pick<DrillWish, 'id' | 'mode' | 'by' | 'why' | 'at'>;

export type DrillRunStatus = Asked &
  Pick<DrillRun, 'marks' | 'verdict' | 'usedGib'> & {
    readonly phase: Phase;
    readonly instance: string | null;
    readonly zone: string | null;
    /** Whether its node began from a snapshot. */
    readonly isWarm: boolean;
    readonly isSaving: boolean;
    /** What its agent says of it. */
    readonly reportAt: number | null;
    readonly percent: number | null;
    /** At `reportAt`. */
    readonly etaMs: number | null;
    readonly peers: number | null;
    readonly note: string | null;
    readonly refusal: Refusal | null;
    readonly trouble: StandbyTrouble | null;
    readonly doubt: Doubt | null;
    /** So far, by the table of prices; null while nothing is known. */
    readonly cost: number | null;
  };

export type DrillStatus = {
  readonly signer: string;
  /** Null when it is not configured any more. */
  readonly site: string | null;
  readonly chain: ChainName | null;
  /** A place of its chain has a template of drills. */
  readonly canRun: boolean;
  /** Asked for, and not begun. */
  readonly wish: Asked | null;
  readonly run: DrillRunStatus | null;
  readonly last: DrillRecord | null;
  /** The latest that passed or failed. */
  readonly told: DrillRecord | null;
  /** The latest that was synced. */
  readonly synced: DrillRecord | null;
  /** When the week asks for the next one at the earliest; null when it never does. */
  readonly weeklyFrom: number | null;
};

export type SnapshotStatus = Snapshot & {
  readonly chain: string;
  /** What it costs in a month; null while its size is not known. */
  readonly monthlyCost: number | null;
};

export type DrillsAnswer = {
  readonly at: number;
  /** What is configured; null when no node is ever made. */
  readonly rules:
    | (DrillRules & {
        readonly project: string;
        readonly isDryRun: boolean;
        readonly currency: string;
        /** The day on which the prices were looked up. */
        readonly asOf: string;
        readonly snapshotGibMonth: number;
        /** By chain, the disks of a node together: no snapshot is larger. */
        readonly diskGib: Readonly<Partial<Record<ChainName, number>>>;
      })
    | null;
  /** One for each signer that can have a node, and for each of which something is known, by signer. */
  readonly drills: readonly DrillStatus[];
  /** The newest last, chain by chain. */
  readonly snapshots: readonly SnapshotStatus[];
  /** One sentence for each document that cannot be read. */
  readonly broken: readonly string[];
};

const askedOf = ({ id, mode, by, why, at }: DrillWish): Asked => ({ id, mode, by, why: bounded(why), at });

function runStatus({ wish, marks, verdict, saving, usedGib, seen }: DrillRun, at: number): DrillRunStatus {
  const { report, attempt, phase, refusal, trouble, doubt, cost } = seen;
  const { instance, zone } = placeOf(seen);
  return {
    ...askedOf(wish),
    marks,
    verdict: verdict === null ? null : { ...verdict, text: bounded(verdict.text) },
    usedGib,
    phase,
    instance,
    zone,
    isWarm: (attempt?.snapshot ?? null) !== null,
    isSaving: saving !== null && marks.saved === null,
    reportAt: report?.at ?? null,
    percent: report?.percent ?? null,
    etaMs: report?.etaMs ?? null,
    peers: report?.peers ?? null,
    note: report === null || report.text === null ? null : bounded(report.text),
    refusal,
    trouble: troubleStatus(trouble),
    doubt,
    cost: cost === null ? null : costSoFar(seen, at),
  };
}

const recordOf = (record: DrillRecord | null | undefined): DrillRecord | null =>
  record === null || record === undefined ? null : { ...record, text: bounded(record.text) };

type Known = {
  readonly sites: readonly SiteRules[];
  readonly drills: readonly Drill[];
  readonly fleet: Fleet | null;
  readonly at: number;
};

function statusOf(signer: string, { sites, drills, fleet, at }: Known): DrillStatus {
  const home = sites.find(({ signers }) => signers.some(({ id }) => id === signer));
  const chain = home?.signers.find(({ id }) => id === signer)?.chain ?? null;
  const drill = drills.find((each) => each.signer === signer);
  const drilled = fleet?.drills[signer] ?? null;
  const canRun = chain !== null && home?.drills?.chains.includes(chain) === true;
  const isWeekly = canRun && home.drills !== null && home.drills.mode !== 'off' && fleet !== null;
  const run = drill?.run ?? null;
  const wish = drill?.wish ?? null;
  return {
    signer,
    site: home?.id ?? null,
    chain,
    canRun,
    // The wish that a drill runs for lies there until it has ended.
    wish: wish === null || wish.id === run?.wish.id ? null : askedOf(wish),
    run: run === null ? null : runStatus(run, at),
    last: recordOf(drilled?.last),
    told: recordOf(drilled?.told),
    synced: recordOf(drilled?.synced),
    weeklyFrom: isWeekly ? Math.max(weeklyFrom(drilled), at) : null,
  };
}

function rulesStatus(rules: StandbyRules | null): DrillsAnswer['rules'] {
  if (rules === null) return null;
  const { project, isDryRun, drill, nodes, prices } = rules;
  return {
    ...drill,
    project,
    isDryRun,
    currency: prices.currency,
    asOf: prices.asOf,
    snapshotGibMonth: prices.snapshotGibMonth,
    diskGib: Object.fromEntries(Object.entries(nodes).map(([chain, { disk }]) => [chain, disk.gib])),
  };
}

/** All that concerns drills. `fleet` is null when it cannot be read; then nothing is known of how they went. */
export function drillsAnswer(
  given: { readonly sites: readonly SiteRules[]; readonly rules: StandbyRules | null },
  read: {
    readonly drills: readonly Drill[];
    readonly fleet: Fleet | null;
    readonly broken: readonly string[];
  },
  at: number,
): DrillsAnswer {
  const { sites, rules } = given;
  const { drills, fleet, broken } = read;
  const known = { sites, drills, fleet, at };
  const signers = new Set([
    ...signersWithNodes(sites).map(({ signer }) => signer),
    ...drills.map(({ signer }) => signer),
    ...Object.keys(fleet?.drills ?? {}),
  ]);
  return {
    at,
    rules: rulesStatus(rules),
    drills: [...signers].toSorted().map((signer) => statusOf(signer, known)),
    snapshots: Object.entries(fleet?.snapshots ?? {}).flatMap(([chain, all]) =>
      all.map((each) => ({
        ...each,
        chain,
        monthlyCost: rules === null || each.gib === null ? null : monthlyCost(each.gib, 1, rules.prices),
      })),
    ),
    broken: broken.map((sentence) => bounded(sentence)),
  };
}
