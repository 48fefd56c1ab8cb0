// The script that upsmon calls, on dash, with curl and TLS: what it sends for which news, how it finds its way, and how long it takes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { blackhole } from '../support/blackhole.ts';
import { lacksPrograms } from '../support/tools.ts';
import { token, upsHouse, type UpsHouse } from './house-with-ups.ts';
import { watchdogHost, type Heard } from './watchdog-server.ts';

const isMissing = lacksPrograms('dash', 'curl', 'timeout', 'awk');

/** What upsmon leaves to it before the power is cut. */
const finalDelayMs = 5000;

const power = z.record(z.string(), z.unknown());
const powerIn = (heard: Heard | undefined): Record<string, unknown> =>
  power.parse(JSON.parse(heard?.body ?? 'null'));
const spoken = ({ server }: UpsHouse): string[] => server.heard.map(({ path, body }) => `${path} ${body}`);

describe.skipIf(isMissing)('what is sent', () => {
  test('news of power: one POST with the token, the state, the charge and the time', async () => {
    const house = await upsHouse();
    house.ups({ 'ups.status': 'OB DISCHRG', 'battery.charge': '87', 'battery.runtime': '1260' });
    const before = Math.floor(Date.now() / 1000);
    const { code, stdout, stderr } = await house.notify('ONBATT');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    const [heard] = house.server.heard;
    expect(house.server.heard).toHaveLength(1);
    expect(heard).toMatchObject({
      method: 'POST',
      path: '/home/ups/power',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    const { at, ...said } = powerIn(heard);
    expect(said).toEqual({ state: 'on-battery', ups: 'apc', charge: 87, runtime: 1260 });
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now() / 1000);
  });

  test('the state that the UPS has now, whichever news upsmon had; its news only when the UPS says nothing', async () => {
    const house = await upsHouse();
    const cases = [
      ['ONLINE', 'OL', 'online'],
      ['ONLINE', 'OL CHRG LB', 'online'],
      ['ONLINE', 'OB DISCHRG', 'on-battery'],
      ['ONBATT', 'OL CHRG', 'online'],
      ['ONBATT', 'ALARM OB DISCHRG', 'on-battery'],
      ['ONBATT', 'OB LB', 'low-battery'],
      ['ONBATT', 'LB OB', 'low-battery'],
      ['LOWBATT', 'FSD OB LB', 'shutting-down'],
      ['FSD', 'OL', 'shutting-down'],
      ['SHUTDOWN', 'OB', 'shutting-down'],
      ['SHUTDOWN_HOSTSYNC', 'OB', 'shutting-down'],
      ['ONLINE', null, 'online'],
      ['ONBATT', null, 'on-battery'],
      ['ONBATT', 'WAIT', 'on-battery'],
      ['LOWBATT', null, 'low-battery'],
      ['SHUTDOWN', null, 'shutting-down'],
    ] as const;
    for (const [type, status] of cases) {
      house.ups(status === null ? null : { 'ups.status': status });
      await house.notify(type);
    }
    const states = house.server.heard.map((heard) => powerIn(heard)['state']);
    expect(states).toEqual(cases.map(([, , state]) => state));
  });

  test('numbers only where they are some, and a name only where the watchdog would take it', async () => {
    const house = await upsHouse();
    const said = async (variables: Record<string, string>, name: string): Promise<unknown> => {
      house.ups({ 'ups.status': 'OB', ...variables });
      await house.notify('ONBATT', { ups: name });
      const { at: _, state: __, ...rest } = powerIn(house.server.heard.at(-1));
      return rest;
    };
    expect(await said({ 'battery.charge': '085.50', 'battery.runtime': '0' }, 'apc-1@10.0.0.7:3493')).toEqual(
      {
        ups: 'apc-1',
        charge: 85,
        runtime: 0,
      },
    );
    expect(await said({ 'battery.charge': '101', 'battery.runtime': 'NA' }, '"x"@localhost')).toEqual({});
    // upsmon names no UPS when it shuts down: then it is the one of the settings.
    expect(await said({ 'battery.charge': '-1', 'battery.runtime': '9999999' }, '')).toEqual({ ups: 'ups' });
  });

  test('everything else is a plain ping that fails, with the sentence, until it is said to be over', async () => {
    const house = await upsHouse();
    await house.notify('COMMBAD', { text: 'Communications with UPS apc@localhost lost' });
    await house.notify('REPLBATT', { text: 'UPS apc@localhost battery\nneeds "to" be replaced' });
    await house.notify('COMMOK', { text: '@/etc/hostname' });
    await house.notify('NOTALARM');
    expect(spoken(house)).toEqual([
      '/home/ups/fail COMMBAD Communications with UPS apc@localhost lost',
      '/home/ups/fail REPLBATT UPS apc@localhost battery needs "to" be replaced',
      '/home/ups/ok COMMOK @/etc/hostname',
      '/home/ups/ok NOTALARM something happened',
    ]);
    expect(house.server.heard[0]?.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'content-type': 'text/plain',
    });
  });

  test('a timer tells what is once more: after a shutdown upsmon does not say that power is back', async () => {
    const house = await upsHouse();
    expect(await house.run(['--refresh'])).toMatchObject({ code: 0, stderr: '' });
    house.ups({ 'ups.status': 'OL RB' });
    await house.run(['--refresh']);
    house.ups(null);
    expect(await house.run(['--refresh'])).toMatchObject({
      code: 1,
      stderr: 'notify-watchdog: upsc says nothing of ups@localhost\n',
    });
    expect(spoken(house).map((each) => each.replace(/,"at":\d+/, ''))).toEqual([
      '/home/ups/report {"power":{"state":"online","ups":"ups","charge":100,"runtime":2400}}',
      '/home/ups/power {"state":"online","ups":"ups"}',
      '/home/ups/fail ups@localhost: its battery must be replaced',
    ]);
  });

  test('what the UPS says is kept for node_exporter, whether the watchdog takes it or not', async () => {
    const house = await upsHouse();
    const kept = (): string[] =>
      readFileSync(join(house.folder, 'state/ups.prom'), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.replace(/(checked_seconds\S+ )\d+$/, '$1now'));
    const ups = { UPSNAME: 'apc@localhost' };
    await house.run(['--refresh'], ups);
    expect(kept()).toEqual([
      'basement_ups_on_battery{ups="apc@localhost"} 0',
      'basement_ups_battery_low{ups="apc@localhost"} 0',
      'basement_ups_charge_percent{ups="apc@localhost"} 100',
      'basement_ups_runtime_seconds{ups="apc@localhost"} 2400',
      'basement_ups_checked_seconds{ups="apc@localhost"} now',
    ]);
    house.server.answer(401);
    house.ups({ 'ups.status': 'OB LB' });
    await house.notify('LOWBATT');
    expect(kept()).toEqual([
      'basement_ups_on_battery{ups="apc@localhost"} 1',
      'basement_ups_battery_low{ups="apc@localhost"} 1',
      'basement_ups_checked_seconds{ups="apc@localhost"} now',
    ]);
    // A UPS that says nothing leaves what was, and its time grows old.
    house.ups(null);
    await house.run(['--refresh'], ups);
    expect(kept()).toHaveLength(3);
    expect(readdirSync(join(house.folder, 'state')).toSorted()).toEqual(['address', 'ups.prom']);
  });

  test('by hand: a test says what was answered, and that it was refused', async () => {
    const house = await upsHouse();
    const { port } = house.server;
    expect(await house.run(['--test'])).toMatchObject({
      code: 0,
      stdout: `${watchdogHost} is at 127.0.0.1\nPOST https://${watchdogHost}:${port}/home/ups/ok: 200\n{"said":200}\n`,
    });
    house.server.answer(401);
    expect(await house.run(['--test'])).toMatchObject({
      code: 1,
      stderr: 'notify-watchdog: not taken: POST /home/ups/ok: 401 {"said":401}\n',
    });
    expect(await house.run(['--help'])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe.skipIf(isMissing)('the way there', () => {
  test('the address is kept while there is power, and used when nothing else is left', async () => {
    const house = await upsHouse();
    await house.notify('ONLINE');
    expect(house.keptAddress.read()).toBe(`${watchdogHost} 127.0.0.1\n`);
    expect(house.lookups()).toBe(1);
    // Without power the resolver is not even asked: it may take its time to say nothing.
    house.resolver('silent');
    house.ups({ 'ups.status': 'OB' });
    expect(await house.notify('ONBATT')).toMatchObject({ code: 0 });
    house.ups(null);
    expect(await house.notify('LOWBATT')).toMatchObject({ code: 0 });
    expect(house.lookups()).toBe(1);
    // With power it is asked, for a second, and then the address that was kept is good enough.
    expect(await house.notify('ONLINE')).toMatchObject({ code: 0 });
    expect(house.server.heard).toHaveLength(4);
  });

  test('an address at which somebody else is leads back to the name, and the new one is kept', async () => {
    const house = await upsHouse();
    house.ups({ 'ups.status': 'OB' });
    house.keptAddress.write('127.0.0.9');
    expect(await house.notify('ONBATT')).toMatchObject({ code: 0 });
    expect(house.keptAddress.read()).toBe(`${watchdogHost} 127.0.0.1\n`);
  });

  test('an address at which nobody is the watchdog is not kept', async () => {
    const house = await upsHouse();
    await house.notify('ONLINE');
    // A router without its line answers every name with itself.
    house.resolver(['127.0.0.9']);
    expect(await house.notify('ONLINE')).toMatchObject({ code: 1 });
    expect(house.keptAddress.read()).toBe(`${watchdogHost} 127.0.0.1\n`);
    house.ups({ 'ups.status': 'OB' });
    expect(await house.notify('ONBATT')).toMatchObject({ code: 0 });
  });

  test('several addresses are kept, of both kinds, and those that do not answer are passed by', async () => {
    const house = await upsHouse();
    house.resolver(['127.0.0.9', '::1', '127.0.0.1']);
    await house.notify('ONLINE');
    expect(house.keptAddress.read()).toBe(`${watchdogHost} 127.0.0.9,[::1],127.0.0.1\n`);
    expect(house.server.heard).toHaveLength(1);
  });

  test('a broken file of the address keeps nothing back', async () => {
    const house = await upsHouse();
    house.ups({ 'ups.status': 'OB' });
    for (const text of ['127.0.0.1"\nurl = "http://127.0.0.9', '', '$(touch /tmp/x)']) {
      house.keptAddress.write(text);
      expect(await house.notify('ONBATT')).toMatchObject({ code: 0 });
    }
    expect(house.server.heard).toHaveLength(3);
  });

  test('an address of another host is none, and without any it says so at once', async () => {
    const house = await upsHouse();
    house.resolver(null);
    house.ups({ 'ups.status': 'OB' });
    house.keptAddress.write('127.0.0.1', 'other.watchdog.invalid');
    expect(await house.notify('ONBATT')).toMatchObject({
      code: 1,
      stderr: `notify-watchdog: not taken: POST /home/ups/power: 000 no address of ${watchdogHost} is known\n`,
    });
    expect(house.server.heard).toEqual([]);
  });

  test('a state folder that cannot be written to keeps nothing back', async () => {
    const house = await upsHouse();
    house.settings({ STATE_DIR: '/nowhere' });
    const { code, stderr } = await house.notify('ONLINE');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "notify-watchdog: cannot keep the watchdog's address in /nowhere\n",
    });
  });

  test('whoever fails at once is asked once more, and whoever refuses is not', async () => {
    const house = await upsHouse();
    house.server.answer(503, 200);
    expect(await house.notify('ONBATT')).toMatchObject({ code: 0 });
    expect(house.server.heard).toHaveLength(2);
    house.server.answer(404);
    expect(await house.notify('ONBATT')).toMatchObject({ code: 1 });
    expect(house.server.heard).toHaveLength(3);
  });

  test('several runs at once all arrive, and leave one whole address', async () => {
    const house = await upsHouse();
    const types = ['ONLINE', 'ONBATT', 'LOWBATT', 'ONLINE', 'FSD', 'SHUTDOWN'];
    const ran = await Promise.all(types.map((type) => house.notify(type)));
    expect(ran.map(({ code }) => code)).toEqual(types.map(() => 0));
    expect(house.server.heard).toHaveLength(types.length);
    expect(house.keptAddress.read()).toBe(`${watchdogHost} 127.0.0.1\n`);
    expect(readdirSync(`${house.folder}/state`)).toEqual(['address', 'ups.prom']);
  });
});

/** Arguments and environments of all processes, and the names of those that are the test's. */
function processes(): string {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids
    .flatMap((pid) => ['cmdline', 'environ'].map((file) => `/proc/${pid}/${file}`))
    .map((file) => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return '';
      }
    })
    .join('\n');
}

describe.skipIf(isMissing)('in time, and without a trace', () => {
  test('a watchdog that never answers: it gives up below the delay of upsmon, and nobody sees the token meanwhile', async () => {
    const house = await upsHouse();
    house.server.answer(null);
    const running = house.notify('ONBATT');
    await expect.poll(() => house.server.heard.length, { timeout: 4000 }).toBe(1);
    const seen = processes();
    const { code, stderr, ms } = await running;
    expect(seen).toContain(`https://${watchdogHost}:${house.server.port}/home/ups/power`);
    expect(seen).not.toContain(token);
    expect({ code, calls: house.server.heard.length }).toEqual({ code: 1, calls: 1 });
    expect(stderr).toMatch(/^notify-watchdog: not taken: POST \/home\/ups\/power: 000 curl: \(28\) .*\n$/);
    expect(ms).toBeLessThan(finalDelayMs);
  });

  test('nobody takes the connection, the resolver is silent and so is the UPS: still below it', async () => {
    const house = await upsHouse();
    const hole = await blackhole();
    if (hole === null) throw new Error('this system has no queue that can be filled');
    try {
      house.settings({ URL: `https://${watchdogHost}:${hole.port}` });
      house.keptAddress.write('127.0.0.1');
      house.resolver('silent');
      house.ups('silent');
      const { code, ms } = await house.notify('ONLINE');
      expect(code).toBe(1);
      expect(ms).toBeLessThan(finalDelayMs);
    } finally {
      await hole.close();
    }
  });

  const wrong: readonly (readonly [string, Record<string, string | undefined>, string])[] = [
    ['no URL', { URL: undefined }, 'URL must be https://…'],
    ['a URL that is not encrypted', { URL: 'http://watchdog.example.net' }, 'URL must be https://…'],
    ['a URL with a password', { URL: 'https://me:secret@example.net' }, 'URL has a character'],
    ['a URL with a bad port', { URL: 'https://example.net:https' }, 'URL has no good port'],
    ['no site', { SITE: undefined }, 'SITE and SOURCE must be ids'],
    ['a site with a path', { SITE: '../x' }, 'SITE and SOURCE must be ids'],
    ['an empty source', { SOURCE: '' }, 'SITE and SOURCE must be ids'],
    ['a token in the wrong file', { TOKEN: 'sesame-sesame' }, 'line 8 is none of URL, SITE'],
    ['no file for the token', { TOKEN_FILE: '/nowhere/token' }, 'cannot read the token in /nowhere/token'],
  ];
  test.each(wrong)('%s: one clear line, and nothing is sent', async (_, settings, words) => {
    const house = await upsHouse();
    house.settings(settings);
    const { code, stdout, stderr } = await house.notify('ONBATT');
    expect({ code, stdout, sent: house.server.heard }).toEqual({ code: 2, stdout: '', sent: [] });
    expect(stderr).toMatch(/^notify-watchdog: [^\n]+\n$/);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('sesame');
  });

  test('a file without a token, without settings, an unknown option, and no news: the same', async () => {
    const house = await upsHouse();
    house.writeToken('');
    const empty = await house.notify('ONBATT');
    house.writeToken('"\nurl = "https://evil.example');
    const strange = await house.notify('ONBATT');
    const lost = await house.run(['--refresh'], { WATCHDOG_CONF: '/nowhere' });
    const unknown = await house.run(['--verbose']);
    const nothing = await house.run([]);
    for (const { code, stderr } of [empty, strange, lost, unknown, nothing]) {
      expect(code).toBe(2);
      expect(stderr).toMatch(/^notify-watchdog: [^\n]+\n$/);
    }
    expect(house.server.heard).toEqual([]);
  });
});
