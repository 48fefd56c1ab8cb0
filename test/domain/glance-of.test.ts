// The glance at a site: what a step knows, short, and what it did not look at as it was known.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  emptyGlance,
  mostEntries,
  mostOpen,
  mostPast,
  mostTextBytes,
} from '../../functions/domain/glance.ts';
import { glanceOf, type Glancing } from '../../functions/domain/glance-of.ts';
import type { Incident } from '../../functions/domain/incident.ts';
import { noLook } from '../../functions/domain/standby/standby-look.ts';
import { incident, someTime } from '../support/documents.ts';
import { hour, minute, siteRules } from '../support/site.ts';
import { flagOf, noFlag, unreadable } from '../support/standby-house.ts';
import { nodeReport, seen, wanted } from '../support/standbys.ts';
import { deepFreeze } from '../support/story.ts';

const at = someTime + hour;
const rules = siteRules({ signers: [{ id: 'eth', chain: 'ethereum', keys: ['0x07'] }] });
const glance = (over: Partial<Glancing> = {}): ReturnType<typeof glanceOf> =>
  glanceOf(
    deepFreeze({
      before: emptyGlance,
      at,
      rules,
      incidents: [],
      touched: [],
      wanted: {},
      look: noLook,
      flags: {},
      delivery: null,
      ...over,
    }),
  );

test('of a site of which nothing is known is empty', () => {
  expect(glance()).toEqual(emptyGlance);
});

describe('open incidents', () => {
  test('come the gravest first, the oldest of equally grave ones before the others', () => {
    const ids = glance({
      incidents: [
        incident({ id: 'a', severity: 'info' }),
        incident({ id: 'b', severity: 'critical', openedAt: 2 }),
        incident({ id: 'c', severity: 'warning' }),
        incident({ id: 'd', severity: 'critical', openedAt: 1 }),
        incident({ id: 'e', severity: 'critical', openedAt: 2 }),
      ],
    }).open.map(({ id }) => id);
    expect(ids).toEqual(['d', 'b', 'e', 'c', 'a']);
  });

  test('are shown with what people need, the latest of the timeline, and how much came before', () => {
    const timeline = Array.from({ length: 40 }, (_, n) => ({
      at: n,
      event: 'changed' as const,
      text: `entry ${n}`,
    }));
    const doing = { eth: { stage: 'syncing', line: 'a node syncs, 42 %', isTold: true } };
    const ack = { by: 'ada', at: someTime, severity: 'critical' as const, until: at + 1, isTold: true };
    expect(glance({ incidents: [incident({ timeline, doing, ack })] }).open).toEqual([
      {
        id: 'home.site.home.20261201T021407Z',
        subject: { kind: 'site', id: 'home' },
        kind: 'dark',
        severity: 'critical',
        summary: 'dark or cut off: nothing answers and nothing shows life',
        evidence: ['inbound 0/1 good', 'no life sign since'],
        since: someTime - minute,
        openedAt: someTime,
        held: null,
        told: ['pager'],
        ack: { by: 'ada', at: someTime, until: at + 1 },
        doing: ['a node syncs, 42 %'],
        timeline: timeline.slice(-mostEntries),
        earlier: 40 - mostEntries,
      },
    ]);
  });

  test.each<[string, Partial<Incident>]>([
    ['is over', { ack: { by: 'ada', at: someTime, severity: 'critical', until: at, isTold: true } }],
    [
      'was given for less',
      { ack: { by: 'ada', at: someTime, severity: 'warning', until: null, isTold: true } },
    ],
    ['was never given', { ack: null }],
  ])('nobody has taken on when the acknowledgement %s', (_, over) => {
    expect(glance({ incidents: [incident(over)] }).open[0]?.ack).toBeNull();
  });

  test('of which there are too many are counted, and the less grave ones told of in few words', () => {
    const many = Array.from({ length: mostOpen + 7 }, (_, n) =>
      incident({
        id: `i${n}`,
        evidence: Array.from({ length: 6 }, () => 'seen'),
        timeline: Array.from({ length: 9 }, () => ({ at, event: 'told' as const, text: 'opened: pager' })),
      }),
    );
    const { open, moreOpen } = glance({ incidents: many });
    expect({ count: open.length, moreOpen }).toEqual({ count: mostOpen, moreOpen: 7 });
    expect(
      open.map(({ evidence, timeline, earlier }) => [evidence.length, timeline.length, earlier]),
    ).toEqual([
      ...Array.from({ length: 3 }, () => [6, 9, 0]),
      ...Array.from({ length: 17 }, () => [1, 2, 7]),
    ]);
  });
});

