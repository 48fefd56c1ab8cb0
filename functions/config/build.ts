// From the checked file to the value that the functions run with: every default in place, every name resolved, frozen.
import type { NotifyGroup } from '../domain/ladder.ts';
import type { MaintenanceWindow, Policy, SiteRules, TargetRules } from '../domain/policy.ts';
import type { StandbyRules } from '../domain/standby/rules.ts';
import { chainNames } from '../domain/chain.ts';
import type { LeaseRules } from '../domain/lease.ts';
import { WatchdogError } from '../kit/error.ts';
import type { SecretReference } from '../kit/secret.ts';
import { endpointOfTarget } from '../probes/describe.ts';
import type { Channel, File } from './schema.ts';
import { canonicalKey } from './signer.ts';
import { type Source, sourceOf } from './chain-source.ts';
import type { Reference, Target } from './target.ts';

export type SiteConfig = {
  /** What domain needs to know; its targets include the references. */
  readonly rules: SiteRules;
  /** What is probed for this site; neither references nor sources are among them. */
  readonly targets: readonly Target[];
  /** What shows the chains of its signers. */
  readonly sources: readonly Source[];
  /** CIDRs that its targets may be in although they are not public. */
  readonly allowAddresses: readonly string[];
  /** Who may send news of the house, and what each of them shows. */
  readonly senders: readonly Sender[];
  /** The fences of its signers. */
  readonly fences: readonly FenceConfig[];
  /** Null when the house may send from everywhere. */
  readonly exits: Exits | null;
};

export type Sender = { readonly source: string; readonly tokens: readonly SecretReference[] };

export type FenceConfig = {
  readonly signer: string;
  readonly id: string;
  readonly tokens: readonly SecretReference[];
};

/** CIDRs or single addresses. */
export type Exits = { readonly addresses: readonly string[]; readonly provider: readonly string[] };

/** A checked configuration, frozen throughout. It holds references to secrets, never secrets. */
export type Config = {
  readonly timezone: string;
  /** Probed once a tick, for all sites. */
  readonly references: readonly Reference[];
  /** The policy `default`; it also says how references are probed. */
  readonly policy: Policy;
  readonly channels: readonly Channel[];
  readonly sites: readonly SiteConfig[];
  readonly status: File['status'];
  readonly links: File['links'];
  /** Null when nobody can acknowledge. */
  readonly acknowledge: NonNullable<File['acknowledge']> | null;
  /** What signs the answers of the gate: one key, or two while it is being changed; null when nobody is fenced. */
  readonly gate: {
    readonly url: string;
    readonly keys: readonly SecretReference[];
    /** 32 bytes each, in base64. */
    readonly publicKeys: readonly string[];
  } | null;
  /** Null when nobody outside notices that the watchdog is gone. */
  readonly selfWatch: NonNullable<File['selfWatch']> | null;
  /** Null when no node is ever made. */
  readonly standbys: StandbyRules | null;
};

type FileSite = File['sites'][number];

function policyOf(file: File, name: string): Policy {
  const policy = file.policies[name];
  if (policy === undefined) throw new WatchdogError('ERR_CONFIG', `there is no policy ${name}`);
  return policy;
}

function leaseOf(target: Target): LeaseRules | null {
  const { leasedPort } = target;
  if (leasedPort === undefined) return null;
  const { heartbeat: source, from, to, fallback } = leasedPort;
  return { source, from, to, fallback: fallback ? endpointOfTarget(target).port : null };
}

function targetRules(file: File, site: FileSite): TargetRules[] {
  return [
    ...site.targets.map((target) => {
      const { id, role, severity } = target;
      return { id, role, severity, lease: leaseOf(target) };
    }),
    ...file.references.map(({ id }) => ({
      id,
      role: 'reference' as const,
      severity: 'warning' as const,
      lease: null,
    })),
  ];
}

function windows(file: File, site: FileSite): MaintenanceWindow[] {
  return file.maintenance
    .filter((window) => window.site === site.id)
    .map(({ subject, from, until, why }) => ({ subject: subject ?? null, from, until, why }));
}

