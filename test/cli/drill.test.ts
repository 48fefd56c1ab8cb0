// `watchdog drill`: what is asked for, what a person sees until it has ended, how drills went, and what their snapshots would cost.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { drillsAnswer } from '../../cli/drill-forms.ts';
import type { DrillRun } from '../../functions/domain/drill/drill.ts';
import { systemClock, type Clock } from '../../functions/kit/clock.ts';
import type { Fleet } from '../../functions/domain/standby/standby.ts';
import { commit } from '../support/documents.ts';
import { drilled, drillRecord, drillRun, drillWish, marks } from '../support/drills.ts';
import { fleet, nodeReport, seen, standbysConfig, standbySite } from '../support/standbys.ts';
import { answering, type Ended } from './command.ts';
import { operator, watchedSite, type Bar, type HereOptions, type Operator } from './operator.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const { nodes } = standbysConfig;
const [place] = nodes.ethereum.places;
const config = (drill: object = {}): object => ({
  standbys: {
    ...standbysConfig,
    nodes: { ethereum: { ...nodes.ethereum, places: [{ ...place, drillTemplate: 'bw-ethereum-drill' }] } },
    drill,
  },
  sites: [{ id: 'home', ...standbySite }],
});

let house: Operator;
let now: number;
beforeEach(async () => {
  house = await operator(config());
  now = systemClock.now();
});
afterEach(() => house.close());

const known = (over: Partial<Fleet>): Promise<Fleet> => house.store.changeFleet(() => fleet(over));

/** As `watch` does once it has taken the event in. */
async function wish(over: Parameters<typeof drillWish>[0] = {}): Promise<void> {
  const state = watchedSite('home');
  const drills = [drillWish({ id: 'event-1', at: now, by: 'bert', ...over })];
  expect(await commit(house.store, { state, drills })).toBe('committed');
}

/** As `provision` does with each step. */
async function go(over: Partial<DrillRun> = {}, id = 'event-1'): Promise<void> {
  const base = (await house.store.loadAll()).drills.find(({ signer }) => signer === 'eth');
  const revision = base?.run?.seen.revision ?? null;
  const run = drillRun({ wish: drillWish({ id, at: now, by: 'bert' }), ...over });
  expect(await house.store.writeDrill('eth', { revision }, run)).toBe('written');
}

async function end(over: Parameters<typeof drillRecord>[0] = {}): Promise<void> {
  await known({
    drills: { eth: drilled(drillRecord({ id: 'event-1', at: now, endedAt: now + hour, ...over })) },
  });
  const base = (await house.store.loadAll()).drills.find(({ signer }) => signer === 'eth');
  const revision = base?.run?.seen.revision ?? null;
  expect(await house.store.forgetDrill('eth', { revision, wish: base?.wish ?? null })).toBe('forgotten');
}

/** Asks for one, and looks as long as it takes; between two looks one of the scenes is played. */
async function follow(
  scenes: readonly (() => Promise<void>)[],
  { args = [], here = {} }: { readonly args?: readonly string[]; readonly here?: HereOptions } = {},
): Promise<Ended & { readonly looks: number }> {
  let looks = 1;
  const clock: Clock = {
    now: () => now + (looks - 1) * 5_000,
    sleep: async (ms) => {
      expect(ms).toBe(5_000);
      await scenes[looks - 1]?.();
      looks += 1;
      if (looks > 60) throw new Error('it never ends');
    },
  };
  const ended = await house.run(['drill', 'eth', ...args], {}, { clock, ...here });
  return { ...ended, looks };
}

const none = { reported: null, syncing: null, synced: null };
const booting = seen({ phase: 'booting', report: null });

