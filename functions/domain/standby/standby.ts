// A standby: a cloud node of the signer's chain that only syncs. What is seen of it, as `provision` alone writes it down.
import type { Drilled, Snapshot } from '../drill/drill.ts';
import type { Wanted } from './want.ts';

/** wanted → creating → booting → syncing → synced → releasing → gone; or failed, which only a person ends. */
export const phases = [
  'waiting',
  'creating',
  'booting',
  'syncing',
  'synced',
  'releasing',
  'gone',
  'failed',
] as const;
export type Phase = (typeof phases)[number];

/** One try to make a node in one zone; written down before Compute is asked. */
export type Attempt = {
  /** Counts up over the whole life of the document, so that no name is ever used twice. */
  readonly n: number;
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  readonly template: string;
  /** The snapshot that its data disk begins with; null for an empty disk. */
  readonly snapshot: string | null;
  /** A UUID: Compute ignores a repeated request that carries it. */
  readonly requestId: string;
  /** When it was written down. */
  readonly at: number;
  /** Name of the zone operation, once Compute has accepted; null before, and when its answer was lost. */
  readonly operation: string | null;
  /** Compute has accepted it: from then on it may cost money. */
  readonly acceptedAt: number | null;
  /** When an answer to its insert was last lost; null when none was. */
  readonly lostAt: number | null;
  /** What Compute said against it; it is over only once the node is proven absent as well. */
  readonly refused: { readonly code: string; readonly text: string } | null;
};

/** An attempt that is over. */
export type Tried = {
  readonly zone: string;
  readonly region: string;
  readonly code: string;
  readonly at: number;
};

/** What Compute shows of a node. */
export type NodeSeen = {
  readonly zone: string;
  readonly name: string;
  /** Compute's numeric id, as text. */
  readonly id: string;
  /** As Compute writes it: PROVISIONING, STAGING, RUNNING, STOPPING, TERMINATED, … */
  readonly status: string;
  /** Epoch ms; null when Compute's time cannot be read. */
  readonly createdAt: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly isProtected: boolean;
  /** Compute may end it: it is preemptible, or has a time at which it is deleted. */
  readonly hasFuse: boolean;
};

export const keyWords = ['absent', 'present', 'unknown'] as const;
export type KeyWord = (typeof keyWords)[number];
/** `wiped`: of a drill's node, after it was synced: its clients are stopped, and no identity is left on its data disk. */
export const reportStates = ['starting', 'syncing', 'synced', 'failing', 'wiped'] as const;

/** What the node's agent says of itself. */
export type NodeReport = {
  /** When the agent wrote it, epoch ms by its own clock. */
  readonly at: number;
  /** What it found when it looked for key material. */
  readonly keys: KeyWord;
  readonly state: (typeof reportStates)[number];
  /** Of the way to the head, 0 to 100; null when it cannot tell. */
  readonly percent: number | null;
  readonly etaMs: number | null;
  readonly peers: number | null;
  /** Its newest slot or height. */
  readonly head: number | null;
  readonly version: string | null;
  /** GiB in use on the data disk. */
  readonly usedGib: number | null;
  /** What it does, or what is wrong, in its own words; one line. */
  readonly text: string | null;
};

/** Safety: a node that says what must not be, or of which it cannot be known what it says. Stays as long as the node does. */
export type Doubt = {
  readonly kind: 'keys-present' | 'malformed' | 'from-the-future';
  readonly text: string;
  readonly since: number;
};

/** `provision` did nothing, and says why; it looks again at each run. */
export const refusals = [
  'dry-run',
  'too-many',
  'over-cap',
  'mass-outage',
  'witness-silent',
  'witness-disputes',
  'signs',
  'keys-unreadable',
  'held-elsewhere',
  'compute-silent',
  'no-capacity',
] as const;
export type RefusalReason = (typeof refusals)[number];
/** Refusals that may end by themselves: what is waited for comes or does not. The others are limits, or for a person to decide. */
const passingRefusals: readonly RefusalReason[] = [
  'mass-outage',
  'witness-silent',
  'signs',
  'keys-unreadable',
  'compute-silent',
  'no-capacity',
];
export const mayPass = (reason: RefusalReason): boolean => passingRefusals.includes(reason);

