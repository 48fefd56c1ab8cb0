// `watchdog standby`: what is asked for, and what a person sees until it is synced, gone, or needs somebody.
import { createServer } from 'node:http';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { standbysAnswer, standbyStatus } from '../../cli/standby-forms.ts';
import type { Seen } from '../../functions/domain/standby/standby.ts';
import type { Wanted } from '../../functions/domain/standby/want.ts';
import { systemClock, type Clock } from '../../functions/kit/clock.ts';
import { commit } from '../support/documents.ts';
import { fleet, nodeReport, orphan, seen, standbysConfig, standbySite, wanted } from '../support/standbys.ts';
import { listen } from '../support/server.ts';
import { answering, type Ended } from './command.ts';
import { operator, watchedSite, type Bar, type HereOptions, type Operator } from './operator.ts';

const minute = 60_000;
const hour = 60 * minute;

let house: Operator;
let now: number;
beforeEach(async () => {
  house = await operator({ standbys: standbysConfig, sites: [{ id: 'home', ...standbySite }] });
  now = systemClock.now();
});
afterEach(() => house.close());

const fresh = (over: Partial<Wanted> = {}): Wanted =>
  wanted({ since: now - 20 * minute, decidedAt: now - 17 * minute, expiresAt: now + 7 * 24 * hour, ...over });

async function want(over: Partial<Wanted> = {}): Promise<void> {
  const mine = fresh(over);
  const state = watchedSite('home', ['rpc'], { wanted: { [mine.signer]: mine } });
  expect(await commit(house.store, { state, wanted: [mine] })).toBe('committed');
}

const node = (over: Partial<Seen> = {}): Seen => {
  const usual = seen();
  return seen({
    attempt: usual.attempt === null ? null : { ...usual.attempt, acceptedAt: now - 2 * hour },
    report: nodeReport({ at: now }),
    ...over,
  });
};

async function see(over: Partial<Seen> = {}, signer = 'eth'): Promise<void> {
  const revision = (await house.store.loadStandby(signer))?.seen?.revision ?? null;
  expect(await house.store.writeSeen(signer, { revision }, node(over))).toBe('written');
}

async function forget(): Promise<void> {
  const standby = await house.store.loadStandby('eth');
  const base = { revision: standby?.seen?.revision ?? 0, wanted: standby?.wanted ?? null };
  expect(await house.store.forgetStandby('eth', base)).toBe('forgotten');
}

/** Looks as long as it takes; between two looks one of the scenes is played. */
async function watch(
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
  const ended = await house.run(['standby', 'watch', 'eth', ...args], {}, { clock, ...here });
  return { ...ended, looks };
}

describe('create, keep and release', () => {
  test.each([
    ['create', 'asked for', 'provision looks within a minute; watch it with: watchdog standby watch eth'],
    ['keep', 'kept', 'costs until somebody releases it'],
    ['release', 'released', 'Nothing is deleted that may hold keys'],
  ])('%s is told to the function ack, and what happens next', async (wish, word, next) => {
    const { code, out, err } = await house.run(['standby', wish, 'eth', '--why', 'the roof']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`standby of eth ${word}, by bert: the roof\n`);
    expect(out).toContain(next);
    expect(house.api.posted).toEqual([
      {
        path: '/ack/events',
        authorization: 'Bearer ack-token',
        body: { kind: 'standby', signer: 'eth', wish, why: 'the roof', by: 'bert' },
      },
    ]);
  });

  test('what is so already is said', async () => {
    house.api.answer(200, JSON.stringify({ ids: ['standby-1'], over: ['eth'] }));
    const args = ['standby', 'create', 'eth', '--why', 'the roof', '--by', 'Anna'];
    expect((await house.run(args)).out).toContain(
      'standby of eth is wanted already: what is there stays, and what has failed is tried again, by Anna: the roof',
    );
    expect(JSON.parse((await house.run([...args, '--json'])).out)).toEqual({
      signer: 'eth',
      wish: 'create',
      by: 'Anna',
      why: 'the roof',
      ids: ['standby-1'],
      isSoAlready: true,
    });
  });

  test('a refusal is told in its own words, and ends with 2', async () => {
    house.api.answer(404, JSON.stringify({ error: 'event 0: there is no such signer; there is eth, bera' }));
    expect(await house.run(['standby', 'create', 'geth', '--why', 'x'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/refused it \(404\): there is no such signer; there is eth, bera\n$/),
    });
  });

  test.each([
    [['create', 'eth'], '--why'],
    [['keep', '--why', 'x'], "missing required argument 'signer'"],
    [['release', 'eth', '--why', 'a\nb'], 'control characters'],
    [['release', 'eth', '--why', ''], 'is empty'],
  ])('%j is a wrong call', async (args, says) => {
    const { code, err } = await house.run(['standby', ...args]);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(says) });
    expect(house.api.posted).toEqual([]);
  });

  test('nobody is asked for a node without a name', async () => {
    const ended = await house.run(['standby', 'create', 'eth', '--why', 'x'], { USER: '' });
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('--by') });
    expect(house.api.posted).toEqual([]);
  });
});

