// What one message changes of what is known of a house, whatever order messages come in and whoever sends them.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { powerStates } from '../../functions/domain/facts.ts';
import { hear, isNews, most, type Word } from '../../functions/domain/hear.ts';
import { type FenceReport, type FenceWord, type Pulse, silence } from '../../functions/domain/pulse.ts';
import { type PortRefusal, portRefusals } from '../../functions/domain/lease.ts';
import { severities } from '../../functions/domain/severity.ts';
import { fenceReport, fenceWord } from '../support/fence.ts';
import { hour, minute, second, start } from '../support/site.ts';
import { alertWord, fromStranger, powerWord, word } from '../support/word.ts';

const heard = (...words: readonly Word[]): Pulse => words.reduce(hear, silence);
const day = 24 * hour;

describe('a beat', () => {
  test('is dated by when it was received, and says that all is well', () => {
    expect(heard(word()).beats).toEqual({
      cluster: {
        heardAt: start,
        sentAt: start,
        okAt: start,
        startedAt: null,
        failure: null,
        clockBehindMs: 0,
      },
    });
  });

  test.each([
    ['sent a moment ago', -2 * second, start - 2 * second, 2 * second],
    ['dated ahead of us counts as sent now', 10 * minute, start, -10 * minute],
    ['of a clock that is behind may be an old message', -10 * minute, start - 10 * minute, 10 * minute],
  ])('that is %s', (_name, offset, sentAt, clockBehindMs) => {
    const { beats } = heard(word({ sentAt: start + offset }));
    expect(beats['cluster']).toMatchObject({ sentAt, clockBehindMs, okAt: start });
  });

  test('from an address that is no exit is heard, and proves nothing', () => {
    const { beats, strangers } = heard(word(fromStranger()));
    expect(beats['cluster']).toMatchObject({ heardAt: start, sentAt: null, okAt: null });
    expect(strangers).toEqual([{ network: '198.51.100.0/24', isOfProvider: false, at: start, before: null }]);
  });

  test('that comes late takes nothing back', () => {
    const { beats } = heard(word({ at: start + minute }), word());
    expect(beats['cluster']).toMatchObject({ sentAt: start + minute, okAt: start + minute });
  });
});

describe('a job', () => {
  const job = (says: Word['says'], at: number, over: Partial<Word> = {}): Word =>
    word({ source: 'backup', says, at, ...over });
  const failure = { code: 3, text: 'disk full' };

  test('that begins, fails and is well again', () => {
    const begun = heard(job('begins', start));
    expect(begun.beats['backup']).toMatchObject({ startedAt: start, okAt: null, failure: null });
    const failed = hear(begun, job('fails', start + minute, { failure }));
    expect(failed.beats['backup']).toMatchObject({
      startedAt: null,
      failure: { at: start + minute, ...failure },
    });
    const well = hear(failed, job('well', start + 2 * minute));
    expect(well.beats['backup']).toMatchObject({ failure: null, okAt: start + 2 * minute });
  });

  test('is not well because somebody elsewhere says so, but fails whoever says so', () => {
    const failed = heard(job('fails', start, { failure, ...fromStranger() }));
    expect(failed.beats['backup']?.failure).toMatchObject(failure);
    expect(hear(failed, job('well', start + 1, fromStranger())).beats['backup']?.failure).toMatchObject(
      failure,
    );
  });
});