export type Refusal = { readonly reason: RefusalReason; readonly text: string; readonly since: number };

/** What only a person can put right. */
export const troubles = [
  'permission',
  'rejected',
  'unknown-error',
  'stuck',
  'stopped',
  'vanished',
  'foreign',
  'fused',
  'protected',
  'keys-not-absent',
  'flag-unreadable',
  'over-cap',
] as const;
export type Trouble = {
  readonly kind: (typeof troubles)[number];
  /** What is wrong and what to do, in one or two sentences; names a permission or a command where there is one. */
  readonly text: string;
  /** For example the last lines of the serial console. */
  readonly lines: readonly string[];
  readonly since: number;
};

export type Seen = {
  /** Counts the writes, so that two runs never overwrite each other. */
  readonly revision: number;
  /** Of the wanting that it was made for. */
  readonly wantedId: string | null;
  readonly phase: Phase;
  readonly phaseSince: number;
  readonly attempt: Attempt | null;
  /** Attempts of this wanting that are over, the latest last. */
  readonly tried: readonly Tried[];
  readonly node: NodeSeen | null;
  /** Since when whole lists have not shown a node that was there, or must be; null while none is missing. */
  readonly missingSince: number | null;
  readonly report: NodeReport | null;
  /** When the report last showed progress, and what it said then: a node that stops short is stuck. */
  readonly progressAt: number | null;
  readonly doubt: Doubt | null;
  /** Once it may have held keys it is never deleted by software. */
  readonly hasHeldKeys: boolean;
  readonly refusal: Refusal | null;
  readonly trouble: Trouble | null;
  /** The request to delete it; written down before Compute is asked. */
  readonly deletion: {
    readonly requestId: string;
    readonly at: number;
    readonly operation: string | null;
  } | null;
  /** In the currency of the price table. `spent`: what its nodes have cost that are gone. */
  readonly cost: { readonly perHour: number; readonly spent: number; readonly currency: string } | null;
  /** When there is something to do again; null when only news brings something. */
  readonly nextLookAt: number | null;
};

/** `standbys/{signer}` of the default database: each half has one writer. */
export type Standby = { readonly signer: string; readonly wanted: Wanted | null; readonly seen: Seen | null };

/** A machine or disk that carries our label and our prefix, and that nobody wants. */
export type Orphan = {
  readonly kind: 'instance' | 'disk';
  readonly name: string;
  readonly zone: string;
  readonly signer: string | null;
  readonly firstSeenAt: number;
  /** When it will be deleted; null when it is only reported. */
  readonly deletesAt: number | null;
  /** Why it is only reported, or what became of the deletion. */
  readonly text: string;
  readonly requestId: string | null;
};

/** `standbys/_fleet`: what concerns all standbys. No signer can have that id. */
export type Fleet = {
  /** One run at a time. */
  readonly lease: { readonly id: string; readonly until: number } | null;
  /** When all nodes were last listed. */
  readonly listedAt: number | null;
  /** When a run last set out to do so; null when none did. */
  readonly triedListAt: number | null;
  readonly orphans: readonly Orphan[];
  /** What nodes that are gone have cost, by month (`2026-12`, UTC). */
  readonly spent: Readonly<Record<string, number>>;
  /** By document which of its attempts was the last that came into `spent`. */
  readonly counted: Readonly<Record<string, string>>;
  /** By signer, how drills went. */
  readonly drills: Readonly<Record<string, Drilled>>;
  /** By signer, the latest doubt about the node of a drill: such a node is never deleted, so its drill does not end. */
  readonly doubts: Readonly<Record<string, Doubt>>;
  /** By chain, the snapshots that drills made and that are there, the newest last. */
  readonly snapshots: Readonly<Record<string, readonly Snapshot[]>>;
  /** Of all that `provision` does; null when it can do its work. */
  readonly trouble: Trouble | null;
  /** When a run last came to its end. */
  readonly ranAt: number | null;
};

export const emptyFleet: Fleet = {
  lease: null,
  listedAt: null,
  triedListAt: null,
  orphans: [],
  spent: {},
  counted: {},
  drills: {},
  doubts: {},
  snapshots: {},
  trouble: null,
  ranAt: null,
};
