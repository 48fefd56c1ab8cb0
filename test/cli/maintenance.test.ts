// `watchdog maintenance`: the list of what is quiet, and windows that are opened and ended by hand.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../functions/kit/clock.ts';
import { operator, watchedSite, type Operator } from './operator.ts';

const hour = 3_600_000;
const now = systemClock.now();
const iso = (at: number): string => new Date(at).toISOString();

let house: Operator;
beforeAll(async () => {
  house = await operator({
    maintenance: [
      { site: 'home', from: iso(now + hour), until: iso(now + 2 * hour), why: 'paint' },
      { site: 'cabin', subject: 'rpc', from: iso(now - 2 * hour), until: iso(now - hour), why: 'is over' },
    ],
  });
  const common = { from: now - hour, until: now + hour, by: 'anna' };
  const mutes = [
    { ...common, id: 'abc-1', subject: 'eth', why: 'a new | disk' },
    { ...common, id: 'abd-2', subject: null, why: 'a new UPS' },
    { ...common, id: 'old-3', subject: null, until: now - 1, why: 'is over' },
  ];
  await house.remember(watchedSite('home', ['rpc'], { mutes }));
  await house.remember(watchedSite('cabin'));
});
beforeEach(() => {
  house.api.reset();
});
afterAll(() => house.close());

describe('maintenance list', () => {
  test('shows what is quiet and what will be, of the configuration and by hand, and nothing that is over', async () => {
    const { code, out } = await house.spawn(['maintenance', 'list']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^what +when +from, Europe\/Berlin +UTC +until +UTC +by +why +id$/);
    expect(lines[1]).toMatch(/^home\/eth +now +20\S+ \S+ +\S+ +20\S+ \S+ +\S+ +anna +a new \| disk +abc-1$/);
    expect(lines[2]).toMatch(/^home +now .* anna +a new UPS +abd-2$/);
    expect(lines[3]).toMatch(/^home +later .* configuration +paint +–$/);
    expect(lines).toHaveLength(4);
    expect(code).toBe(0);
  });

  test('of one site, and as JSON', async () => {
    const cabin = await house.run(['maintenance', 'list', '--site', 'cabin']);
    expect(cabin).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^nothing of cabin is quiet or will be/),
    });
    const json = await house.run(['maintenance', 'list', '--site', 'home', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({
      sites: [{ site: 'home', mutes: [{ id: 'abc-1' }, { id: 'abd-2' }], windows: [{ why: 'paint' }] }],
    });
    const cellar = await house.run(['maintenance', 'list', '--site', 'cellar']);
    expect(cellar).toMatchObject({ code: 2, err: expect.stringContaining('there is no such site') });
  });
});

describe('maintenance add', () => {
  const from = iso(now + hour);
  const until = iso(now + 3 * hour);

  test('posts the window, and says how to end it', async () => {
    const times = ['--from', from, '--until', until];
    const { code, out } = await house.run([
      'maintenance',
      'add',
      'home/rpc',
      ...times,
      '--why',
      '<b>disk</b>',
    ]);
    expect(out).toMatch(
      /^home\/rpc is in maintenance from .* until .* Europe\/Berlin \(.* UTC\), for 2 h 00 min, by bert: <b>disk<\/b>$/m,
    );
    expect(out).toContain('End it sooner with: watchdog maintenance end event-1');
    expect(code).toBe(0);
    expect(house.api.posted).toMatchObject([
      {
        body: {
          kind: 'mute',
          site: 'home',
          subject: 'rpc',
          from: Date.parse(from),
          until: Date.parse(until),
          why: '<b>disk</b>',
          by: 'bert',
        },
      },
    ]);
  });

  test.each([
    [['home', '--from', until, '--until', from, '--why', 'x'], /--until is not after --from/],
    [
      ['home', '--from', iso(now - 2 * hour), '--until', iso(now - hour), '--why', 'x'],
      /--until is over already/,
    ],
    [['home', '--from', from, '--until', iso(now + 32 * 24 * hour), '--why', 'x'], /over 31 days long/],
    [
      ['home', '--from', '2026-12-01T22:00:00', '--until', until, '--why', 'x'],
      /with offset|time and offset/,
    ],
    [['home', '--from', 'tomorrow', '--until', until, '--why', 'x'], /Write date, time and offset/],
    [['home', '--from', from, '--until', until], /required option '--why <text>' not specified/],
    [['home', '--until', until, '--why', 'x'], /required option '--from <time>' not specified/],
    [
      ['cellar', '--from', from, '--until', until, '--why', 'x'],
      /there is no site, target, signer or chain cellar/,
    ],
  ])('%j is refused', async (args, says) => {
    const ended = await house.run(['maintenance', 'add', ...args]);
    expect(ended.err).toMatch(says);
    expect({ code: ended.code, posted: house.api.posted }).toEqual({ code: 2, posted: [] });
  });
});

describe('maintenance end', () => {
  test('ends what was opened by hand, by a part of its id', async () => {
    const { code, out } = await house.run(['maintenance', 'end', 'abc', '--by', 'carla']);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'home/eth: ended what anna had opened for a new | disk\n',
    });
    expect(house.api.posted).toMatchObject([
      { body: { kind: 'unmute', site: 'home', mute: 'abc-1', by: 'carla' } },
    ]);
  });

  test.each([
    ['ab', /that could be abc-1, abd-2; write more/],
    ['old-3', /there is no mute or window opened by hand whose id is.*; there are abc-1, abd-2/],
    ['home', /there is no mute or window opened by hand/],
  ])('%j is refused', async (id, says) => {
    const ended = await house.run(['maintenance', 'end', id]);
    expect(ended.err).toMatch(says);
    expect({ code: ended.code, posted: house.api.posted }).toEqual({ code: 2, posted: [] });
  });

  test('that is refused by the function says why', async () => {
    house.api.answer(409, '{"error":"it is over already"}');
    const ended = await house.run(['maintenance', 'end', 'abc']);
    expect(ended).toMatchObject({ code: 2, out: '', err: expect.stringContaining('it is over already') });
  });
});