describe('power', () => {
  const states = (...words: readonly Word[]): unknown => heard(...words).power['ups']?.state;

  test('is what was said last, with what is left of the battery and since when it is needed', () => {
    const low = powerWord('low-battery', { at: start + minute });
    expect(heard(powerWord('on-battery'), low).power['ups']).toEqual({
      state: 'low-battery',
      at: start + minute,
      since: start,
      charge: 80,
      runtimeMs: 720_000,
      saidAt: null,
    });
    expect(
      heard(powerWord('on-battery'), powerWord('online', { at: start + 1 })).power['ups']?.since,
    ).toBeNull();
  });

  test('said twice is said once', () => {
    const once = heard(powerWord('on-battery'));
    const twice = hear(once, powerWord('on-battery', { at: start + second }));
    expect(twice.power['ups']).toMatchObject({ state: 'on-battery', since: start });
    expect(isNews(once, twice)).toBe(false);
  });

  test.each([
    ['a word that was overtaken on the way', -3 * second, second, 'low-battery'],
    ['a word from a clock that was set back meanwhile, a minute later', -day, minute + 1, 'online'],
    ['a newer word', second, second, 'online'],
  ])('%s', (_name, saidLater, receivedLater, expected) => {
    const low = powerWord('low-battery', { sentAt: start });
    const online = powerWord('online', { sentAt: start + saidLater, at: start + receivedLater });
    expect(states(low, online)).toBe(expected);
  });

  test('from elsewhere can only get worse', () => {
    expect(states(powerWord('on-battery'), powerWord('online', { at: start + 1, ...fromStranger() }))).toBe(
      'on-battery',
    );
    expect(states(powerWord('on-battery', fromStranger()))).toBe('on-battery');
    expect(states(powerWord('online', fromStranger()))).toBeUndefined();
  });

  test('is kept of a few UPSs only, the newest', () => {
    const words = Array.from({ length: 9 }, (_, index) =>
      powerWord('on-battery', {
        at: start + index,
        power: [{ ups: `ups${index}`, state: 'on-battery', charge: null, runtimeMs: null }],
      }),
    );
    expect(Object.keys(heard(...words).power)).toEqual(['ups8', 'ups7', 'ups6', 'ups5']);
  });
});

describe('alerts', () => {
  const say = (at: number, ...alerts: Word['alerts']): Word => word({ says: 'lives', at, alerts });
  const ids = (pulse: Pulse): string[] => pulse.alerts.map(({ id }) => id.split('-')[0] ?? '');

  test('fire until they are resolved, each once', () => {
    const fires = alertWord('DiskFull');
    const pulse = heard(say(start, fires), say(start + minute, fires));
    expect(pulse.alerts).toEqual([
      {
        id: fires.id,
        severity: 'warning',
        summary: 'DiskFull fires',
        labels: 'instance=nuc-1',
        since: start,
        toldAt: start + minute,
      },
    ]);
    expect(hear(pulse, say(start + hour, { ...fires, isFiring: false })).alerts).toEqual([]);
  });

  test('cannot have begun later than they were told of', () => {
    const { alerts } = heard(say(start, alertWord('DiskFull', { since: start + hour })));
    expect(alerts[0]?.since).toBe(start);
  });

  test('are not resolved from elsewhere, and not forgotten until they were not repeated for half a day', () => {
    const fires = alertWord('DiskFull');
    const pulse = heard(say(start, fires));
    const elsewhere = { ...say(start + 1, { ...fires, isFiring: false }), ...fromStranger() };
    expect(ids(hear(pulse, elsewhere))).toEqual(['DiskFull']);
    expect(ids(hear(pulse, word({ at: start + 11 * hour })))).toEqual(['DiskFull']);
    expect(ids(hear(pulse, word({ at: start + 12 * hour })))).toEqual([]);
  });

  test('of which one message says two things are as it says last, where they are proven', () => {
    const fires = alertWord('DiskFull');
    const over = { ...fires, isFiring: false };
    const more = alertWord('Hot', { since: start + 1 });
    const before = heard(say(start + minute, fires, more));
    const now = hear(
      before,
      say(start + hour, over, { ...fires, severity: 'critical', since: start + hour }),
    );
    expect(now.alerts).toEqual([
      { ...before.alerts[0], severity: 'critical', toldAt: start + hour },
      before.alerts[1],
    ]);
    expect(ids(hear(before, say(start + hour, fires, over)))).toEqual(['Hot']);
    const elsewhere = { ...say(start + hour, fires, over), ...fromStranger() };
    expect(hear(before, elsewhere).alerts[0]).toMatchObject({ id: fires.id, toldAt: start + hour });
  });

  test('of a message that says two things of one stand where they stood when it comes again', () => {
    const [first, second] = [alertWord('A'), alertWord('B')];
    const message = say(start, { ...first, isFiring: false }, first, second);
    const once = heard(message);
    expect(ids(once)).toEqual(['A', 'B']);
    expect(hear(once, message)).toEqual(once);
  });

  test('that are too many keep the gravest, and say how many there are beside them', () => {
    const many = Array.from({ length: 60 }, (_, index) => alertWord(`a${index}`, { severity: 'info' }));
    const pulse = heard(say(start, ...many), say(start + 1, alertWord('grave', { severity: 'critical' })));
    expect(pulse.alerts).toHaveLength(most.alerts);
    expect(ids(pulse)[0]).toBe('grave');
    expect(pulse.moreAlerts).toBe(10);
    expect(hear(pulse, word()).moreAlerts, 'another message').toBe(10);
    const grave = say(start + 1, alertWord('grave', { severity: 'critical' }));
    expect(hear(pulse, grave), 'the same again').toEqual(pulse);
    const over = say(start + 2, { ...alertWord('grave'), isFiring: false });
    expect(hear(pulse, over).moreAlerts, 'fewer than are kept').toBe(0);
  });
});

