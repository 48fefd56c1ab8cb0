// Drills: one at a time, timed, deleted, remembered, and out of the way when somebody needs the room.
import { describe, expect, test } from 'vitest';
import { labels, type DrillRules } from '../../functions/domain/standby/rules.ts';
import { provision } from '../../functions/flows/provision.ts';
import { hour, minute, start } from '../support/site.ts';
import { flagOf, releasedOf, StandbyHouse, unreadable, wantedOf, wishOf } from '../support/standby-house.ts';

const drilled = async (home: StandbyHouse, signer = 'alpha') => (await home.fleet()).drills[signer];
const isOver = (home: StandbyHouse) => async () => (await home.drill()) === null;
const keeping: DrillRules = {
  mode: 'sync',
  syncWithinMs: 48 * hour,
  snapshots: { keep: 1, monthlyCost: 40, acceptedBy: 'Ada' },
};

/** A drill that has ended: how it went. */
async function through(home: StandbyHouse, minutes = 60) {
  await home.minutes(minutes, isOver(home));
  expect(await home.drill(), 'it has not ended').toBeNull();
  const last = (await drilled(home))?.last;
  if (last === undefined) throw new Error('nothing is remembered of it');
  return last;
}

describe('a drill', () => {
  test('to boot makes a node of its own kind, times it, deletes it and remembers how it went', async () => {
    const home = new StandbyHouse();
    const made: { labels: Readonly<Record<string, string>>; name: string; hasFuse: boolean }[] = [];
    home.compute.onInsert = ({ labels: given, name, hasFuse }) => made.push({ labels: given, name, hasFuse });
    home.wish(wishOf());
    const record = await through(home);
    expect(record).toMatchObject({
      id: 'drill-1',
      mode: 'boot',
      by: 'ada',
      outcome: 'passed',
      isWarm: false,
    });
    expect(made).toEqual([
      {
        name: expect.stringMatching(/^bw-drill-alpha-1-[0-9a-f]{8}$/),
        hasFuse: true,
        labels: expect.objectContaining({
          [labels.ours]: 'bw',
          [labels.signer]: 'alpha',
          [labels.drill]: 'drill-1',
        }),
      },
    ]);
    const { begun, running, reported, syncing, synced, gone } = record.marks;
    const inOrder = [start, begun, running, reported, syncing, gone].map((each) => each ?? Number.NaN);
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
    expect(synced).toBeNull();
    expect(home.compute.live()).toEqual([]);
    const fleet = await home.fleet();
    expect(fleet.drills['alpha']).toEqual({ last: record, told: record, synced: null });
    // It has cost what it has cost, and once.
    expect(Object.values(fleet.spent).reduce((a, b) => a + b, 0)).toBeCloseTo(record.cost, 9);
    expect(record.cost).toBeGreaterThan(0);
    expect(home.shelf.has('standbys/_drill.alpha')).toBe(false);
  });

  test('to sync goes on over many runs until its node is synced', async () => {
    const home = new StandbyHouse();
    home.compute.syncMs = 3 * hour;
    home.wish(wishOf({ mode: 'sync' }));
    const record = await through(home, 300);
    expect(record).toMatchObject({ mode: 'sync', outcome: 'passed' });
    const took = (record.marks.synced ?? 0) - start;
    expect(took).toBeGreaterThan(3 * hour);
    expect(took).toBeLessThan(3 * hour + 5 * minute);
    expect((await drilled(home))?.synced).toEqual(record);
    expect(home.compute.snapshots.size).toBe(0);
  });

  test('costs nothing in peace: one query, and not a call of Compute', async () => {
    const home = new StandbyHouse();
    home.wish(wishOf());
    await through(home);
    const before = home.compute.calls.length;
    await home.minutes(5);
    expect(home.compute.calls.length).toBe(before);
  });

  test('runs alone: the next one begins when it has ended, in the order in which they were asked for', async () => {
    const home = new StandbyHouse({}, ['alpha', 'beta']);
    const most: number[] = [];
    home.compute.onInsert = () => most.push(home.compute.live().length);
    home.wish(wishOf({ signer: 'beta', id: 'second', at: start + 1 }));
    home.wish(wishOf());
    await home.minutes(60, async () => (await home.fleet()).drills['beta'] !== undefined);
    expect(most).toEqual([1, 1]);
    const { drills } = await home.fleet();
    expect(drills['beta']?.last.marks.begun).toBeGreaterThanOrEqual(
      drills['alpha']?.last.endedAt ?? Number.NaN,
    );
  });

  test('that was asked for while one ran is fulfilled by that one', async () => {
    const home = new StandbyHouse();
    home.wish(wishOf());
    await home.minutes(1);
    home.wish(wishOf({ id: 'drill-2', at: home.now }));
    expect((await through(home)).id).toBe('drill-1');
    await home.minutes(3);
    expect((await drilled(home))?.last.id).toBe('drill-1');
    home.wish(wishOf({ id: 'drill-3', at: home.now }));
    expect((await through(home)).id).toBe('drill-3');
  });

  test.each([
    ['a dry run', { isDryRun: true }, {}, 'gave-way', 'dryRun'],
    ['a chain without a template for drills', { nodes: {} }, {}, 'failed', 'drillTemplate'],
    ['too little money', { monthlyCap: 1 }, {}, 'gave-way', 'monthlyCap'],
  ])('with %s ends with a word and without a node', async (_, rules, _more, outcome, word) => {
    const home = new StandbyHouse(rules);
    home.wish(wishOf());
    const record = await through(home);
    expect(record).toMatchObject({ outcome, text: expect.stringContaining(word), cost: 0 });
    expect(home.compute.calls.some(({ method }) => method === 'insert')).toBe(false);
  });

  test('whose node is refused for good has failed, and says what to do', async () => {
    const home = new StandbyHouse();
    home.compute.denied.set('insert', 'compute.instances.create');
    home.wish(wishOf());
    const record = await through(home);
    expect(record).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('compute.instances.create'),
    });
    expect(record.text).toContain('watchdog drill alpha');
    expect((await drilled(home))?.told).toEqual(record);
  });

  test('goes to the next zone when one has no room', async () => {
    const home = new StandbyHouse();
    home.compute.full.set('eu-1-a', { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', how: 'operation' });
    home.wish(wishOf());
    expect(await through(home)).toMatchObject({ outcome: 'passed' });
    const zones = home.compute.calls.flatMap(({ method, what }) =>
      method === 'insert' ? [what.split('/')[0]] : [],
    );
    expect(zones).toEqual(['eu-1-a', 'eu-1-b']);
  });

  test('whose node has no end of its own has failed: its template is wrong', async () => {
    const home = new StandbyHouse();
    home.compute.onInsert = (node) =>
      home.compute.nodes.set(`${node.zone}/${node.name}`, Object.assign(node, { hasFuse: false }));
    home.wish(wishOf());
    expect(await through(home)).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('template'),
    });
  });

  test('whose node goes away before its time has failed', async () => {
    const home = new StandbyHouse();
    home.compute.syncMs = 3 * hour;
    home.wish(wishOf({ mode: 'sync' }));
    await home.minutes(20);
    for (const node of home.compute.live()) node.endsAt = home.now;
    expect(await through(home)).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('went away'),
    });
  });

  const saying = (home: StandbyHouse, over: object) => {
    const [node] = home.compute.live();
    if (node === undefined) throw new Error('no node is there');
    node.published = JSON.stringify({
      version: 1,
      at: new Date(home.now).toISOString(),
      keys: 'absent',
      state: 'starting',
      ...over,
    });
  };

  test('to boot passes when its clients are still starting ten minutes later, and not before', async () => {
    const home = new StandbyHouse();
    home.wish(wishOf());
    await home.minutes(2);
    for (let minutes = 0; minutes < 9; minutes += 1) {
      saying(home, {});
      // oxlint-disable-next-line no-await-in-loop -- minute by minute
      await home.minutes(1);
    }
    expect((await home.drill())?.run?.verdict).toBeNull();
    saying(home, {});
    expect(await through(home, 5)).toMatchObject({
      outcome: 'passed',
      text: expect.stringContaining('starting'),
    });
  });

  test('whose agent says for a quarter of an hour that something fails has failed with its words', async () => {
    const home = new StandbyHouse();
    home.wish(wishOf());
    await home.minutes(2);
    saying(home, { state: 'failing', text: 'failed: genesis.json has another checksum' });
    await home.minutes(14);
    expect((await home.drill())?.run?.verdict).toBeNull();
    expect(await through(home, 5)).toMatchObject({
      outcome: 'failed',
      text: 'failed: genesis.json has another checksum',
    });
  });

  test('whose node says that keys are on it has failed, and the node stays until Compute ends it', async () => {
    const home = new StandbyHouse();
    home.wish(wishOf());
    await home.minutes(2);
    saying(home, { keys: 'present' });
    await home.minutes(10);
    expect((await home.drill())?.run?.verdict).toMatchObject({ outcome: 'failed' });
    expect(home.compute.live()).toHaveLength(1);
    expect(home.compute.calls.some(({ method }) => method === 'remove')).toBe(false);
    expect((await home.fleet()).trouble).toMatchObject({
      kind: 'keys-not-absent',
      text: expect.stringContaining('the drill of alpha'),
    });
    for (const node of home.compute.live()) node.endsAt = home.now;
    expect(await through(home, 20)).toMatchObject({ outcome: 'failed' });
  });

  test('that is not synced in its time has failed', async () => {
    const home = new StandbyHouse({ drill: { mode: 'sync', syncWithinMs: hour, snapshots: null } });
    home.compute.syncMs = 100 * hour;
    home.wish(wishOf({ mode: 'sync' }));
    expect(await through(home, 70)).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('60 minutes'),
    });
    expect(home.compute.live()).toEqual([]);
  });
});

