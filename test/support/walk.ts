// Random lives of a site: a configuration, and ticks in which anything may happen.
import fc from 'fast-check';
import { powerStates, type Quality, signerStates, chainStates } from '../../functions/domain/facts.ts';
import type { DrillRecord } from '../../functions/domain/drill/drill.ts';
import { type SiteEvent, standbyWishes } from '../../functions/domain/event.ts';
import type { Findings } from '../../functions/domain/gather.ts';
import type { MaintenanceWindow, SiteRules } from '../../functions/domain/policy.ts';
import type { Sample } from '../../functions/domain/sample.ts';
import { emptyFleet, type Fleet, phases, type Seen } from '../../functions/domain/standby/standby.ts';
import { drilled, drillRecord } from './drills.ts';
import {
  atOnce,
  defaultPolicy,
  hour,
  minute,
  powerFact,
  pulseOf,
  sampleOf,
  second,
  sender,
  signer,
  siteRules,
  start,
  target,
} from './site.ts';
import { nodeReport, orphan, seen } from './standbys.ts';

const inbound = ['eth', 'rpc', 'ssh', 'web'] as const;
const references = ['ref-a', 'ref-b'] as const;
const ids = [...inbound, 'vpn', ...references] as const;
const sources = ['cluster', 'ups'] as const;
const signers = [
  { id: 'alpha', chain: 'ethereum', keys: ['7'] },
  { id: 'beta', chain: 'berachain', keys: ['aa'] },
  { id: 'gamma', chain: 'berachain', keys: ['bb'] },
] as const;
const chains = ['ethereum', 'berachain'] as const;

const quality = fc.constantFrom<(Quality | 'missing')[]>('good', 'good', 'bad', 'bad', 'unknown', 'missing');
const ageMs = fc.constantFrom(-hour, -10 * second, 0, 10 * second, 100 * second, 10 * minute, hour);

/** Weighted towards what houses do: mostly all well or all dark, sometimes anything. */
const qualities = fc.oneof(
  { weight: 4, arbitrary: fc.constant<readonly (Quality | 'missing')[]>(ids.map(() => 'good')) },
  {
    weight: 4,
    arbitrary: fc.constant<readonly (Quality | 'missing')[]>([
      'bad',
      'bad',
      'bad',
      'bad',
      'good',
      'good',
      'good',
    ]),
  },
  {
    weight: 1,
    arbitrary: fc.constant<readonly (Quality | 'missing')[]>([
      'bad',
      'bad',
      'bad',
      'bad',
      'bad',
      'good',
      'good',
    ]),
  },
  { weight: 2, arbitrary: fc.constant<readonly (Quality | 'missing')[]>(ids.map(() => 'bad')) },
  { weight: 2, arbitrary: fc.constant<readonly (Quality | 'missing')[]>(ids.map(() => 'unknown')) },
  { weight: 1, arbitrary: fc.constant<readonly (Quality | 'missing')[]>(ids.map(() => 'missing')) },
  { weight: 6, arbitrary: fc.array(quality, { minLength: ids.length, maxLength: ids.length }) },
);

const maintenance = fc.record({
  subject: fc.constantFrom(null, 'eth', 'alpha', 'home'),
  minutes: fc.integer({ min: 1, max: 20 }),
});

const anyConfig = fc.record({
  inbound: fc.subarray([...inbound]),
  hasExit: fc.boolean(),
  references: fc.subarray([...references], { minLength: 1 }),
  signers: fc.subarray([...signers]),
  sources: fc.subarray([...sources]),
  notify: fc.subarray(['phone', 'mail', 'pager']),
  isEthCritical: fc.boolean(),
  reportsSelf: fc.boolean(),
  isQuiet: fc.boolean(),
  confirmTicks: fc.constantFrom(1, 1, 2, 3),
  agree: fc.constantFrom('majority' as const, 'any' as const, 'all' as const),
  recoverMs: fc.constantFrom(0, 3 * minute, 3 * minute),
  /** Null when no standbys are configured. */
  standby: fc.option(
    fc.record({
      chains: fc.subarray(['ethereum', 'berachain'] as const, { minLength: 1 }),
      expireAfterMs: fc.constantFrom(20 * minute, 10 * hour),
      darkMs: fc.constantFrom(0, 3 * minute, null),
      releaseMs: fc.constantFrom(2 * minute, 5 * minute),
    }),
    { freq: 4 },
  ),
});

