// The first boot of a standby, from the instructions that Terraform renders to a node that reports itself synced: real cloud-init, systemd, nft and podman in a machine of systemd-nspawn; only what runs in the containers is a stub.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeReport } from '../../functions/domain/standby/standby.ts';
import { lacks, lacksPrograms, lacksRoot } from '../support/tools.ts';
import { dataDevice } from './nets/machine.ts';
import { machineAddress } from './nets/network.ts';
import { cloudInitEnds, startStandby, type StandbyNet } from './nets/standby.ts';
import { berachainSays, checkpointPages, ethereumSays, lz4Frame } from './nets/standby-says.ts';
import { until } from './nets/wait.ts';

const skip =
  lacksRoot() ||
  lacks('machine') ||
  lacksPrograms('terraform', 'go', 'ip', 'ss', 'losetup', 'nsenter', 'unshare', 'python3', 'tar', 'bash');

const root = (digit: string): string => `0x${digit.repeat(64)}`;
const slot = 12_900_000;
const metadataServer = '169.254.169.254:80';

/** The report after the boot has said so. */
async function reportOf(net: StandbyNet, note: RegExp): Promise<NodeReport> {
  await until(
    String(note),
    async () => {
      const said = await net.note();
      if (note.test(said)) return true;
      throw new Error(said);
    },
    { limitMs: 180_000 },
  );
  return net.look();
}

const untilActive = (net: StandbyNet, units: readonly string[]): Promise<boolean> =>
  until(
    'all units',
    async () => {
      const states = await activeOf(net, units);
      const others = units.filter((unit) => states[unit] !== 'active');
      if (others.length === 0) return true;
      throw new Error(others.join(', '));
    },
    { limitMs: 180_000 },
  );

const activeOf = async (net: StandbyNet, units: readonly string[]): Promise<Record<string, string>> => {
  const { text } = await net.machine.attempt('systemctl', 'is-active', ...units);
  return Object.fromEntries(text.split('\n').map((state, place) => [units[place], state]));
};

/** Ports of all addresses but loopback. */
async function outsidePorts(net: StandbyNet): Promise<number[]> {
  const listening = await net.machine.run('ss', '-Hltun');
  const places = listening.split('\n').map((line) => line.split(/\s+/)[4] ?? '');
  const outside = places.filter((place) => !/^(127\.[\d.]+|\[::1\])(%lo)?:/.test(place));
  return [...new Set(outside.map((place) => Number(place.split(':').at(-1))))].sort((a, b) => a - b);
}

/** Which of these somebody outside gets a connection to. */
async function reachable(net: StandbyNet, ports: readonly number[]): Promise<number[]> {
  const tried = await Promise.all(
    ports.map(async (port) => {
      try {
        await net.network.run('timeout', '2', 'bash', '-c', `</dev/tcp/${machineAddress}/${port}`);
        return [port];
      } catch {
        return [];
      }
    }),
  );
  return tried.flat();
}

const refusedSoFar = async (net: StandbyNet): Promise<number> => {
  const said = await net.machine.run('nft', 'list', 'counter', 'inet', 'standby', 'metadata_refused');
  return Number(/packets (\d+)/.exec(said)?.[1]);
};

const formattings = async (net: StandbyNet): Promise<number> =>
  (await net.machine.run('journalctl', '--no-pager', '-u', 'standby-disk')).split('formatting the data disk')
    .length - 1;

const jwtOf = (net: StandbyNet): Promise<string> => net.machine.run('cat', '/srv/chain/jwt/jwt.hex');

const boots = ['standby-firewall', 'standby-disk', 'standby-images', 'standby-chain'].map(
  (name) => `${name}.service`,
);

/** A tarball of these files, as the publisher of snapshots makes them. */
function tarball(files: Readonly<Record<string, string>>): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-snapshot-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return lz4Frame(execFileSync('tar', ['--create', `--directory=${folder}`, '.']));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const networkFiles = {
  'app.toml': 'pruning = "everything"\n',
  'config.toml': 'log_level = "info"\n',
  'genesis.json': '{"chain_id":"mainnet-beacon-80094"}\n',
  'kzg-trusted-setup.json': '{"setup":[]}\n',
  'eth-genesis.json': '{"config":{"chainId":80094}}\n',
};

/** Its sources disagree, and the registry lacks an image. */
async function startEthereum(): Promise<StandbyNet> {
  const net = await startStandby({ chain: 'ethereum', variables: { indices: [7] } });
  for (const [host, digit] of [
    ['checkpoint-one.test', 'a'],
    ['checkpoint-two.test', 'b'],
  ] as const) {
    for (const [place, page] of checkpointPages(host, slot, root(digit))) net.pages.set(place, page);
  }
  net.withhold('consensus');
  await net.machine.boot();
  return net;
}

