// A power cut: the watchdog hears of it while there is still power, what signs stops before its machine, and the machine at the UPS's cable goes last.
import { describe, expect, test } from 'vitest';
import { until } from '../../live/nets/wait.ts';
import type { House } from '../house.ts';
import type { HouseMachine } from '../house/machines.ts';
import { complaintOf } from '../recap.ts';

const device = '/var/lib/basement-ups.dev';
const off = '/run/basement-powered-off';
const stopped = '/run/basement-validator-stopped';

/** A UPS that does as a file says, a stand-in for what signs, and no real end of the machines. */
const variables = {
  ups_primary: 'mini1',
  ups_driver: 'dummy-ups',
  ups_port: device,
  ups_driver_options: { mode: 'dummy-once', pollinterval: 1 },
  ups_stop_first_units: ['act-validator.service'],
  ups_wait_seconds: 3,
  ups_power_off_command: `date +%s%N >${off}`,
};

const validator = [
  '[Service]',
  'Type=oneshot',
  'RemainAfterExit=yes',
  'ExecStart=/bin/true',
  `ExecStop=/bin/sh -c 'date +%%s%%N >${stopped}'`,
  '',
].join('\n');

const write = (machine: HouseMachine, path: string, text: string): Promise<string> =>
  machine.run('sh', '-c', 'printf %s "$1" >"$0.new" && mv "$0.new" "$0"', path, text);

export function ups(house: () => House): void {
  describe('a power cut', () => {
    const primary = (): HouseMachine => house().machine('mini1');
    const status = (words: string): Promise<string> =>
      write(primary(), device, `ups.status: ${words}\nbattery.charge: 90\nbattery.runtime: 900\n`);
    const play = (...args: readonly string[]): ReturnType<House['play']> =>
      house().play('playbooks/site.yml', '--tags', 'ups', ...args);
    const toldSince = (count: number, path: string): boolean =>
      house()
        .visits()
        .filter((visit) => visit.kind === 'watchdog')
        .slice(count)
        .some((visit) => visit.path === path && visit.status === 200);
    const visitsSoFar = (): number =>
      house()
        .visits()
        .filter(({ kind }) => kind === 'watchdog').length;
    /** Nanoseconds since the epoch, of the one clock that all of them have. */
    const momentOf = async (machine: HouseMachine, path: string): Promise<bigint | null> => {
      const { code, text } = await machine.attempt('cat', path);
      return code === 0 && /^\d+$/.test(text) ? BigInt(text) : null;
    };

    test('a UPS is set up on the machine with its cable, and the others ask it', async () => {
      await status('OL');
      for (const mini of house().minis) {
        await write(mini, '/etc/systemd/system/act-validator.service', validator);
        await mini.run('systemctl', 'daemon-reload');
        await mini.run('systemctl', 'start', 'act-validator.service');
      }
      house().inventory({ all: variables });
      expect(complaintOf(await play())).toBe('ok');
      const again = await play();
      expect(complaintOf(again)).toBe('ok');
      expect(again.text.match(/^(TASK|RUNNING HANDLER) .*\nchanged.*/gm) ?? []).toEqual([]);
      const clients = await until('all machines to watch the UPS', async () => {
        const text = await primary().run('upsc', '-c', 'ups');
        return text.split('\n').length >= house().minis.length ? text : null;
      });
      for (const { address } of house().minis.slice(1)) expect(clients).toContain(address);
      expect(
        await primary().run('stat', '--format=%a %U %G', '/etc/nut/upsd.users', '/etc/nut/watchdog.token'),
      ).toBe('640 root nut\n640 root nut');
    });

    test('on battery: the watchdog hears of it within seconds', async () => {
      const before = visitsSoFar();
      await status('OB DISCHRG');
      await until('the gasp', async () => (toldSince(before, '/home/ups/power') ? true : null), {
        limitMs: 60_000,
      });
      expect(await momentOf(primary(), off)).toBeNull();
    });

    test('the battery is nearly empty: what signs stops, then the other machines go, then the one with the cable', async () => {
      const { minis } = house();
      await status('OB DISCHRG LB');
      const moments = await until(
        'all machines to go down',
        async () => {
          const found = await Promise.all(
            minis.map(async (mini) => ({
              stopped: await momentOf(mini, stopped),
              off: await momentOf(mini, off),
            })),
          );
          return found.every((each) => each.off !== null && each.stopped !== null) ? found : null;
        },
        { limitMs: 120_000 },
      );
      const order = moments
        .flatMap((each, place) => [
          { id: minis[place]?.id, what: 'stops', at: each.stopped ?? 0n },
          { id: minis[place]?.id, what: 'goes', at: each.off ?? 0n },
        ])
        .toSorted((one, other) => (one.at < other.at ? -1 : 1));
      expect(order.at(-1)).toMatchObject({ id: 'mini1', what: 'goes' });
      for (const { id } of minis) {
        expect(order.filter((each) => each.id === id).map(({ what }) => what)).toEqual(['stops', 'goes']);
      }
    });

    test('power is back: they watch it again', async () => {
      await status('OL CHRG');
      for (const mini of house().minis) {
        await mini.run(
          'rm',
          '-f',
          off,
          stopped,
          '/etc/killpower',
          '/etc/systemd/system/act-validator.service',
        );
        await mini.run('systemctl', 'daemon-reload');
      }
      await primary().run('systemctl', 'restart', 'nut-driver@ups', 'nut-server');
      for (const mini of house().minis) await mini.run('systemctl', 'restart', 'nut-monitor');
      const text = await until('the UPS to be online', async () => {
        const { code, text: said } = await primary().attempt('upsc', 'ups', 'ups.status');
        return code === 0 && said.includes('OL') ? said : null;
      });
      expect(text).not.toContain('FSD');
      house().inventory();
    });
  });
}
