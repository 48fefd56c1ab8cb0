// The leak test on real machines: it says that all is well, and it sees what an open kill switch lets out.
import { describe, expect, test } from 'vitest';
import type { House, Visit } from '../house.ts';
import { places } from '../house/networks.ts';

export const leakTest = (house: () => House): void => {
  describe('the leak test', () => {
    const gateway = (): ReturnType<House['machine']> => house().machine('mini1');
    const node = (): ReturnType<House['machine']> => house().machine('mini2');

    /** What it said on a machine, and what the watchdog heard meanwhile of leaks. */
    const look = async (
      machine: ReturnType<House['machine']>,
    ): Promise<{ readonly code: number; readonly text: string; readonly heard: readonly Visit[] }> => {
      const before = house().visits().length;
      const { code, text } = await machine.attempt('basement-leak-test');
      const heard = house()
        .visits()
        .slice(before)
        .filter(({ kind, path }) => kind === 'watchdog' && path?.startsWith('/home/leak/') === true);
      return { code, text, heard };
    };
    const leaks = async (machine: ReturnType<House['machine']>): Promise<string> =>
      machine.run(
        'sed',
        '-n',
        's/^basement_leak_test_leaks //p',
        '/var/lib/prometheus/node-exporter/basement_leak_test.prom',
      );
    const open = 'systemctl stop basement-tunnel; nft delete table inet basement_killswitch';

    test('all is well: every node is seen as the exit, nobody answers beside the tunnel, and the watchdog is told', async () => {
      await house().networks.forget();
      const there = await look(node());
      expect(there).toMatchObject({ code: 0, heard: [] });
      const { code, text, heard } = await look(gateway());
      expect(text).toMatch(
        new RegExp(
          `^seen as 10\\.66\\.0\\.2, .*${places.hub.replaceAll('.', '\\.')}.*; none of \\d+ tries beside the tunnel got out$`,
        ),
      );
      expect({ code, heard }).toMatchObject({
        code: 0,
        heard: [{ path: '/home/leak/ok', from: places.hub, status: 200 }],
      });
      expect([await leaks(node()), await leaks(gateway())]).toEqual(['0', '0']);
      expect([...new Set((await house().networks.seen()).map(({ to }) => to))]).toEqual([places.hub]);
    });

    test('an open kill switch is seen on every node, the watchdog is told, and the home is not named', async () => {
      for (const machine of [node(), gateway()]) {
        await machine.run('sh', '-c', open);
        try {
          const { code, text, heard } = await look(machine);
          expect(code).toBe(1);
          expect(text).toContain('LEAK: ');
          expect(text).toContain("with the tunnel's mark, and sees 203.0.113.0/24");
          expect(text).toMatch(/the resolver 10\.77\.0\.1 answers/);
          expect(text).not.toContain(places.home);
          expect(Number(await leaks(machine))).toBeGreaterThan(0);
          const told =
            machine === gateway() ? [{ path: '/home/leak/fail', from: places.hub, status: 200 }] : [];
          expect(heard).toMatchObject(told);
        } finally {
          await machine.run('systemctl', 'start', 'basement-tunnel');
        }
      }
    });

    test('once it is closed again all is well again', async () => {
      expect(await look(node())).toMatchObject({ code: 0 });
      // The tunnel's own word, that the switch was gone, may come between.
      const { code, heard } = await look(gateway());
      expect([code, heard.map(({ path }) => path)]).toEqual([0, expect.arrayContaining(['/home/leak/ok'])]);
    });
  });
};