/** The genesis that it is given is another. */
async function startBerachain(): Promise<StandbyNet> {
  const net = await startStandby({
    chain: 'berachain',
    files: networkFiles,
    variables: { drill: true, snapshots: true },
  });
  for (const [name, content] of Object.entries(networkFiles)) {
    net.pages.set(`files.test/mainnet/${name}`, { content });
  }
  net.pages.set('files.test/mainnet/genesis.json', { content: '{"chain_id":"another"}\n' });
  const snapshots = {
    'beacon-kit-pruned': {
      'data/application.db/1.sst': 'of the consensus client',
      'data/node_key.json': 'stolen',
    },
    'reth-pruned': { 'db/mdbx.dat': 'of the execution client', 'discovery-secret': 'stolen' },
  };
  const rows = Object.entries(snapshots).map(([type, files]) => {
    const content = tarball(files);
    net.pages.set(`snapshots.test/${type}.tar.lz4`, { content });
    return `https://snapshots.test/${type}.tar.lz4,${type},${content.length},2026-11-20T00:00:00Z`;
  });
  net.pages.set('snapshots.test/index.csv', {
    content: `${['url,type,size_bytes,created_at', ...rows].join('\n')}\n`,
  });
  await net.machine.boot();
  return net;
}

// Both boot at the same time: most of what a boot does is waiting.
const nets: StandbyNet[] = [];
beforeAll(async () => {
  if (skip) return;
  const started = await Promise.allSettled([startEthereum(), startBerachain()]);
  for (const each of started) {
    if (each.status === 'fulfilled') nets.push(each.value);
  }
  for (const each of started) if (each.status === 'rejected') throw each.reason;
});
const at = (place: number): StandbyNet => {
  const net = nets[place];
  if (net === undefined) throw new Error('a machine is missing');
  return net;
};
afterAll(async () => {
  await Promise.all(nets.map((net) => net.close()));
});