describe('what is asked for', () => {
  test('is told to the function ack, with a reason although none is given, and not waited for with --no-wait', async () => {
    const { code, out, err } = await house.run(['drill', 'eth', '--no-wait']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(
      'drill of eth asked for, by bert: to see whether the failover works\nprovision looks within a minute; see how it comes along with: watchdog drill\n',
    );
    expect(house.api.posted).toEqual([
      {
        path: '/ack/events',
        authorization: 'Bearer ack-token',
        body: { kind: 'drill', signer: 'eth', why: 'to see whether the failover works', by: 'bert' },
      },
    ]);
  });

  test('has the mode, the reason and the name that are given', async () => {
    const args = ['drill', 'eth', '--mode', 'sync', '--why', 'a new template', '--by', 'Anna', '--no-wait'];
    const { code, out } = await house.run([...args, '--json']);
    expect(JSON.parse(out)).toEqual({
      signer: 'eth',
      id: 'event-1',
      mode: 'sync',
      by: 'Anna',
      why: 'a new template',
    });
    expect(code).toBe(0);
    expect(house.api.posted).toMatchObject([
      { body: { kind: 'drill', signer: 'eth', mode: 'sync', why: 'a new template', by: 'Anna' } },
    ]);
  });

  test('a refusal is told in its own words, ends with 2, and nothing is waited for', async () => {
    house.api.answer(404, JSON.stringify({ error: 'event 0: no drill of ethereum can be made' }));
    expect(await house.run(['drill', 'eth'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/refused it \(404\): no drill of ethereum can be made\n$/),
    });
  });

  test.each([
    [['eth', '--mode', 'keys'], 'boot, sync'],
    [['eth', '--why', 'a\nb'], 'control characters'],
    [['--mode', 'sync'], '--mode is about one signer'],
    [['--why', 'x'], '--why is about one signer'],
    [['--by', 'x'], '--by is about one signer'],
    [['--cost'], '--cost is about one signer'],
    [['--no-wait'], '--no-wait is about one signer'],
  ])('%j is a wrong call', async (args, says) => {
    const { code, err } = await house.run(['drill', ...args]);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(says) });
    expect(house.api.posted).toEqual([]);
  });

  test('nobody asks without a name', async () => {
    const ended = await house.run(['drill', 'eth'], { USER: '' });
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('--by') });
    expect(house.api.posted).toEqual([]);
  });

  test('--help shows how it is used', async () => {
    const { code, out } = await house.run(['drill', '--help']);
    expect(code).toBe(0);
    for (const part of [
      '--mode',
      '--no-wait',
      '--cost',
      '$ watchdog drill eth-1',
      'Exit code: 0 it has passed',
    ])
      expect(out).toContain(part);
  });
});