// A site of which nothing can be known is refused by the configuration.
const config = anyConfig.filter(
  (each) => each.inbound.length + each.sources.length + each.signers.length > 0,
);

const noSigner = { state: null, actAgeMs: null };
const anySigner = fc.record({
  state: fc.option(fc.constantFrom(...signerStates)),
  actAgeMs: fc.option(ageMs),
});

/** What `provision` may have written down; nothing, or a phase, with whatever may be wrong beside it. */
const shown = fc.option(
  fc.record({
    phase: fc.constantFrom(...phases),
    hasNode: fc.boolean(),
    refused: fc.boolean(),
    trouble: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    zone: fc.constantFrom('europe-west3-a', 'europe-west3-b'),
    percent: fc.option(fc.constantFrom(1, 41.2, 99)),
  }),
);

type Wish = {
  readonly signer: string;
  readonly wish: (typeof standbyWishes)[number];
  readonly agoMs: number;
};

const wishes: fc.Arbitrary<readonly Wish[]> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<readonly Wish[]>([]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.record({
        signer: fc.constantFrom(...signers.map(({ id }) => id), 'nobody'),
        wish: fc.constantFrom(...standbyWishes),
        agoMs: fc.constantFrom(0, second, 30 * second, 5 * minute),
      }),
      { maxLength: 3 },
    ),
  },
);

const tick = fc.record({
  qualities,
  beats: fc.array(fc.option(ageMs), { minLength: sources.length, maxLength: sources.length }),
  power: fc.option(fc.record({ state: fc.constantFrom(...powerStates), ageMs })),
  hasPulse: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  signers: fc.oneof(
    fc.constant(signers.map(() => noSigner)),
    fc.array(anySigner, { minLength: signers.length, maxLength: signers.length }),
  ),
  chains: fc.array(fc.option(fc.constantFrom('moving' as const, ...chainStates)), {
    minLength: chains.length,
    maxLength: chains.length,
  }),
  /** What the witness says of each target; null when it is not asked, as it never is about a reference. */
  witness: fc.oneof(
    fc.constant(ids.map(() => null)),
    fc.array(fc.option(fc.constantFrom<Quality>('good', 'bad', 'unknown')), {
      minLength: ids.length,
      maxLength: ids.length,
    }),
  ),
  /** What the documents show of the standbys; null when they cannot be read. */
  standbys: fc.option(fc.array(shown, { minLength: signers.length, maxLength: signers.length }), { freq: 6 }),
  fleet: fc.constantFrom(
    'unread' as const,
    'unread' as const,
    'well' as const,
    'orphans' as const,
    'trouble' as const,
    'drill failed' as const,
    'drill passed' as const,
    'drill long ago' as const,
  ),
  wishes,
  gapMinutes: fc.constantFrom(1, 1, 1, 1, 1, 2, 5, 30),
  /** Before this tick the configuration may change, or maintenance may be announced. */
  config: fc.option(config, { freq: 12 }),
  maintenance: fc.option(maintenance, { freq: 12 }),
});

export type WalkConfig = typeof config extends fc.Arbitrary<infer T> ? T : never;
export type WalkTick = typeof tick extends fc.Arbitrary<infer T> ? T : never;
export type Walk = { readonly config: WalkConfig; readonly ticks: readonly WalkTick[] };

/** A configuration and up to 40 ticks. */
export const walks: fc.Arbitrary<Walk> = fc.record({
  config,
  ticks: fc.array(tick, { minLength: 1, maxLength: 40, size: 'max' }),
});