describe('past incidents', () => {
  const over = (n: number, resolvedAt = n): Incident => incident({ id: `i${n}`, resolvedAt });

  test('are the last ones that ended, the latest first, and each once', () => {
    const first = glance({ touched: [over(1), over(2), over(3), incident({ id: 'open' })] });
    const second = glance({ before: first, touched: [over(2), over(4), over(5), over(6)] });
    expect(first.past.map(({ id }) => id)).toEqual(['i3', 'i2', 'i1']);
    expect(second.past.map(({ id }) => id)).toEqual(['i6', 'i5', 'i4', 'i3', 'i2']);
    expect(second.past).toHaveLength(mostPast);
    expect(glance({ before: second }).past).toEqual(second.past);
  });
});

describe('who may sign', () => {
  const held = { isReadable: true, flag: flagOf({ since: someTime }) } as const;
  const unheld = {
    isReadable: true,
    flag: flagOf({
      holder: { kind: 'none' },
      generation: 2,
      since: someTime,
      former: { holder: { kind: 'basement', site: 'home' }, instance: null },
    }),
  } as const;

  test('is the holder of the flag, since when, and by whom', () => {
    expect(glance({ flags: { eth: held } }).keys).toEqual({
      eth: {
        isReadable: true,
        holder: 'basement/home',
        generation: 1,
        since: someTime,
        by: 'ada',
        former: null,
        notBefore: null,
      },
    });
  });

  test('is nobody while a handover is under way, and the guard cannot allow it before a known time', () => {
    expect(glance({ flags: { eth: unheld } }).keys['eth']).toMatchObject({
      holder: 'none',
      former: 'basement/home',
      notBefore: someTime + 4 * 384_000,
    });
  });

  test('is not known when nothing was ever written, and unreadable when it cannot be read', () => {
    expect(glance({ flags: { eth: noFlag } }).keys['eth']).toMatchObject({ isReadable: true, holder: null });
    expect(glance({ flags: { eth: unreadable } }).keys).toEqual({
      eth: { isReadable: false, why: 'ERR_STORE: keys/alpha: no answer' },
    });
  });

  test('stays as it was read, while its signer is configured', () => {
    const before = glance({ flags: { eth: held } });
    expect(glance({ before }).keys).toEqual(before.keys);
    expect(glance({ before, rules: siteRules() }).keys).toEqual({});
  });

  test('is asked of a signer of any name', () => {
    const odd = siteRules({ signers: [{ id: 'constructor', chain: 'ethereum', keys: ['7'] }] });
    expect(glance({ rules: odd }).keys).toEqual({});
    expect(glance({ rules: odd, flags: { constructor: noFlag } }).keys).toMatchObject({
      constructor: { holder: null },
    });
  });
});

