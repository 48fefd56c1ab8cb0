// `watchdog mute`: what it posts, what it understands by a name, and what it refuses.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mutableOf, quietOf } from '../../cli/quiet-options.ts';
import type { Mute } from '../../functions/domain/memory.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { operator, watchedSite, type Operator } from './operator.ts';

const hour = 3_600_000;
const now = systemClock.now();
const muted = (over: Partial<Mute> = {}): Mute => ({
  id: 'mute-1',
  subject: null,
  from: now - hour,
  until: now + hour,
  why: 'a new UPS',
  by: 'anna',
  ...over,
});

let house: Operator;
beforeAll(async () => {
  house = await operator({
    maintenance: [
      {
        site: 'cabin',
        from: new Date(now - hour).toISOString(),
        until: new Date(now + hour).toISOString(),
        why: 'paint',
      },
    ],
  });
  await house.remember(
    watchedSite('home', ['rpc', 'cabin'], {
      mutes: [muted(), muted({ id: 'mute-2', subject: 'eth', why: 'a disk' })],
    }),
  );
  await house.remember(watchedSite('cabin'));
});
beforeEach(() => {
  house.api.reset();
});
afterAll(() => house.close());

describe('mute', () => {
  test('posts the mute as the operator, and says what it means and how to end it', async () => {
    const { code, out, err } = await house.run(['mute', 'eth', '--for', '2h', '--why', ' a new disk ']);
    expect(err).toMatch(/^eth is in more than one place; write home\/eth or cabin\/eth$/m);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(house.api.posted).toEqual([]);
    const begun = systemClock.now();
    const ended = await house.spawn(['mute', 'home/eth', '--for', '2h', '--why', ' a new disk ']);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toMatch(
      /^home\/eth is muted until .* Europe\/Berlin \(.* UTC\), for 2 h 00 min, by bert: a new disk$/m,
    );
    expect(ended.out).toContain('nobody is told of it; it is watched and recorded all the same');
    expect(ended.out).toContain('End it sooner with: watchdog mute home/eth --off');
    const from: unknown = expect.any(Number);
    expect(house.api.posted).toEqual([
      {
        path: '/ack/events',
        authorization: 'Bearer ack-token',
        body: {
          kind: 'mute',
          site: 'home',
          subject: 'eth',
          from,
          until: from,
          why: 'a new disk',
          by: 'bert',
        },
      },
    ]);
    const { body } = house.api.posted[0] ?? {};
    const times = [...JSON.stringify(body).matchAll(/"(?:from|until)":(\d+)/g)].map((match) =>
      Number(match[1]),
    );
    const [first = 0, last = 0] = times;
    expect(last - first).toBe(2 * hour);
    expect(first).toBeGreaterThanOrEqual(begun);
  });

  test('of a whole site, by somebody else', async () => {
    const { code } = await house.run(['mute', 'home', '--for', '31d', '--why', 'away', '--by', 'carla']);
    expect(code).toBe(0);
    expect(house.api.posted).toMatchObject([{ body: { site: 'home', subject: null, by: 'carla' } }]);
  });

  test('--off ends what was muted of just that, and nothing else', async () => {
    const { code, out } = await house.run(['mute', 'home', '--off']);
    expect({ code, out }).toEqual({ code: 0, out: 'home is not muted any more: a new UPS\n' });
    expect(house.api.posted).toMatchObject([
      { body: { kind: 'unmute', site: 'home', mute: 'mute-1', by: 'bert' } },
    ]);
    const other = await house.run(['mute', 'home/rpc', '--off']);
    expect(other).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^home\/rpc is not muted; muted there: home, home\/eth\. What was muted within/,
      ),
    });
    const configured = await house.run(['mute', 'cabin/', '--off']);
    expect(configured).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^cabin is quiet by the configuration until .*, and not by hand/),
    });
    expect(house.api.posted).toHaveLength(1);
  });

  test('--off says what still keeps it quiet', async () => {
    const { code, out } = await house.run(['mute', 'home/eth', '--off']);
    expect(out).toMatch(
      /^home\/eth is not muted any more: a disk\nIt stays quiet until .* by anna, who muted home: a new UPS\n$/,
    );
    expect(code).toBe(0);
  });
});