function rulesOf(from: WalkConfig, windows: readonly MaintenanceWindow[]): SiteRules {
  const { confirmTicks } = from;
  return siteRules({
    targets: [
      ...from.references.map((id) => target(id, 'reference')),
      ...(from.hasExit ? [target('vpn', 'exit')] : []),
      ...from.inbound.map((id) =>
        target(id, 'inbound', from.isEthCritical && id === 'eth' ? 'critical' : 'warning'),
      ),
    ],
    signers: from.signers,
    heartbeats: from.sources.map((source) => ({ ...sender(source), freshMs: 3 * minute })),
    notify: atOnce(...from.notify),
    reportsSelf: from.reportsSelf,
    maintenance: windows,
    policy: {
      ...defaultPolicy,
      dark: { confirmTicks },
      notSigning: { confirmTicks },
      recoverMs: from.recoverMs,
      witness: { ...defaultPolicy.witness, agree: from.agree },
      quietHours: from.isQuiet ? { from: '22:00', to: '07:00' } : null,
      standby: {
        ...defaultPolicy.standby,
        darkMs: from.standby?.darkMs ?? null,
        releaseMs: from.standby?.releaseMs ?? hour,
        notSigningMs: 2 * minute,
      },
    },
    standby:
      from.standby === null
        ? null
        : { chains: from.standby.chains, expireAfterMs: from.standby.expireAfterMs },
    drills:
      from.standby === null
        ? null
        : {
            mode: 'boot',
            chains: from.standby.chains,
            tells: from.reportsSelf ? from.signers.map(({ id }) => id) : [],
          },
  });
}

export type Moment = {
  readonly rules: SiteRules;
  readonly findings: Findings;
  readonly events: readonly SiteEvent[];
};

/** After one drill of each signer. */
const drilledFleet = (over: Partial<DrillRecord>): Fleet => ({
  ...emptyFleet,
  drills: Object.fromEntries(signers.map(({ id }) => [id, drilled(drillRecord(over))])),
});

function lookOf({ standbys, fleet }: WalkTick, at: number): Findings['standbys'] {
  const { attempt } = seen();
  const trouble = { kind: 'stuck', text: 'it is stuck', lines: [], since: at } as const;
  const seenOf = (
    from: WalkTick['standbys'] extends readonly (infer S)[] | null ? NonNullable<S> : never,
  ): Seen => ({
    ...seen({ phase: from.phase, phaseSince: at - minute }),
    ...(from.hasNode ? {} : { node: null }),
    attempt: attempt === null ? null : { ...attempt, zone: from.zone, acceptedAt: at - minute },
    report: from.percent === null ? null : nodeReport({ percent: from.percent, at }),
    refusal: from.refused ? { reason: 'too-many', text: 'there are enough', since: at } : null,
    trouble: from.trouble ? trouble : null,
  });
  const drillsOf = (over: Partial<DrillRecord>): Fleet => drilledFleet({ endedAt: at, ...over });
  const fleets = {
    unread: null,
    well: emptyFleet,
    orphans: { ...emptyFleet, orphans: [orphan()] },
    trouble: { ...emptyFleet, trouble },
    'drill failed': drillsOf({ outcome: 'failed', text: 'no zone has a machine' }),
    'drill passed': drillsOf({}),
    'drill long ago': drillsOf({ endedAt: at - 30 * 24 * hour }),
  } as const;
  return {
    fleet: fleets[fleet],
    bySigner: Object.fromEntries(
      (standbys ?? []).flatMap((each, index) => {
        const id = signers[index]?.id;
        return id === undefined ? [] : [[id, { wanted: null, seen: each === null ? null : seenOf(each) }]];
      }),
    ),
  };
}

const wishesOf = ({ wishes }: WalkTick, at: number): SiteEvent[] =>
  wishes.map(({ signer: id, wish, agoMs }, index) => ({
    kind: 'standby',
    id: `wish-${at}-${index}`,
    site: 'home',
    at: at - agoMs,
    by: 'Maria',
    signer: id,
    wish,
    why: 'to be sure',
  }));

