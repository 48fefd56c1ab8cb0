// Builders for standbys: rules, wantings, flags, and a watchdog of which only `provision` runs, on documents in memory.
import type { Drill, DrillWish } from '../../functions/domain/drill/drill.ts';
import type { KeyFlag, FlagRead } from '../../functions/domain/standby/key-flag.ts';
import type { StandbyRules } from '../../functions/domain/standby/rules.ts';
import { emptyFleet, type Fleet, type NodeSeen, type Seen } from '../../functions/domain/standby/standby.ts';
import { unseen } from '../../functions/domain/standby/phase.ts';
import type { Situation } from '../../functions/domain/standby/situation.ts';
import type { Wanted } from '../../functions/domain/standby/want.ts';
import { provision, type ProvisionSummary } from '../../functions/flows/provision.ts';
import type { ProvisionWorld } from '../../functions/flows/provision-world.ts';
import { openMemoryStore, type Shelf } from '../../functions/stores/memory.ts';
import { drillWishFields, wantedFields } from '../../functions/stores/standbys.ts';
import { ComputeModel } from './compute-model.ts';
import type { Mortal } from './crash.ts';
import { hour, minute, start } from './site.ts';
import { wanted as anyWanted } from './standbys.ts';

const zones = (region: string, ...letters: string[]) => letters.map((letter) => `${region}-${letter}`);

export const standbyRules = (over: Partial<StandbyRules> = {}): StandbyRules => ({
  project: 'my-project',
  prefix: 'bw',
  isDryRun: false,
  maxStandbys: 2,
  monthlyCap: 1_000,
  witness: 'required',
  expireAfterMs: 7 * 24 * hour,
  orphanGraceMs: 24 * hour,
  stuckAfterMs: 45 * minute,
  drill: { mode: 'boot', syncWithinMs: 48 * hour, snapshots: null },
  nodes: {
    ethereum: {
      machine: 'n2-standard-4',
      disk: { type: 'pd-ssd', gib: 730 },
      egressGibPerDay: 24,
      snapshotGib: 73,
      places: [
        { region: 'eu-1', zones: zones('eu-1', 'a', 'b'), template: 'eth-1', drillTemplate: 'eth-1-drill' },
        { region: 'eu-2', zones: zones('eu-2', 'a'), template: 'eth-2', drillTemplate: 'eth-2-drill' },
      ],
    },
  },
  prices: {
    asOf: '2026-11-20',
    currency: 'USD',
    machineHour: { 'n2-standard-4': 0.2 },
    diskGibMonth: { 'pd-ssd': 0.2 },
    addressHour: 0.005,
    egressGib: 0.12,
    snapshotGibMonth: 0.05,
  },
  ...over,
});

/** Of the prices above, an hour of a node. */
export const hourly = 0.2 + 0.2 + 0.005 + 0.12 + 0.005;

/** Of the signer `alpha`, whose house went dark a minute before the first moment. */
export const wantedOf = (over: Partial<Wanted> = {}): Wanted => {
  const signer = over.signer ?? 'alpha';
  return anyWanted({
    id: `${signer}.20261123T020000Z`,
    signer,
    incident: 'home.site.home.20261123T020000Z',
    why: 'the house is dark',
    since: start - minute,
    decidedAt: start,
    expiresAt: start + 7 * 24 * hour,
    ...over,
  });
};

/** Somebody asks at the first moment for a drill of the signer `alpha`. */
export const wishOf = (over: Partial<DrillWish> = {}): DrillWish => ({
  id: 'drill-1',
  signer: 'alpha',
  site: 'home',
  chain: 'ethereum',
  mode: 'boot',
  by: 'ada',
  why: 'to see it',
  at: start,
  ...over,
});

export const releasedOf = (wanted: Wanted, at: number): Wanted => ({
  ...wanted,
  release: { at, reason: 'stable', by: null },
});

export const flagOf = (over: Partial<KeyFlag> = {}): KeyFlag => ({
  holder: { kind: 'basement', site: 'home' },
  instance: 'random',
  generation: 1,
  minHeight: null,
  publicKeys: ['0x07'],
  since: start - hour,
  by: 'ada',
  reason: 'init',
  evidence: [],
  former: null,
  backup: null,
  override: null,
  ...over,
});

export const noFlag: FlagRead = { isReadable: true, flag: null };
export const unreadable: FlagRead = { isReadable: false, why: 'ERR_STORE: keys/alpha: no answer' };

export const seenOf = (over: Partial<Seen> = {}): Seen => ({ ...unseen(start), ...over });

