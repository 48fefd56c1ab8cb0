// From a wanting to a node that is synced, and back to nothing; what is refused, what is told, and what is left alone.
import { describe, expect, test } from 'vitest';
import { labels } from '../../functions/domain/standby/rules.ts';
import type { FlagRead } from '../../functions/domain/standby/key-flag.ts';
import { commit, siteState } from '../support/documents.ts';
import { hour, minute, start } from '../support/site.ts';
import { flagOf, releasedOf, StandbyHouse, unreadable, wantedOf } from '../support/standby-house.ts';

const phases = async (home: StandbyHouse, until: string, minutes = 60): Promise<string[]> => {
  const met: string[] = [];
  await home.minutes(minutes, async () => {
    const phase = (await home.seen())?.phase ?? 'none';
    if (met.at(-1) !== phase) met.push(phase);
    return phase === until;
  });
  return met;
};

async function syncedHouse(home = new StandbyHouse()): Promise<StandbyHouse> {
  home.want(wantedOf());
  expect((await phases(home, 'synced')).at(-1)).toBe('synced');
  return home;
}

const release = (home: StandbyHouse): void => {
  home.want(releasedOf(wantedOf(), home.now));
};
const methods = (home: StandbyHouse): string[] => home.compute.calls.splice(0).map(({ method }) => method);
const node = (home: StandbyHouse) => {
  const [found] = home.compute.live('alpha');
  if (found === undefined) throw new Error('there is no node');
  return found;
};