describe.skipIf(skip)('a standby of Ethereum', () => {
  let net: StandbyNet;
  beforeAll(() => {
    net = at(0);
  });
  const units = [
    'standby.target',
    ...boots,
    'geth.service',
    'lighthouse.service',
    'standby-logs.service',
    'standby-compare.timer',
    'watchdog-agent.timer',
  ];
  test('has what cloud-init was told, without an error or a warning', async () => {
    expect(await cloudInitEnds(net.machine)).toMatch(/^status: done\n[^]*DataSourceGCE/);
    const log = await net.machine.run('cat', '/var/log/cloud-init.log');
    expect(log.split('\n').filter((line) => /\[(WARNING|ERROR|CRITICAL)\]/.test(line))).toEqual([]);
  });

  test('reports itself without being asked', async () => {
    const report = await until('the first report', async () => net.lastReport(), { limitMs: 120_000 });
    expect(report).toMatchObject({ keys: expect.stringMatching(/^(absent|unknown)$/), head: null });
  });

  test('says which image is missing, and goes on once it is there', async () => {
    const report = await reportOf(net, /^failed: /);
    expect(report.state).toBe('failing');
    expect(report.text).toMatch(
      /^failed: the image registry\.test\/lighthouse@sha256:[0-9a-f]+ cannot be pulled: /,
    );
    expect((await activeOf(net, ['geth.service']))['geth.service']).not.toBe('active');
    net.giveBack('consensus');
    await untilActive(net, ['standby-images.service']);
  });

  test('does not begin while its checkpoint sources disagree', async () => {
    const report = await reportOf(net, /^failed: the checkpoint/);
    expect(report).toMatchObject({ state: 'failing' });
    expect(report.text).toContain(`at slot ${slot}`);
    expect(report.text).toContain('by checkpoint-one.test');
    expect(report.text).toContain('by checkpoint-two.test');
    const states = await activeOf(net, ['geth.service', 'lighthouse.service']);
    expect(Object.values(states)).not.toContain('active');
    for (const [place, page] of checkpointPages('checkpoint-two.test', slot, root('a'))) {
      net.pages.set(place, page);
    }
    await untilActive(net, units);
  });

  test('follows its clients from starting over syncing to synced', async () => {
    const starting = await net.look();
    expect(starting).toMatchObject({ state: 'starting', keys: 'absent', head: null });
    await net.say(ethereumSays(Date.now(), false));
    const syncing = await net.look();
    expect(syncing).toMatchObject({ state: 'syncing', keys: 'absent', percent: 50 });
    await net.say(ethereumSays(Date.now(), true));
    const synced = await net.look();
    expect(synced).toMatchObject({ state: 'synced', keys: 'absent', peers: 34 });
    expect(synced.version).toBe('stub 1.2.3, stub 4.5.6');
  });

  test('runs its clients as users of their own that may do nothing else', async () => {
    for (const [name, user] of [
      ['geth', '2001'],
      ['lighthouse', '2002'],
    ] as const) {
      const pid = await net.machine.run('podman', 'inspect', '--format', '{{.State.Pid}}', name);
      const status = await net.machine.run('cat', `/proc/${pid}/status`);
      const field = (key: string): string => new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
      expect(field('Uid').split('\t')).toEqual([user, user, user, user]);
      expect(field('Groups').trim()).toBe(`2000 ${user}`);
      expect(field('CapEff')).toMatch(/^0+$/);
      expect(field('CapBnd')).toMatch(/^0+$/);
      expect(field('NoNewPrivs')).toBe('1');
      expect(await net.machine.run('cat', `/proc/${pid}/mounts`)).toMatch(/^\S+ \/ overlay ro,/m);
    }
  });

  test('keeps the secret between its clients to them', async () => {
    expect(await net.machine.run('stat', '-c', '%a %U:%G', '/srv/chain/jwt/jwt.hex')).toBe(
      '640 root:standby-jwt',
    );
    expect(await jwtOf(net)).toMatch(/^0x[0-9a-f]{64}$/);
    const asAgent = 'setpriv --reuid=2003 --regid=2003 --clear-groups cat /srv/chain/jwt/jwt.hex';
    const { code } = await net.machine.attempt(...asAgent.split(' '));
    expect(code).not.toBe(0);
  });

  test('offers p2p and nothing else to the outside', async () => {
    // sshd is the image's own; the firewall leaves it to IAP.
    expect(await outsidePorts(net)).toEqual([22, 9000, 30303]);
    expect(await reachable(net, [22, 5052, 5054, 6060, 8545, 8551, 9000, 30303])).toEqual([9000, 30303]);
  });

  test('keeps the metadata server from its clients, and from nobody who needs it', async () => {
    const reach = (name: string): Promise<{ readonly code: number }> =>
      net.machine.attempt('podman', 'exec', name, name, 'reach', metadataServer);
    const before = await refusedSoFar(net);
    for (const name of ['geth', 'lighthouse']) expect((await reach(name)).code, name).not.toBe(0);
    expect(await refusedSoFar(net)).toBeGreaterThanOrEqual(before + 2);
    const url = `http://${metadataServer}/computeMetadata/v1/instance/id`;
    await net.machine.run('curl', '-sf', '-m', '3', '-H', 'Metadata-Flavor: Google', url);
    expect(await net.machine.run('cat', '/var/lib/standby-logs/seen')).toBe(
      'journal true, metadata server true',
    );

    // Without the rule they reach it: it is the rule that keeps them from it, and nothing else.
    await net.machine.run('nft', 'flush', 'chain', 'inet', 'standby', 'output');
    expect((await reach('geth')).code).toBe(0);
    await net.machine.run('systemctl', 'reload', 'standby-firewall.service');
    expect((await reach('geth')).code).not.toBe(0);
  });

  test('comes back from a boot with the disk, the secret and the chain that it had', async () => {
    const disk = ['findmnt', '-no', 'UUID,FSTYPE,OPTIONS', '/srv/chain'];
    const [before, secret] = [await net.machine.run(...disk), await jwtOf(net)];
    expect(before).toMatch(/^\S+ ext4 .*nosuid,nodev,noexec,noatime/);
    expect(await formattings(net)).toBe(1);
    const asked = net.asked.length;

    await net.machine.shutDown();
    await net.machine.boot();
    await untilActive(net, units);
    expect(await net.machine.run(...disk)).toBe(before);
    expect((await net.machine.run('findmnt', '-rno', 'TARGET', dataDevice)).split('\n')).toEqual([
      '/srv/chain',
    ]);
    expect(await formattings(net)).toBe(1);
    expect(await jwtOf(net)).toBe(secret);
    expect(net.asked.slice(asked)).toEqual([]);
    await net.say(ethereumSays(Date.now(), true));
    expect(await net.look()).toMatchObject({
      keys: 'absent',
    });
    expect(
      (await net.machine.attempt('podman', 'exec', 'geth', 'geth', 'reach', metadataServer)).code,
    ).not.toBe(0);
  });

  test('stops its consensus client when that is on another chain', async () => {
    const compare = (): Promise<{ readonly code: number }> =>
      net.machine.attempt('systemctl', 'start', 'standby-compare.service');
    const says = async (digit: string): Promise<void> => {
      const { execution, consensus } = ethereumSays(Date.now(), true);
      const header = { data: { root: root(digit), header: { message: { slot: String(slot) } } } };
      await net.say({ execution, consensus: { ...consensus, [`/eth/v1/beacon/headers/${slot}`]: header } });
    };
    await says('a');
    expect((await compare()).code).toBe(0);
    expect((await activeOf(net, ['lighthouse.service']))['lighthouse.service']).toBe('active');
    await says('b');
    expect((await compare()).code).not.toBe(0);
    expect((await activeOf(net, ['lighthouse.service']))['lighthouse.service']).toBe('inactive');
    const report = await reportOf(net, /^failed: /);
    expect(report).toMatchObject({ state: 'failing' });
    expect(report.text).toMatch(/^failed: the beacon node is on another chain: at slot \d+ /);
  });
});

