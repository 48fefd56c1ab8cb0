// The metrics: allowed by the specification and by promtool whatever the overview holds, and never a number for what is not known.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricsOf, openMetricsType } from '../../functions/views/metrics.ts';
import type { Bar } from '../../functions/domain/history/history.ts';
import { type Overview, shownParts, type SiteOverview } from '../../functions/views/overview.ts';
import { publicOverview } from '../../functions/views/public-overview.ts';
import { parseOpenMetrics, type Sample } from '../support/open-metrics.ts';
import { nowAt, open, overview, overviews, signer, site, standby, target } from '../support/overviews.ts';
import { lacks, tool } from '../support/tools.ts';

const situations = Object.entries(overviews);

const samplesOf = (of: Overview): Sample[] =>
  parseOpenMetrics(metricsOf(of)).flatMap(({ samples }) => [...samples]);

/** `name{label="value"}` of all samples of that name, with their values. */
function valuesOf(of: Overview, name: string): Record<string, number> {
  return Object.fromEntries(
    samplesOf(of)
      .filter((sample) => sample.name === name)
      .map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  );
}

describe('each situation', () => {
  test.each(situations)('%s is allowed by the specification', (_, of) => {
    const families = parseOpenMetrics(metricsOf(of));
    expect(families.filter(({ help, samples }) => help === '' || samples.length === 0)).toEqual([]);
    expect(families.filter(({ name }) => !/^watchdog_[a-z0-9_]+$/.test(name))).toEqual([]);
  });

  test.each(situations)('%s is in one state of each set at a time', (_, of) => {
    const sets = parseOpenMetrics(metricsOf(of)).filter(({ type }) => type === 'stateset');
    const sums = sets.flatMap(({ name, samples }) => {
      const sum = new Map<string, number>();
      for (const { labels, value } of samples) {
        const { [name]: state, ...thing } = labels;
        const key = `${name} ${JSON.stringify(thing)} ${state === undefined}`;
        sum.set(key, (sum.get(key) ?? 0) + value);
      }
      return [...sum.values()];
    });
    expect(sums.filter((sum) => sum !== 1)).toEqual([]);
  });
});

