// The door of the stores: what the flows need to remember, and what every member promises.
import type { ChannelAttempt, Channels, Delivery } from '../domain/delivery.ts';
import type { Incident } from '../domain/incident.ts';
import type { SiteEvent } from '../domain/event.ts';
import type { Pulse } from '../domain/pulse.ts';
import type { Calendar, Day, DayRollup } from '../domain/history/history.ts';
import type { Memory, SiteState } from '../domain/memory.ts';
import type { OutboxRow } from '../domain/outbox.ts';
import type { RefusedAt } from '../domain/refused.ts';
import type { HandoverRecord } from '../domain/handover/record.ts';
import type { FlagRead } from '../domain/standby/key-flag.ts';
import type { Drill, DrillRun, DrillWish } from '../domain/drill/drill.ts';
import type { Fleet, Seen, Standby } from '../domain/standby/standby.ts';
import type { Wanted } from '../domain/standby/want.ts';
import type { Heard } from './documents.ts';

/** What a load saw, so that a commit can tell whether somebody wrote meanwhile. Opaque to flows. */
type Base = { readonly site: string; readonly versions: ReadonlyMap<string, string | null> };

export type Loaded = {
  /** Null for a site that was never watched. */
  readonly memory: Memory | null;
  readonly base: Base;
};

/** All that one tick changes of one site: written together or not at all. */
export type SiteChange = {
  readonly base: Base;
  readonly memory: Memory;
  /** Incidents that are new or changed, resolved ones included. */
  readonly touched: readonly Incident[];
  readonly rows: readonly OutboxRow[];
  /** Wantings that are new or changed; what `provision` has seen stays as it is. */
  readonly wanted: readonly Wanted[];
  /** Drills that somebody asked for; what `provision` does about the one before goes on. None by default. */
  readonly drills?: readonly DrillWish[];
  /**
   * Days that ended, or parts of them: each becomes a document of `history` and a part of the calendar, and whatever was filed before of the
   * same day stays beside it. Two of one day must not begin at the same moment.
   */
  readonly filed: readonly DayRollup[];
};

/**
 * What a tick needs. A document that does not parse rejects with ERR_DOCUMENT that names it (`sites/home`), one of a newer
 * schema with ERR_DOCUMENT_NEWER; both are left untouched. A store that does not answer rejects with ERR_STORE.
 */
export type WatchStore = {
  /** The site's document and its open incidents. */
  readonly loadSite: (site: string) => Promise<Loaded>;
  /** What the house sent, from the inbox database; null when nothing ever came. */
  readonly loadHeard: (site: string) => Promise<Heard | null>;
  /** When `heartbeat` last refused calls, from the inbox database. */
  readonly loadPressure: () => Promise<RefusedAt>;
  /** What people said and no tick has taken in yet, oldest first, at most `mostEvents`; a broken one is in `broken` and in nobody's way. */
  readonly loadEvents: (site: string) => Promise<WaitingEvents>;
  /** Removes events that were taken in; that some are gone already changes nothing. */
  readonly forgetEvents: (site: string, ids: readonly string[]) => Promise<void>;
  /** `conflict` when anything that the base saw has changed, or an outbox row exists already; then nothing is written. */
  readonly commitSite: (change: SiteChange) => Promise<'committed' | 'conflict'>;
  /** What waits of the site's messages, as far as the `mostWaiting` that are due first show it. */
  readonly loadWaiting: (site: string) => Promise<Waiting>;
  /** How `deliver` found the channels lately. */
  readonly loadChannels: () => Promise<Channels>;
  /** The standbys of these signers, as far as there are any; a broken one is in `broken` and in nobody's way. */
  readonly loadStandbys: (signers: readonly string[]) => Promise<Pick<Standbys, 'standbys' | 'broken'>>;
  readonly loadFleet: () => Promise<Pick<Standbys, 'fleet' | 'broken'>>;
};

export type Waiting = Pick<Delivery, 'waiting'> & {
  /** When the earliest is due, null when none waits. */
  readonly nextDueAt: number | null;
};

/** How many waiting messages of a site are looked at. */
export const mostWaiting = 20;

/** `broken`: one sentence for each event that cannot be read, naming it. */
export type WaitingEvents = { readonly events: readonly SiteEvent[]; readonly broken: readonly string[] };

/** How many events of a site are taken in at once. */
export const mostEvents = 100;

/** `lease` is a random name for this one attempt; `leaseMs` outlasts the attempt. */
export type Claim = { readonly at: number; readonly leaseMs: number; readonly lease: string };