/** The node of attempt 1 of alpha, and that attempt. */
export const attemptOf = (over: Partial<NonNullable<Seen['attempt']>> = {}) => ({
  n: 1,
  name: 'bw-alpha-1-01234567',
  region: 'eu-1',
  zone: 'eu-1-a',
  template: 'eth-1',
  snapshot: null,
  requestId: 'request-1',
  at: start,
  operation: 'operation-1',
  acceptedAt: start,
  lostAt: null,
  refused: null,
  ...over,
});

export const nodeOf = (over: Partial<NodeSeen> = {}): NodeSeen => ({
  zone: 'eu-1-a',
  name: 'bw-alpha-1-01234567',
  id: '4711',
  status: 'RUNNING',
  createdAt: start,
  labels: { 'basement-watchdog': 'bw', 'watchdog-signer': 'alpha', 'watchdog-attempt': '1' },
  isProtected: false,
  hasFuse: false,
  ...over,
});

export const situationOf = (over: Partial<Situation> = {}): Situation => ({
  purpose: 'standby',
  signer: 'alpha',
  chain: 'ethereum',
  wanted: wantedOf(),
  seen: null,
  at: start + minute,
  rules: standbyRules(),
  operation: null,
  listing: { nodes: [], isWhole: true },
  flag: noFlag,
  heard: null,
  snapshot: null,
  roomSince: null,
  ...over,
});

/** A store, Compute and the keys database, and a clock that a test moves. */
export class StandbyHouse {
  /** The true time, by which Compute and the nodes go. */
  now = start;
  /** How far our own clock is off. */
  skew = 0;
  readonly shelf: Shelf = new Map();
  readonly store = openMemoryStore(this.shelf);
  readonly compute = new ComputeModel(() => this.now);
  readonly flags = new Map<string, FlagRead>();
  readonly signers: { id: string; chain: 'ethereum' }[];
  rules: StandbyRules;
  sites = 1;
  keyReads = 0;
  #ids = 0;

  constructor(rules: Partial<StandbyRules> = {}, signers: readonly string[] = ['alpha']) {
    this.rules = standbyRules(rules);
    this.signers = signers.map((id) => ({ id, chain: 'ethereum' }));
  }

  /** As `watch` writes it. */
  want(wanted: Wanted): void {
    const path = `standbys/${wanted.signer}`;
    const before = this.shelf.get(path);
    this.shelf.set(path, {
      fields: Object.assign({}, before?.fields, wantedFields(wanted)),
      version: (before?.version ?? 0) + 1,
    });
  }

  /** As `watch` writes that somebody wants a drill. */
  wish(wish: DrillWish): void {
    const path = `standbys/_drill.${wish.signer}`;
    const before = this.shelf.get(path);
    this.shelf.set(path, {
      fields: Object.assign({}, before?.fields, drillWishFields(wish)),
      version: (before?.version ?? 0) + 1,
    });
  }

  async drill(signer = 'alpha'): Promise<Drill | null> {
    return (await this.store.loadAll()).drills.find((each) => each.signer === signer) ?? null;
  }

  world(life?: Mortal): ProvisionWorld {
    const door = <Door extends object>(given: Door): Door => (life === undefined ? given : life.door(given));
    return {
      store: door(this.store),
      keys: door({
        readFlags: async (signers: readonly string[]) => {
          this.keyReads += new Set(signers).size;
          return new Map(signers.map((signer) => [signer, this.flags.get(signer) ?? noFlag]));
        },
      }),
      compute: door(this.compute.door()),
      clock: {
        now: () => this.now + this.skew,
        sleep: async (ms) => {
          this.now += ms;
        },
      },
      rules: this.rules,
      sites: [
        { id: 'home', signers: this.signers },
        ...Array.from({ length: this.sites - 1 }, (_, index) => ({ id: `other-${index}`, signers: [] })),
      ],
      newId: () => `00000000-0000-4000-8000-${String((this.#ids += 1)).padStart(12, '0')}`,
      budgetMs: 50_000,
      leaseMs: 70_000,
      oldAfterMs: 72 * hour,
    };
  }

  run(life?: Mortal): Promise<ProvisionSummary> {
    return provision(this.world(life), { signal: new AbortController().signal });
  }

  /** Minutes of the scheduler, one run in each, until `isDone` or the number is over. */
  async minutes(count: number, isDone: () => boolean | Promise<boolean> = () => false): Promise<void> {
    for (let minutes = 0; minutes < count; minutes += 1) {
      const until = this.now + minute;
      await this.run();
      this.now = Math.max(this.now, until);
      if (await isDone()) return;
    }
  }

  async fleet(): Promise<Fleet> {
    return (await this.store.loadFleet()).fleet ?? emptyFleet;
  }

  async seen(signer = 'alpha'): Promise<Seen | null> {
    return (await this.store.loadStandby(signer))?.seen ?? null;
  }
}
