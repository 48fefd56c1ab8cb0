// What everybody may see: whatever the owner shows, no word, name or place of anybody is in it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OpenGlance, PastGlance, StandbyGlance } from '../../functions/domain/glance.ts';
import { isSafety, problemKinds, type Subject, subjectKinds } from '../../functions/domain/incident.ts';
import type { SiteState } from '../../functions/domain/memory.ts';
import { type Shown, shownParts } from '../../functions/domain/shown.ts';
import { blindly, overviewOf } from '../../functions/views/overview-of.ts';
import { publicOverview } from '../../functions/views/public-overview.ts';
import { siteState, someTime } from '../support/documents.ts';
import { knownOf } from '../support/looks.ts';
import { overview, signer, site as ofHome, standby as aStandby } from '../support/overviews.ts';
import { rollup, tally, targetTally } from '../support/rollups.ts';
import { sender, siteRules, target } from '../support/site.ts';

/** Whatever begins so must never be seen. */
const mark = 'zzsecret';
let marks = 0;
const secret = (what: string): string => `${mark}-${what}-${(marks += 1)}`;
const targetId = 'zztarget';
const signerId = 'zzsigner';

const standby: StandbyGlance = {
  readAt: someTime,
  phase: 'syncing',
  phaseSince: someTime,
  since: someTime,
  why: secret('why'),
  zone: secret('zone'),
  instance: secret('instance'),
  reportAt: someTime,
  percent: 41,
  etaMs: 60_000,
  peers: 97_531,
  head: 86_420_864,
  keys: 'present',
  problems: [secret('problem')],
  hasHeldKeys: true,
  isProtected: true,
  cost: { perHour: 0.7531, soFar: 1.7531, currency: secret('currency') },
};

/** The name of whatever a subject of that kind is: what is nobody's business is marked. */
function subjectOf(kind: Subject['kind']): Subject {
  if (['site', 'power', 'address', 'self', 'ticks', 'outbox'].includes(kind)) return { kind, id: 'home' };
  if (kind === 'target') return { kind, id: targetId };
  if (['source', 'alert', 'fence', 'orphan', 'channel'].includes(kind)) return { kind, id: secret(kind) };
  return { kind, id: signerId };
}

const incidents = (): { open: OpenGlance[]; past: PastGlance[] } => {
  const both = problemKinds.flatMap((kind, place) => {
    const about = subjectKinds.filter((_, index) => index % 3 === place % 3);
    return about.map((each) => ({ kind, subject: subjectOf(each) }));
  });
  const common = ({ kind, subject }: (typeof both)[number]) => ({
    id: `home.${subject.kind}.${subject.id}.20261201T021407Z`,
    subject,
    kind,
    severity: 'critical' as const,
    summary: secret('summary'),
    since: someTime,
  });
  return {
    open: both.map((each) => ({
      ...common(each),
      evidence: [secret('evidence')],
      openedAt: someTime,
      held: 'maintenance',
      told: [secret('told')],
      ack: { by: secret('ack'), at: someTime, until: null },
      doing: [secret('doing')],
      timeline: [{ at: someTime, event: 'opened', text: secret('timeline') }],
      earlier: 3,
    })),
    past: both.map((each) => ({ ...common(each), resolvedAt: someTime })),
  };
};