export type DueRows = {
  /** Earliest first. */
  readonly rows: readonly OutboxRow[];
  /** One sentence for each due document that cannot be read, naming it; it does not keep the others back. */
  readonly broken: readonly string[];
};

/** What a delivery needs. Every change of a row is atomic. */
export type OutboxStore = {
  /** Waiting rows whose time has come, at most `limit`. */
  readonly dueRows: (at: number, limit: number) => Promise<DueRows>;
  /**
   * Takes the row for `leaseMs`: counts the attempt and moves `dueAt` to the end of the lease, so that a deliverer that dies loses
   * nothing. Null when the row is not due any more (somebody else has it, or it is settled). When one of the rows that it comes
   * `after` still waits, it is put off until that one's time and null is returned; one that is missing or broken keeps nothing back.
   */
  readonly claimRow: (id: string, claim: Claim) => Promise<OutboxRow | null>;
  /** Records the end of an attempt. False when the lease is no longer ours: somebody else records it. */
  readonly settleRow: (id: string, lease: string, end: RowEnd) => Promise<boolean>;
  /** Keeps what attempts show of the channels. No write when that is nothing new. */
  readonly noteAttempts: (attempts: readonly ChannelAttempt[]) => Promise<void>;
};

export type RowEnd =
  | { readonly state: 'sent'; readonly at: number; readonly outcome: string }
  | { readonly state: 'failed'; readonly at: number; readonly outcome: string }
  | { readonly state: 'waiting'; readonly dueAt: number; readonly outcome: string };

/** What the status view and the command line read. */
export type ReadStore = {
  /** The sites by id; missing ones were never watched. Broken documents reject as in `WatchStore`. */
  readonly readSites: (ids: readonly string[]) => Promise<ReadonlyMap<string, Memory>>;
  /** The newest incidents of a site, open ones and others, newest first. */
  readonly recentIncidents: (site: string, limit: number) => Promise<readonly Incident[]>;
  /** One incident with the messages about it as far as they are still there; null when there is none of that id. */
  readonly readIncident: (id: string) => Promise<IncidentRecord | null>;
  /** All standbys. */
  readonly readStandbys: () => Promise<Standbys>;
  /** The sites' own documents, one read each; missing ones were never watched. Nothing of their incidents is read. */
  readonly readStates: (ids: readonly string[]) => Promise<States>;
  /** The long view of the sites, one read each. */
  readonly readCalendars: (ids: readonly string[]) => Promise<Calendars>;
  /** The days of a site that were filed, `from` and `to` among them, oldest first; of more than `keptDays` the last. A read each. */
  readonly readDays: (site: string, from: Day, to: Day) => Promise<FiledDays>;
};

/** `broken`: one sentence for each document that cannot be read, naming it; it is in nobody's way. */
export type States = { readonly states: ReadonlyMap<string, SiteState>; readonly broken: readonly string[] };

/** A site of which nothing was filed has an empty one. `broken` as in `States`, and for each day of a calendar that cannot be read. */
export type Calendars = {
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly broken: readonly string[];
};

/** One entry a day, put together of all that was filed of it. `broken` as in `States`. */
export type FiledDays = { readonly days: readonly DayRollup[]; readonly broken: readonly string[] };

/** `rows` in the order in which they were written. */
export type IncidentRecord = { readonly incident: Incident; readonly rows: readonly OutboxRow[] };

/** All standbys and what concerns all of them, in one query. */
export type Standbys = {
  readonly standbys: readonly Standby[];
  /** Drills that are asked for or under way. */
  readonly drills: readonly Drill[];
  /** Null when it is there and cannot be read; empty while nobody has written it. */
  readonly fleet: Fleet | null;
  /** One sentence for each document that cannot be read, naming it; nothing is done to what it stands for. */
  readonly broken: readonly string[];
};

/**
 * What `provision` needs. It writes what it has seen, and never what is wanted. Whatever concerns a single document that cannot be read
 * rejects as in `WatchStore`, and leaves it as it is.
 */
