// What the UPS's script says is what the watchdog takes: the script and the function `heartbeat`, with nothing between them.
import { afterEach, describe, expect, test } from 'vitest';
import { openStore } from '../../functions/stores/open.ts';
import { localHouse, type LocalHouse } from '../support/local.ts';
import { lacksPrograms } from '../support/tools.ts';
import { token, upsHouse } from './house-with-ups.ts';

let home: LocalHouse;
afterEach(() => home.close());

describe.skipIf(lacksPrograms('dash', 'curl', 'timeout', 'awk'))('notify-watchdog and heartbeat', () => {
  test('a cut, a low battery, a lost UPS and the minute after: each is taken, and known to the next tick', async () => {
    home = await localHouse({
      site: { heartbeats: [{ source: 'ups', token: { env: 'UPS_TOKEN' } }] },
      variables: { UPS_TOKEN: token },
    });
    // The script tells the time by the clock of the machine.
    home.moveTo(Date.now());
    const ups = await upsHouse();
    ups.settings({ URL: home.watchdog.urls.heartbeat });
    const store = openStore({ FIRESTORE_EMULATOR_HOST: home.watchdog.firestore.host });
    const pulse = (): Promise<unknown> => store.loadHeard('home');

    ups.ups({ 'ups.status': 'OB DISCHRG', 'battery.charge': '87', 'battery.runtime': '1260' });
    expect(await ups.notify('ONBATT')).toMatchObject({ code: 0, stderr: '' });
    expect(await pulse()).toMatchObject({
      power: { apc: { state: 'on-battery', charge: 87, runtimeMs: 1_260_000 } },
      beats: { ups: { okAt: null } },
    });

    ups.ups({ 'ups.status': 'OB LB' });
    expect(await ups.notify('LOWBATT')).toMatchObject({ code: 0 });
    expect(await pulse()).toMatchObject({ power: { apc: { state: 'low-battery', charge: null } } });

    ups.ups(null);
    expect(await ups.notify('COMMBAD', { text: 'Communications with UPS apc@localhost lost' })).toMatchObject(
      {
        code: 0,
      },
    );
    expect(await pulse()).toMatchObject({
      beats: { ups: { failure: { text: 'COMMBAD Communications with UPS apc@localhost lost' } } },
    });

    ups.ups({ 'ups.status': 'OL CHRG', 'battery.charge': '12' });
    expect(await ups.run(['--refresh'], { UPSNAME: 'apc@localhost' })).toMatchObject({ code: 0, stderr: '' });
    expect(await pulse()).toMatchObject({
      power: { apc: { state: 'online', charge: 12 } },
      beats: { ups: { failure: null } },
    });

    ups.writeToken('a-token-that-nobody-has-here\n');
    const refused = await ups.notify('ONBATT');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('401 {"error":"the bearer token of that sender is needed"}');
  });
});