/** What a tick at `at` brings. Missing means that there is no sample, no signer or no chain at all. */
function findingsOf(from: WalkTick, rules: SiteRules, at: number): Findings {
  const samples: Record<string, Sample> = {};
  for (const [index, id] of ids.entries()) {
    const found = from.qualities[index] ?? 'missing';
    if (found !== 'missing') samples[id] = sampleOf(found);
  }
  const beats: Record<string, number> = {};
  for (const [index, source] of sources.entries()) {
    const age = from.beats[index] ?? null;
    if (age !== null) beats[source] = at - age;
  }
  return {
    at,
    samples,
    pulse: from.hasPulse
      ? pulseOf(beats, from.power === null ? null : powerFact(from.power.state, at - from.power.ageMs))
      : null,
    refused: [],
    witness: Object.fromEntries(
      ids.flatMap((id, index) => {
        const voice = from.witness[index] ?? null;
        const isReference = references.some((each) => each === id);
        return voice === null || isReference ? [] : [[id, [voice]] as const];
      }),
    ),
    delivery: null,
    flags: {},
    records: {},
    standbys: lookOf(from, at),
    signing: {
      ledger: {},
      voters: [],
      signers: signers.flatMap(({ id, chain }, index) => {
        const { state = null, actAgeMs = null } = from.signers[index] ?? {};
        const isKnown = rules.signers.some((known) => known.id === id);
        return state === null || !isKnown
          ? []
          : [signer(state, actAgeMs === null ? null : at - actAgeMs, id, chain)];
      }),
      chains: chains.flatMap((id, index) => {
        const state = from.chains[index] ?? null;
        const isUsed = rules.signers.some((known) => known.chain === id);
        return state === null || !isUsed ? [] : [{ id, state, detail: null }];
      }),
    },
  };
}

/** The moments of a walk, in time. */
export function* momentsOf(walk: Walk): Generator<Moment, Moment | null> {
  let at = start;
  let current = walk.config;
  let windows: MaintenanceWindow[] = [];
  let last: Moment | null = null;
  for (const each of walk.ticks) {
    current = each.config ?? current;
    if (each.maintenance !== null) {
      const { subject, minutes } = each.maintenance;
      windows = [{ subject, from: at, until: at + minutes * minute, why: 'works' }];
    }
    const rules = rulesOf(current, windows);
    last = { rules, findings: findingsOf(each, rules, at), events: wishesOf(each, at) };
    yield last;
    at += each.gapMinutes * minute;
  }
  return last;
}

/** A moment in which all is well. */
export function wellAt(rules: SiteRules, at: number): Moment {
  return {
    rules,
    events: [],
    findings: {
      at,
      samples: Object.fromEntries(ids.map((id) => [id, sampleOf('good')])),
      pulse: pulseOf(Object.fromEntries(sources.map((source) => [source, at])), powerFact('online', at)),
      refused: [],
      witness: {},
      delivery: null,
      flags: {},
      records: {},
      standbys: {
        fleet: drilledFleet({ endedAt: at }),
        bySigner: Object.fromEntries(signers.map(({ id }) => [id, { wanted: null, seen: null }])),
      },
      signing: {
        ledger: {},
        voters: [],
        signers: rules.signers.map(({ id, chain }) => signer('signing', at, id, chain)),
        chains: chains
          .filter((id) => rules.signers.some((known) => known.chain === id))
          .map((id) => ({ id, state: 'moving', detail: null })),
      },
    },
  };
}

/** Whoever has asked for a standby says that it is not wanted any more. */
export const releasesAt = (rules: SiteRules, at: number): readonly SiteEvent[] =>
  rules.signers.map(({ id: signer }) => ({
    kind: 'standby',
    id: `release-${signer}-${at}`,
    site: rules.id,
    signer,
    wish: 'release',
    why: 'all is well',
    by: 'Maria',
    at,
  }));