describe('fences', () => {
  const fence = (instance: string, isRunning = true): FenceWord => fenceWord({ instance, isRunning });
  const report = (instance: string, over: Partial<FenceReport> = {}): FenceReport =>
    fenceReport({ instance, ...over });

  test('are known by signer and instance, the latest word of each', () => {
    const { fences } = heard(
      word({ fences: [fence('a')] }),
      word({ at: start + 1, fences: [fence('a', false), fence('b')] }),
    );
    expect(fences).toEqual([
      report('b', { at: start + 1 }),
      report('a', { isRunning: false, at: start + 1 }),
    ]);
  });

  test('do not stop because somebody elsewhere says so', () => {
    const before = heard(word({ fences: [fence('a')] }));
    const { fences } = hear(before, word({ at: start + 1, fences: [fence('a', false)], ...fromStranger() }));
    expect(fences).toEqual([report('a')]);
  });

  test('of which one message says two things are believed the worse, however often it comes', () => {
    const broken = fenceWord({ instance: 'a', isRunning: false, breakGlass: true });
    const twofold = { fences: [broken, fence('a')] };
    const once = heard(word(twofold));
    expect(once.fences).toEqual([report('a', { breakGlass: true, brokeGlassAt: start })]);
    expect(isNews(once, hear(once, word({ at: start + 1, ...twofold })))).toBe(false);
  });

  const full = fenceWord({ version: '1.0.0', isolationMs: 600_000 });
  const bare = fenceWord();
  test.each<[string, readonly Partial<Word>[], Partial<FenceReport>]>([
    [
      'are described since they first said so',
      [{ fences: [full] }, { fences: [full] }],
      { describedAt: start },
    ],
    ['are not while they say no version', [{ fences: [{ ...full, version: null }] }], { describedAt: null }],
    ['are not while they say no time', [{ fences: [{ ...full, isolationMs: null }] }], { describedAt: null }],
    [
      'are described no more once they say less',
      [{ fences: [full] }, { fences: [bare] }],
      { describedAt: null },
    ],
    [
      'are described anew by another version',
      [{ fences: [full] }, { fences: [{ ...full, version: '1.0.1' }] }],
      { version: '1.0.1', describedAt: start + 1 },
    ],
    [
      'are described anew by another time',
      [{ fences: [full] }, { fences: [{ ...full, isolationMs: 1 }] }],
      { isolationMs: 1, describedAt: start + 1 },
    ],
    [
      'are not described by somebody elsewhere',
      [{ fences: [full], ...fromStranger() }],
      { version: null, isolationMs: null, describedAt: null },
    ],
    [
      'stay described when somebody elsewhere says the same',
      [{ fences: [full] }, { fences: [full], ...fromStranger() }],
      { version: '1.0.0', isolationMs: 600_000, describedAt: start },
    ],
    [
      'are in doubt when somebody elsewhere says something else',
      [{ fences: [full] }, { fences: [bare], ...fromStranger() }],
      { version: null, isolationMs: null, describedAt: null },
    ],
  ])('%s', (_, words, expected) => {
    const said = words.map((each, index) => word({ at: start + index, ...each }));
    expect(heard(...said).fences).toMatchObject([expected]);
  });

  const broken = fenceWord({ breakGlass: true });
  test.each<[string, readonly Partial<Word>[], number | null]>([
    ['was never broken', [{ fences: [bare] }], null],
    ['is dated by the first word of it', [{ fences: [broken] }, { fences: [broken] }], start],
    ['is not forgotten by the next word', [{ fences: [broken] }, { fences: [bare] }], start],
    [
      'is dated anew when it is broken again',
      [{ fences: [broken] }, { fences: [bare] }, { fences: [broken] }],
      start + 2,
    ],
    [
      'is dated anew in another generation',
      [{ fences: [broken] }, { fences: [{ ...broken, generation: 5 }] }],
      start + 1,
    ],
    ['is broken whoever says so', [{ fences: [broken], ...fromStranger() }], start],
    [
      'is not whole because somebody elsewhere says so',
      [{ fences: [broken] }, { fences: [bare], ...fromStranger() }, { fences: [broken] }],
      start,
    ],
  ])('the glass %s', (_, words, expected) => {
    const said = words.map((each, index) => word({ at: start + index, ...each }));
    expect(heard(...said).fences).toMatchObject([{ brokeGlassAt: expected }]);
  });

  test('a broken glass is news', () => {
    const before = heard(word({ fences: [bare] }));
    expect(isNews(before, hear(before, word({ fences: [bare] })))).toBe(false);
    expect(isNews(before, hear(before, word({ fences: [broken] })))).toBe(true);
  });

  test('of many instances are kept of the newest', () => {
    const words = Array.from({ length: 9 }, (_, index) =>
      word({ at: start + index, fences: [fence(`i${index}`)] }),
    );
    expect(heard(...words).fences.map(({ instance }) => instance)).toEqual(['i8', 'i7', 'i6', 'i5']);
  });
});

