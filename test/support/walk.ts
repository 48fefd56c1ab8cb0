// Random lives of a site: a configuration, and ticks in which anything may happen.
import fc from 'fast-check';
import { powerStates, type Quality, signerStates, chainStates } from '../../functions/domain/facts.ts';
import type { Findings } from '../../functions/domain/gather.ts';
import type { MaintenanceWindow, SiteRules } from '../../functions/domain/policy.ts';
import type { Sample } from '../../functions/domain/sample.ts';
import { noLook } from '../../functions/domain/standby/standby-look.ts';
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
    },
  });
}

export type Moment = { readonly rules: SiteRules; readonly findings: Findings };

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
    standbys: noLook,
    signing: {
      ledger: {},
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
    last = { rules, findings: findingsOf(each, rules, at) };
    yield last;
    at += each.gapMinutes * minute;
  }
  return last;
}

/** A moment in which all is well. */
export function wellAt(rules: SiteRules, at: number): Moment {
  return {
    rules,
    findings: {
      at,
      samples: Object.fromEntries(ids.map((id) => [id, sampleOf('good')])),
      pulse: pulseOf(Object.fromEntries(sources.map((source) => [source, at])), powerFact('online', at)),
      refused: [],
      witness: {},
      delivery: null,
      standbys: noLook,
      signing: {
        ledger: {},
        signers: rules.signers.map(({ id, chain }) => signer('signing', at, id, chain)),
        chains: chains
          .filter((id) => rules.signers.some((known) => known.chain === id))
          .map((id) => ({ id, state: 'moving', detail: null })),
      },
    },
  };
}
