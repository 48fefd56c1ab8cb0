// Every tripwire, from what is found to the person: it pages whatever is muted, is repeated, and ends only when its cause is stated.
import { describe, expect, test } from 'vitest';
import { isSafety, problemKinds } from '../../functions/domain/incident.ts';
import type { ClearEvent } from '../../functions/domain/event.ts';
import { silence } from '../../functions/domain/pulse.ts';
import type { Ledger } from '../../functions/domain/signing.ts';
import type { Slashing } from '../../functions/domain/slashing.ts';
import type { KeyTrace } from '../../functions/domain/trace.ts';
import { ackEvent } from '../support/documents.ts';
import { fenceReport } from '../support/fence.ts';
import { atOnce, type Found, hour, second, start, withPolicy } from '../support/site.ts';
import { flagOf } from '../support/standby-house.ts';
import { said, storyOf } from '../support/story.ts';

const nobody = (over: Parameters<typeof flagOf>[0] = {}): Found => ({
  flags: {
    alpha: { isReadable: true, flag: flagOf({ holder: { kind: 'none' }, since: start - hour, ...over }) },
  },
});
const override = { skipped: ['silence 12'], why: 'the cellar burns' };

/** What one source has shown of the one key of alpha. */
const ledgerOf = (key: Partial<KeyTrace>, slashings: readonly Slashing[] = []): Ledger => ({
  alpha: {
    keys: ['7'],
    wasActive: [0],
    slashings,
    traces: {
      rpc: {
        next: 1,
        tip: null,
        freshAt: start,
        through: null,
        stake: null,
        open: [],
        keys: [{ acts: [], absent: null, standing: 'active', balance: null, ...key }],
      },
    },
  },
});

/** What is found at a time, while it lasts. What does not age is found for ever. */
const tripwires: readonly (readonly [
  kind: string,
  subject: string,
  found: (at: number) => Found,
  isLasting: boolean,
])[] = [
  [
    'zombie',
    'zombie/alpha',
    (at) => ({ ...nobody(), pulse: { ...silence, fences: [fenceReport({ at })] } }),
    false,
  ],
  [
    'zombie-held',
    'zombie/alpha',
    (at) => ({
      flags: {
        alpha: {
          isReadable: true,
          flag: flagOf({
            holder: { kind: 'node', project: 'p', zone: 'z', name: 'n' },
            instance: '42',
            since: start - hour,
            evidence: ['fenced: powered-off, says Ada, since 2026-11-23T01:00:00.000Z'],
          }),
        },
      },
      pulse: { ...silence, fences: [fenceReport({ at, isRunning: false })] },
    }),
    true,
  ],
  [
    'two-fences',
    'fence/alpha',
    (at) => ({
      pulse: { ...silence, fences: [fenceReport({ at }), fenceReport({ at, instance: 'b' })] },
    }),
    false,
  ],
  [
    'break-glass-used',
    'break-glass/alpha',
    (at) => ({
      pulse: { ...silence, fences: [fenceReport({ at, breakGlass: true, brokeGlassAt: start })] },
    }),
    true,
  ],
  ['override-used', 'handover/alpha', () => nobody({ override }), true],
  [
    'signed-unheld',
    'signature/alpha',
    () => ({ ...nobody(), ledger: ledgerOf({ acts: [{ unit: 9, at: start }] }) }),
    true,
  ],
  [
    'foreign-voting-power',
    'voting-power/alpha',
    () => ({ ...nobody(), voters: [{ signer: 'alpha', key: 0, node: 'own' }] }),
    false,
  ],
  [
    'slashed',
    'slashing/alpha',
    () => ({ ledger: ledgerOf({}, [{ key: 0, how: 'status', unit: null, source: 'rpc', at: start }]) }),
    true,
  ],
];

const quiet = withPolicy(
  { quietHours: { from: '00:00', to: '23:59' } },
  {
    notify: atOnce('pager'),
    maintenance: [{ subject: null, from: start - hour, until: start + 999 * hour, why: 'works' }],
  },
);
/** Ticks of a watchdog that has better things to do than to tell of its own lateness. */
const openStory = () => {
  const story = storyOf(quiet);
  const about = (subject: string, found: Found = {}): string[] =>
    said(story.tick(found).rows).filter((row) => row.includes(` about ${subject} `));
  const clear = (incident: string): void => {
    const at = story.nextAt() - 30 * second;
    const event: ClearEvent = {
      kind: 'clear',
      id: `c-${at}`,
      site: 'home',
      at,
      by: 'Ada',
      incident,
      why: 'known',
    };
    story.hear([event], at);
  };
  return { story, about, clear };
};

describe.each(tripwires)('%s', (kind, subject, found, isLasting) => {
  test('pages at once in maintenance and in quiet hours, and again however often it is acknowledged', () => {
    const { story, about } = openStory();
    expect(about(subject)).toEqual([]);
    expect(about(subject, found(story.nextAt()))).toEqual([
      `opened critical to pager about ${subject} ${kind}`,
    ]);
    const incident = story.incidents().find((each) => each.kind === kind)?.id ?? '';
    story.hear([ackEvent({ incident, at: story.nextAt() - 30 * second })]);
    const rows = Array.from({ length: 60 }, () => about(subject, found(story.nextAt()))).flat();
    expect(rows.length).toBeGreaterThanOrEqual(3);
    expect(new Set(rows)).toEqual(new Set([`reminder critical to pager about ${subject} ${kind}`]));
  });

  test('does not end by itself, nor by not being seen any more; it ends by its cause', () => {
    const { story, about, clear } = openStory();
    about(subject, found(story.nextAt()));
    const incident = story.incidents().find((each) => each.kind === kind)?.id ?? '';
    const after = Array.from({ length: 60 }, () => about(subject)).flat();
    expect(after.filter((row) => !row.startsWith('reminder'))).toEqual([]);
    clear(incident);
    const calm: Found = {
      flags: { alpha: { isReadable: true, flag: flagOf() } },
      pulse: { ...silence, fences: [fenceReport({ at: story.nextAt(), instance: 'random' })] },
    };
    expect(about(subject, calm)).toEqual([`resolved critical to pager about ${subject} ${kind}`]);
  });

  test(`that is seen on after its cause was stated is ${isLasting ? 'answered for good' : 'told again'}`, () => {
    const { story, about, clear } = openStory();
    about(subject, found(story.nextAt()));
    clear(story.incidents().find((each) => each.kind === kind)?.id ?? '');
    const first = about(subject, found(story.nextAt()));
    const weekLater = story.nextAt() + 10 * 24 * hour;
    const later = about(subject, { ...found(weekLater), at: weekLater });
    expect([...first, ...later]).toEqual(
      isLasting
        ? [`resolved critical to pager about ${subject} ${kind}`]
        : [
            `reminder critical to pager about ${subject} ${kind}`,
            `reminder critical to pager about ${subject} ${kind}`,
          ],
    );
  });
});

test('each doubt about safety that a tick looks for is tried above', () => {
  const tried = tripwires.map(([kind]) => kind);
  // Those come from a standby, and from where the house sends.
  const elsewhere = ['vpn-leak', 'keys-on-standby', 'standby-doubt'];
  expect([...tried, ...elsewhere].toSorted()).toEqual(problemKinds.filter(isSafety).toSorted());
});