function fullState(over: Partial<SiteState> = {}): SiteState {
  const state = siteState();
  const [aTarget] = state.facts.targets;
  const [aSigner] = state.facts.signers;
  if (aTarget === undefined || aSigner === undefined)
    throw new Error('the fixtures have a target and a signer');
  return {
    ...state,
    facts: {
      ...state.facts,
      targets: [{ ...aTarget, id: targetId, detail: secret('detail') }],
      signers: [{ ...aSigner, id: signerId, holder: secret('holder'), detail: secret('proof') }],
      chains: [{ id: 'ethereum', state: 'moving', detail: secret('chain') }],
      heartbeats: [{ source: secret('source'), sentAt: someTime, freshMs: 1_000, isDoubtful: false }],
    },
    judgement: {
      ...state.judgement,
      because: secret('because'),
      life: [secret('life')],
      signers: { [signerId]: 'signing' },
    },
    mutes: [
      {
        id: secret('mute'),
        by: secret('muter'),
        subject: null,
        from: 0,
        until: someTime * 2,
        why: secret('why'),
      },
    ],
    history: {
      ...state.history,
      today: rollup({
        day: '2026-12-01',
        targets: { [targetId]: targetTally({ good: 1_000 }) },
        signers: { [signerId]: tally({ signing: 1_000 }) },
      }),
    },
    glance: {
      ...incidents(),
      moreOpen: 2,
      keys: {
        [signerId]: {
          isReadable: true,
          holder: `node/${secret('project')}/zone/${secret('node')}`,
          generation: 24_680,
          since: someTime,
          by: secret('by'),
          former: secret('former'),
          notBefore: null,
        },
      },
      standbys: { [signerId]: standby, zzformer: standby },
      outbox: {
        at: someTime,
        waiting: { [secret('channel')]: someTime },
        failing: { [secret('channel')]: { since: someTime, times: 3, outcome: secret('outcome') } },
      },
    },
    ...over,
  };
}

const rules = siteRules({
  targets: [target(targetId, 'inbound'), target(`${targetId}x`, 'exit')],
  signers: [{ id: signerId, chain: 'ethereum', keys: [secret('key')] }],
  heartbeats: [sender(secret('sender'))],
  maintenance: [{ subject: targetId, from: 0, until: someTime * 2, why: secret('window') }],
  notify: [{ afterMs: 0, channels: [secret('notify')], minSeverity: 'info' }],
});
const cabin = siteRules({ id: 'cabin', name: 'Cabin' });

const verdicts = [
  'ok',
  'dark',
  'vpn-down',
  'not-signing',
  'inbound-lost',
  'degraded',
  'blind',
  'unknown',
] as const;

const overviews = verdicts.flatMap((verdict) => {
  const state = fullState();
  const known = {
    ...knownOf({ ...state, judgement: { ...state.judgement, verdict } }),
    broken: [`sites/cabin ${secret('broken')}`, `history/home ${secret('broken')}`],
  };
  const now = overviewOf([rules, cabin], known, someTime + 20_000);
  const stale = overviewOf([rules, cabin], known, someTime + 3_600_000);
  return [now, stale, blindly(now, { since: someTime, why: secret('blind') }, someTime + 3_600_000)];
});

const anyShow = fc.subarray([...shownParts]);

