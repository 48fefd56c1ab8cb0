// What concerns all standbys together: peace, the lease, what nobody wants, what cannot be read, and money.
import { describe, expect, test } from 'vitest';
import { labels } from '../../functions/domain/standby/rules.ts';
import type { FlagRead } from '../../functions/domain/standby/key-flag.ts';
import { provision } from '../../functions/flows/provision.ts';
import { wantedFields } from '../../functions/stores/standbys.ts';
import { firestoreBench } from '../stores/bench.ts';
import { indexes } from '../../functions/stores/indexes.ts';
import { startFirestore } from '../../local/firestore/server.ts';
import { hour, minute } from '../support/site.ts';
import { flagOf, hourly, releasedOf, StandbyHouse, unreadable, wantedOf } from '../support/standby-house.ts';

const calls = (home: StandbyHouse): string[] => home.compute.calls.splice(0).map(({ method }) => method);
const bounds = { signal: new AbortController().signal };

async function synced(home: StandbyHouse): Promise<void> {
  home.want(wantedOf());
  await home.minutes(30, async () => (await home.seen())?.phase === 'synced');
}

describe('in peace', () => {
  test('nothing is asked but one query, and every half hour one list of all', async () => {
    const home = new StandbyHouse();
    await home.minutes(1);
    expect(calls(home)).toEqual(['list', 'disks']);
    const before = JSON.stringify([...home.shelf]);
    await home.minutes(29);
    expect(calls(home)).toEqual([]);
    expect(home.keyReads).toBe(0);
    expect(JSON.stringify([...home.shelf])).toBe(before);
    await home.minutes(1);
    expect(calls(home)).toEqual(['list', 'disks']);
  });

  test.each<[string, (home: StandbyHouse) => void]>([
    ['is forbidden', (home) => home.compute.denied.set('list', 'compute.instances.list')],
    ['of disks is forbidden', (home) => home.compute.denied.set('disks', 'compute.disks.list')],
    ['is never whole', (home) => home.compute.script.push('not-whole')],
  ])('a list that %s is tried every ten minutes', async (_, spoil) => {
    const home = new StandbyHouse();
    spoil(home);
    await home.minutes(1);
    calls(home);
    const before = JSON.stringify([...home.shelf]);
    await home.minutes(9);
    expect(calls(home)).toEqual([]);
    expect(JSON.stringify([...home.shelf])).toBe(before);
    spoil(home);
    await home.minutes(1);
    expect(calls(home)).toContain('list');
    home.want(wantedOf());
    await home.minutes(1);
    expect(calls(home), 'what is wanted does not wait').toContain('list');
    expect((await home.fleet()).trouble?.kind ?? null).toBe(
      home.compute.denied.size === 0 ? null : 'permission',
    );
  });

  test('and with nodes that stand it costs one read of each document, and no write', async () => {
    const emulator = await startFirestore({ indexes });
    const bench = firestoreBench(emulator.host);
    try {
      const home = new StandbyHouse({}, ['alpha', 'beta']);
      const world = { ...home.world(), store: bench.store };
      const run = () => provision(world, bounds);
      emulator.resetCounts();
      await run();
      expect(emulator.counts()).toMatchObject({ writes: 2 });
      emulator.resetCounts();
      await run();
      expect(emulator.counts()).toEqual({ reads: 1, writes: 0, deletes: 0 });

      for (const signer of ['alpha', 'beta'])
        await bench.plant(`standbys/${signer}`, wantedFields(wantedOf({ signer })));
      for (let minutes = 0; minutes < 20; minutes += 1) {
        await run();
        home.now += minute;
      }
      const { standbys } = await bench.store.loadAll();
      expect(standbys.map(({ seen }) => seen?.phase)).toEqual(['synced', 'synced']);
      emulator.resetCounts();
      home.keyReads = 0;
      calls(home);
      await run();
      // Two standbys and what concerns both; the lease is two writes of that one document, each with a read.
      expect(emulator.counts()).toEqual({ reads: 3 + 2, writes: 2, deletes: 0 });
      expect(home.keyReads).toBe(2);
      expect(calls(home)).toEqual(['list', 'report', 'report']);
    } finally {
      await bench.close();
      await emulator.close();
    }
  });
});

