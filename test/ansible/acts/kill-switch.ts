// Whatever becomes of the tunnel, nothing leaves the house but the tunnel's own packets: counted by the house's router, while hosts and pods send without end.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../live/nets/wait.ts';
import type { House } from '../house.ts';
import { places, type Seen } from '../house/networks.ts';
import { sendOn, startSenders, stopSenders, type Sender } from '../house/senders.ts';

const patience = { limitMs: 90_000 };
const isTunnel = ({ to, protocol, port }: Seen): boolean =>
  to === places.hub && protocol === 'udp' && port === 51_830;
const text = ({ from, to, protocol, port }: Seen): string => `${from} → ${to} ${protocol} ${port}`;

/** What the gateway and its pod send beside the tunnel once nothing keeps them. */
const others = [
  [places.world, 'udp', 9999],
  [places.world, 'udp', 20_001],
  [places.world, 'udp', 21_001],
  [places.world, 'tcp', 80],
  [places.world6, 'udp', 20_001],
  [places.router, 'udp', 53],
] as const;

export const killSwitch = (house: () => House): void => {
  describe('the kill switch', () => {
    let senders: readonly Sender[] = [];
    const gateway = (): ReturnType<House['machine']> => house().machine('mini1');
    const node = (): ReturnType<House['machine']> => house().machine('mini2');
    const sh = (script: string, machine = gateway()): Promise<string> => machine.run('sh', '-c', script);

    /** What came to the router, apart from the tunnel, while this was done and everybody sent on. */
    const leaks = async (disturb: () => Promise<unknown>): Promise<string[]> => {
      await house().networks.forget();
      await disturb();
      await sendOn(senders);
      return (await house().networks.seen()).filter((each) => !isTunnel(each)).map(text);
    };

    /** Everybody's packets, old connections' and new ones', come to the world from the exit. */
    const throughTunnel = async (): Promise<void> => {
      const before = house().visits().length;
      await until(
        'the world to hear all of them from the exit',
        async () => {
          const visits = house().visits().slice(before);
          const heard = (kind: string, name: string, from: string): boolean =>
            visits.some(
              (each) => each.kind === kind && each.from === from && each.text?.includes(`${name} `) === true,
            );
          const silent = senders.flatMap(({ name }) =>
            ['udp', 'tcp-data']
              .filter((kind) => !heard(kind, name, places.hub))
              .map((kind) => `${kind} of ${name}`),
          );
          if (!heard('udp', 'mini1', places.hub6)) silent.push('IPv6 of mini1');
          if (silent.length > 0) throw new Error(`not heard: ${silent.join(', ')}`);
          return true;
        },
        patience,
      );
    };

    const dropped = async (chain: 'out' | 'forward', machine = gateway()): Promise<number> =>
      Number(
        await sh(
          `nft list counter inet basement_killswitch dropped_${chain} | sed -n 's/.*packets \\([0-9]*\\).*/\\1/p'`,
          machine,
        ),
      );

    const startAll = async (): Promise<void> => {
      senders = [...(await startSenders(gateway(), 1)), ...(await startSenders(node(), 2))];
    };
    beforeAll(startAll);
    afterAll(async () => {
      await stopSenders(senders);
      await gateway().attempt('systemctl', 'start', 'basement-tunnel');
    });

    test('hosts and pods are seen as the exit, and the router sees only the tunnel', async () => {
      expect(await leaks(throughTunnel)).toEqual([]);
    });

    test.for([
      ['taken down', 'ip link set wg-exit down'],
      ['deleted', 'ip link del wg-exit'],
      ['killed', 'if pidof wireguard-go; then kill -9 "$(pidof wireguard-go)"; else ip link del wg-exit; fi'],
    ] as const)('a tunnel that is %s comes back, and nothing leaves beside it', async ([, how]) => {
      const restarts = 'cat /run/basement-tunnel/restarts 2>/dev/null || echo 0';
      const before = Number(await sh(restarts));
      expect(await leaks(() => sh(how))).toEqual([]);
      expect(await leaks(throughTunnel)).toEqual([]);
      expect(Number(await sh(restarts))).toBeGreaterThan(before);
    });

    test('an exit that does not answer opens nothing, and is found again', async () => {
      const { networks } = house();
      expect(await leaks(() => networks.blackHole(places.hub))).toEqual([]);
      expect((await networks.seen()).some(isTunnel)).toBe(true);
      await networks.openAgain();
      expect(await leaks(throughTunnel)).toEqual([]);
    });

    test('no unit of nftables opens it, and no flush', async () => {
      const disturb = [
        'systemctl stop nftables; systemctl restart nftables; systemctl reload nftables',
        // Others have tables, too; theirs are put back.
        'for each in $(nft list tables inet | sed -n "s/^table inet //p" | grep -v "^basement_killswitch"); do nft list table inet "$each"; done >/run/tables',
        'nft flush ruleset',
        'ip rule del pref 9040; ip -6 rule del pref 9040',
        'nft list tables',
        'sed -i "/^table inet basement_tunnel/,/^}/d" /run/tables; nft -f /run/tables',
      ].join('\n');
      let tables = '';
      expect(
        await leaks(async () => {
          tables = await sh(disturb);
        }),
      ).toEqual([]);
      expect(tables.split('\n').filter((line) => line.startsWith('table'))).toEqual([
        'table inet basement_killswitch_guard',
      ]);
      await until(
        'the switch to be loaded again',
        async () =>
          (await sh('nft list tables')).split('\n').includes('table inet basement_killswitch') ? true : null,
        patience,
      );
      expect(await leaks(throughTunnel)).toEqual([]);
    });

    test('with nobody to mend, without a tunnel and without its rules, it stops hosts and pods', async () => {
      await sh(
        'systemctl stop basement-tunnel; systemctl stop basement-wireguard-go 2>/dev/null; ip link del wg-exit 2>/dev/null; true',
      );
      expect(await leaks(() => sh('ip rule del pref 9040; ip -6 rule del pref 9040'))).toEqual([]);
      expect(await dropped('out')).toBeGreaterThan(0);
      expect(await dropped('forward')).toBeGreaterThan(0);
    });

    test('taken away, it lets out what was counted: so the count above means something', async () => {
      await house().networks.forget();
      await sh('systemctl stop basement-tunnel; nft delete table inet basement_killswitch');
      // The test before may have deleted them.
      await sh('ip rule del pref 9040; ip -6 rule del pref 9040; true');
      const expected = others.map(([to, protocol, port]) => {
        const from = to.includes(':') ? gateway().address6 : gateway().address;
        return text({ from, to, protocol, port });
      });
      await until(
        'the router to see them',
        async () => {
          const seen = new Set((await house().networks.seen()).map(text));
          return expected.every((each) => seen.has(each)) ? true : null;
        },
        patience,
      );
      await sh('systemctl start basement-tunnel');
      // What a node began while the gateway sent it out with the node's own address keeps that address, and no answer.
      await stopSenders(senders);
      await startAll();
      expect(await leaks(throughTunnel)).toEqual([]);
    });

    test('a node leaves by the gateway only, also when its route is turned to the router', async () => {
      const before = await dropped('out', node());
      expect(
        await leaks(() =>
          sh(
            `systemctl stop basement-tunnel; ip route replace default via ${places.router} dev host0 metric 10 table 6651; ip -6 route add default via ${places.router6} dev host0 metric 10 table 6651`,
            node(),
          ),
        ),
      ).toEqual([]);
      expect(await dropped('out', node())).toBeGreaterThan(before);
      expect(await dropped('forward', node())).toBeGreaterThan(0);
      await sh('systemctl start basement-tunnel', node());
      expect(await leaks(throughTunnel)).toEqual([]);
    });

    test('it is closed before there is a network', async () => {
      const order = await sh(
        'systemctl show -p Before,DefaultDependencies,RefuseManualStop basement-killswitch',
      );
      expect(order).toContain('network-pre.target');
      expect(order).toContain('DefaultDependencies=no');
      expect(order).toContain('RefuseManualStop=yes');
      expect((await gateway().attempt('systemctl', 'stop', 'basement-killswitch')).code).not.toBe(0);
    });
  });
};
