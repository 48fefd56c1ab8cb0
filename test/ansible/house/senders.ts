// Machines and pods that send to the world without end, so that a leak has something that leaks.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from '../../live/nets/wait.ts';
import type { HouseMachine } from './machines.ts';
import { places } from './networks.ts';

export type Sender = {
  /** What its packets say. */
  readonly name: string;
  /** A port of the world to which nobody else sends. */
  readonly port: number;
  readonly machine: HouseMachine;
};

const program = readFileSync(fileURLToPath(new URL('sender.py', import.meta.url)), 'utf8');

/** A pod as a CNI makes it: an interface of its kind, and an address that is exchanged for the node's on its way out. */
const pod = [
  'set -e',
  'ip netns add pod',
  'ip link add cali-pod type veth peer name eth0 netns pod',
  'ip address add "$1.1/24" dev cali-pod',
  'ip -6 address add fd42::1/64 dev cali-pod nodad',
  'ip link set cali-pod up',
  'ip -n pod link set lo up',
  'ip -n pod address add "$1.2/24" dev eth0',
  'ip -n pod -6 address add fd42::2/64 dev eth0 nodad',
  'ip -n pod link set eth0 up',
  'ip -n pod route add default via "$1.1"',
  'ip -n pod -6 route add default via fd42::1',
  `nft -f - <<EOF
table inet pods {
  chain leaving {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 10.42.0.0/16 ip daddr != 10.42.0.0/16 masquerade
    ip6 saddr fd42::/64 ip6 daddr != fd42::/64 masquerade
  }
}
EOF`,
].join('\n');

const unitOf = ({ name }: Sender): string => `sender-${name}`;

async function start(sender: Sender, within: readonly string[], device: string): Promise<void> {
  const { machine, name, port } = sender;
  const { world, world6, router, router6 } = places;
  const to = [world, world6, router, router6];
  const command = ['python3', '-c', program, name, String(port), ...to, device];
  await machine.run('systemd-run', '--quiet', `--unit=${unitOf(sender)}`, ...within, ...command);
}

/** The machine itself and a pod on it. */
export async function startSenders(machine: HouseMachine, place: number): Promise<readonly Sender[]> {
  const own = { name: machine.id, port: 20_000 + place, machine };
  const inPod = { name: `${machine.id}-pod`, port: 21_000 + place, machine };
  await machine.run('sh', '-c', pod, 'sh', `10.42.${200 + place}`);
  await start(own, [], 'host0');
  await start(inPod, ['ip', 'netns', 'exec', 'pod'], '-');
  return [own, inPod];
}

export async function stopSenders(senders: readonly Sender[]): Promise<void> {
  for (const sender of senders) await sender.machine.attempt('systemctl', 'stop', unitOf(sender));
  for (const machine of new Set(senders.map((sender) => sender.machine))) {
    await machine.attempt('sh', '-c', 'ip link del cali-pod; ip netns del pod; nft delete table inet pods');
  }
}

const sent = async ({ machine, name }: Sender): Promise<number> =>
  Number((await machine.attempt('cat', `/run/sent-${name}`)).text) || 0;

/** Each has tried everything that often since. */
export async function sendOn(senders: readonly Sender[], times = 8): Promise<void> {
  const before = await Promise.all(senders.map(sent));
  await until(
    'the senders to go on',
    async () => {
      const now = await Promise.all(senders.map(sent));
      return now.every((count, index) => count >= (before[index] ?? 0) + times) ? true : null;
    },
    { limitMs: 60_000 },
  );
}
