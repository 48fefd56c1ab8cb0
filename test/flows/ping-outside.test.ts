// Who is outside hears after each tick how it went, last of all, and does not spoil it.
import { describe, expect, test } from 'vitest';
import type { Ping } from '../../functions/cloud/cloud.ts';
import { isGoodTick } from '../../functions/flows/watch.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import { house } from '../support/house.ts';
import { minute, siteRules, start } from '../support/site.ts';

type Heard = { readonly isGood: boolean; readonly text: string };

function outside(): { readonly heard: Heard[]; readonly ping: Ping } {
  const heard: Heard[] = [];
  return {
    heard,
    ping: async (_signal, told) => {
      heard.push(told);
      return { accepted: true };
    },
  };
}

const away = (): Promise<never> =>
  Promise.reject(new WatchdogError('ERR_STORE', 'the store failed about sites/home: SECRET'));

describe('the service outside', () => {
  test('hears that all is well, and when what was asked for is late', async () => {
    const home = house([siteRules()]);
    const { heard, ping } = outside();
    home.moveTo(start + 7_000);
    await home.tick({ ping });
    expect(heard).toEqual([{ isGood: true, text: '1 site taken in, 7 s after its time' }]);
  });

  test('hears of a site that was not taken in, and no word of why', async () => {
    const home = house([siteRules()]);
    const { heard, ping } = outside();
    await home.tick({ ping, store: { ...openMemoryStore(home.shelf), loadSite: away } });
    expect(heard).toEqual([{ isGood: false, text: 'not taken in without an error: home' }]);
  });

  test('hears when a message has waited for too long, by the replay of a tick as well', async () => {
    const home = house([siteRules()]);
    await home.tick();
    home.broken.add('ssh');
    const { heard, ping } = outside();
    for (let tick = 1; tick <= 14; tick += 1) {
      home.moveTo(start + tick * minute);
      await home.tick({ ping });
    }
    expect(heard.map(({ isGood }) => isGood)).toEqual([...Array<boolean>(12).fill(true), false, false]);
    await home.tick({ ping });
    expect(heard.at(-1)).toEqual({ isGood: false, text: 'nobody can be told about: home' });
  });

  test('a house that is dark is no trouble of the watchdog', async () => {
    const home = house([siteRules()]);
    for (const id of ['eth', 'rpc', 'ssh']) home.broken.add(id);
    const { heard, ping } = outside();
    await home.tick({ ping });
    expect(heard).toMatchObject([{ isGood: true }]);
  });

  test('hears of shards other than the first only what is bad', async () => {
    const ids = ['home', 'cabin', 'barn', 'attic', 'shed', 'garage', 'cellar', 'tower'];
    const home = house(ids.map((id) => siteRules({ id, reportsSelf: id === 'home' })));
    const { heard, ping } = outside();
    const shard = (index: number) => ({ index, count: 2 });
    await home.tick({ ping, shard: shard(0) });
    await home.tick({ ping, shard: shard(1) });
    expect(heard.map(({ isGood }) => isGood)).toEqual([true]);
    const store = { ...openMemoryStore(home.shelf), loadSite: away };
    home.moveTo(start + minute);
    await home.tick({ ping, store, shard: shard(1) });
    expect(heard.map(({ isGood }) => isGood)).toEqual([true, false]);
  });

  test.each<[string, Ping]>([
    ['refuses', async () => ({ accepted: false, reason: 'status', detail: 'HTTP 404' })],
    ['throws', () => Promise.reject(new Error('a bug'))],
  ])('that %s is a warning, and no error of the tick', async (_, ping) => {
    const home = house([siteRules()]);
    const summary = await home.tick({ ping });
    expect(summary.warnings).toEqual([expect.stringContaining('the service outside was not told: ')]);
    expect(isGoodTick(summary)).toBe(true);
  });
});
