// One tick of `watch`, over a real store in memory, with doors that fail, race and repeat.
import { describe, expect, test } from 'vitest';
import type { Memory } from '../../functions/domain/memory.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { Store } from '../../functions/stores/store.ts';
import { hearBeat } from '../support/heard.ts';
import { house, type House } from '../support/house.ts';
import { badSample, minute, siteRules, start } from '../support/site.ts';

const stored = async (home: House, id = 'home'): Promise<Memory | undefined> =>
  (await openMemoryStore(home.shelf).readSites([id])).get(id);
const messages = async (home: House): Promise<readonly string[]> =>
  (await openMemoryStore(home.shelf).dueRows(Number.MAX_SAFE_INTEGER, 100)).rows.map(
    (row) => `${row.notice.kind} ${row.notice.items[0]?.problem} ${row.channel}`,
  );
const cut = (home: House): void => {
  for (const id of ['eth', 'rpc', 'ssh']) home.broken.add(id);
};

describe('a tick', () => {
  test('remembers what it found, and writes no message while all is well', async () => {
    const home = house([siteRules()]);
    const summary = await home.tick();
    expect(summary.sites).toMatchObject([
      { site: 'home', outcome: 'done', verdict: 'ok', messages: 0, probes: 4 },
    ]);
    expect((await stored(home))?.state.tick.scheduledAt).toBe(start);
    expect(await messages(home)).toEqual([]);
  });

  test('pages a blackout at its first tick, once per channel, and not again', async () => {
    const home = house([siteRules()]);
    await home.tick();
    cut(home);
    home.moveTo(start + minute);
    const summary = await home.tick();
    expect(summary.sites[0]).toMatchObject({ verdict: 'dark', messages: 2 });
    home.moveTo(start + 2 * minute);
    expect((await home.tick()).sites[0]).toMatchObject({ verdict: 'dark', messages: 0 });
    expect(await messages(home)).toEqual(['opened dark phone', 'opened dark mail']);
  });

  test('looks again, twice, at what has changed and only at that', async () => {
    const home = house([siteRules()]);
    await home.tick();
    home.broken.add('eth');
    home.moveTo(start + minute);
    home.probed.clear();
    await home.tick();
    expect(Object.fromEntries(home.probed)).toEqual({
      'ref-a': 2,
      'ref-b': 2,
      vpn: 1,
      eth: 3,
      rpc: 1,
      ssh: 1,
    });
    home.moveTo(start + 2 * minute);
    home.probed.clear();
    await home.tick();
    expect(home.probed.get('eth'), 'suspected: it is looked at with the same care again').toBe(3);
    home.moveTo(start + 3 * minute);
    home.probed.clear();
    await home.tick();
    expect(home.probed.get('eth'), 'its incident is open: nothing new').toBe(1);
  });

  test('does not believe a single lost answer', async () => {
    const home = house([siteRules()]);
    await home.tick();
    home.moveTo(start + minute);
    home.answer('eth', badSample());
    const lost = home.tick();
    // The burst starts after the first answers; by then the packet loss is over.
    home.answer('eth', { ok: true, latencyMs: { total: 1 }, facts: {} });
    expect((await lost).sites[0]?.verdict).toBe('ok');
  });

  test('says which target could not be probed because of a bug or a missing secret, and judges the rest', async () => {
    const home = house([siteRules()]);
    const summary = await home.tick({
      life: {
        door: (door) =>
          new Proxy(door, {
            apply: () => Promise.reject(new Error('no secret at https://user:pw@host/path?token=x')),
          }),
        calls: () => 0,
        isDead: () => false,
      },
    });
    expect(summary.sites[0]).toMatchObject({ outcome: 'error', verdict: 'unknown' });
    expect(summary.sites[0]?.error).toContain('target eth');
    expect(summary.sites[0]?.error).not.toMatch(/pw|token=x/);
  });
});