describe('waiting for its end', () => {
  test('tells each change on a line, then how long each phase took, and ends with 0', async () => {
    const { code, out, err, looks } = await follow([
      () => wish(),
      () =>
        go({
          marks: marks({ running: null, ...none }),
          seen: seen({ phase: 'creating', node: null, report: null }),
        }),
      () => go({ marks: marks(none), seen: booting }),
      () => go({ marks: marks({ synced: null }) }),
      () => go({ marks: marks({ synced: null }), seen: seen({ report: nodeReport({ percent: 41.9 }) }) }),
      () => go({ marks: marks({ synced: null }), seen: seen({ report: nodeReport({ percent: 73 }) }) }),
      () => go({ verdict: { outcome: 'passed', text: 'it was synced', at: now }, marks: marks() }),
      () => end(),
    ]);
    expect({ code, err, looks }).toEqual({ code: 0, err: '', looks: 9 });
    const lines = out.trimEnd().split('\n');
    expect(
      lines.slice(0, 8).map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, '').replace(/;.*$/, '')),
    ).toEqual([
      'drill of eth asked for, by bert: to see whether the failover works',
      'drill of eth: not taken in yet',
      'drill of eth: asked for by bert, and begins with the next run of provision',
      'drill of eth: creating in europe-west3-b as bw-eth-2-0a1b2c3d',
      'drill of eth: booting in europe-west3-b as bw-eth-2-0a1b2c3d',
      'drill of eth: syncing 41 % in europe-west3-b as bw-eth-2-0a1b2c3d',
      'drill of eth: syncing 73 % in europe-west3-b as bw-eth-2-0a1b2c3d',
      'drill of eth: passed, and its node is being deleted in europe-west3-b as bw-eth-2-0a1b2c3d',
    ]);
    expect(lines.slice(8)).toEqual([
      'drill of eth, sync: passed: it was synced',
      'by phase: created in 41 s, booted in 35 s, clients up after 2 min, synced after 3 h 12 min; in all 3 h 15 min',
      'it has cost 1.43 USD',
    ]);
  });

  const ends: readonly (readonly [string, Parameters<typeof drillRecord>[0], readonly string[]])[] = [
    [
      'failed',
      { outcome: 'failed', text: 'no word for 45 minutes', marks: marks(none) },
      [
        'drill of eth, sync: failed while its machine booted, before its agent said anything: no word for 45 minutes',
        'by phase: created in 41 s; in all 41 s',
        'it has cost 1.43 USD',
        'Put that right, then try it again: watchdog drill eth',
      ],
    ],
    [
      'given way',
      { outcome: 'gave-way', text: 'a standby of bera is wanted', marks: marks({ begun: null }), cost: 0 },
      [
        'drill of eth, sync: gave way: a standby of bera is wanted',
        'nothing ever ran',
        'it has cost 0.00 USD',
        'That says nothing about whether the failover works: try it again later.',
      ],
    ],
  ];
  test.each(ends)('ends with 1 when it has %s', async (_, over, says) => {
    const { code, out } = await follow([() => wish(), () => go(), () => end(over)]);
    expect(code).toBe(1);
    expect(out.trimEnd().split('\n').slice(-says.length)).toEqual(says);
  });

  test('says what is in the way, with the lines of the console', async () => {
    const trouble = { kind: 'stuck', text: 'no word', lines: ['\u001b[31mpanic'], since: now } as const;
    const refusal = { reason: 'no-capacity', text: 'every zone is full', since: now } as const;
    const { out } = await follow([
      () => go({ seen: seen({ refusal }) }),
      () => go({ seen: seen({ trouble }) }),
      () => end({ outcome: 'failed' }),
    ]);
    expect(out).toContain('nothing is made, no-capacity: every zone is full\n');
    expect(out).toContain('stuck: no word\n            \uFFFD[31mpanic\n');
  });

  test('is answered by the end of the one that was under way before it', async () => {
    const { code, out } = await follow([
      async () => {
        await go({}, 'before');
        await wish();
      },
      () => end({ id: 'before' }),
    ]);
    expect(out).toContain('drill of eth: waits for the one that is under way (syncing)\n');
    expect(out).toContain('Another drill was under way, and its end answers this one as well.\n');
    expect(code).toBe(0);
  });

  test('is no use once somebody has asked for another', async () => {
    const { code, err } = await follow([() => wish(), () => wish({ id: 'later', at: now + 1 })]);
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining('another one was asked for meanwhile'),
    });
  });

  test('is given up when nobody takes it in for three minutes', async () => {
    const { code, out, err, looks } = await follow([]);
    expect({ code, looks }).toEqual({ code: 1, looks: 38 });
    expect(out.match(/not taken in yet/g)).toHaveLength(1);
    expect(err).toContain('does the function watch run?');
  });

  test('on a terminal the stage and how long it lasts is a line that changes', async () => {
    const bar: Bar = { line: null };
    const shown: (string | undefined)[] = [];
    const earlier = {
      wish: drillWish({ id: 'event-1', at: now - hour }),
      marks: marks({ synced: null }, now - hour),
    };
    const { out } = await follow(
      [
        () => go(earlier),
        async () => {
          shown.push(bar.line?.());
          const report = nodeReport({ percent: 55 });
          await go({ ...earlier, seen: seen({ report }) });
        },
        async () => {
          shown.push(bar.line?.());
          await end();
        },
      ],
      { here: { bar } },
    );
    expect(shown).toEqual([
      expect.stringMatching(/^drill of eth: syncing 41 %, for (56|57) min$/),
      expect.stringMatching(/^drill of eth: syncing 55 %, for (56|57) min$/),
    ]);
    expect(bar.line).toBeNull();
    expect(out.match(/drill of eth: syncing/g)).toHaveLength(1);
  });

  test('as JSON is an object on a line for each change, the last one with how it ended', async () => {
    const { code, out } = await follow([() => wish(), () => go(), () => end({ outcome: 'failed' })], {
      args: ['--json'],
    });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { state: 'unknown', drill: { signer: 'eth', wish: null } },
      { state: 'waiting', drill: { wish: { id: 'event-1' } } },
      { state: 'running', drill: { run: { id: 'event-1' } } },
      { state: 'ended', ended: { id: 'event-1', outcome: 'failed', marks: { begun: expect.any(Number) } } },
    ]);
    expect(code).toBe(1);
  });

  test('tries again when the status is away for a moment, and ends with 2 for a wrong token', async () => {
    const { url, close } = await answering('{}', 503);
    const away = await house.run(
      ['drill', 'eth', '--url', url],
      {},
      { clock: { now: () => now, sleep: () => Promise.resolve() } },
    );
    await close();
    expect(away).toMatchObject({ code: 1, err: expect.stringContaining('(trying again)') });
    expect(await house.run(['drill', 'eth'], { WATCHDOG_STATUS_TOKEN: 'wrong' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('does not accept the token'),
    });
  });
});