describe('standbys', () => {
  const look = (over: Parameters<typeof seen>[0] = {}): Glancing['look'] => ({
    bySigner: { eth: { wanted: wanted(), seen: seen(over) } },
    fleet: null,
  });

  test('are shown as their document shows them, with what they cost so far', () => {
    const shown = glance({
      wanted: { eth: wanted() },
      look: look({
        report: nodeReport(),
        refusal: { reason: 'over-cap', text: 'the cap is reached', since: at },
        trouble: { kind: 'stuck', text: 'no progress for an hour', lines: ['secret?'], since: at },
      }),
    });
    expect(shown.standbys['eth']).toMatchObject({
      readAt: at,
      phase: 'syncing',
      since: someTime,
      why: 'the house is dark or cut off for 3 min',
      percent: 41.2,
      etaMs: 130 * minute,
      peers: 34,
      keys: 'absent',
      problems: ['the cap is reached', 'no progress for an hour'],
      hasHeldKeys: false,
    });
    expect(JSON.stringify(shown)).not.toContain('secret?');
  });

  test('that were only just asked for are wanted', () => {
    expect(glance({ wanted: { eth: wanted() } }).standbys['eth']).toMatchObject({
      readAt: at,
      phase: 'wanted',
      percent: null,
      cost: null,
    });
  });

  test('that were not read are shown as they were read last, and wanted as they are wanted now', () => {
    const before = glance({ wanted: { eth: wanted() }, look: look() });
    const later = glance({ before, at: at + minute, wanted: { eth: wanted({ why: 'somebody asked' }) } });
    expect(later.standbys['eth']).toEqual({ ...before.standbys['eth'], why: 'somebody asked' });
    expect(glance({ before }).standbys).toEqual({});
  });
});

describe('messages', () => {
  const delivery = {
    waiting: { phone: someTime },
    channels: {
      phone: { failures: 4, failingSince: someTime, outcome: '503 from the gateway' },
      mail: { failures: 0, failingSince: null, outcome: 'ok' },
    },
  };

  test('are shown as they were last looked at', () => {
    const before = glance({ delivery });
    expect(before.outbox).toEqual({
      at,
      waiting: { phone: someTime },
      failing: { phone: { since: someTime, times: 4, outcome: '503 from the gateway' } },
    });
    expect(glance({ before, at: at + minute }).outbox).toEqual(before.outbox);
    expect(glance({ before, delivery: { waiting: {}, channels: {} } }).outbox).toEqual({
      at,
      waiting: {},
      failing: {},
    });
  });
});

test('however long and strange the texts are, a glance stays small, and every text is whole characters', () => {
  const text = fc.string({ unit: 'binary', minLength: 0, maxLength: 900 });
  const texts = fc.array(text, { maxLength: 30 });
  const entry = text.map((each) => ({ at, event: 'changed' as const, text: each }));
  const hostile = fc
    .record({
      summary: text,
      evidence: texts,
      timeline: fc.array(entry, { maxLength: 200 }),
      doing: fc.dictionary(
        text,
        text.map((line) => ({ stage: 'x', line, isTold: false })),
        { maxKeys: 20, noNullPrototype: true },
      ),
      by: text,
    })
    .map(({ by, ...over }) =>
      incident({ ...over, ack: { by, at: someTime, severity: 'critical', until: null, isTold: true } }),
    );
  const lengths = (value: unknown): number[] => {
    if (typeof value === 'string') return [new TextEncoder().encode(value).length];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(lengths) : [];
  };
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 30 }), text, (incidents, word) => {
      const named = incidents.map((each, n) => ({ ...each, id: `i${n}` }));
      const shown = glance({
        incidents: named,
        touched: named.map((each) => ({ ...each, resolvedAt: at })),
        wanted: { eth: wanted({ why: word }) },
        look: {
          bySigner: {
            eth: { wanted: null, seen: seen({ doubt: { kind: 'malformed', text: word, since: at } }) },
          },
          fleet: null,
        },
        flags: { eth: { isReadable: false, why: word } },
        delivery: { waiting: {}, channels: { phone: { failures: 1, failingSince: null, outcome: word } } },
      });
      expect(Math.max(...lengths(shown))).toBeLessThanOrEqual(mostTextBytes);
      expect(new TextEncoder().encode(JSON.stringify(shown)).length).toBeLessThan(150_000);
    }),
    { numRuns: 30 },
  );
});