describe('a standby that is wanted', () => {
  test('comes first: the drill gives way in the same run, and begins no other until it is over', async () => {
    const home = new StandbyHouse({ maxStandbys: 1 });
    home.flags.set('alpha', { isReadable: true, flag: flagOf() });
    home.wish(wishOf({ mode: 'sync' }));
    home.compute.syncMs = 3 * hour;
    await home.minutes(5);
    expect(home.compute.live()).toHaveLength(1);
    home.want(wantedOf());
    await home.run();
    const removed = home.compute.calls.filter(({ method }) => method === 'remove');
    expect(removed).toHaveLength(1);
    await home.minutes(4);
    expect((await drilled(home))?.last).toMatchObject({
      outcome: 'gave-way',
      text: expect.stringContaining('standby of alpha'),
    });
    expect((await drilled(home))?.told).toBeNull();
    expect(home.compute.live().map(({ hasFuse }) => hasFuse)).toEqual([false]);
    home.wish(wishOf({ id: 'drill-2', at: home.now }));
    await home.minutes(10);
    expect((await home.drill())?.run).toBeNull();
    home.want(releasedOf(wantedOf(), home.now));
    expect(await through(home, 260)).toMatchObject({ id: 'drill-2' });
  });

  test.each([
    ['at once', 20_000],
    ['after minutes', 3 * minute],
  ])('has the room of the drill, whose node goes %s, and waits for no rest', async (_, deleteMs) => {
    const home = new StandbyHouse({ maxStandbys: 1 });
    home.compute.quota = 1;
    home.compute.deleteMs = deleteMs;
    home.compute.syncMs = 3 * hour;
    home.wish(wishOf({ mode: 'sync' }));
    await home.minutes(5);
    expect(home.compute.live().map(({ hasFuse }) => hasFuse)).toEqual([true]);
    home.want(wantedOf());
    await home.minutes(
      4,
      async () => (await home.seen())?.node !== undefined && home.compute.live()[0]?.hasFuse === false,
    );
    expect(home.compute.live().map(({ hasFuse }) => hasFuse)).toEqual([false]);
  });

  test('of another signer comes first too, and a drill that waits for a day gives way', async () => {
    const home = new StandbyHouse({}, ['alpha', 'beta']);
    home.want(wantedOf({ signer: 'beta' }));
    home.wish(wishOf());
    await home.minutes(24 * 60 + 5, isOver(home));
    expect((await drilled(home))?.last).toMatchObject({
      outcome: 'gave-way',
      text: expect.stringContaining('standby of beta'),
    });
    expect(home.compute.live().filter(({ hasFuse }) => hasFuse)).toEqual([]);
  });

  test('is made in the very run in which it would be without the drill', async () => {
    const made = async (isDrilling: boolean) => {
      const home = new StandbyHouse({ maxStandbys: 1 });
      home.compute.syncMs = 3 * hour;
      if (isDrilling) home.wish(wishOf({ mode: 'sync' }));
      await home.minutes(5);
      home.want(wantedOf());
      await home.run();
      return (await home.seen())?.attempt?.acceptedAt !== null;
    };
    expect(await made(false)).toBe(true);
    expect(await made(true)).toBe(true);
  });
});

