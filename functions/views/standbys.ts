// One standby as JSON: for the operator only, bounded in size, without secrets.
import type { ChainName } from '../domain/chain.ts';
import type { SiteRules } from '../domain/policy.ts';
import { costSoFar } from '../domain/standby/cost.ts';
import type {
  Doubt,
  KeyWord,
  Phase,
  Refusal,
  Seen,
  Standby,
  Tried,
  Trouble,
} from '../domain/standby/standby.ts';
import type { Wanted } from '../domain/standby/want.ts';
import { bounded } from './incidents.ts';

/** An estimate by the table of prices. */
type StandbyCost = { readonly perHour: number; readonly soFar: number; readonly currency: string };

/** Null when its price is not known. */
function costOf(seen: Seen | null, at: number): StandbyCost | null {
  if (seen === null || seen.cost === null) return null;
  const { perHour, currency } = seen.cost;
  return { perHour, soFar: costSoFar(seen, at), currency };
}

/** `wanted`: nothing was seen of it yet. */
export type StandbyPhase = 'wanted' | Phase;

/** `unreadable`: its document cannot be read, so nothing is known of it and nothing is done to it. */
export type StandbyTrouble = {
  readonly kind: Trouble['kind'] | 'unreadable';
  readonly text: string;
  readonly lines: readonly string[];
  readonly since: number | null;
};

export type StandbyStatus = {
  readonly signer: string;
  /** Null when nobody says it any more. */
  readonly chain: ChainName | null;
  readonly site: string | null;
  readonly phase: StandbyPhase;
  readonly phaseSince: number | null;
  /** When the trouble began, or when it was asked for. Null when nobody wants it. */
  readonly since: number | null;
  readonly reason: Wanted['reason'] | null;
  readonly incident: string | null;
  readonly why: string | null;
  readonly by: string | null;
  readonly keep: Wanted['keep'];
  readonly release: Wanted['release'];
  readonly expiresAt: number | null;
  /** Where it is, or is being made. */
  readonly instance: string | null;
  readonly zone: string | null;
  readonly region: string | null;
  /** What its agent says of it. */
  readonly reportAt: number | null;
  readonly percent: number | null;
  /** At `reportAt`. */
  readonly etaMs: number | null;
  readonly peers: number | null;
  readonly head: number | null;
  readonly keys: KeyWord | null;
  readonly software: string | null;
  readonly note: string | null;
  readonly refusal: Refusal | null;
  readonly trouble: StandbyTrouble | null;
  readonly doubt: Doubt | null;
  readonly hasHeldKeys: boolean;
  readonly isProtected: boolean;
  readonly cost: StandbyCost | null;
  /** Attempts that are over, the latest last. */
  readonly tried: readonly Tried[];
  readonly nextLookAt: number | null;
};

function phaseOf({ wanted, seen }: Standby): StandbyPhase {
  const isNew = wanted !== null && wanted.release === null && seen?.wantedId !== wanted.id;
  if (seen === null) return wanted === null || wanted.release !== null ? 'releasing' : 'wanted';
  // What is gone belonged to an earlier outage.
  return seen.phase === 'gone' && isNew ? 'wanted' : seen.phase;
}

/** Trouble as it is shown. */
export const troubleStatus = (trouble: Trouble | null): StandbyTrouble | null =>
  trouble === null
    ? null
    : { ...trouble, text: bounded(trouble.text), lines: trouble.lines.map((line) => bounded(line)) };

type Home = { readonly site: string; readonly chain: ChainName };

/** The part that comes from what is wanted. */
function wantedPart(wanted: Wanted | null, home: Home | undefined) {
  return {
    chain: wanted?.chain ?? home?.chain ?? null,
    site: wanted?.site ?? home?.site ?? null,
    since: wanted?.since ?? null,
    reason: wanted?.reason ?? null,
    incident: wanted?.incident ?? null,
    why: wanted === null ? null : bounded(wanted.why),
    by: wanted?.by ?? null,
    keep: wanted?.keep ?? null,
    release: wanted?.release ?? null,
    expiresAt: wanted?.expiresAt ?? null,
  };
}

