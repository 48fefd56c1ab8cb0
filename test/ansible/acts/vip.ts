// The address of the API server: it follows whoever can serve it, quickly, and is held by one.
import { describe, expect, test } from 'vitest';
import { until } from '../../live/nets/wait.ts';
import type { House } from '../house.ts';
import type { HouseMachine } from '../house/machines.ts';
import { places } from '../house/networks.ts';
import { reach, type Reached } from './reach.ts';

/** The check of one machine fails, whatever serves the API there. */
const cutApi = [
  'table inet act_vip {',
  'chain out { type filter hook output priority -50; oifname "lo" tcp dport 6443 reject with tcp reset; }',
  '}',
].join('\n');

/** Words of a router that says that it is better than all others, from an address that is none of the peers'. Arguments: from, identifier, to. */
const stranger = `
import socket, struct, sys, time
source, identifier, peers = sys.argv[1], int(sys.argv[2]), sys.argv[3:-1]
address = socket.inet_aton(sys.argv[-1])
def checksum(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
sender.bind((source, 0))
for _ in range(20):
    for peer in peers:
        message = struct.pack('!BBBBHH', 0x31, identifier, 255, 1, 20, 0) + address
        pseudo = socket.inet_aton(source) + socket.inet_aton(peer) + struct.pack('!BBH', 0, 112, len(message))
        message = message[:6] + struct.pack('!H', checksum(pseudo + message)) + message[8:]
        sender.sendto(message, (peer, 0))
    time.sleep(0.1)
`;

export function vip(house: () => House): void {
  describe('the address of the API server', () => {
    const isHolder = async (machine: HouseMachine): Promise<boolean> =>
      (await machine.attempt('ip', '-oneline', 'address', 'show', 'to', places.vip)).text.includes(
        places.vip,
      );
    const holdersOf = async (machines: readonly HouseMachine[]): Promise<readonly HouseMachine[]> => {
      const holds = await Promise.all(machines.map(isHolder));
      return machines.filter((_, place) => holds[place] === true);
    };
    /** The one that holds it, once there is exactly one among them and it is not this one. */
    const holder = async (
      machines: readonly HouseMachine[] = house().minis,
      other?: HouseMachine,
    ): Promise<HouseMachine> =>
      until(
        'one holder of the address',
        async () => {
          const [first, ...more] = await holdersOf(machines);
          return first === undefined || more.length > 0 || first === other ? null : first;
        },
        { limitMs: 60_000 },
      );
    /** By what keepalived said last of its check: `succeeded`, or `considered successful on reload`. */
    const isWell = async (machine: HouseMachine): Promise<boolean> =>
      (await machine.attempt('journalctl', '--unit=keepalived', '--boot', '--output=cat')).text
        .split('\n')
        .findLast((line) => line.startsWith('VRRP_Script(api)'))
        ?.includes(' succe') === true;
    const allWell = async (): Promise<void> => {
      await until(
        'the check to succeed on all',
        async () => ((await Promise.all(house().minis.map(isWell))).includes(false) ? null : true),
        { limitMs: 90_000 },
      );
    };
    const asked = (happens: () => Promise<unknown>): Promise<Reached> =>
      reach(house(), places.vip, 6443, happens);

    test('one of the servers holds it, and tells it as a number', async () => {
      await allWell();
      const first = await holder();
      const told = await Promise.all(
        house().minis.map((each) =>
          each.run('grep', '-h', '^basement_vip_holder', '/run/keepalived-vip/vip.prom'),
        ),
      );
      expect(told).toEqual(
        house().minis.map(
          ({ id }) => `basement_vip_holder{address="${places.vip}"} ${id === first.id ? 1 : 0}`,
        ),
      );
    });

    test('somebody in the LAN who says to be better is not heard', async () => {
      const first = await holder();
      const peers = house().minis.map(({ address }) => address);
      await house().laptop('python3', '-c', stranger, places.laptop, '50', ...peers, places.vip);
      expect((await holdersOf(house().minis)).map(({ id }) => id)).toEqual([first.id]);
    });

    test('its holder loses power: another one has it soon, and keeps it when the first comes back', async () => {
      const first = await holder();
      const rest = house().minis.filter((each) => each !== first);
      const { longestGapMs } = await asked(() => first.cutPower());
      const second = await holder(rest);
      await first.start();
      process.stdout.write(`power cut: the address was gone for ${longestGapMs} ms\n`);
      expect(longestGapMs).toBeGreaterThan(0);
      expect(longestGapMs).toBeLessThan(4000);
      await allWell();
      expect((await holdersOf(house().minis)).map(({ id }) => id)).toEqual([second.id]);
    });

    test('a crashed keepalived is started again, and lets go of the address if another one has it', async () => {
      const first = await holder();
      const before = await first.run('systemctl', 'show', '--property=MainPID', 'keepalived');
      const { longestGapMs } = await asked(() =>
        first.run('systemctl', 'kill', '--signal=KILL', 'keepalived.service'),
      );
      process.stdout.write(`keepalived killed: the address was gone for ${longestGapMs} ms\n`);
      await until('keepalived to run again', async () => {
        const now = await first.attempt('systemctl', 'show', '--property=MainPID,ActiveState', 'keepalived');
        return now.text.includes('ActiveState=active') && !now.text.includes(before) ? true : null;
      });
      await allWell();
      await holder();
      expect(longestGapMs).toBeLessThan(4000);
    });

    test('the API server of its holder fails: it moves; it fails on all: it stays with one', async () => {
      const { minis } = house();
      const first = await holder();
      await first.run('nft', cutApi);
      try {
        const second = await holder(minis, first);
        const rest = minis.filter((each) => each !== first);
        for (const each of rest) await each.run('nft', cutApi);
        await until(
          'the check to fail on all',
          async () => ((await Promise.all(minis.map(isWell))).includes(true) ? null : true),
          { limitMs: 60_000 },
        );
        const last = await holder();
        // Nobody lets go of it: it is answered all the time.
        const { longestGapMs } = await asked(async () => undefined);
        expect(longestGapMs).toBeLessThan(1000);
        expect((await holdersOf(minis)).map(({ id }) => id)).toEqual([last.id]);
        expect(second.id).not.toBe(first.id);
      } finally {
        for (const each of minis) await each.attempt('nft', 'delete table inet act_vip');
      }
      await allWell();
      await holder();
    });
  });
}