/** In the older text, which is what promtool checks: there a counter's name ends in `_total`, an info is a gauge, and so is each state. */
const inOlderText = (text: string): string =>
  text
    .replace(/^# (TYPE|HELP) (\S+) (.*)$/gm, (_, key: string, name: string, rest: string) => {
      const type = new RegExp(`^# TYPE ${name} (.*)$`, 'm').exec(text)?.[1];
      const full = type === 'counter' ? `${name}_total` : type === 'info' ? `${name}_info` : name;
      if (key === 'HELP') return `# HELP ${full} ${rest}`;
      return `# TYPE ${full} ${type === 'counter' ? 'counter' : 'gauge'}`;
    })
    .replace(/^# (UNIT .*|EOF)\n/gm, '');

/** Runs promtool with this on its input; rejects with what it says when it ends with anything but 0. */
async function promtool(args: readonly string[], input = ''): Promise<string> {
  const running = promisify(execFile)(tool('prometheus').path, [...args], { maxBuffer: 100_000_000 });
  running.child.stdin?.end(input);
  const { stdout, stderr } = await running;
  return stdout + stderr;
}

describe.skipIf(lacks('prometheus'))('promtool', () => {
  test.each(situations)('finds no fault with the names of %s', async (_, of) => {
    expect(await promtool(['check', 'metrics'], inOlderText(metricsOf(of)))).toBe('');
  });

  test.each(['dark', 'hostile texts', '500 targets'] as const)('reads %s as OpenMetrics', async (name) => {
    const of = overviews[name];
    const folder = mkdtempSync(join(tmpdir(), 'watchdog-metrics-'));
    const [file, data] = [join(folder, 'metrics.txt'), join(folder, 'data')];
    try {
      // What is imported needs a time at each sample; what is scraped has none.
      writeFileSync(
        file,
        metricsOf(of).replace(/^[^#\n].*$/gm, (line) => `${line} ${nowAt / 1000}`),
      );
      await promtool(['tsdb', 'create-blocks-from', 'openmetrics', file, data]);
      mkdirSync(join(data, 'wal'));
      const dumped = await promtool(['tsdb', 'dump', data]);
      expect(dumped.trimEnd().split('\n').length).toBe(samplesOf(of).length);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('what is not known', () => {
  test('has no number: neither a target that was not looked at, nor a site that nobody watched', () => {
    const unknown = overview([site({ targets: [target({ quality: 'unknown', latencyMs: null })] })]);
    expect(valuesOf(unknown, 'watchdog_target_up')).toEqual({});
    expect(valuesOf(unknown, 'watchdog_target_latency_seconds')).toEqual({});
    expect(valuesOf(unknown, 'watchdog_target_state')).toEqual({
      'home geth-p2p inbound good': 0,
      'home geth-p2p inbound bad': 0,
      'home geth-p2p inbound unknown': 1,
    });
    const names = new Set(
      samplesOf(
        overview([
          site({
            watched: 'unwatched',
            verdict: null,
            verdictSince: null,
            lastTickAt: null,
            latenessMs: null,
            ticks: 0,
            worstLatenessMs: null,
            worstGapMs: null,
            targets: [],
            signers: [],
            chains: [],
            heartbeats: [],
            outbox: null,
            days: { bars: Array.from({ length: 90 }, () => null), well: null, known: null },
          }),
        ]),
      ).map(({ name }) => name),
    );
    expect([...names]).toEqual([
      'watchdog_view_blind',
      'watchdog_view_read_timestamp_seconds',
      'watchdog_site_info',
      'watchdog_site_watched',
    ]);
  });

  test('is also what was seen before the watchdog stopped looking: nothing is up or well then', () => {
    const names = new Set(samplesOf(overview([site({ watched: 'stale' })])).map(({ name }) => name));
    expect([...names].filter((name) => /verdict$|target|signer|chain/.test(name))).toEqual([]);
    expect([...names]).not.toContain('watchdog_heartbeat_fresh');
    expect([...names]).toContain('watchdog_site_last_tick_timestamp_seconds');
  });

  test('and what this reader is not shown is absent, not 0', () => {
    const hidden = (part: Overview['hidden'][number]): string[] =>
      samplesOf({ ...overviews.dark, hidden: [part] }).map(({ name }) => name);
    expect(hidden('incidents').filter((name) => name.includes('incidents'))).toEqual([]);
    expect(hidden('targets').filter((name) => name.includes('target'))).toEqual([]);
    expect(hidden('signers').filter((name) => /signer|chain/.test(name))).toEqual([]);
    expect(hidden('standbys').filter((name) => name.includes('standby'))).toEqual([]);
    expect(hidden('history').filter((name) => name.endsWith('_ratio') && name.includes('site'))).toEqual([]);
    expect(hidden('watchdog').filter((name) => /tick|lateness|gap|outbox|heartbeat/.test(name))).toEqual([]);
  });
});

describe('for everybody', () => {
  test('what is cut is absent, and no zero: doubts about safety, what is not listed, what is wrong with a standby', () => {
    const zombie = site({
      open: [open({ kind: 'zombie' })],
      moreOpen: 2,
      signers: [signer({ standby: standby({ problems: ['key material is on it'] }) })],
    });
    const names = (of: Overview): string[] => [...new Set(samplesOf(of).map(({ name }) => name))];
    const cut = [
      'watchdog_site_unlisted_incidents',
      'watchdog_site_safety_incidents',
      'watchdog_standby_problems',
    ];
    const shown = names(publicOverview(overview([zombie]), shownParts));
    expect(names(overview([zombie]))).toEqual(expect.arrayContaining(cut));
    expect(shown.filter((name) => cut.includes(name))).toEqual([]);
    expect(shown).toEqual(
      expect.arrayContaining(['watchdog_site_open_incidents', 'watchdog_standby_synced_ratio']),
    );
  });
});

describe('values', () => {
  test('are in seconds and in parts of one', () => {
    const of = overviews.dark;
    expect(valuesOf(of, 'watchdog_site_lateness_seconds')).toEqual({ home: 2.1 });
    expect(valuesOf(of, 'watchdog_site_ticks_total')).toEqual({ home: 57_600 });
    expect(valuesOf(of, 'watchdog_standby_synced_ratio')).toEqual({ 'home eth-1': 0.412 });
    expect(valuesOf(of, 'watchdog_standby_eta_seconds')).toEqual({ 'home eth-1': 7800 });
    expect(valuesOf(of, 'watchdog_standby_hourly_cost')).toEqual({
      'home eth-1 USD': 0.52,
      'home bera-1 USD': 0.52,
    });
    expect(valuesOf(of, 'watchdog_site_verdict_since_timestamp_seconds')).toEqual({
      home: nowAt / 1000 - 21 * 60,
    });
    expect(valuesOf(overview(), 'watchdog_target_up')['home geth-p2p inbound']).toBe(1);
    expect(valuesOf(of, 'watchdog_target_up')['home geth-p2p inbound']).toBe(0);
  });

  test('tell which side may sign, and never who that is', () => {
    const holder = (of: Overview): string[] =>
      Object.entries(valuesOf(of, 'watchdog_signer_holder')).flatMap(([labels, value]) =>
        value === 1 ? [labels] : [],
      );
    expect(holder(overview())).toEqual(['home bera-1 berachain house', 'home eth-1 ethereum house']);
    expect(holder(overviews['keys in the cloud'])).toContain('home eth-1 ethereum cloud');
    expect(holder(overviews['nobody holds the keys'])).toContain('home eth-1 ethereum none');
    expect(
      valuesOf(overviews['nobody holds the keys'], 'watchdog_signer_guard_not_before_timestamp_seconds'),
    ).toEqual({ 'home eth-1 ethereum': nowAt / 1000 + 12 * 60 });
    expect(metricsOf(overviews['keys in the cloud'])).not.toMatch(/my-project|anna@|basement\/home/);
    const unread = overview([site({ signers: [signer({ keys: { isReadable: false, why: 'denied' } })] })]);
    expect(holder(unread)).toEqual([]);
    expect(valuesOf(unread, 'watchdog_signer_flag_readable')).toEqual({ 'home eth-1 ethereum': 0 });
  });

  test('count open incidents by severity, doubts about safety, and those that are not listed', () => {
    const of = overview([
      site({
        open: [open(), open({ id: 'b', kind: 'zombie' }), open({ id: 'c', severity: 'info' })],
        moreOpen: 4,
      }),
    ]);
    expect(valuesOf(of, 'watchdog_site_open_incidents')).toEqual({
      'home info': 1,
      'home warning': 0,
      'home critical': 2,
    });
    expect(valuesOf(of, 'watchdog_site_safety_incidents')).toEqual({ home: 1 });
    expect(valuesOf(of, 'watchdog_site_unlisted_incidents')).toEqual({ home: 4 });
  });

  test('of days take what nobody looked at for neither good nor bad', () => {
    const whole: Bar = { good: 86_400, doubt: 0, bad: 0, unknown: 0 };
    const bars = Array.from({ length: 90 }, (_, index) => (index < 80 || index === 85 ? null : whole));
    const readAt = Date.UTC(2026, 11, 1, 6);
    const today: Bar = { good: 10_800, doubt: 0, bad: 5400, unknown: 5400 };
    const of = overview([site({ days: { bars: [...bars.slice(0, -1), today], well: 0, known: 0 } })], {
      readAt,
    });
    const well = valuesOf(of, 'watchdog_site_well_ratio');
    const known = valuesOf(of, 'watchdog_site_known_ratio');
    expect(well['home 1']).toBeCloseTo(2 / 3, 10);
    expect(known['home 1']).toBeCloseTo(0.75, 10);
    expect(well['home 7']).toBeCloseTo(1 - 5400 / (5 * 86_400 + 16_200), 10);
    expect(known['home 7']).toBeCloseTo((5 * 86_400 + 16_200) / (6.25 * 86_400), 10);
    // Nobody looked before the tenth day: that time is not counted against anybody.
    expect(known['home 90']).toBe(known['home 30']);
    expect(known['home 30']).toBeCloseTo((8 * 86_400 + 16_200) / (9.25 * 86_400), 10);
  });

  test('say that the view is blind, and since when', () => {
    const since = nowAt - 60_000;
    const of = overview([site()], { blind: { since, why: 'the store does not answer' }, readAt: since });
    expect(valuesOf(of, 'watchdog_view_blind')).toEqual({ '': 1 });
    expect(valuesOf(of, 'watchdog_view_blind_since_timestamp_seconds')).toEqual({ '': since / 1000 });
    expect(valuesOf(overview(), 'watchdog_view_blind')).toEqual({ '': 0 });
  });
});

test('the order of the text does not change when something gets worse', () => {
  const keysOf = (of: Overview): string[] =>
    samplesOf(of)
      .filter(({ name }) => name === 'watchdog_target_state_since_timestamp_seconds')
      .map(({ labels }) => `${labels['target']}`);
  const targets = [target({ id: 'a' }), target({ id: 'b' }), target({ id: 'c' })];
  expect(keysOf(overview([site({ targets: targets.toReversed() })]))).toEqual(['a', 'b', 'c']);
  expect(keysOf(overview([site({ targets })]))).toEqual(['a', 'b', 'c']);
});

test('a standby that nobody configures any more is told beside the others, and none twice', () => {
  const others = { 'old-1': standby({ phase: 'releasing' }), 'eth-1': standby({ phase: 'gone' }) };
  const of = overview([site({ signers: [signer({ standby: standby() })], otherStandbys: others })]);
  const phases = Object.entries(valuesOf(of, 'watchdog_standby_phase'));
  expect(phases.filter(([, value]) => value === 1).map(([labels]) => labels)).toEqual([
    'home eth-1 syncing',
    'home old-1 releasing',
  ]);
});

const hostile = fc.string({ unit: 'binary', maxLength: 40 });

/** What a parser must give back: half a character and control characters cannot be written. */
const written = (text: string): string =>
  text.toWellFormed().replace(/\p{Cc}/gu, (character) => (character === '\n' ? '\n' : '\uFFFD'));

test('whatever names and ids hold comes out as it went in, and breaks nothing', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(hostile, { minLength: 1, maxLength: 6, selector: written }),
      hostile,
      fc.double(),
      (ids, name, percent) => {
        const sites: SiteOverview[] = ids.map((id) =>
          site({
            site: id,
            name,
            targets: ids.map((each) => target({ id: each })),
            signers: ids.map((each) => signer({ id: each, standby: standby({ percent }) })),
            outbox: { at: nowAt, waiting: { [name]: nowAt }, failing: {}, isUnread: false },
          }),
        );
        const samples = samplesOf(overview(sites));
        const infos = samples.filter((sample) => sample.name === 'watchdog_site_info');
        expect(infos.map(({ labels }) => labels['site'])).toEqual(ids.map(written));
        expect(infos.every(({ labels }) => labels['name'] === written(name))).toBe(true);
        const ups = samples.filter((sample) => sample.name === 'watchdog_target_up');
        expect(ups.length).toBe(ids.length ** 2);
      },
    ),
  );
});

describe('the parser', () => {
  test.each([
    ['a 1\n# EOF\n', 'a sample without a family'],
    ['# TYPE a gauge\na 1\n', 'the last line must be # EOF'],
    ['# EOF', 'the last line does not end'],
    ['# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF\n', 'a family in two places'],
    ['# TYPE a gauge\na 1\n# HELP a A.\n# EOF\n', 'words about a family after its samples'],
    ['# TYPE a counter\na 1\n# EOF\n', 'does not belong to the counter a'],
    ['# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n', 'does not end in its unit'],
    ['# TYPE a gauge\na{b="1",b="2"} 1\n# EOF\n', 'the label b twice'],
    ['# TYPE a gauge\na{b="\\x"} 1\n# EOF\n', 'an escape that there is not'],
    ['# TYPE a gauge\na{b="1"} 1\na{b="1"} 2\n# EOF\n', 'a sample twice'],
    ['# TYPE a stateset\na{b="1"} 1\n# EOF\n', 'a state set needs a label of its name'],
    ['# TYPE a info\na_info 2\n# EOF\n', 'an info that is not 1'],
    ['# TYPE a gauge\na NaN\n# EOF\n', 'no sample'],
    ['# TYPE a gauge\n# made by hand\na 1\n# EOF\n', 'a comment that there is not'],
  ])('takes no %j', (text, why) => {
    expect(() => parseOpenMetrics(text)).toThrow(why);
  });
});

test('the type of the answer is that of OpenMetrics', () => {
  expect(openMetricsType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
});