describe('our own network, which comes and goes while we look', () => {
  const lost = badSample('unreachable');
  const ways = ['eth', 'rpc', 'ssh', 'vpn'];
  const references = ['ref-a', 'ref-b'];

  test('goes just after the references have answered: that is blind, not dark', async () => {
    const home = house([siteRules()]);
    await home.tick();
    home.moveTo(start + minute);
    for (const id of ways) home.answer(id, lost);
    // Good at the first look, and never again.
    for (const id of references) {
      home.answer(id, lost);
      home.queue(id, [{ ok: true, latencyMs: { total: 1 }, facts: {} }]);
    }
    expect((await home.tick()).sites[0]).toMatchObject({ verdict: 'blind', messages: 0 });
  });

  test('comes back between the targets and the second look at the references: that is no outage', async () => {
    const home = house([siteRules()]);
    await home.tick();
    home.moveTo(start + minute);
    for (const id of ways) home.queue(id, [lost, lost, lost]);
    for (const id of references) home.queue(id, [lost]);
    expect((await home.tick()).sites[0]).toMatchObject({ verdict: 'ok', messages: 0 });
  });

  test('was gone for minutes and comes back in the middle of a tick: that is no outage either', async () => {
    const home = house([siteRules()]);
    await home.tick();
    for (const id of [...ways, ...references]) home.broken.add(id);
    home.moveTo(start + minute);
    expect((await home.tick()).sites[0]?.verdict).toBe('blind');
    home.broken.clear();
    home.moveTo(start + 2 * minute);
    // Remembered as bad, so one bad answer would do; the references are well by then.
    for (const id of ways) home.queue(id, [lost]);
    expect((await home.tick()).sites[0]).toMatchObject({ verdict: 'ok', messages: 0 });
  });

  test('is asked too late, when the run is over: what was seen before stands', async () => {
    const home = house([siteRules()]);
    await home.tick();
    home.moveTo(start + minute);
    cut(home);
    const over = badSample('aborted');
    for (const id of references) {
      home.answer(id, over);
      home.queue(id, [{ ok: true, latencyMs: { total: 1 }, facts: {} }]);
    }
    expect((await home.tick()).sites[0]).toMatchObject({ verdict: 'dark', messages: 2 });
  });

  test('is asked once more before a blackout is believed, and a blackout is paged all the same', async () => {
    const home = house([siteRules()]);
    await home.tick();
    cut(home);
    home.moveTo(start + minute);
    home.probed.clear();
    expect((await home.tick()).sites[0]).toMatchObject({ verdict: 'dark', messages: 2 });
    expect(home.probed.get('ref-a'), 'before and after').toBe(2);
    home.moveTo(start + 2 * minute);
    home.probed.clear();
    await home.tick();
    expect(home.probed.get('ref-a'), 'old news need no bracket').toBe(1);
  });
});

describe('replays and stamps', () => {
  test('the same stamp again changes nothing and probes nothing', async () => {
    const home = house([siteRules()]);
    await home.tick();
    const before = structuredClone([...home.shelf]);
    cut(home);
    home.probed.clear();
    home.moveTo(start + 20_000);
    const again = await home.tick({ stamp: new Date(start).toISOString() });
    expect(again.sites).toMatchObject([{ outcome: 'replay', messages: 0 }]);
    expect([...home.shelf]).toEqual(before);
    expect([...home.probed.keys()]).toEqual([]);
  });

  test('an older stamp is a replay too', async () => {
    const home = house([siteRules()]);
    await home.tick();
    home.moveTo(start + minute);
    const late = await home.tick({ stamp: new Date(start - minute).toISOString() });
    expect(late.sites[0]?.outcome).toBe('replay');
  });

  test.each([
    ['from the far future', '2099-01-01T00:00:00Z', 'ahead'],
    ['that nobody can read', 'yesterday-ish', 'unreadable'],
    ['that is empty', '', 'missing'],
  ])('a stamp %s is replaced by our own minute and blinds nothing', async (_name, stamp, replaced) => {
    const home = house([siteRules()]);
    expect(await home.tick({ stamp })).toMatchObject({ stampReplaced: replaced, scheduledAt: start });
    cut(home);
    home.moveTo(start + minute);
    expect((await home.tick()).sites[0]).toMatchObject({ outcome: 'done', verdict: 'dark', messages: 2 });
  });
});

describe('several sites', () => {
  test('a document that does not parse is named, left as it is, and stops nobody else', async () => {
    const home = house([siteRules(), siteRules({ id: 'cabin', reportsSelf: false })]);
    await home.tick();
    const broken = { schema: 1, site: 42 };
    home.shelf.set('sites/home', { fields: broken, version: 99 });
    home.moveTo(start + minute);
    const summary = await home.tick();
    expect(summary.sites.find((site) => site.site === 'home')).toMatchObject({ outcome: 'error' });
    expect(summary.sites.find((site) => site.site === 'home')?.error).toContain('sites/home');
    expect(summary.sites.find((site) => site.site === 'cabin')).toMatchObject({
      outcome: 'done',
      verdict: 'ok',
    });
    expect(home.shelf.get('sites/home')?.fields).toEqual(broken);
  });

  test('blindness is told once, by one site, whatever the number of sites', async () => {
    const home = house([siteRules(), siteRules({ id: 'cabin', reportsSelf: false })]);
    await home.tick();
    cut(home);
    for (const id of ['ref-a', 'ref-b', 'vpn']) home.broken.add(id);
    for (let tick = 1; tick <= 4; tick += 1) {
      home.moveTo(start + tick * minute);
      const summary = await home.tick();
      expect(
        summary.sites.map((site) => site.verdict),
        `tick ${tick}`,
      ).toEqual(['blind', 'blind']);
    }
    expect(await messages(home)).toEqual(['opened blind phone', 'opened blind mail']);
  });
});

