// A machine that is only a network namespace: it has the standby's firewall, and a wire to strangers and to a metadata server.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lay, render, type Chain } from '../../standby-node/rendered.ts';
import { tool } from '../../support/tools.ts';
import { net, type Closable } from './net.ts';
import { until } from './wait.ts';

const execute = promisify(execFile);
const python = '/usr/bin/python3';

/** Both addresses of Compute's metadata server. */
export const metadata = { v4: '169.254.169.254', v6: 'fd20:ce::254' } as const;

/** Where somebody asks from: a user on the machine, or an address outside. */
export type Asker = { readonly uid: number } | { readonly from: string };
export type Door = { readonly host: string; readonly port: number; readonly protocol?: 'udp' };
/** `refused` is an answer that says no; `silence` is none. */
export type Answer = 'open' | 'refused' | 'silence';

export type Machine = Closable & {
  readonly address: string;
  readonly knock: (asker: Asker, door: Door) => Promise<Answer>;
  /** What standby-firewall.service runs. */
  readonly loadFirewall: () => Promise<void>;
  readonly nft: (...args: readonly string[]) => Promise<string>;
};

const listen = `
import json, selectors, socket
waiting = selectors.DefaultSelector()
for kind, host, port in json.loads(__import__('sys').argv[1]):
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    place = socket.socket(family, socket.SOCK_DGRAM if kind == 'udp' else socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind((host, port))
    if kind == 'tcp':
        place.listen(64)
    waiting.register(place, selectors.EVENT_READ, kind)
print('listening', flush=True)
while True:
    for key, _ in waiting.select():
        if key.data == 'udp':
            key.fileobj.sendto(*key.fileobj.recvfrom(64))
        else:
            key.fileobj.accept()[0].close()
`;

const knock = `
import socket, sys
kind, host, port, source = sys.argv[1:]
family = socket.AF_INET6 if ':' in host else socket.AF_INET
place = socket.socket(family, socket.SOCK_DGRAM if kind == 'udp' else socket.SOCK_STREAM)
place.settimeout(2)
try:
    if source:
        place.bind((source, 0))
    place.connect((host, int(port)))
    if kind == 'udp':
        place.send(b'?')
        place.recv(64)
    print('open')
except TimeoutError:
    print('silence')
except OSError:
    print('refused')
`;

const answers: ReadonlyMap<string, Answer> = new Map(
  (['open', 'refused', 'silence'] as const).map((each) => [each, each]),
);

/** The ports that the machine listens at on every address, besides the doors of its metadata server. */
export async function startMachine(
  chain: Chain,
  ports: readonly (readonly ['tcp' | 'udp', number])[],
  strangers: readonly string[],
): Promise<Machine> {
  const inside = `standby-${process.pid}-${chain}`;
  const outside = `${inside}-out`;
  const ip = async (...args: readonly string[]): Promise<void> => {
    await execute('ip', args);
  };
  const removeNamespaces = async (): Promise<void> => {
    for (const name of [inside, outside]) await ip('netns', 'delete', name).catch(() => undefined);
  };
  const parts = net('firewall', async (site) => {
    const root = join(site.folder, 'root');
    lay(await render(chain), root);
    for (const name of [inside, outside]) {
      await ip('netns', 'add', name);
      await ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    await ip(
      'link',
      'add',
      'wire',
      'netns',
      inside,
      'type',
      'veth',
      'peer',
      'name',
      'wire',
      'netns',
      outside,
    );
    const address = '10.9.0.1';
    await ip('-n', inside, 'address', 'add', `${address}/24`, 'dev', 'wire');
    await ip('-n', outside, 'address', 'add', '10.9.0.254/24', 'dev', 'wire');
    for (const name of [inside, outside]) await ip('-n', name, 'link', 'set', 'wire', 'up');
    for (const stranger of strangers) {
      await ip('-n', outside, 'address', 'add', `${stranger}/32`, 'dev', 'lo');
      await ip('-n', inside, 'route', 'add', `${stranger}/32`, 'via', '10.9.0.254');
    }
    // The metadata server is not on the machine: what refuses must answer to the machine's own address.
    await ip('-n', inside, 'address', 'add', 'fd00::1/64', 'dev', 'wire', 'nodad');
    await ip('-n', outside, 'address', 'add', 'fd00::254/64', 'dev', 'wire', 'nodad');
    await ip('-n', outside, 'address', 'add', `${metadata.v4}/32`, 'dev', 'lo');
    await ip('-n', outside, 'address', 'add', `${metadata.v6}/128`, 'dev', 'lo', 'nodad');
    await ip('-n', inside, 'route', 'add', `${metadata.v4}/32`, 'via', '10.9.0.254');
    await ip('-n', inside, 'route', 'add', `${metadata.v6}/128`, 'via', 'fd00::254');

    const listeners = [
      { name: inside, doors: ports.map(([kind, port]) => [kind, '0.0.0.0', port]) },
      {
        name: outside,
        doors: Object.values(metadata).flatMap((host) => [
          ['tcp', host, 80],
          ['tcp', host, 53],
          ['udp', host, 53],
          ['udp', host, 123],
          ['udp', host, 80],
        ]),
      },
    ].map(({ name, doors }) =>
      site.launch({
        name: `listener-${name}`,
        path: 'ip',
        args: ['netns', 'exec', name, python, '-c', listen, JSON.stringify(doors)],
      }),
    );
    await until(
      'both ends to listen',
      async () => (listeners.every((each) => each.log().includes('listening')) ? true : null),
      { processes: listeners },
    );

    const nft = async (...args: readonly string[]): Promise<string> => {
      const { stdout } = await execute('ip', ['netns', 'exec', inside, tool('nftables').path, ...args]);
      return stdout;
    };
    return {
      address,
      nft,
      loadFirewall: async () => {
        await nft('-I', join(root, 'etc'), '-f', join(root, 'etc/watchdog/firewall.nft'));
      },
      knock: async (asker: Asker, { host, port, protocol }: Door): Promise<Answer> => {
        const script = [python, '-c', knock, protocol ?? 'tcp', host, String(port)];
        const command =
          'uid' in asker
            ? [
                inside,
                'setpriv',
                `--reuid=${asker.uid}`,
                `--regid=${asker.uid}`,
                '--clear-groups',
                ...script,
                '',
              ]
            : [outside, ...script, asker.from];
        const { stdout } = await execute('ip', ['netns', 'exec', ...command], { cwd: '/' });
        const answer = answers.get(stdout.trim());
        if (answer === undefined) throw new Error(`nobody can read ${stdout}`);
        return answer;
      },
    };
  });
  try {
    const machine = await parts;
    return {
      ...machine,
      close: async () => {
        await machine.close();
        await removeNamespaces();
      },
    };
  } catch (error) {
    await removeNamespaces();
    throw error;
  }
}