describe.skipIf(skip)('a drill node of Berachain that is to be snapshotted', () => {
  let net: StandbyNet;
  beforeAll(() => {
    net = at(1);
  });
  const units = [
    'standby.target',
    ...boots,
    'bera-reth.service',
    'beacond.service',
    'standby-logs.service',
    'standby-wipe.timer',
    'watchdog-agent.timer',
  ];
  const identities =
    /(^|\/)(nodekey|nodes|discovery-secret|known-peers\.json|node_key\.json|addrbook\.json|priv_validator_(key|state)\.json|jwt\.hex)$/;
  let secret: string;

  test('does not begin with a genesis of another checksum', async () => {
    expect(await cloudInitEnds(net.machine)).toMatch(/^status: done\n/);
    const report = await reportOf(net, /^failed: genesis/);
    expect(report.state).toBe('failing');
    expect(report.text).toMatch(/^failed: genesis\.json has another checksum than configured/);
    expect((await activeOf(net, ['beacond.service']))['beacond.service']).not.toBe('active');
    expect((await net.machine.attempt('cat', '/srv/chain/consensus/config/genesis.json')).code).not.toBe(0);
    net.pages.set('files.test/mainnet/genesis.json', { content: networkFiles['genesis.json'] });
    await untilActive(net, units);
  });

  test('has the files of its network and the newest snapshots, without their identity', async () => {
    const read = (path: string): Promise<string> => net.machine.run('cat', `/srv/chain/${path}`);
    expect(await read('consensus/config/genesis.json')).toBe(networkFiles['genesis.json'].trim());
    expect(await read('consensus/data/application.db/1.sst')).toBe('of the consensus client');
    expect(await read('execution/db/mdbx.dat')).toBe('of the execution client');
    expect(await read('execution/discovery-secret')).toBe('an identity of bera-reth');
    expect(await read('consensus/config/node_key.json')).toBe('an identity of beacond');
    expect((await net.machine.attempt('ls', '/srv/chain/consensus/data/node_key.json')).code).not.toBe(0);
  });

  test('offers p2p and nothing else to the outside', async () => {
    expect(await outsidePorts(net)).toEqual([22, 26656, 30303]);
    expect(await reachable(net, [22, 8545, 26656, 26657, 30303])).toEqual([26656, 30303]);
  });

  test('is synced with the key that it made itself', async () => {
    secret = await jwtOf(net);
    expect(secret).not.toBe(await jwtOf(at(0)));
    expect(await net.look()).toMatchObject({ state: 'starting', head: null });
    await net.say(berachainSays(Date.now(), false));
    expect(await net.look()).toMatchObject({ state: 'syncing', keys: 'absent' });
    await net.say(berachainSays(Date.now(), true));
    expect(await net.look()).toMatchObject({ state: 'synced', keys: 'absent', peers: 12 });
  });

  test('is wiped once it is synced, and never starts again', async () => {
    const wiped = await until(
      'the wipe',
      async () => {
        if (net.lastReport()?.state !== 'wiped') {
          const isRunning = (await activeOf(net, ['beacond.service']))['beacond.service'] === 'active';
          if (isRunning) await net.say(berachainSays(Date.now(), true));
          await net.machine.attempt('systemctl', 'start', 'standby-wipe.service');
          await net.look();
        }
        const report = net.lastReport();
        return report?.state === 'wiped' ? report : null;
      },
      { limitMs: 120_000 },
    );
    expect(wiped).toMatchObject({ keys: 'absent' });
    expect(await net.machine.run('cat', '/var/lib/watchdog/wiped')).not.toContain(secret);
    const clients = ['bera-reth.service', 'beacond.service'];
    const stopped = { 'bera-reth.service': 'inactive', 'beacond.service': 'inactive' };
    expect(await activeOf(net, clients)).toEqual(stopped);
    await net.machine.attempt('systemctl', 'start', 'standby.target', ...clients);
    expect(await activeOf(net, clients)).toEqual(stopped);

    await net.machine.shutDown();
    const left = net.machine.filesOnDisk();
    expect(left).toContain('execution/db/mdbx.dat');
    expect(left).toContain('consensus/data/application.db/1.sst');
    expect(left.filter((path) => identities.test(path))).toEqual([]);
    for (const text of [secret, 'an identity of']) expect(net.machine.isOnDisk(text), text).toBe(false);
    expect(net.machine.isOnDisk('of the execution client')).toBe(true);
  });
});