describe('the list', () => {
  test('before any drill says when the next one is due, and what is configured', async () => {
    const { code, out, err } = await house.spawn(['drill']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [header, row] = out.split('\n');
    expect(header).toMatch(
      /^signer +now +last, Europe\/Berlin +outcome +to synced +next weekly, Europe\/Berlin$/,
    );
    expect(row).toMatch(/^eth +– +never +– +– +with the next run of daily$/);
    expect(out).toMatch(
      /^each week a drill of mode boot; synced within 48 h 00 min|2 d 0 h or failed; no snapshot is kept; as of /m,
    );
  });

  test('shows how the last went, the last that was synced, and when the next one is due', async () => {
    const last = drillRecord({
      id: 'b',
      mode: 'boot',
      endedAt: now - day,
      marks: marks({ syncing: null, synced: null }),
    });
    const synced = drillRecord({ id: 'a', endedAt: now - 9 * day });
    await known({ drills: { eth: { last, told: last, synced } } });
    const { code, out } = await house.run(['drill']);
    expect(out).toMatch(
      /^eth +– +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d +passed +3 h 15 min +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/m,
    );
    expect(out).toMatch(/^ {2}last, boot: passed: created in 41 s, booted in 35 s; in all 1 min$/m);
    expect(out).toMatch(
      /^ {2}synced last .* Europe\/Berlin \(.* UTC\): .*synced after 3 h 12 min; in all 3 h 15 min$/m,
    );
    expect(code).toBe(0);
  });

  test('shows what is asked for and what runs', async () => {
    await wish();
    expect((await house.run(['drill'])).out).toMatch(
      /^eth +asked for .*\n {2}asked for by bert, and not begun: a new template$/m,
    );
    await go();
    expect((await house.run(['drill'])).out).toMatch(
      /^eth +syncing .*\n {2}now: syncing 41 % in europe-west3-b as /m,
    );
  });

  test('ends with 1 when the last that showed something has failed, whatever gave way since', async () => {
    const failed = drillRecord({ outcome: 'failed', text: 'no word', endedAt: now - 2 * day });
    const last = drillRecord({
      id: 'g',
      outcome: 'gave-way',
      text: 'a standby is wanted',
      endedAt: now - day,
    });
    await known({ drills: { eth: { last, told: failed, synced: null } } });
    const { code, out } = await house.run(['drill']);
    expect(out).toContain('gave way: a standby is wanted');
    expect(code).toBe(1);
  });

  test('shows snapshots with age, size and what each costs in a month', async () => {
    const snapshot = { name: 'bw-drill-eth-1', at: now - 3 * day, gib: 300.25, signer: 'eth' };
    await known({ snapshots: { ethereum: [snapshot, { ...snapshot, name: 'bw-drill-eth-2', gib: null }] } });
    const { out } = await house.run(['drill']);
    expect(out).toMatch(/^snapshot +chain +made, Europe\/Berlin +age +size +cost a month$/m);
    expect(out).toMatch(/^bw-drill-eth-1 +ethereum +\S+ \S+ +3 d 0 h +300\.3 GiB +15\.01 USD$/m);
    expect(out).toMatch(/^bw-drill-eth-2 +ethereum +\S+ \S+ +3 d 0 h +not known yet +–$/m);
  });

  const others: readonly (readonly [string, object, readonly RegExp[]])[] = [
    ['mode off', config({ mode: 'off' }), [/^eth .* never: mode is off$/m, /^no weekly drill; /m]],
    [
      'no template',
      { standbys: standbysConfig, sites: [{ id: 'home', ...standbySite }] },
      [/^eth .* never: no drillTemplate$/m],
    ],
    ['no standbys', { sites: [{ id: 'home', ...standbySite }] }, [/^No node is ever made/m]],
    [
      'snapshots that somebody has accepted',
      config({ mode: 'sync', snapshots: { keep: 2, monthlyCost: 80, acceptedBy: 'Maria' } }),
      [
        /^each week a drill of mode sync; .*; 2 snapshots of each chain kept, for at most 80\.00 USD a month, accepted by Maria; /m,
      ],
    ],
    [
      'a dry run',
      { ...config(), standbys: { ...Object(Reflect.get(config(), 'standbys')), dryRun: true } },
      [/^dry run: no drill is made/m],
    ],
  ];
  test.each(others)('with %s says so', async (_, given, says) => {
    const other = await operator(given);
    const { code, out } = await other.run(['drill']);
    await other.close();
    for (const each of says) expect(out).toMatch(each);
    expect(code).toBe(0);
  });

  test('as JSON is the answer as it came, without tokens', async () => {
    await go({ saving: { name: 's', requestId: 'r-1', at: now, operation: null } });
    const { code, out } = await house.run(['drill', '--json']);
    expect(drillsAnswer.parse(JSON.parse(out))).toMatchObject({
      rules: { mode: 'boot', diskGib: { ethereum: 1500 } },
      drills: [{ signer: 'eth', run: { id: 'event-1', isSaving: true } }],
    });
    expect(out).not.toMatch(/requestId|r-1|status-token/);
    expect(code).toBe(0);
  });

  test('an answer of another form is told, and none of its values', async () => {
    const { url, close } = await answering('{"at":1,"drills":"s3cret"}');
    const { code, err } = await house.run(['drill', '--url', url]);
    await close();
    expect(code).toBe(1);
    expect(err).toContain('no list of drills that this version knows');
    expect(err).not.toContain('s3cret');
  });
});

describe('--cost', () => {
  test('says what snapshots would cost, and the very lines that accept it by name', async () => {
    await known({ drills: { eth: drilled(drillRecord({ usedGib: 412.5 })) } });
    const { code, out, err } = await house.run(['drill', 'eth', '--cost', '--by', 'Anna Example']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')).toEqual([
      'size: 412.5 GiB, in use on the disk of the last drill that was synced',
      'a month: 20.63 USD for the 1 that is kept, and 41.25 USD for as long as the one before is still there while another is made',
      'price: 0.05 USD for a GiB and a month, looked up on 2026-11-20',
      'accepted: nothing, so no snapshot is made',
      '',
      'To accept that by name, write into the configuration (chains grow: leave some room):',
      '',
      'standbys:',
      '  drill:',
      '    mode: sync',
      '    snapshots:',
      '      keep: 1',
      '      monthlyCost: 42',
      '      acceptedBy: "Anna Example"',
      '',
    ]);
    expect(house.api.posted).toEqual([]);
  });

  test('the lines are what the configuration takes', async () => {
    await known({ drills: { eth: drilled(drillRecord({ usedGib: 412.5 })) } });
    const { out } = await house.run(['drill', 'eth', '--cost', '--json']);
    const { lines, ...rest } = z.looseObject({ lines: z.array(z.string()) }).parse(JSON.parse(out));
    expect(rest).toEqual({
      signer: 'eth',
      gib: 412.5,
      of: 'used',
      keep: 1,
      usual: 20.625,
      most: 41.25,
      currency: 'USD',
    });
    const file = z.object({ standbys: z.object({ drill: z.looseObject({}) }) });
    const other = await operator(config(file.parse(parse(lines.join('\n'))).standbys.drill));
    const { out: list } = await other.run(['drill']);
    await other.close();
    expect(list).toContain('1 snapshot of each chain kept, for at most 42.00 USD a month, accepted by bert');
  });

  test('says when what was accepted is too little', async () => {
    const other = await operator(config({ snapshots: { keep: 1, monthlyCost: 10, acceptedBy: 'Maria' } }));
    await other.store.changeFleet(() => fleet({ drills: { eth: drilled(drillRecord({ usedGib: 412.5 })) } }));
    const { out } = await other.run(['drill', 'eth', '--cost']);
    await other.close();
    expect(out).toContain('accepted: 10.00 USD a month, by Maria, which is too little: none is made\n');
  });

  test('without a real size is a bound, no lines, and 1', async () => {
    const { code, out } = await house.run(['drill', 'eth', '--cost']);
    expect(out).toContain(
      'size: up to 1500.0 GiB, on all disks of the node: no drill that was synced has said how much',
    );
    expect(out).toContain('a month: up to 75.00 USD');
    expect(out).toContain('Measure it before anything is accepted: watchdog drill eth --mode sync');
    expect(out).not.toContain('acceptedBy');
    expect(code).toBe(1);
  });

  test.each(['geth', 'bera'])('of %s, which can have no node, is a wrong call', async (signer) => {
    const { code, err } = await house.run(['drill', signer, '--cost']);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('there can be one for: eth') });
  });
});