describe('list', () => {
  test('without any says for whom there can be one, and what the month has cost', async () => {
    await house.store.changeFleet(() => fleet({ spent: { [monthOf(now)]: 12.5 } }));
    const { code, out, err } = await house.run(['standby', 'list']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('no standby; there can be one for: eth\n');
    expect(out).toMatch(
      /^\d{4}-\d\d \(UTC\): 12\.50 USD of 200\.00 USD at most; 0 of 2 nodes; as of .* Europe\/Berlin \(.* UTC\)$/m,
    );
  });

  test('is a table with places, sync, time to go and cost; well as long as nothing is in the way', async () => {
    await want();
    await see();
    const { code, out } = await house.spawn(['standby', 'list']);
    const [header, row] = out.split('\n');
    expect(header).toMatch(
      /^signer +phase +where +sync +to go +at, Europe\/Berlin +UTC +cost so far +until, Europe\/Berlin$/,
    );
    expect(row).toMatch(
      /^eth +syncing +europe-west3-b +41 % +2 h (10|09) min +\d\d:\d\d:\d\d +\d\d:\d\d:\d\d +1\.0\d USD +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/,
    );
    expect(out).not.toContain('\u001b');
    expect(code).toBe(0);
  });

  const bad: readonly (readonly [string, () => Promise<void>, string])[] = [
    [
      'trouble, with the lines of the console',
      async () => {
        await want();
        const text = 'it has reported nothing for 45 min';
        await see({
          trouble: { kind: 'stuck', text, lines: ['kernel: \u001b[31mout of memory'], since: now },
        });
      },
      'stuck: it has reported nothing for 45 min\n    kernel: \uFFFD[31mout of memory\n',
    ],
    [
      'a doubt about keys',
      async () => {
        await want();
        await see({ doubt: { kind: 'keys-present', text: 'its agent found keys', since: now } });
      },
      'SAFETY, keys-present: its agent found keys',
    ],
    [
      'a refusal',
      async () => {
        await want();
        await see({
          phase: 'waiting',
          refusal: { reason: 'over-cap', text: 'the month would cost 210.00 USD', since: now },
        });
      },
      'nothing is made, over-cap: the month would cost 210.00 USD',
    ],
    [
      'an orphan',
      async () => {
        await house.store.changeFleet(() =>
          fleet({ orphans: [orphan({ deletesAt: null, text: 'the basement does not hold the keys' })] }),
        );
      },
      'orphans: they carry our label, cost money, and nobody wants them\n',
    ],
    [
      'trouble of all',
      async () => {
        const text = 'compute.instances.list is missing';
        await house.store.changeFleet(() =>
          fleet({ trouble: { kind: 'permission', text, lines: [], since: now } }),
        );
      },
      'permission: compute.instances.list is missing',
    ],
  ];
  test.each(bad)('ends with 1 for %s', async (_, play, says) => {
    await play();
    const { code, out } = await house.run(['standby', 'list']);
    expect(out).toContain(says);
    expect(code).toBe(1);
  });

  test('says that the brake holds, and for what it waits', async () => {
    await want();
    const refusal = { reason: 'over-cap', text: 'the month would cost 210.00 USD', since: now } as const;
    await see({ phase: 'waiting', node: null, attempt: null, refusal });
    const { out } = await house.run(['standby', 'list']);
    expect(out).toContain('nothing is made, over-cap: the month would cost 210.00 USD\n');
    expect(out).toContain('the brake holds: over-cap\n');
    expect(out).toContain('; 0 of 2 nodes;');
  });

  test('shows an orphan with the time of its end, or that it is only reported', async () => {
    await house.store.changeFleet(() =>
      fleet({ orphans: [orphan(), orphan({ name: 'bw-disk', kind: 'disk', deletesAt: null })] }),
    );
    const { out } = await house.run(['standby', 'list']);
    expect(out).toMatch(
      /^bw-old-1-0a1b2c3d +instance +europe-west3-c +2026-12-01 03:14:07 +2026-12-02 03:14:07 +nobody wants it$/m,
    );
    expect(out).toMatch(
      /^bw-disk +disk +europe-west3-c +2026-12-01 03:14:07 +only reported +nobody wants it$/m,
    );
  });

  test('as JSON is the answer as it came', async () => {
    await want({ keep: { by: 'anna', at: now, why: 'the router first' } });
    await see({ phase: 'synced' });
    const { code, out } = await house.run(['standby', 'list', '--json']);
    expect(standbysAnswer.parse(JSON.parse(out))).toMatchObject({
      standbys: [{ signer: 'eth', phase: 'synced', keep: { by: 'anna' } }],
      rules: { project: 'my-project', maxStandbys: 2 },
    });
    expect(out).not.toMatch(/requestId|status-token/);
    expect(code).toBe(0);
  });

  test('what the watchdog wants next is asked with the token, and nothing is shown without', async () => {
    expect(await house.run(['standby', 'list'], { WATCHDOG_STATUS_TOKEN: 'wrong' })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('does not accept the token'),
    });
    const { statusCode, body } = await request(`${house.statusUrl}/standbys`);
    expect(statusCode).toBe(401);
    await body.dump();
  });

  test('an answer of another form is told, and none of its values', async () => {
    const { url, close } = await answering('{"at":1,"standbys":"s3cret"}');
    const { code, err } = await house.run(['standby', 'list', '--url', url]);
    await close();
    expect(code).toBe(1);
    expect(err).toContain('no list of standbys that this version knows');
    expect(err).not.toContain('s3cret');
  });
});