describe('the lease', () => {
  test('lets one of two runs at once do the work', async () => {
    const home = new StandbyHouse();
    home.want(wantedOf());
    const [first, second] = await Promise.all([home.run(), home.run()]);
    expect([first, second].filter(({ isBusy }) => isBusy)).toHaveLength(1);
    expect(calls(home).filter((method) => method === 'insert')).toHaveLength(1);
  });

  test('of a run that is gone binds nobody for longer than it lasts, nor one that a wrong clock wrote', async () => {
    const home = new StandbyHouse();
    const lease = (until: number) =>
      home.store.changeFleet((fleet) => ({ ...fleet, lease: { id: 'another', until } }));
    await lease(home.now + 70_000);
    expect((await home.run()).isBusy).toBe(true);
    await lease(home.now - 1);
    expect((await home.run()).isBusy).toBe(false);
    home.now += hour;
    await lease(home.now + hour);
    expect((await home.run()).isBusy).toBe(false);
  });

  test('that has run out lets nothing more be asked of Compute', async () => {
    const home = new StandbyHouse();
    home.want(wantedOf());
    const world = home.world();
    const slow: typeof world.store = {
      ...world.store,
      writeSeen: async (...given) => {
        const end = await world.store.writeSeen(...given);
        home.now += 40_000;
        return end;
      },
    };
    await provision({ ...world, store: slow, budgetMs: 10 * minute }, bounds);
    expect(calls(home)).toEqual(['list', 'disks']);
    expect((await home.seen())?.phase).toBe('creating');
  });
});