describe('a store that fails or races', () => {
  const over = (store: Store, members: Partial<Store>): Store => ({ ...store, ...members });

  test('an unreadable inbox is an error, but does not turn a living house dark', async () => {
    const home = house([siteRules()]);
    await home.tick();
    const store = openMemoryStore(home.shelf);
    await hearBeat(store, 'home', 'cluster', start + 100_000);
    cut(home);
    home.moveTo(start + minute);
    await home.tick();
    home.moveTo(start + 2 * minute);
    expect((await home.tick()).sites[0]?.verdict, 'the beat is later than the trouble').toBe('inbound-lost');
    home.moveTo(start + 3 * minute);
    const deaf = over(store, { loadHeard: () => Promise.reject(new Error('inbox is away')) });
    const summary = await home.tick({ store: deaf });
    expect(summary.sites[0]).toMatchObject({ outcome: 'error', verdict: 'inbound-lost' });
    expect(summary.sites[0]?.error).toContain('inbox is away');
  });

  test('on a conflict the pure step runs again on what somebody else wrote, with the same samples', async () => {
    const home = house([siteRules()]);
    await home.tick();
    cut(home);
    home.moveTo(start + minute);
    home.probed.clear();
    const store = openMemoryStore(home.shelf);
    let conflicts = 2;
    const racing = over(store, {
      commitSite: (change) => {
        conflicts -= 1;
        return conflicts >= 0 ? Promise.resolve('conflict') : store.commitSite(change);
      },
    });
    const summary = await home.tick({ store: racing });
    expect(summary.sites[0]).toMatchObject({ outcome: 'done', verdict: 'dark', messages: 2 });
    expect(home.probed.get('eth'), 'three probes of one tick, none for the conflicts').toBe(3);
  });

  test('a conflict with the same tick of another instance is a replay', async () => {
    const home = house([siteRules()]);
    await home.tick();
    cut(home);
    home.moveTo(start + minute);
    const store = openMemoryStore(home.shelf);
    let isFirst = true;
    const racing = over(store, {
      commitSite: async (change) => {
        if (isFirst) {
          isFirst = false;
          await home.tick();
        }
        return store.commitSite(change);
      },
    });
    let pokes = 0;
    const poke = (): Promise<{ accepted: true }> => {
      pokes += 1;
      return Promise.resolve({ accepted: true });
    };
    expect((await home.tick({ store: racing, poke })).sites[0]?.outcome).toBe('replay');
    expect(pokes, 'the other one may have been our own commit, whose answer was lost').toBe(1);
    expect(await messages(home)).toEqual(['opened dark phone', 'opened dark mail']);
  });

  test('a store that always conflicts ends as an error that names the document', async () => {
    const home = house([siteRules()]);
    const store = over(openMemoryStore(home.shelf), { commitSite: () => Promise.resolve('conflict') });
    const summary = await home.tick({ store });
    expect(summary.sites[0]).toMatchObject({ outcome: 'error' });
    expect(summary.sites[0]?.error).toContain('sites/home');
  });
});

describe('waking deliver', () => {
  test('is done when there is something to send, also by the replay of a tick whose process died before', async () => {
    const home = house([siteRules()]);
    let pokes = 0;
    const poke = (): Promise<{ accepted: true }> => {
      pokes += 1;
      return Promise.resolve({ accepted: true });
    };
    await home.tick({ poke });
    expect(pokes, 'nothing to send').toBe(0);
    cut(home);
    home.moveTo(start + minute);
    await home.tick();
    await home.tick({ poke, stamp: new Date(start + minute).toISOString() });
    expect(pokes).toBe(1);
  });

  test('goes on each tick until the messages are settled, and then stops', async () => {
    const home = house([siteRules()]);
    let pokes = 0;
    const poke = (): Promise<{ accepted: true }> => {
      pokes += 1;
      return Promise.resolve({ accepted: true });
    };
    await home.tick();
    cut(home);
    for (let tick = 1; tick <= 3; tick += 1) {
      home.moveTo(start + tick * minute);
      await home.tick({ poke });
    }
    expect(pokes).toBe(3);
    const store = openMemoryStore(home.shelf);
    for (const row of (await store.dueRows(home.clock.now(), 10)).rows) {
      await store.claimRow(row.id, { at: home.clock.now(), lease: 'me', leaseMs: 1000 });
      await store.settleRow(row.id, 'me', { state: 'sent', at: home.clock.now(), outcome: 'ok' });
    }
    for (let tick = 4; tick <= 6; tick += 1) {
      home.moveTo(start + tick * minute);
      await home.tick({ poke });
    }
    expect(pokes).toBe(3);
    expect((await stored(home))?.state.nextDueAt).toBe(null);
  });

  test('that is refused is reported and loses nothing', async () => {
    const home = house([siteRules()]);
    await home.tick();
    cut(home);
    home.moveTo(start + minute);
    const summary = await home.tick({
      poke: () => Promise.resolve({ accepted: false, reason: 'refused', detail: 'connection refused' }),
    });
    expect(summary.problems).toEqual([expect.stringContaining('deliver was not woken')]);
    expect(await messages(home)).toHaveLength(2);
  });
});