/** Where it is; nowhere once it is gone. */
export function placeOf(seen: Seen | null): Pick<StandbyStatus, 'instance' | 'zone' | 'region'> {
  if (seen === null || seen.phase === 'gone') return { instance: null, zone: null, region: null };
  const { node, attempt } = seen;
  const zone = node?.zone ?? attempt?.zone ?? null;
  return {
    instance: node?.name ?? attempt?.name ?? null,
    zone,
    region: zone === null ? null : zone.replace(/-[^-]+$/, ''),
  };
}

function reportPart(report: Seen['report']) {
  return {
    reportAt: report?.at ?? null,
    percent: report?.percent ?? null,
    etaMs: report?.etaMs ?? null,
    peers: report?.peers ?? null,
    head: report?.head ?? null,
    keys: report?.keys ?? null,
    software: report?.version ?? null,
    note: report === null || report.text === null ? null : bounded(report.text),
  };
}

/** One standby; `home` is the place of its signer in the configuration, when it has one. */
function standbyStatus(standby: Standby, home: Home | undefined, at: number): StandbyStatus {
  const { signer, wanted, seen } = standby;
  return {
    signer,
    phase: phaseOf(standby),
    phaseSince: seen?.phaseSince ?? null,
    ...wantedPart(wanted, home),
    ...placeOf(seen),
    ...reportPart(seen?.report ?? null),
    refusal: seen?.refusal ?? null,
    trouble: troubleStatus(seen?.trouble ?? null),
    doubt: seen?.doubt ?? null,
    hasHeldKeys: seen?.hasHeldKeys ?? false,
    isProtected: seen?.node?.isProtected ?? false,
    cost: costOf(seen, at),
    tried: seen?.tried ?? [],
    nextLookAt: seen?.nextLookAt ?? null,
  };
}

const homesOf = (rules: readonly SiteRules[]): ReadonlyMap<string, Home> =>
  new Map(
    rules.flatMap(({ id: site, signers }) => signers.map(({ id, chain }) => [id, { site, chain }] as const)),
  );

/** A standby that a site wants, and whose document cannot be read or is not there. */
function unseen(wanted: Wanted, broken: readonly string[], at: number): StandbyStatus[] {
  const { signer } = wanted;
  const problem = broken.find((sentence) => sentence.startsWith(`standbys/${signer} `));
  const status = standbyStatus({ signer, wanted, seen: null }, undefined, at);
  if (problem === undefined) return wanted.release === null ? [status] : [];
  const text = `nothing is known of it, and nothing is done to it: ${problem}`;
  return [{ ...status, trouble: { kind: 'unreadable', text, lines: [], since: null } }];
}

/** What sites want, by their own documents. */
export type WantedBySite = ReadonlyMap<string, Readonly<Record<string, Wanted>>>;

/** All standbys, by signer: those that are known, and those that a site wants and of which nothing can be read. */
export function standbyStatuses(
  rules: readonly SiteRules[],
  { standbys, broken }: { readonly standbys: readonly Standby[]; readonly broken: readonly string[] },
  known: { readonly wanted: WantedBySite; readonly at: number },
): StandbyStatus[] {
  const { wanted, at } = known;
  const homes = homesOf(rules);
  const seen = new Set(standbys.map(({ signer }) => signer));
  const missing = [...wanted.values()]
    .flatMap((bySigner) => Object.values(bySigner))
    .filter(({ signer }) => !seen.has(signer));
  return [
    ...standbys.map((standby) => standbyStatus(standby, homes.get(standby.signer), at)),
    ...missing.flatMap((each) => unseen(each, broken, at)),
  ].toSorted((a, b) => (a.signer < b.signer ? -1 : 1));
}