describe('a standby', () => {
  test('is made, syncs, and goes when it is not wanted any more', async () => {
    const home = new StandbyHouse();
    home.want(wantedOf());
    expect(await phases(home, 'synced')).toEqual(['booting', 'syncing', 'synced']);
    expect(node(home)).toMatchObject({
      zone: 'eu-1-a',
      name: expect.stringMatching(/^bw-alpha-1-[0-9a-f]{8}$/),
      labels: { 'basement-watchdog': 'bw', 'watchdog-signer': 'alpha', 'watchdog-attempt': '1' },
    });
    release(home);
    expect((await phases(home, 'gone')).at(-1)).toBe('gone');
    expect(home.compute.live()).toEqual([]);
    const { spent } = await home.fleet();
    expect((await home.seen())?.cost?.spent).toBeGreaterThan(0.1);
    expect(spent['2026-11']).toBeCloseTo((await home.seen())?.cost?.spent ?? 0, 10);
    home.now += 25 * hour;
    await home.minutes(1);
    expect(await home.seen()).toBeNull();
  });

  test('is asked for in the run that finds it wanted, after one list', async () => {
    const home = new StandbyHouse();
    home.want(wantedOf());
    await home.run();
    expect(methods(home).slice(0, 2)).toEqual(['list', 'insert']);
  });

  test('goes to the next zone once the full one is proven to have left nothing', async () => {
    const home = new StandbyHouse();
    home.compute.full.set('eu-1-a', { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', how: 'operation' });
    home.compute.full.set('eu-1-b', { code: 'quotaExceeded', how: 'answer' });
    await syncedHouse(home);
    expect(node(home).zone).toBe('eu-2-a');
    expect((await home.seen())?.tried).toMatchObject([
      { zone: 'eu-1-a', code: 'ZONE_RESOURCE_POOL_EXHAUSTED' },
      { zone: 'eu-1-b', code: 'quotaExceeded' },
    ]);
  });

  test('waits ten minutes when no place has room, says so, and tries all of them again', async () => {
    const home = new StandbyHouse();
    for (const zone of ['eu-1-a', 'eu-1-b', 'eu-2-a'])
      home.compute.full.set(zone, { code: 'insufficientCapacity', how: 'answer' });
    home.want(wantedOf());
    await home.minutes(3);
    expect((await home.seen())?.refusal?.reason).toBe('no-capacity');
    methods(home);
    await home.minutes(5);
    expect(methods(home)).not.toContain('insert');
    home.compute.full.clear();
    expect((await phases(home, 'synced')).at(-1)).toBe('synced');
    expect(node(home).zone).toBe('eu-1-a');
  });

  test('is made again when its node is taken away', async () => {
    const home = await syncedHouse();
    const { name, zone } = node(home);
    home.compute.nodes.delete(`${zone}/${name}`);
    await home.minutes(2);
    expect(home.compute.live(), 'a list may lag behind').toEqual([]);
    await home.minutes(2);
    expect(node(home)).toMatchObject({ zone, name: expect.stringMatching(/^bw-alpha-2-/) });
  });

  test.each(Object.values(labels).slice(0, 4))(
    'that has lost its label %s is there, and no other is made',
    async (label) => {
      const home = await syncedHouse();
      const { name, zone, labels: its } = node(home);
      const left = Object.fromEntries(Object.entries(its).filter(([each]) => each !== label));
      home.compute.nodes.set(`${zone}/${name}`, { ...node(home), labels: left });
      await home.minutes(60);
      expect([...home.compute.nodes.keys()]).toEqual([`${zone}/${name}`]);
      const kind = label === labels.wanted ? undefined : 'foreign';
      const seen = await home.seen();
      expect([seen?.phase, seen?.trouble?.kind]).toEqual(['synced', kind]);
      expect((await home.fleet()).orphans).toEqual([]);
      release(home);
      await home.minutes(10);
      expect(home.compute.nodes.size, 'of what is not ours nothing is deleted').toBe(
        [labels.ours, labels.signer].some((each) => each === label) ? 1 : 0,
      );
    },
  );

  test('that a list leaves out and Compute says nothing of is not gone, and that is told', async () => {
    const home = await syncedHouse();
    const { name, zone } = node(home);
    home.compute.nodes.delete(`${zone}/${name}`);
    home.compute.denied.set('node', 'compute.instances.get');
    await home.minutes(30);
    expect(home.compute.live()).toEqual([]);
    expect((await home.fleet()).trouble).toMatchObject({
      kind: 'permission',
      text: expect.stringContaining('compute.instances.get'),
    });
    home.compute.denied.clear();
    await home.minutes(4);
    expect(node(home)).toMatchObject({ name: expect.stringMatching(/^bw-alpha-2-/) });
  });

  test('whose insert is done is there although lists do not show it yet', async () => {
    const home = new StandbyHouse();
    home.want(wantedOf());
    home.compute.onInsert = (made) => {
      home.compute.nodes.set(`${made.zone}/${made.name}`, { ...made, listedAt: home.now + 30 * minute });
    };
    await home.minutes(20);
    expect([...home.compute.nodes.values()]).toHaveLength(1);
    expect((await home.seen())?.phase).toBe('synced');
  });

  test('is not made when its name is taken by somebody else’s machine', async () => {
    const home = new StandbyHouse();
    home.want(wantedOf());
    home.compute.onInsert = ({ zone, name }) => {
      home.compute.nodes.set(`${zone}/${name}`, { ...node(home), labels: {} });
    };
    // The first request is done, and forgotten by Compute: its repetition meets the name.
    home.compute.script.push('none', 'lost-after');
    home.compute.forgetsRequests = true;
    await home.minutes(12);
    expect(await home.seen()).toMatchObject({ phase: 'failed', trouble: { kind: 'foreign' } });
  });

  test('whose permission is missing names it, and is asked for again only by a new wanting', async () => {
    const home = new StandbyHouse();
    home.compute.denied.set('insert', 'compute.instances.create');
    home.want(wantedOf());
    await home.minutes(2);
    expect(await home.seen()).toMatchObject({
      phase: 'failed',
      trouble: { kind: 'permission', text: expect.stringContaining('compute.instances.create') },
    });
    expect((await home.seen())?.trouble?.text).toContain('watchdog standby create alpha');
    home.compute.denied.clear();
    methods(home);
    await home.minutes(3);
    expect(methods(home)).not.toContain('insert');
    home.want(wantedOf({ id: 'alpha.again' }));
    expect((await phases(home, 'synced')).at(-1)).toBe('synced');
  });

  test('that hangs is stuck with the last lines of its console, asked for once, until it moves again', async () => {
    const home = new StandbyHouse();
    home.want(wantedOf());
    await home.minutes(2);
    node(home).published = null;
    await home.minutes(60);
    expect((await home.seen())?.trouble).toMatchObject({ kind: 'stuck', lines: { length: 10 } });
    expect(methods(home).filter((method) => method === 'console')).toHaveLength(1);
    node(home).published = undefined;
    await home.minutes(2);
    expect((await home.seen())?.trouble).toBeNull();
  });
});

describe('what is refused', () => {
  test.each<[string, (home: StandbyHouse) => void, string]>([
    ['dryRun', (home) => (home.rules = { ...home.rules, isDryRun: true }), 'dry-run'],
    ['an unreadable flag', (home) => home.flags.set('alpha', unreadable), 'keys-unreadable'],
    [
      'a silent Compute',
      (home) => home.compute.script.push(...Array.from({ length: 40 }, () => 'lost-before' as const)),
      'compute-silent',
    ],
    ['a cap', (home) => (home.rules = { ...home.rules, monthlyCap: 12 }), 'over-cap'],
  ])('for %s is written down once, and looked at again in each run', async (_, spoil, reason) => {
    const home = new StandbyHouse();
    home.want(wantedOf());
    spoil(home);
    await home.minutes(2);
    const first = await home.seen();
    expect(first?.refusal).toMatchObject({ reason, since: expect.any(Number) });
    expect(home.compute.live()).toEqual([]);
    const { revision } = first ?? { revision: 0 };
    await home.minutes(1);
    expect((await home.seen())?.revision).toBe(revision);
    home.rules = { ...home.rules, isDryRun: false, monthlyCap: 1_000 };
    home.compute.script.length = 0;
    home.flags.clear();
    expect((await phases(home, 'synced')).at(-1)).toBe('synced');
  });

  test('of more standbys than may be goes to the others first, however many ask at once', async () => {
    const signers = ['alpha', 'beta', 'gamma', 'delta'];
    const home = new StandbyHouse({}, signers);
    for (const signer of signers) home.want(wantedOf({ signer }));
    await home.minutes(3);
    expect(home.compute.live()).toHaveLength(2);
    const { standbys } = await home.store.loadAll();
    expect(standbys.filter(({ seen }) => seen?.refusal?.reason === 'too-many')).toHaveLength(2);
  });

  test('when over half of the houses turned dark at once', async () => {
    const home = new StandbyHouse();
    home.sites = 3;
    home.want(wantedOf());
    const dark = (site: string, since: number) =>
      commit(home.store, {
        state: siteState({
          site,
          subjects: { [`site/${site}`]: { phase: 'suspected', kind: 'dark', since, ticks: 1 } },
        }),
      });
    await dark('home', start);
    await dark('other-0', start + minute);
    await home.minutes(2);
    expect((await home.seen())?.refusal?.reason).toBe('mass-outage');
    await dark('other-0', start - hour);
    expect((await phases(home, 'synced')).at(-1)).toBe('synced');
  });

  test('when a house’s document cannot be read, for it may have turned dark', async () => {
    const home = new StandbyHouse();
    home.sites = 3;
    home.want(wantedOf());
    await commit(home.store, {
      state: siteState({
        subjects: { 'site/home': { phase: 'suspected', kind: 'vpn-down', since: start, ticks: 1 } },
      }),
    });
    home.shelf.set('sites/other-1', { fields: { schema: 99 }, version: 1 });
    await home.minutes(1);
    expect((await home.seen())?.refusal?.reason).toBe('mass-outage');
  });
});

describe('a release', () => {
  const held = (holder: Parameters<typeof flagOf>[0]): FlagRead => ({
    isReadable: true,
    flag: flagOf(holder),
  });

  test.each<[string, (home: StandbyHouse) => void, string]>([
    ['protection', (home) => replace(home, { isProtected: true }), 'protected'],
    [
      'a hold',
      (home) => replace(home, { labels: { ...node(home).labels, [labels.hold]: 'ada' } }),
      'protected',
    ],
    ['an unreadable flag', (home) => home.flags.set('alpha', unreadable), 'flag-unreadable'],
    [
      'a handover under way',
      (home) => home.flags.set('alpha', held({ holder: { kind: 'none' } })),
      'keys-not-absent',
    ],
    ['keys', (home) => say(home, report(home, 'present')), 'keys-not-absent'],
    ['an agent that does not know', (home) => say(home, report(home, 'unknown')), 'keys-not-absent'],
    ['an agent that nobody understands', (home) => say(home, '{}'), 'keys-not-absent'],
    ['silence', (home) => say(home, null), 'keys-not-absent'],
  ])('is kept back by %s, which is told with a command', async (_, spoil, kind) => {
    const home = await syncedHouse();
    spoil(home);
    release(home);
    await home.minutes(30);
    expect(await home.seen()).toMatchObject({
      phase: 'releasing',
      trouble: { kind, text: expect.stringContaining('gcloud compute instances delete') },
    });
    expect(methods(home)).not.toContain('remove');
    expect(home.compute.live()).toHaveLength(1);
  });

  test('reads the flag after the list in the very run that deletes', async () => {
    const home = await syncedHouse();
    const order: string[] = [];
    const world = home.world();
    const noting = <Door extends object>(door: Door): Door =>
      new Proxy(door, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]): unknown => {
            order.push(String(name));
            return Reflect.apply(member, target, args);
          };
        },
      });
    release(home);
    const { provision } = await import('../../functions/flows/provision.ts');
    await provision(
      { ...world, keys: noting(world.keys), compute: noting(world.compute) },
      { signal: new AbortController().signal },
    );
    expect(order.slice(0, 4)).toEqual(['list', 'readFlags', 'report', 'remove']);
  });

  test('of a node that has held keys is never made by software, although the keys are in the house again', async () => {
    const home = await syncedHouse();
    const { zone, name, id } = node(home);
    home.flags.set(
      'alpha',
      held({ holder: { kind: 'node', project: 'my-project', zone, name }, instance: id }),
    );
    await home.minutes(1);
    home.flags.set('alpha', held({}));
    release(home);
    await home.minutes(200);
    expect(await home.seen()).toMatchObject({ phase: 'releasing', hasHeldKeys: true });
    expect(home.compute.live()).toHaveLength(1);
  });

  test('that is taken back in time leaves the node as it was', async () => {
    const home = await syncedHouse();
    home.flags.set('alpha', unreadable);
    release(home);
    await home.minutes(2);
    expect((await home.seen())?.phase).toBe('releasing');
    home.want(wantedOf());
    home.flags.clear();
    await home.minutes(2);
    expect(await home.seen()).toMatchObject({ phase: 'synced', trouble: null });
  });

  test('of a signer that is not configured any more goes the same way', async () => {
    const home = await syncedHouse();
    home.signers.length = 0;
    expect((await phases(home, 'gone')).at(-1)).toBe('gone');
    expect(home.compute.live()).toEqual([]);
  });

  test('whose permission is missing names it, for as long as it lasts', async () => {
    const home = await syncedHouse();
    home.compute.denied.set('remove', 'compute.instances.delete');
    release(home);
    await home.minutes(5);
    expect((await home.seen())?.trouble).toMatchObject({
      kind: 'permission',
      text: expect.stringContaining('compute.instances.delete'),
      since: expect.any(Number),
    });
    home.compute.denied.clear();
    expect((await phases(home, 'gone')).at(-1)).toBe('gone');
  });

  function replace(home: StandbyHouse, change: Partial<ReturnType<typeof node>>): void {
    const found = node(home);
    home.compute.nodes.set(`${found.zone}/${found.name}`, { ...found, ...change });
  }
  function say(home: StandbyHouse, published: string | null): void {
    node(home).published = published;
  }
  const report = (home: StandbyHouse, keys: string): string =>
    JSON.stringify({ version: 1, at: new Date(home.now).toISOString(), keys, state: 'synced' });
});