describe('the public overview', () => {
  test('is made of an overview that is full of what must not be seen', () => {
    const told = JSON.stringify(overviews[0]);
    expect(new Set(told.match(/zzsecret-[a-z]+/g)).size).toBeGreaterThan(25);
  });

  test('holds nothing of it, whatever is shown', () => {
    fc.assert(
      fc.property(anyShow, fc.constantFrom(...overviews), (show, overview) => {
        const told = JSON.stringify(publicOverview(overview, show));
        expect(told).not.toContain(mark);
        for (const number of ['97531', '86420864', '7531', '24680']) expect(told).not.toContain(number);
        expect(told).not.toContain('zzformer');
        expect(told).not.toMatch(/node\/|basement\//);
      }),
    );
  });

  test('names targets and signers only where they are shown', () => {
    fc.assert(
      fc.property(anyShow, fc.constantFrom(...overviews), (show, overview) => {
        const told = JSON.stringify(publicOverview(overview, show));
        expect(told.includes(targetId)).toBe(show.includes('targets'));
        expect(told.includes(signerId)).toBe(show.includes('signers'));
        expect(told.includes('ethereum')).toBe(show.includes('signers'));
      }),
    );
  });

  const shown = (show: readonly Shown[]) => {
    const [first] = overviews;
    const [site] = first === undefined ? [] : publicOverview(first, show).sites;
    if (site === undefined) throw new Error('there is a site');
    return site;
  };

  test('of a standby with which something is wrong says that it is so, and not what', () => {
    const wrong = aStandby({ phase: 'synced', problems: ['key material is on it'] });
    const of = publicOverview(overview([ofHome({ signers: [signer({ standby: wrong })] })]), ['standbys']);
    const [seen] = of.sites;
    expect(seen?.map.find(({ id }) => id === 'standby')).toMatchObject({ tone: 'doubt' });
    expect(Object.values(seen?.otherStandbys ?? {})).toMatchObject([
      { keys: null, problems: ['Something about it is not as it should be.'] },
    ]);
  });

  test('says which parts are hidden', () => {
    const [first] = overviews;
    expect(first === undefined ? [] : publicOverview(first, ['incidents', 'history']).hidden).toEqual([
      'targets',
      'signers',
      'standbys',
      'watchdog',
    ]);
  });

  test('with nothing shown is how each site is, and nothing else', () => {
    expect(shown([])).toMatchObject({
      headline: 'Everything answers since 03:14 on 2026-12-01, but not all is well.'.replace(
        ' on 2026-12-01',
        '',
      ),
      open: [],
      moreOpen: 0,
      past: [],
      targets: [],
      signers: [],
      chains: [],
      heartbeats: [],
      power: null,
      outbox: null,
      ticks: 0,
      latenessMs: null,
      days: { bars: [], well: null, known: null },
      map: [{ id: 'house', text: '' }],
    });
  });

  test('tells of no doubt about safety but that there is something more', () => {
    const { open, past, moreOpen } = shown(['incidents']);
    expect(open.length).toBeGreaterThan(50);
    expect([...open, ...past].some(({ kind }) => isSafety(kind))).toBe(false);
    const all = overviews[0]?.sites[0];
    expect(moreOpen).toBe((all?.open.length ?? 0) - open.length + 2);
  });

  test.each([
    ['late', 'watchdog'],
    ['channel-failing', 'watchdog'],
    ['standby-running', 'standbys'],
    ['drill-failed', 'standbys'],
  ] as const)('tells of %s only with the part %s', (kind, part) => {
    const kindsOf = (show: readonly Shown[]): string[] => {
      const { open, past } = shown(show);
      return [...open, ...past].map((incident) => incident.kind);
    };
    expect(kindsOf(shownParts.filter((each) => each !== part))).not.toContain(kind);
    expect(kindsOf(['incidents', part])).toContain(kind);
  });

  test('gives what it does not name a number, the same in all places', () => {
    const { open, past } = shown(['incidents']);
    const alerts = open.filter(({ subject }) => subject.kind === 'target');
    expect(alerts[0]).toMatchObject({
      subject: { id: 'target-1' },
      id: 'home.target.target-1.20261201T021407Z',
    });
    expect(past.find(({ subject }) => subject.kind === 'target')?.subject.id).toBe('target-1');
  });

  test('shows bars of parts only with history', () => {
    expect(shown(['targets', 'signers']).targets[0]?.days.bars).toEqual([]);
    expect(shown(['targets', 'history']).targets[0]?.days.bars).toHaveLength(90);
    expect(shown(['signers', 'history']).signers[0]?.days.bars).toHaveLength(90);
  });

  test('shows standbys under their signers, or without a name where those are not shown', () => {
    expect(shown(['standbys', 'signers']).signers[0]?.standby).toMatchObject({
      phase: 'syncing',
      percent: 41,
    });
    expect(shown(['signers']).signers[0]?.standby).toBeNull();
    expect(Object.keys(shown(['standbys']).otherStandbys)).toEqual(['standby-1', 'standby-2']);
  });

  test('of a site that cannot be read says no more than that', () => {
    const [, other] = publicOverview(overviews[0] ?? overviewOf([], knownOf(), 0), [...shownParts]).sites;
    expect(other).toMatchObject({
      watched: 'unreadable',
      headline: 'Nothing is known at the moment.',
      broken: [],
    });
  });
});