describe('a disk that is kept', () => {
  const wiping = (rules: Partial<DrillRules> = {}) => {
    const home = new StandbyHouse({ drill: { ...keeping, ...rules } });
    home.compute.isWiping = true;
    return home;
  };

  test('is kept after it was wiped, with that as its label, and the next node begins with it', async () => {
    const home = wiping();
    home.wish(wishOf({ mode: 'sync' }));
    const record = await through(home);
    expect(record).toMatchObject({ outcome: 'passed', isWarm: false, usedGib: 700 });
    const [snapshot] = home.compute.snapshots.values();
    expect(snapshot?.labels).toEqual({
      [labels.ours]: 'bw',
      [labels.signer]: 'alpha',
      [labels.chain]: 'ethereum',
      [labels.wiped]: String(Math.floor((record.marks.wiped ?? 0) / 1000)),
    });
    expect(snapshot?.createdAt).toBeGreaterThanOrEqual(record.marks.wiped ?? Number.NaN);
    const { snapshots } = await home.fleet();
    expect(snapshots['ethereum']).toEqual([
      { name: snapshot?.name, at: snapshot?.createdAt, gib: 640, signer: 'alpha' },
    ]);
    home.want(wantedOf());
    await home.minutes(4);
    expect((await home.seen())?.attempt?.snapshot).toBe(snapshot?.name);
    expect((await home.seen())?.phase).toBe('synced');
  });

  test('is the newest of its chain; the one before goes', async () => {
    const home = wiping();
    for (const id of ['one', 'two', 'three']) {
      home.wish(wishOf({ id, mode: 'sync', at: home.now }));
      expect(await through(home)).toMatchObject({ id, outcome: 'passed', isWarm: id !== 'one' });
      home.now += hour;
    }
    expect(home.compute.snapshots.size).toBe(1);
    expect((await home.fleet()).snapshots['ethereum']).toHaveLength(1);
  });

  test('is not kept when that would cost more than was accepted: the drill has passed and says so', async () => {
    const home = wiping({ snapshots: { keep: 2, monthlyCost: 40, acceptedBy: 'Ada' } });
    home.wish(wishOf({ mode: 'sync' }));
    expect(await through(home)).toMatchObject({
      outcome: 'passed',
      text: expect.stringContaining('Ada has accepted 40 USD'),
    });
    expect(home.compute.snapshots.size).toBe(0);
  });

  test('that Compute refuses to keep fails the drill, with its time to sync', async () => {
    const home = wiping();
    home.compute.saveRefusal = 'invalid';
    home.wish(wishOf({ mode: 'sync' }));
    const record = await through(home);
    expect(record).toMatchObject({ outcome: 'failed', text: expect.stringContaining('snapshot') });
    expect((await drilled(home))?.synced).toEqual(record);
  });

  test('of a node that does not wipe itself is never kept', async () => {
    const home = wiping();
    home.compute.isWiping = false;
    home.wish(wishOf({ mode: 'sync' }));
    expect(await through(home, 90)).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('did not wipe'),
    });
    expect(home.compute.calls.some(({ method }) => method === 'save')).toBe(false);
  });

  test('that somebody has deleted costs a try and no more: the node begins with an empty disk', async () => {
    const home = wiping();
    home.wish(wishOf({ mode: 'sync' }));
    await through(home);
    home.want(wantedOf());
    const [snapshot] = home.compute.snapshots.values();
    const door = home.compute.door();
    const compute: typeof door = {
      ...door,
      // Between the list and the insert.
      insert: (order, signal) => {
        home.compute.snapshots.delete(snapshot?.name ?? '');
        return door.insert(order, signal);
      },
    };
    await provision({ ...home.world(), compute }, new AbortController());
    await home.minutes(8);
    expect(await home.seen()).toMatchObject({ trouble: null, attempt: { n: 2, snapshot: null } });
    expect(home.compute.live()).toHaveLength(1);
  });

  test('is no longer kept when nobody wants that any more, after the next drill', async () => {
    const home = wiping();
    home.wish(wishOf({ mode: 'sync' }));
    await through(home);
    home.rules = { ...home.rules, drill: { ...keeping, snapshots: null } };
    home.compute.isWiping = false;
    home.wish(wishOf({ id: 'two', at: home.now }));
    await through(home);
    expect(home.compute.snapshots.size).toBe(0);
    expect((await home.fleet()).snapshots['ethereum']).toEqual([]);
  });

  test('of others, and what is not labelled as wiped, is neither begun with nor deleted', async () => {
    const home = wiping();
    const foreign = { status: 'READY', createdAt: start, gib: 1, readyAt: start };
    const ours = { [labels.ours]: 'bw', [labels.chain]: 'ethereum' };
    for (const [name, given] of Object.entries({
      unwiped: ours,
      other: { ...ours, [labels.ours]: 'else', [labels.wiped]: '1795399200' },
    })) {
      home.compute.snapshots.set(name, { name, labels: given, ...foreign });
    }
    home.wish(wishOf({ mode: 'sync' }));
    expect(await through(home)).toMatchObject({ isWarm: false });
    expect([...home.compute.snapshots.keys()].slice(0, 2)).toEqual(['unwiped', 'other']);
  });
});