describe('a wrong call posts nothing, and says what to do', () => {
  const good = ['--for', '2h', '--why', 'x'];
  test.each([
    [['home', '--for', '0s', '--why', 'x'], {}, /It must be at least 1m/],
    [['home', '--for', '32d', '--why', 'x'], {}, /It must be at most 31d/],
    [['home', '--for', '2', '--why', 'x'], {}, /whole number and one of s, m, h, d/],
    [['home', '--for', '2h'], {}, /why\? Write --why/],
    [['home', '--for', '2h', '--why', '  '], {}, /is empty; write a few words/],
    [['home', '--for', '2h', '--why', 'a\nb'], {}, /line breaks or control characters/],
    [['home', '--why', 'x'], {}, /for how long\? Write --for/],
    [['home', '--off', '--for', '2h'], {}, /--off takes neither --for nor --why/],
    [[], {}, /missing required argument 'name'/],
    [['home', ...good], { USER: '' }, /who says so\? Give your name with --by/],
    [['cellar', ...good], {}, /there is no site, target, signer or chain cellar; there are home, rpc, cabin/],
    [['cabin', ...good], {}, /write home\/cabin or cabin\/ for the whole site/],
    [['cellar/rpc', ...good], {}, /there is no site cellar; there are home, cabin/],
    [
      ['home/ssh', ...good],
      {},
      /home has no target, signer or chain ssh .*; there are rpc, cabin, eth, ethereum/,
    ],
    [['home/ref-a', ...good], {}, /home has no target, signer or chain ref-a of which anybody would be told/],
    [
      ['home', ...good],
      { WATCHDOG_ACK_URL: '' },
      /address of its function ack in the environment variable WATCHDOG_ACK_URL/,
    ],
    [['home', ...good], { WATCHDOG_ACK_URL: 'ack.example' }, /address of the ack is no http or https URL/],
    [
      ['home', ...good],
      { WATCHDOG_ACK_TOKEN: '' },
      /only the operator may do that: put .* WATCHDOG_ACK_TOKEN/,
    ],
    [['home', ...good], { WATCHDOG_ACK_URL: 'http://ack.example' }, /in plain text; use https/],
  ] as const)('%j %j', async (args, env, says) => {
    const ended = await house.run(['mute', ...args], env);
    expect(ended.err).toMatch(says);
    expect({ code: ended.code, out: ended.out, posted: house.api.posted }).toEqual({
      code: 2,
      out: '',
      posted: [],
    });
  });
});

describe('what the function ack may answer instead', () => {
  test.each([
    [400, '{"error":"until is over already"}', 2, /refused it \(400\): until is over already/],
    [404, '<html>', 2, /refused it \(404\); is WATCHDOG_ACK_URL the address of the function ack\?/],
    [401, '{}', 2, /does not accept the token \(401\); put the operator's token into .* WATCHDOG_ACK_TOKEN/],
    [500, '{"error":"internal error"}', 1, /answered with 500; nothing may have been taken in/],
    [302, '', 2, /redirect \(302\), which is not followed/],
    [200, '<!doctype html>', 1, /answered with a web page; is WATCHDOG_ACK_URL/],
    [200, '{"ids":"x"}', 1, /is none that this version knows/],
    [200, ' '.repeat(33 * 1024 * 1024), 1, /is over \d+ bytes/],
    [
      422,
      JSON.stringify({ error: `a\u001b[2J${'x'.repeat(1_000_000)}` }),
      2,
      /refused it \(422\): a\uFFFD\[2J/,
    ],
  ] as const)('%i', async (status, body, code, says) => {
    house.api.answer(status, body);
    const ended = await house.run(['mute', 'home', '--for', '2h', '--why', 'x']);
    expect(ended.err).toMatch(says);
    expect(ended.err.length).toBeLessThan(1_000);
    expect(ended.err).not.toContain('ack-token');
    expect({ code: ended.code, out: ended.out }).toEqual({ code, out: '' });
  });
});

describe('a name', () => {
  const sites = [
    { site: 'home', subjects: ['geth', 'eth-1', 'home'] },
    { site: 'cabin', subjects: ['geth'] },
    { site: 'barn', subjects: null },
  ];
  test.each([
    ['cabin', { site: 'cabin', subject: null }],
    ['barn', { site: 'barn', subject: null }],
    ['eth-1', { site: 'home', subject: 'eth-1' }],
    ['home/', { site: 'home', subject: null }],
    ['home/home', { site: 'home', subject: 'home' }],
    ['cabin/geth', { site: 'cabin', subject: 'geth' }],
    ['home', /write home\/ for the whole site or home\/home/],
    ['geth', /write home\/geth or cabin\/geth/],
    ['barn/geth', /what barn consists of is not known/],
    ['cabin/eth-1', /cabin has no target/],
    ['cabin/geth/x', /cabin has no target/],
    ['', /there is no site, target, signer or chain/],
    ['toString', /there is no site, target, signer or chain/],
  ] as const)('%j', (text, expected) => {
    const found = quietOf(text, sites);
    const refused = {
      ok: false,
      code: 2,
      message: expect.stringMatching(expected instanceof RegExp ? expected : /^$/),
    };
    expect(found).toEqual(expected instanceof RegExp ? refused : { ok: true, quiet: expected });
  });

  test('is none of a reference, nor known of a site without facts', () => {
    expect(mutableOf({ site: 'a', facts: watchedSite('a').facts }).subjects).toEqual([
      'rpc',
      'eth',
      'ethereum',
    ]);
    expect(mutableOf({ site: 'a', facts: null }).subjects).toBeNull();
  });
});
