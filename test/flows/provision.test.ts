// From a wanting to a node that is synced, and back to nothing, through the flow.
import { describe, expect, test } from 'vitest';
import { hour, minute } from '../support/site.ts';
import { flagOf, releasedOf, StandbyHouse, unreadable, wantedOf } from '../support/standby.ts';

const phases = async (home: StandbyHouse, until: string, minutes = 60): Promise<string[]> => {
  const met: string[] = [];
  await home.minutes(minutes, async () => {
    const phase = (await home.seen())?.phase ?? 'none';
    if (met.at(-1) !== phase) met.push(phase);
    return phase === until;
  });
  return met;
};

async function synced(home: StandbyHouse): Promise<void> {
  home.want(wantedOf());
  expect((await phases(home, 'synced')).at(-1)).toBe('synced');
}

describe('a standby', () => {
  test('is made, syncs, and goes when it is not wanted any more', async () => {
    const home = new StandbyHouse();
    home.want(wantedOf());
    expect(await phases(home, 'synced')).toEqual(['booting', 'syncing', 'synced']);
    const [node] = home.compute.live();
    expect(node).toMatchObject({
      zone: 'eu-1-a',
      name: expect.stringMatching(/^bw-alpha-1-[0-9a-f]{8}$/),
      labels: {
        'basement-watchdog': 'bw',
        'watchdog-signer': 'alpha',
        'watchdog-wanted': 'alpha-20261123t020000z',
        'watchdog-attempt': '1',
      },
    });
    home.want(releasedOf(wantedOf(), home.now));
    expect((await phases(home, 'gone')).at(-1)).toBe('gone');
    expect(home.compute.live()).toEqual([]);
    expect((await home.seen())?.cost?.spent).toBeGreaterThan(0.1);
    home.now += 25 * hour;
    await home.minutes(1);
    expect(await home.seen()).toBeNull();
  });

  test('is asked for in the run that finds it wanted', async () => {
    const home = new StandbyHouse();
    home.want(wantedOf());
    await home.run();
    expect(home.compute.calls.map(({ method }) => method).slice(0, 2)).toEqual(['list', 'insert']);
  });

  test('goes to the next zone once the full one is proven to have left nothing', async () => {
    const home = new StandbyHouse();
    home.compute.full.set('eu-1-a', { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', how: 'operation' });
    home.compute.full.set('eu-1-b', { code: 'quotaExceeded', how: 'answer' });
    await synced(home);
    expect(home.compute.live()).toMatchObject([{ zone: 'eu-2-a' }]);
    expect((await home.seen())?.tried).toMatchObject([
      { zone: 'eu-1-a', code: 'ZONE_RESOURCE_POOL_EXHAUSTED' },
      { zone: 'eu-1-b', code: 'quotaExceeded' },
    ]);
  });
});