export type StandbyStore = {
  readonly loadAll: () => Promise<Standbys>;
  /** Null when there is none. */
  readonly loadStandby: (signer: string) => Promise<Standby | null>;
  /**
   * Writes what is seen, with the next revision. `conflict` when the revision is not any more the one that it was made of (null: nothing was
   * seen yet), or, where `wanted` is given, when something else is wanted now; then nothing is written. The very same, of the same
   * revision, is written already when it is there: its answer was lost.
   */
  readonly writeSeen: (
    signer: string,
    base: { readonly revision: number | null; readonly wanted?: Wanted | null },
    seen: Seen,
  ) => Promise<'written' | 'conflict'>;
  /** Forgets a standby that is gone; `conflict` as in `writeSeen`. */
  readonly forgetStandby: (
    signer: string,
    base: { readonly revision: number; readonly wanted: Wanted | null },
  ) => Promise<'forgotten' | 'conflict'>;
  /** As `writeSeen`, of a drill under way; null takes it out, and leaves what is asked for. The revision is that of what is seen of its node. */
  readonly writeDrill: (
    signer: string,
    base: { readonly revision: number | null; readonly wish?: DrillWish | null },
    run: DrillRun | null,
  ) => Promise<'written' | 'conflict'>;
  /** Forgets a drill that has ended, or was never begun; `conflict` as in `writeSeen`. */
  readonly forgetDrill: (
    signer: string,
    base: { readonly revision: number | null; readonly wish: DrillWish | null },
  ) => Promise<'forgotten' | 'conflict'>;
  /**
   * Makes of what concerns all standbys what `change` makes of it, which is run again when somebody else wrote meanwhile. No write when that
   * is nothing new. Two that count something must not write the very same, which the lease of each sees to: the same is a write whose answer
   * was lost.
   */
  readonly changeFleet: (change: (before: Fleet) => Fleet) => Promise<Fleet>;
};

/** What sources have shown since nobody holds the keys of a signer. A document that cannot be read rejects as in `WatchStore`. */
export type HandoverStore = {
  /** Null when there is none. */
  readonly readHandover: (signer: string) => Promise<HandoverRecord | null>;
  /** Makes of the record what `alter` makes of it, which is run again when somebody else wrote meanwhile; null leaves it as it is. */
  readonly changeHandover: (
    signer: string,
    alter: (before: HandoverRecord | null) => HandoverRecord | null,
  ) => Promise<void>;
};

/** The door of the keys database: it has no way to write. */
export type KeysReader = {
  /** Of each signer what reading its flag came to. Never rejects. */
  readonly readFlags: (signers: readonly string[]) => Promise<ReadonlyMap<string, FlagRead>>;
};

/** What the house's news needs. */
export type PulseStore = {
  /**
   * Makes of what is known of a house what `change` makes of it; `change` is run again when somebody else wrote meanwhile. One write and, as
   * long as nobody else writes, no read.
   */
  readonly changePulse: (
    site: string,
    change: (before: Pulse) => Pulse,
  ) => Promise<{ readonly before: Pulse; readonly after: Pulse }>;
};

export type PressureStore = {
  /** Calls for this key were refused at this time. Keys must come from a closed set. */
  readonly notePressure: (key: string, at: number) => Promise<void>;
};

/** What a public function may do: it writes down what it was told, and nothing else. */
export type EventStore = {
  /** Keeps an event for the next tick. One whose id is there already is kept once. */
  readonly appendEvent: (event: SiteEvent) => Promise<void>;
};

export type DeadLeases = {
  /** A lease that ended before this is nobody's any more. */
  readonly endedBefore: number;
  /** When their rows are due from now on. */
  readonly at: number;
  readonly limit: number;
};

/** What sweeping needs. Each call does at most `limit`, may be repeated, and leaves nothing half done that a later one would not find. */
/** These two included. */
export type DayRange = { readonly from: Day; readonly to: Day };

export type SweepStore = {
  /** Removes messages that were settled before this time; answers how many. */
  readonly removeSettled: (before: number, limit: number) => Promise<number>;
  /** Takes dead leases away, so that their rows are due at once; answers the ids of the rows. */
  readonly releaseLeases: (dead: DeadLeases) => Promise<readonly string[]>;
  /** Sites of which the inbox holds something, in any order. */
  readonly heardSites: (limit: number) => Promise<readonly string[]>;
  /** Removes events of a site; answers how many. */
  readonly removeEvents: (site: string, limit: number) => Promise<number>;
  /** Removes what a site has said. */
  readonly removeHeard: (site: string) => Promise<void>;
  /** Takes days that are not among `kept` out of a site's calendar; answers how many. One that cannot be read is left as it is. */
  readonly trimCalendar: (site: string, kept: DayRange, limit: number) => Promise<number>;
  /** Removes days of a site, or parts of them, that were filed and are before `before`, oldest first; answers how many. */
  readonly removeDays: (site: string, before: Day, limit: number) => Promise<number>;
};

export type Store = WatchStore &
  OutboxStore &
  ReadStore &
  PulseStore &
  PressureStore &
  EventStore &
  SweepStore &
  StandbyStore &
  HandoverStore;