describe('a machine that nobody wants', () => {
  const orphanHouse = (): StandbyHouse => {
    const home = new StandbyHouse();
    home.compute.plant({
      zone: 'eu-9-z',
      name: 'bw-alpha-7-0badc0de',
      labels: { [labels.ours]: 'bw', [labels.signer]: 'alpha', [labels.attempt]: '7' },
    });
    return home;
  };
  const orphans = async (home: StandbyHouse) => (await home.fleet()).orphans;
  const held = (over: Parameters<typeof flagOf>[0]): FlagRead => ({ isReadable: true, flag: flagOf(over) });

  test('is told of first, and deleted after its grace', async () => {
    const home = orphanHouse();
    // What was done to the keys before there was the machine says nothing of it.
    home.flags.set('alpha', held({ since: home.now - 1 }));
    const found = home.now;
    await home.minutes(23 * 60);
    expect(await orphans(home)).toMatchObject([
      { kind: 'instance', name: 'bw-alpha-7-0badc0de', firstSeenAt: found, deletesAt: found + 24 * hour },
    ]);
    expect(calls(home)).not.toContain('remove');
    await home.minutes(2 * 60 + 1);
    expect(calls(home).filter((method) => method === 'remove')).toHaveLength(1);
    expect(home.compute.live()).toEqual([]);
    expect(await orphans(home)).toEqual([]);
    expect((await home.fleet()).spent['2026-11']).toBeGreaterThan(12);
  });

  test.each<[string, (home: StandbyHouse) => void, string]>([
    [
      'any flag names a node',
      (home) =>
        home.flags.set('beta', held({ holder: { kind: 'node', project: 'p', zone: 'z', name: 'n' } })),
      'beta',
    ],
    ['a handover is under way', (home) => home.flags.set('beta', held({ holder: { kind: 'none' } })), 'beta'],
    ['any flag is unreadable', (home) => home.flags.set('beta', unreadable), 'beta'],
    [
      'the keys of its signer were moved while it was there',
      (home) => home.flags.set('alpha', held({ since: home.now + 1 })),
      'moved',
    ],
    [
      'they may have been, for nobody knows since when it is there',
      (home) => {
        home.flags.set('alpha', held({}));
        change(home, { createdAt: null });
      },
      'moved',
    ],
    ['its agent says nothing', (home) => change(home, { published: null }), 'agent'],
    [
      'it has keys',
      (home) =>
        change(home, {
          published: '{"version":1,"at":"2026-11-24T02:00:00Z","keys":"present","state":"synced"}',
        }),
      'held keys',
    ],
    ['it is protected', (home) => change(home, { isProtected: true }), 'protected'],
    ['it does not say whose it is', (home) => change(home, { labels: { [labels.ours]: 'bw' } }), 'whose'],
  ])('is told of and left alone when %s', async (_, spoil, word) => {
    const home = orphanHouse();
    home.signers.push({ id: 'beta', chain: 'ethereum' });
    spoil(home);
    await home.minutes(26 * 60);
    expect(calls(home)).not.toContain('remove');
    expect(await orphans(home)).toMatchObject([{ text: expect.stringContaining(word) }]);
  });

  test('is one although a drill made it that nobody remembers', async () => {
    const drill = orphanHouse();
    const [node] = drill.compute.live();
    change(drill, { labels: { ...node?.labels, [labels.drill]: '1' } });
    await drill.minutes(1);
    expect(await orphans(drill)).toHaveLength(1);
  });

  test('is none when a document that cannot be read stands for it', async () => {
    const broken = orphanHouse();
    broken.shelf.set('standbys/alpha', {
      fields: { schema: 1, signer: 'alpha', seen: 'nonsense' },
      version: 1,
    });
    const { errors } = await broken.run();
    expect(errors).toEqual([expect.stringContaining('standbys/alpha')]);
    expect(await orphans(broken)).toEqual([]);
  });

  test('is one as well that comes after its standby was given up', async () => {
    const home = new StandbyHouse({ maxStandbys: 1 }, ['alpha', 'beta']);
    await synced(home);
    const made = await home.seen();
    home.want(releasedOf(wantedOf(), home.now));
    await home.minutes(10);
    expect((await home.seen())?.phase).toBe('gone');
    home.compute.plant({
      zone: made?.attempt?.zone ?? '',
      name: made?.attempt?.name ?? '',
      labels: made?.node?.labels ?? {},
    });
    await home.minutes(31);
    expect(await orphans(home)).toMatchObject([{ name: made?.attempt?.name }]);
    home.want(wantedOf({ signer: 'beta' }));
    await home.minutes(2);
    expect((await home.seen('beta'))?.refusal?.reason).toBe('too-many');
    home.want(wantedOf({ id: 'alpha.again' }));
    await home.minutes(2);
    expect((await home.seen())?.phase, 'it is taken over when it is wanted again').toBe('synced');
    expect(await orphans(home)).toEqual([]);
  });

  test('keeps what was found out of it, although the run looks again for others', async () => {
    const home = orphanHouse();
    home.signers.push({ id: 'beta', chain: 'ethereum' });
    change(home, { isProtected: true });
    await home.minutes(1);
    home.now += 25 * hour;
    home.want(wantedOf({ signer: 'beta' }));
    await home.run();
    expect(calls(home).filter((method) => method === 'list').length).toBeGreaterThan(2);
    expect(await orphans(home)).toMatchObject([{ text: expect.stringContaining('protected') }]);
  });

  test('whose deletion got no answer is asked for by the same request again', async () => {
    const home = orphanHouse();
    home.signers.push({ id: 'beta', chain: 'ethereum' });
    await home.minutes(1);
    home.now += 25 * hour;
    home.want(wantedOf({ signer: 'beta' }));
    const asked: string[] = [];
    const world = home.world();
    const lossy: typeof world.compute = {
      ...world.compute,
      remove: async (node) => {
        asked.push(node.requestId);
        const failure = { code: 'TIMEOUT', status: null, isLost: true, permission: null, text: 'no answer' };
        return { ok: false, failure };
      },
    };
    for (let runs = 0; runs < 2; runs += 1) {
      await provision({ ...world, compute: lossy }, bounds);
      home.now += 31 * minute;
    }
    expect(asked).toHaveLength(2);
    expect(new Set(asked).size).toBe(1);
  });

  test('is never deleted when its standby has held keys, although it was given up', async () => {
    const home = new StandbyHouse();
    await synced(home);
    const made = await home.seen();
    const [node] = home.compute.live();
    const holder = { project: 'my-project', zone: node?.zone ?? '', name: node?.name ?? '' };
    home.flags.set('alpha', held({ holder: { kind: 'node', ...holder } }));
    await home.minutes(2);
    home.flags.clear();
    home.want(releasedOf(wantedOf(), home.now));
    home.compute.nodes.clear();
    await home.minutes(10);
    expect(await home.seen()).toMatchObject({ phase: 'gone', hasHeldKeys: true });
    home.compute.plant({ ...holder, labels: made?.node?.labels ?? {} });
    home.rules = { ...home.rules, orphanGraceMs: hour };
    await home.minutes(5 * 60);
    expect(await orphans(home)).toMatchObject([{ text: expect.stringContaining('held keys') }]);
    expect(calls(home)).not.toContain('remove');
  });

  test('is one that comes after its attempt failed for good', async () => {
    const home = new StandbyHouse();
    home.compute.full.set('eu-1-a', { code: 'NEVER_HEARD_OF', how: 'answer' });
    home.want(wantedOf());
    await home.minutes(2);
    const seen = await home.seen();
    expect(seen?.phase).toBe('failed');
    const { zone, name } = seen?.attempt ?? { zone: '', name: '' };
    home.compute.plant({ zone, name, labels: { [labels.ours]: 'bw', [labels.signer]: 'alpha' } });
    await home.minutes(31);
    expect(await orphans(home)).toMatchObject([{ name }]);
  });

  test('counts for the brake, and blocks its own signer', async () => {
    const home = orphanHouse();
    home.want(wantedOf());
    await home.minutes(1);
    expect(await home.seen()).toMatchObject({
      refusal: { reason: 'too-many', text: expect.stringContaining('bw-alpha-7') },
    });
  });

  test('may be a disk, which is told of and never deleted', async () => {
    const home = new StandbyHouse();
    const disk = { zone: 'eu-1-a', gib: 500, labels: { [labels.signer]: 'alpha' } };
    home.compute.disks.push(
      { ...disk, name: 'bw-left', isAttached: false },
      { ...disk, name: 'bw-used', isAttached: true },
    );
    await home.minutes(48 * 60);
    expect(await orphans(home)).toMatchObject([
      {
        kind: 'disk',
        name: 'bw-left',
        deletesAt: null,
        text: expect.stringContaining('gcloud compute disks delete bw-left'),
      },
    ]);
    expect(new Set(calls(home))).toEqual(new Set(['list', 'disks']));
  });

  function change(home: StandbyHouse, over: Partial<Parameters<StandbyHouse['compute']['plant']>[0]>): void {
    const [node] = home.compute.live();
    if (node === undefined) throw new Error('there is no node');
    home.compute.nodes.set(`${node.zone}/${node.name}`, { ...node, ...over });
  }
});