const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

describe('status', () => {
  test('shows standbys under their site, in a line or two', async () => {
    await want();
    await see({ trouble: { kind: 'stopped', text: 'somebody has stopped it', lines: [], since: now } });
    const { out } = await house.run(['status']);
    expect(out).toMatch(
      /^ {2}standby of eth: syncing 41 % in europe-west3-b as bw-eth-2-0a1b2c3d, synced in about 2 h (10|09) min, at .* Europe\/Berlin \(.* UTC\), 34 peers$/m,
    );
    expect(out).toMatch(
      /^ {4}dark: the house is dark or cut off for 3 min; until .*; 1\.0\d USD so far, 0\.50 USD an hour$/m,
    );
    expect(out).toMatch(/^ {4}stopped: somebody has stopped it$/m);
  });
});

describe('watch', () => {
  test('tells each change on a line, and ends with 0 when it is synced', async () => {
    await want();
    const { code, out, err, looks } = await watch([
      () => see({ phase: 'creating', node: null, report: null, tried: [] }),
      () => see({ phase: 'creating', node: null, report: null, tried: [] }),
      () => see({ phase: 'booting', report: null }),
      () => see(),
      () => see({ report: nodeReport({ at: now, percent: 41.9, etaMs: 120 * minute }) }),
      () => see({ report: nodeReport({ at: now, percent: 73 }) }),
      () =>
        see({ phase: 'synced', report: nodeReport({ at: now, state: 'synced', percent: 100, etaMs: 0 }) }),
    ]);
    expect({ code, err, looks }).toEqual({ code: 0, err: '', looks: 8 });
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => /standby of eth: (\w+(?: \d+ %)?)/.exec(line)?.[1] ?? '(more)')).toEqual([
      'wanted',
      '(more)',
      'creating',
      'booting',
      'syncing 41 %',
      'syncing 73 %',
      'synced',
    ]);
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d /);
    expect(lines[4]).toMatch(/synced in about 2 h (10|09) min, at .* Europe\/Berlin \(.* UTC\)/);
  });

  test('on a terminal the bar shows how far it is, and only what is new is a line', async () => {
    await want();
    await see();
    const bar: Bar = { line: null };
    const shown: (string | undefined)[] = [];
    const { out } = await watch(
      [
        async () => {
          shown.push(bar.line?.());
          await see({ report: nodeReport({ at: now, percent: 75, etaMs: 30 * minute }) });
        },
        async () => {
          shown.push(bar.line?.());
          await see({ phase: 'synced' });
        },
      ],
      { here: { bar } },
    );
    expect(out.match(/standby of eth: \w+/g)).toEqual(['standby of eth: syncing', 'standby of eth: synced']);
    expect(shown).toEqual([
      expect.stringMatching(
        /^eth █{8}░{12} 41 % syncing, 2 h (10|09) min to go, at \d\d:\d\d:\d\d Europe\/Berlin \(\d\d:\d\d:\d\d UTC\)$/,
      ),
      expect.stringMatching(/^eth █{15}░{5} 75 % syncing, (30|29) min to go, at /),
    ]);
    expect(bar.line).toBeNull();
  });

  test('the time to go is by the clock of the watchdog, whatever that of this machine says', async () => {
    await want();
    await see();
    const bar: Bar = { line: null };
    const shown: (string | undefined)[] = [];
    let wrong = now - 400 * hour;
    const clock: Clock = {
      now: () => wrong,
      sleep: async () => {
        shown.push(bar.line?.());
        wrong += 20 * minute;
        shown.push(bar.line?.());
        await see({ phase: 'synced' });
      },
    };
    await house.run(['standby', 'watch', 'eth'], {}, { clock, bar });
    expect(shown).toEqual([
      expect.stringMatching(/2 h (10|09) min to go/),
      expect.stringMatching(/1 h (50|49) min to go/),
    ]);
  });

  test('as JSON is one object on a line for each change, on a terminal too', async () => {
    await want();
    await see();
    const { code, out } = await watch(
      [() => see({ report: nodeReport({ at: now, percent: 73 }) }), () => see({ phase: 'synced' })],
      { args: ['--json'], here: { bar: { line: null } } },
    );
    const line = z.strictObject({ at: z.int(), standby: standbyStatus.nullable() });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((text) => line.parse(JSON.parse(text)));
    expect(lines.map(({ standby }) => [standby?.phase, standby?.percent])).toEqual([
      ['syncing', 41.2],
      ['syncing', 73],
      ['synced', 41.2],
    ]);
    expect(code).toBe(0);
  });

  const stops: readonly (readonly [string, Partial<Seen>, string])[] = [
    [
      'trouble',
      { trouble: { kind: 'permission', text: 'compute.instances.create is missing', lines: [], since: 0 } },
      'permission: compute.instances.create is missing',
    ],
    [
      'a doubt',
      { doubt: { kind: 'malformed', text: 'its report does not parse', since: 0 } },
      'SAFETY, malformed',
    ],
    [
      'a doubt of one that is synced',
      { phase: 'synced', doubt: { kind: 'keys-present', text: 'keys', since: 0 } },
      'SAFETY',
    ],
    ['one that has failed', { phase: 'failed' }, 'failed'],
    [
      'a limit',
      { phase: 'waiting', refusal: { reason: 'too-many', text: 'there are 2 already', since: 0 } },
      'nothing is made, too-many: there are 2 already',
    ],
    [
      'a dry run',
      {
        phase: 'waiting',
        refusal: { reason: 'dry-run', text: 'it would be made in europe-west3-a', since: 0 },
      },
      'it would be made',
    ],
  ];
  test.each(stops)('ends with 1 for %s', async (_, over, says) => {
    await want();
    await see(over);
    const { code, out, looks } = await watch([]);
    expect(out).toContain(says);
    expect({ code, looks }).toEqual({ code: 1, looks: 1 });
  });

  test('goes on while it waits for what may pass', async () => {
    await want();
    await see({
      phase: 'waiting',
      node: null,
      refusal: { reason: 'no-capacity', text: 'every zone is sold out', since: now },
    });
    const { code, out, looks } = await watch([() => Promise.resolve(), () => see({ phase: 'synced' })]);
    expect(out).toContain('nothing is made, no-capacity: every zone is sold out');
    expect({ code, looks }).toEqual({ code: 0, looks: 3 });
  });

  test('what may pass hides neither trouble nor a doubt', async () => {
    await want();
    const refusal = { reason: 'no-capacity', text: 'sold out', since: now } as const;
    await see({ refusal, trouble: { kind: 'stuck', text: 'stuck', lines: [], since: now } });
    expect(await watch([])).toMatchObject({ code: 1, looks: 1 });
    await see({ refusal, doubt: { kind: 'keys-present', text: 'keys', since: now } });
    expect(await watch([])).toMatchObject({ code: 1, looks: 1 });
    await see({ refusal, phase: 'failed' });
    expect(await watch([])).toMatchObject({ code: 1, looks: 1 });
  });

  test('one that is released is not over when it is synced, but when it is gone', async () => {
    await want({ release: { at: now, reason: 'person', by: 'anna' } });
    await see({ phase: 'synced' });
    const { code, out, looks } = await watch([
      () => see({ phase: 'releasing' }),
      () => see({ phase: 'releasing' }),
      forget,
    ]);
    expect({ code, looks }).toEqual({ code: 0, looks: 4 });
    expect(out).toContain('not wanted any more: person, anna');
    expect(out).toMatch(/standby of eth: gone$/m);
  });

  test('waits for what was asked for a moment ago', async () => {
    const { code, out, looks } = await watch([() => Promise.resolve(), want, () => see({ phase: 'synced' })]);
    expect(out).toContain('nothing is wanted yet');
    expect({ code, looks }).toEqual({ code: 0, looks: 4 });
  });

  test('does not wait for ever', async () => {
    const { code, err, looks } = await watch([]);
    expect({ code, looks }).toEqual({ code: 1, looks: 38 });
    expect(err).toBe('nothing is wanted for eth; ask for it with: watchdog standby create eth --why "…"\n');
  });

  test('of a signer that can have none is a wrong call', async () => {
    const { code, err } = await house.run(['standby', 'watch', 'bera']);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'there can be no standby of bera; there can be one for: eth\n',
    });
  });

  test('a question that fails is asked again, but not for ever', async () => {
    const { url, close } = await answering('{"error":"ERR_STORE"}', 500);
    const { code, err, looks } = await watch([], { args: ['--url', url] });
    await close();
    expect({ code, looks }).toEqual({ code: 1, looks: 6 });
    expect(err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/answered with 500 .* \(trying again\)$/),
      expect.stringMatching(/answered with 500/),
    ]);
  });

  test('only failures in a row count', async () => {
    await want();
    await see();
    const { out: syncing } = await house.run(['standby', 'list', '--json']);
    await see({ phase: 'synced' });
    const { out: synced } = await house.run(['standby', 'list', '--json']);
    const answers = [...Array.from({ length: 5 }, () => null), syncing, null, null, synced];
    const server = createServer((_request, response) => {
      const text = answers.shift() ?? null;
      response.writeHead(text === null ? 500 : 200, { 'content-type': 'application/json' });
      response.end(text ?? '{"error":"ERR_STORE"}');
    });
    const { address, close } = await listen(server);
    const { code, looks } = await watch([], { args: ['--url', `http://${address}/`] });
    await close();
    expect({ code, looks }).toEqual({ code: 0, looks: 9 });
  });

  test('a wrong token ends it at once', async () => {
    const { url, close } = await answering('{"error":"a bearer token is needed"}', 401);
    const { code, err, looks } = await watch([], { args: ['--url', url] });
    await close();
    expect({ code, looks }).toEqual({ code: 2, looks: 1 });
    expect(err).toContain('does not accept the token');
  });
});

test('where no standby is configured, watch and list say so', async () => {
  const bare = await operator();
  try {
    expect(await bare.run(['standby', 'watch', 'eth'])).toMatchObject({
      code: 2,
      err: 'no node is ever made here: the configuration has no `standbys`\n',
    });
    const { code, out } = await bare.run(['standby', 'list']);
    expect(out).toContain('No node is ever made');
    expect(code).toBe(0);
  } finally {
    await bare.close();
  }
});
