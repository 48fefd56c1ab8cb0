// The mini PCs of the house and the server that is its exit: bare Debian with SSH, as somebody has them after the installer.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootable, type Bootable } from '../../live/nets/nspawn.ts';
import type { Site } from '../../live/nets/net.ts';
import { until } from '../../live/nets/wait.ts';
import { tool } from '../../support/tools.ts';
import { places, type Networks } from './networks.ts';

export type HouseMachine = Bootable & {
  readonly id: string;
  readonly address: string;
  readonly address6: string;
  /** Boots it and waits for SSH. */
  readonly start: () => Promise<void>;
};

/** The server that is the exit. */
export const hubId = 'vps';

/** What a machine has that is not of the installer: its network, somebody who may come, and packages from beside it. */
function fill(
  machine: Bootable,
  own: { id: string; addresses: readonly string[]; gateways: readonly string[] },
  keys: {
    readonly authorized: string;
    readonly authority: string;
  },
  base: string,
  folder: string,
): void {
  const { id, addresses, gateways } = own;
  machine.put('/etc/hostname', `${id}\n`);
  machine.put('/etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${id}\n::1 localhost\n`);
  machine.put(
    '/etc/systemd/network/10-host0.network',
    [
      '[Match]',
      'Name=host0',
      '[Network]',
      ...addresses.map((each) => `Address=${each}`),
      ...gateways.map((each) => `Gateway=${each}`),
      'IPv6AcceptRA=no',
      '',
    ].join('\n'),
  );
  machine.put('/etc/resolv.conf', `nameserver ${id === hubId ? places.world : places.router}\n`);
  machine.put('/etc/apt/sources.list', 'deb [trusted=yes] file:/srv/packages ./\n');
  // Nothing here has to survive a power cut, and three machines write at once.
  machine.put('/etc/dpkg/dpkg.cfg.d/unsafe-io', 'force-unsafe-io\n');
  const bundle = 'etc/ssl/certs/ca-certificates.crt';
  machine.put(`/${bundle}`, `${readFileSync(join(base, bundle), 'utf8')}${keys.authority}`);
  machine.put('/etc/sudoers.d/ops', 'ops ALL=(ALL) NOPASSWD: ALL\n', 0o440);
  const accounts: readonly (readonly [file: string, line: string, mode: number])[] = [
    ['passwd', 'ops:x:1000:1000::/home/ops:/bin/bash', 0o644],
    ['group', 'ops:x:1000:', 0o644],
    ['shadow', 'ops:*:20000:0:99999:7:::', 0o640],
  ];
  for (const [file, line, mode] of accounts) {
    machine.put(`/etc/${file}`, `${readFileSync(join(base, 'etc', file), 'utf8')}${line}\n`, mode);
  }
  machine.put('/home/ops/.ssh/authorized_keys', keys.authorized, 0o600);
  execFileSync('chown', ['-R', '1000:1000', join(`${machine.root}.upper`, 'home/ops')]);
  execFileSync('chmod', ['700', join(`${machine.root}.upper`, 'home/ops/.ssh')]);
  for (const kind of ['ed25519', 'ecdsa', 'rsa']) {
    const file = join(folder, `${id}-host-${kind}`);
    execFileSync('ssh-keygen', ['-q', '-t', kind, '-N', '', '-C', id, '-f', file]);
    machine.put(`/etc/ssh/ssh_host_${kind}_key`, readFileSync(file), 0o600);
    machine.put(`/etc/ssh/ssh_host_${kind}_key.pub`, readFileSync(`${file}.pub`));
  }
}

let made = 0;

export function houseMachine(
  site: Site,
  networks: Networks,
  id: string,
  keys: { readonly authorized: string; readonly authority: string },
): HouseMachine {
  const mini = tool('mini-pc').folder;
  const base = join(mini, 'root');
  const isHub = id === hubId;
  const number = 10 + Number(/\d+$/.exec(id)?.[0] ?? 0);
  const address = isHub ? places.hub : `10.77.0.${number}`;
  const address6 = isHub ? places.hub6 : `2001:db8:77::${number}`;
  const machine = bootable(site, {
    name: `house-${process.pid}-${++made}`,
    base,
    networkPid: isHub ? networks.world.pid : networks.home.pid,
    bridge: isHub ? 'inet' : 'lan',
    args: [`--hostname=${id}`, `--bind-ro=${join(mini, 'packages')}:/srv/packages`],
  });
  fill(
    machine,
    {
      id,
      addresses: [`${address}/24`, `${address6}/64`],
      gateways: isHub ? ['198.51.100.1', '2001:db8:7::1'] : [places.router, places.router6],
    },
    keys,
    base,
    site.folder,
  );
  return {
    ...machine,
    id,
    address,
    address6,
    start: async () => {
      await machine.boot();
      await until(
        `SSH of ${id}`,
        async () => ((await machine.attempt('systemctl', 'is-active', 'ssh')).code === 0 ? true : null),
        { limitMs: 60_000 },
      );
    },
  };
}