/** Plain ids are one group that is told at once. */
function groupsOf(notify: NonNullable<FileSite['notify']>): NotifyGroup[] {
  const atOnce = notify.filter((each) => typeof each === 'string');
  const first: NotifyGroup = { afterMs: 0, channels: atOnce, minSeverity: 'info' };
  const groups = notify.flatMap((each) =>
    typeof each === 'string'
      ? []
      : [{ afterMs: each.after, channels: each.channels, minSeverity: each.from }],
  );
  return [...(atOnce.length > 0 ? [first] : []), ...groups].toSorted((a, b) => a.afterMs - b.afterMs);
}

/** A job that runs once a day shows nothing of the house for the rest of it. */
const longestLifeMs = 15 * 60_000;

const bothOf = (now: SecretReference, before: SecretReference | undefined): readonly SecretReference[] =>
  before === undefined ? [now] : [now, before];

const standbyOf = ({ standbys }: File): SiteRules['standby'] =>
  standbys === undefined
    ? null
    : {
        chains: chainNames.filter((chain) => standbys.nodes[chain] !== undefined),
        expireAfterMs: standbys.expireAfterMs,
      };

function drillsOf({ standbys, sites }: File, tellsOfAll: boolean): SiteRules['drills'] {
  if (standbys === undefined) return null;
  const chains = chainNames.filter((chain) =>
    standbys.nodes[chain]?.places.some(({ drillTemplate }) => drillTemplate !== null),
  );
  const signers = tellsOfAll ? sites.flatMap((site) => site.signers) : [];
  const tells = signers.filter(({ chain }) => chains.includes(chain)).map(({ id }) => id);
  return { mode: standbys.drill.mode, chains, tells };
}

function siteConfig(file: File, site: FileSite, isFirst: boolean): SiteConfig {
  return {
    rules: {
      id: site.id,
      name: site.name ?? site.id,
      timezone: site.timezone ?? file.timezone,
      policy: policyOf(file, site.policy),
      targets: targetRules(file, site),
      signers: site.signers.map(({ id, chain, keys }) => ({
        id,
        chain,
        keys: keys.map((key) => canonicalKey(key, chain)),
      })),
      heartbeats: site.heartbeats.map(({ source, every, grace, silence, severity }) => ({
        source,
        freshMs: Math.min(every + grace, longestLifeMs),
        lateMs: every + grace,
        silence,
        severity,
      })),
      maintenance: windows(file, site),
      notify: groupsOf(site.notify ?? file.channels.map((channel) => channel.id)),
      reportsSelf: isFirst,
      standby: standbyOf(file),
      drills: drillsOf(file, isFirst),
    },
    targets: site.targets.filter((target) => sourceOf(target) === null),
    sources: site.targets.flatMap((target) => sourceOf(target) ?? []),
    allowAddresses: site.allowAddresses,
    senders: site.heartbeats.map(({ source, token, previousToken }) => ({
      source,
      tokens: bothOf(token, previousToken),
    })),
    fences: site.signers.flatMap(({ id: signer, fences }) =>
      fences.map(({ id, token, previousToken }) => ({ signer, id, tokens: bothOf(token, previousToken) })),
    ),
    exits: site.exits ?? null,
  };
}

function freeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
  return value;
}

/** `file` has passed the schema and all rules. */
export function build(file: File): Config {
  return freeze({
    timezone: file.timezone,
    references: file.references,
    policy: policyOf(file, 'default'),
    channels: file.channels,
    sites: file.sites.map((site, index) => siteConfig(file, site, index === 0)),
    status: file.status,
    links: file.links,
    acknowledge: file.acknowledge ?? null,
    gate:
      file.gate === undefined
        ? null
        : {
            // Fences ask at, and their tokens are for, the address without a slash at its end.
            url: file.gate.url.replace(/\/+$/, ''),
            keys: bothOf(file.gate.key, file.gate.previousKey),
            publicKeys: file.gate.publicKeys,
          },
    selfWatch: file.selfWatch ?? null,
    standbys: file.standbys ?? null,
  });
}