test('a drill whose signer is not configured any more gives way and leaves no node', async () => {
  const home = new StandbyHouse();
  home.compute.syncMs = 3 * hour;
  home.wish(wishOf({ mode: 'sync' }));
  await home.minutes(5);
  home.signers.splice(0);
  expect(await through(home, 10)).toMatchObject({ outcome: 'gave-way' });
  expect(home.compute.live()).toEqual([]);
});

test('a node of a drill is not deleted while it is not known who holds the keys', async () => {
  const home = new StandbyHouse();
  home.wish(wishOf());
  await home.minutes(1);
  home.flags.set('alpha', unreadable);
  await home.minutes(10);
  expect(home.compute.live()).toHaveLength(1);
  home.flags.delete('alpha');
  expect(await through(home, 10)).toMatchObject({ outcome: 'passed' });
});

describe('what a drill leaves behind keeps no standby back:', () => {
  const warm = async () => {
    const home = new StandbyHouse({ maxStandbys: 1, drill: keeping });
    home.compute.isWiping = true;
    home.wish(wishOf({ mode: 'sync' }));
    await through(home);
    return home;
  };

  test('without the right to use snapshots it is made without one', async () => {
    const home = await warm();
    const door = home.compute.door();
    const denied: Awaited<ReturnType<typeof door.insert>> = {
      ok: false,
      failure: {
        code: 'forbidden',
        status: 403,
        isLost: false,
        permission: 'compute.snapshots.useReadOnly',
        text: 'no',
      },
    };
    const compute: typeof door = {
      ...door,
      insert: async (order, signal) => (order.snapshot === null ? door.insert(order, signal) : denied),
    };
    home.want(wantedOf());
    await provision({ ...home.world(), compute }, new AbortController());
    expect(await home.seen()).toMatchObject({ trouble: null, attempt: { n: 2, snapshot: null } });
    expect(home.compute.live()).toHaveLength(1);
  });

  test('a machine of a drill that nobody remembers does not count', async () => {
    const home = new StandbyHouse({ maxStandbys: 1 });
    home.compute.plant({
      zone: 'eu-1-a',
      name: 'bw-drill-alpha-1-01234567',
      hasFuse: true,
      labels: { [labels.ours]: 'bw', [labels.signer]: 'alpha', [labels.drill]: 'old', [labels.attempt]: '1' },
    });
    await home.run();
    expect((await home.fleet()).orphans).toHaveLength(1);
    home.want(wantedOf());
    await home.minutes(2);
    expect((await home.seen())?.node).not.toBeNull();
  });

  test('a drill to boot for which no zone has room fails within hours, and says so', async () => {
    const home = new StandbyHouse();
    for (const zone of ['eu-1-a', 'eu-1-b', 'eu-2-a']) {
      home.compute.full.set(zone, { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', how: 'operation' });
    }
    home.wish(wishOf());
    expect(await through(home, 150)).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('not booted'),
    });
    expect((await drilled(home))?.told?.outcome).toBe('failed');
  });
});
