// Ports of the exit lead to the node where a client runs, directly: UDP for long and both ways, TCP, and whoever calls is seen as who it is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { until } from '../../live/nets/wait.ts';
import type { House } from '../house.ts';
import { forwards as wanted } from '../house/inventory.ts';
import { places } from '../house/networks.ts';

const script = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../house/${name}`, import.meta.url)), 'utf8');

/** How long the streams of UDP run. */
const seconds = Number(process.env['FORWARD_SECONDS'] ?? 60);

const called = z.object({
  streams: z.array(
    z.object({ from: z.string(), sent: z.number(), received: z.number(), seenAs: z.array(z.string()) }),
  ),
  calledBack: z.boolean(),
});

const advertised = z.object({
  address: z.string(),
  ports: z.array(
    z.object({ name: z.string(), node: z.string(), port: z.number(), validUntil: z.null() }).loose(),
  ),
});

export const forwards = (house: () => House): void => {
  describe('a port of the exit', () => {
    const nodeOf = ({ node }: (typeof wanted)[number]): ReturnType<House['machine']> => house().machine(node);
    const [behind, own] = wanted;

    /** Streams of UDP from the world, from two of its addresses; answered in the end. */
    const streams = async (host: string, port: number, from: readonly string[], long: number) =>
      called.parse(
        JSON.parse(
          await house().networks.world.run(
            ...(['python3', '-c', script('caller.py'), host, String(port), String(long), ...from] as const),
          ),
        ),
      );

    /** As whom somebody is seen who calls by TCP. */
    const caller = async (host: string, port: number, from: string): Promise<string> => {
      const call = [
        'import socket, sys',
        'with socket.create_connection((sys.argv[1], int(sys.argv[2])), 5, (sys.argv[3], 0)) as made:',
        '    made.sendall(b"hello")',
        '    print(made.makefile().readline().strip())',
      ].join('\n');
      return (await house().networks.world.run('python3', '-c', call, host, String(port), from)).trim();
    };

    beforeAll(async () => {
      for (const each of wanted) {
        await nodeOf(each).run(
          ...([
            'systemd-run',
            '--quiet',
            `--unit=client-${each.name}`,
            '--description=A client',
            'python3',
            '-c',
          ] as const),
          script('client.py'),
          String(each.node_port),
        );
      }
      await until('the clients to answer', async () => caller(places.hub, behind.exit_port, places.world), {
        limitMs: 60_000,
      });
    });
    afterAll(async () => {
      for (const each of wanted) await nodeOf(each).attempt('systemctl', 'stop', `client-${each.name}`);
    });

    test(`carries streams of UDP both ways for ${seconds} s, from whom they are, and out of the house goes only the tunnel`, async () => {
      await house().networks.forget();
      const from = [places.world, places.watchdog];
      const ran = await streams(places.hub, behind.exit_port, from, seconds);
      expect(ran.calledBack).toBe(true);
      expect(ran.streams.map(({ seenAs }) => seenAs)).toEqual(from.map((each) => [each]));
      // A packet of UDP may be lost; a stream may not.
      const lost = ran.streams.map(({ sent, received }) => (sent - received) / sent);
      expect(Math.max(...lost)).toBeLessThan(0.02);
      expect(Math.min(...ran.streams.map(({ sent }) => sent))).toBeGreaterThan(seconds * 5);
      const seen = await house().networks.seen();
      expect([...new Set(seen.map(({ to }) => to))]).toEqual([places.hub]);
    });

    test('carries TCP to a node behind the gateway and to the gateway itself, and shows who calls', async () => {
      expect(await caller(places.hub, behind.exit_port, places.world)).toBe(places.world);
      expect(await caller(places.hub, own.exit_port, places.watchdog)).toBe(places.watchdog);
    });

    test('carries UDP to the gateway itself, in IPv6 as well', async () => {
      const four = await streams(places.hub, own.exit_port, [places.world], 2);
      expect(four.streams.map(({ seenAs }) => seenAs)).toEqual([[places.world]]);
      const six = await streams(places.hub6, own.exit_port, [places.world6], 2);
      expect(six.streams.map(({ seenAs }) => seenAs)).toEqual([[places.world6]]);
    });

    test('is the only one: no other port of the exit leads into the house, and none of the node', async () => {
      await expect(caller(places.hub, behind.exit_port + 1, places.world)).rejects.toThrow(
        /timed out|refused/,
      );
      await expect(caller(places.hub, behind.node_port, places.world)).rejects.toThrow(/timed out|refused/);
    });

    test('is advertised on every node and on the laptop, with the address of the exit', async () => {
      const texts = [
        ...(await Promise.all(house().minis.map((mini) => mini.run('cat', '/etc/basement/advertised.json')))),
        readFileSync(join(house().folder, 'inventory/advertised.json'), 'utf8'),
      ];
      const told = texts.map((text) => advertised.parse(JSON.parse(text)));
      const ports = wanted.map(({ name, node, exit_port: port }) => ({ name, node, port, validUntil: null }));
      for (const each of told) {
        expect(each.address).toBe(places.hub);
        expect(each.ports).toMatchObject(ports);
      }
    });

    test('of somebody who is cut off at the exit is dead until a person restores it, over a restart of the exit as well', async () => {
      const { hub } = house();
      try {
        await hub.run('basement-cut', 'mini1', 'a test of the cut');
        await hub.run('systemctl', 'restart', 'basement-hub');
        await expect(caller(places.hub, behind.exit_port, places.world)).rejects.toThrow(/timed out|refused/);
        const ran = await house().play('playbooks/site.yml', '--tags', 'vpn_hub');
        expect(ran.code).not.toBe(0);
        expect(ran.text).toContain('/etc/basement/hub-cut/mini1');
        expect(await hub.run('basement-cut', '--list')).toMatch(
          /^mini1: since=.* by=root why=a test of the cut$/,
        );
      } finally {
        await hub.run('basement-cut', '--restore', 'home');
      }
      const back = async (): Promise<string> => caller(places.hub, behind.exit_port, places.world);
      expect(await until('the forward to be back', back, { limitMs: 60_000 })).toBe(places.world);
    });
  });
};