describe('a leased port', () => {
  const told = (port: number, over: Partial<Word> = {}, refusal: PortRefusal | null = null): Word =>
    word({ ports: [{ target: 'eth', port, validUntil: start + hour, refusal }], ...over });
  const ports = (...words: readonly Word[]): unknown[] =>
    heard(...words).ports.map(({ port, at, since, validUntil }) => [port, at, since, validUntil]);

  test('is the one that was told last, with since when it has been that', () => {
    expect(ports(told(41_000))).toEqual([[41_000, start, start, start + hour]]);
    expect(ports(told(41_000), told(41_000, { at: start + minute }))).toEqual([
      [41_000, start + minute, start, start + hour],
    ]);
    expect(ports(told(41_000), told(42_000, { at: start + minute }))).toEqual([
      [42_000, start + minute, start + minute, start + hour],
    ]);
  });

  test.each([
    ['a message that was overtaken on the way', { sentAt: start - 3 * second, at: start + second }, 41_000],
    ['a message that was received before', { sentAt: null, at: start - second }, 41_000],
    ['a clock that was set back, a minute later', { sentAt: start - day, at: start + minute }, 42_000],
    ['a newer message', { sentAt: start + second, at: start + second }, 42_000],
  ])('after %s', (_name, over, expected) => {
    expect(heard(told(41_000, { sentAt: start }), told(42_000, over)).ports[0]?.port).toBe(expected);
  });

  test.each([
    ['that is right', 0, hour],
    ['that is behind gives no more than was told', -10 * minute, hour],
    ['that is ahead makes it no longer than it is', 10 * minute, hour - 10 * minute],
  ])('by a clock %s', (_name, offset, left) => {
    const { ports: kept } = heard(told(41_000, { sentAt: start + offset }));
    expect(kept[0]?.validUntil).toBe(start + left);
  });

  test.each<[string, Word]>([
    ['from an address that is no exit', told(22_000, { at: start + second, ...fromStranger() })],
    ['outside the range', told(22_000, { at: start + second }, 'out-of-range')],
    ['by another sender', told(22_000, { at: start + second, source: 'ups' }, 'other-sender')],
  ])('that is told %s is kept as evidence, and not used', (_name, other) => {
    const before = heard(told(41_000));
    const after = hear(before, other);
    expect(after.ports).toEqual(before.ports);
    expect(after.refusedPorts).toEqual([
      {
        target: 'eth',
        source: other.source,
        port: 22_000,
        at: start + second,
        why: other.ports[0]?.refusal ?? 'not-from-exit',
      },
    ]);
    expect(hear(after, word({ at: start + 8 * day })).refusedPorts).toEqual([]);
  });

  test('is no news, for what is probed is decided by the next look', () => {
    const before = heard(word(), told(41_000));
    expect(isNews(before, hear(before, told(42_000)))).toBe(false);
  });
});