describe('what cannot be read', () => {
  test('of all together stops everything but saying so', async () => {
    const home = new StandbyHouse();
    home.want(wantedOf());
    home.shelf.set('standbys/_fleet', { fields: { schema: 1, lease: 'nonsense' }, version: 1 });
    const { errors, standbys } = await home.run();
    expect(errors).toEqual([expect.stringContaining('standbys/_fleet')]);
    expect(standbys).toEqual([]);
    expect(calls(home)).toEqual([]);
  });

  test('of one standby counts as a node, and leaves the others alone', async () => {
    const home = new StandbyHouse({ maxStandbys: 1 }, ['alpha', 'beta']);
    home.want(wantedOf());
    home.shelf.set('standbys/beta', { fields: { schema: 1, signer: 'beta', seen: 'nonsense' }, version: 1 });
    await home.minutes(1);
    expect((await home.seen())?.refusal?.reason).toBe('too-many');
    home.rules = { ...home.rules, maxStandbys: 2 };
    await home.minutes(2);
    expect((await home.seen())?.phase).toBe('booting');
  });
});

describe('the whole', () => {
  test('says which permission a list needs, and that it is over when it is', async () => {
    const home = new StandbyHouse();
    home.compute.denied.set('list', 'compute.instances.list');
    home.want(wantedOf());
    await home.minutes(2);
    expect((await home.fleet()).trouble).toMatchObject({
      kind: 'permission',
      text: expect.stringContaining('compute.instances.list'),
    });
    home.compute.denied.clear();
    await home.minutes(1);
    expect((await home.fleet()).trouble).toBeNull();
  });

  test('tells when it last came to its end, and what broke in it', async () => {
    const home = new StandbyHouse();
    await synced(home);
    expect((await home.fleet()).ranAt).toBeGreaterThan(home.now - 2 * minute);
    const world = home.world();
    const failing: typeof world.store = {
      ...world.store,
      writeSeen: async () => {
        throw new Error('no answer');
      },
    };
    home.want(releasedOf(wantedOf(), home.now));
    await provision({ ...world, store: failing }, bounds);
    expect((await home.fleet()).trouble).toMatchObject({
      kind: 'unknown-error',
      text: expect.stringContaining('standbys/alpha'),
    });
    await home.minutes(1);
    expect((await home.fleet()).trouble).toBeNull();
  });

  test('tells of a node that may not be deleted and whose signer is not configured any more', async () => {
    const home = new StandbyHouse();
    await synced(home);
    home.signers.length = 0;
    for (const node of home.compute.live()) {
      home.compute.nodes.set(`${node.zone}/${node.name}`, { ...node, isProtected: true });
    }
    await home.minutes(10);
    expect(home.compute.live()).toHaveLength(1);
    expect((await home.fleet()).trouble).toMatchObject({
      kind: 'protected',
      text: expect.stringMatching(/^alpha is not configured any more, and its node is still there: /),
    });
  });

  test('says that the month is over its cap while nodes run, and deletes none', async () => {
    const home = new StandbyHouse({ monthlyCap: 14 });
    await synced(home);
    await home.minutes(28 * 60);
    expect((await home.fleet()).trouble?.kind).toBe('over-cap');
    expect(home.compute.live()).toHaveLength(1);
    expect((await home.seen())?.phase).toBe('synced');
  });

  test('counts once what a node has cost, although its end cannot be written down', async () => {
    const home = new StandbyHouse();
    await synced(home);
    await home.minutes(60);
    home.want(releasedOf(wantedOf(), home.now));
    const world = home.world();
    let failures = 0;
    const failing: typeof world.store = {
      ...world.store,
      writeSeen: async (signer, base, seen) => {
        if (seen.phase !== 'gone') return world.store.writeSeen(signer, base, seen);
        failures += 1;
        throw new Error('ERR_STORE: no answer');
      },
    };
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await provision({ ...world, store: failing }, bounds);
      home.now += minute;
    }
    expect(failures).toBeGreaterThan(5);
    expect((await home.seen())?.phase).toBe('releasing');
    const { spent } = await home.fleet();
    await home.minutes(2);
    expect((await home.seen())?.phase).toBe('gone');
    expect((await home.fleet()).spent).toEqual(spent);
    expect(spent['2026-11']).toBeGreaterThan(hourly);
    expect(spent['2026-11']).toBeLessThan(1.5 * hourly);
  });

  test('remembers what nodes have cost that are gone, and the brake goes by it', async () => {
    const home = new StandbyHouse({ monthlyCap: 20 });
    await synced(home);
    await home.minutes(18 * 60);
    home.want(releasedOf(wantedOf(), home.now));
    await home.minutes(5);
    expect((await home.seen())?.phase).toBe('gone');
    home.want(wantedOf({ id: 'alpha.again' }));
    await home.minutes(2);
    expect((await home.seen())?.refusal?.reason).toBe('over-cap');
  });
});