const anyWord: fc.Arbitrary<Word> = fc.record({
  source: fc.constantFrom('cluster', 'ups', 'backup'),
  at: fc.integer({ min: start, max: start + 2 * day }),
  sentAt: fc.option(fc.integer({ min: start - day, max: start + 3 * day })),
  origin: fc.oneof(
    fc.constant({ kind: 'exit' as const }),
    fc.record({
      kind: fc.constant('stranger' as const),
      network: fc.constantFrom('198.51.100.0/24', '192.0.2.0/24', '2001:db8::/48'),
      isOfProvider: fc.boolean(),
    }),
  ),
  says: fc.constantFrom('well', 'begins', 'fails', 'lives'),
  failure: fc.option(fc.record({ code: fc.option(fc.nat(255)), text: fc.string() })),
  power: fc.array(
    fc.record({
      ups: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      state: fc.constantFrom(...powerStates),
      charge: fc.option(fc.nat(100)),
      runtimeMs: fc.option(fc.nat()),
    }),
    { maxLength: 3 },
  ),
  alerts: fc.array(
    fc.record({
      id: fc.nat(120).map((number) => `alert-${number}`),
      severity: fc.constantFrom(...severities),
      summary: fc.constant('it fires'),
      labels: fc.constant(''),
      since: fc.integer({ min: start - day, max: start + 3 * day }),
      isFiring: fc.boolean(),
    }),
    { maxLength: 80 },
  ),
  fences: fc.array(
    fc.record({
      signer: fc.constantFrom('alpha', 'beta'),
      instance: fc.nat(9).map(String),
      generation: fc.nat(9),
      isRunning: fc.boolean(),
      version: fc.option(fc.constantFrom('1.0.0', '1.1.0')),
      isolationMs: fc.option(fc.constantFrom(600_000, 900_000)),
      breakGlass: fc.boolean(),
    }),
    { maxLength: 6 },
  ),
  ports: fc.array(
    fc.record({
      target: fc.nat(120).map((number) => `target-${number}`),
      port: fc.constantFrom(40_000, 40_001),
      validUntil: fc.integer({ min: start, max: start + 3 * day }),
      refusal: fc.option(fc.constantFrom(...portRefusals)),
    }),
    { maxLength: 80 },
  ),
});

const stranger: Pick<Word, 'origin'> = fromStranger('192.0.2.0/24');

describe('whatever comes', () => {
  test('stays small, and is never dated later than it came', () => {
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 20 }), (words) => {
        const pulse = heard(...words);
        const last = Math.max(start, ...words.map(({ at }) => at));
        expect(pulse.alerts.length).toBeLessThanOrEqual(most.alerts);
        expect(Object.keys(pulse.power).length).toBeLessThanOrEqual(most.ups);
        expect(pulse.strangers.length).toBeLessThanOrEqual(most.strangers);
        expect(pulse.fences.length).toBeLessThanOrEqual(2 * most.instances);
        expect(pulse.ports.length).toBeLessThanOrEqual(most.ports);
        expect(pulse.refusedPorts.length).toBeLessThanOrEqual(most.ports);
        for (const { sentAt } of Object.values(pulse.beats)) expect(sentAt ?? 0).toBeLessThanOrEqual(last);
        for (const { since } of pulse.alerts) expect(since).toBeLessThanOrEqual(last);
      }),
    );
  });

  test('a message that comes twice is no news the second time', () => {
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 8 }), anyWord, (words, again) => {
        const exit: Word = { ...again, origin: { kind: 'exit' } };
        const once = hear(heard(...words), exit);
        const twice = hear(once, exit);
        expect(isNews(once, twice)).toBe(false);
        expect({ ...twice, strangers: [] }).toEqual({ ...once, strangers: [] });
      }),
    );
  });

  test('what comes from elsewhere makes nothing better', () => {
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 8 }), anyWord, (words, last) => {
        const before = heard(...words);
        // Whatever is forgotten by its age is forgotten by any message.
        const at = Math.max(last.at, ...words.map((each) => each.at));
        const now = hear(before, word({ at, source: 'clock', says: 'lives', ...stranger }));
        const after = hear(now, { ...last, at, ...stranger });
        for (const [source, beat] of Object.entries(now.beats)) {
          const { sentAt, okAt, failure } = after.beats[source] ?? beat;
          expect([sentAt, okAt]).toEqual([beat.sentAt, beat.okAt]);
          expect(failure !== null || beat.failure === null).toBe(true);
        }
        const gravity = (pulse: Pulse, ups: string): number =>
          powerStates.findIndex((state) => state === pulse.power[ups]?.state);
        // One that is not kept any more, because there are too many, is no better for that.
        for (const ups of Object.keys(now.power).filter((each) => after.power[each] !== undefined)) {
          expect(gravity(after, ups)).toBeGreaterThanOrEqual(gravity(now, ups));
        }
        const running = (pulse: Pulse): number => pulse.fences.filter(({ isRunning }) => isRunning).length;
        expect(running(after)).toBeGreaterThanOrEqual(Math.min(running(now), 1));
        expect(after.ports).toEqual(now.ports);
      }),
    );
  });
});
