// The files of a standby, as real Terraform renders them: what each of their readers takes, and what must never be in them.
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { lacks, lacksPrograms, tool } from '../support/tools.ts';
import { breachesOf, firstBoot } from './breaches.ts';
import { digest, lay, render, type Chain, type Rendered } from './rendered.ts';
import { containerOf, flagsOf, settingsOf, wordsOf } from './unit-file.ts';

const execute = promisify(execFile);
const skip = lacksPrograms('terraform');
const chains = ['ethereum', 'berachain'] as const;
const units = '/etc/systemd/system/';

const standby = new Map<Chain, Rendered>();
const drill = new Map<Chain, Rendered>();
function of(from: ReadonlyMap<Chain, Rendered>, chain: Chain): Rendered {
  const rendered = from.get(chain);
  if (rendered === undefined) throw new Error(`${chain} was not rendered`);
  return rendered;
}
const fileOf = (rendered: Rendered, path: string): string => {
  const content = rendered.files.get(path);
  if (content === undefined) throw new Error(`there is no ${path}`);
  return content;
};
const unitsOf = ({ files }: Rendered): string[] =>
  [...files.keys()].filter((path) => path.startsWith(units) && !path.includes('.d/'));

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'watchdog-files-'));
  if (skip) return;
  for (const chain of chains) {
    standby.set(chain, await render(chain));
    drill.set(chain, await render(chain, { drill: true, snapshots: true }));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Said = { readonly code: number; readonly text: string };

async function said(program: string, ...args: readonly string[]): Promise<Said> {
  try {
    const { stdout, stderr } = await execute(program, args);
    return { code: 0, text: `${stdout}${stderr}` };
  } catch (error) {
    const failed = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() }).parse(error);
    return { code: failed.code, text: `${failed.stdout}${failed.stderr}` };
  }
}

let count = 0;
/** The files below a new folder; `change` is what a test spoils. */
function laid(rendered: Rendered, change: (files: Map<string, string>) => void = () => {}): string {
  const root = join(folder, `root-${(count += 1)}`);
  const files = new Map(rendered.files);
  change(files);
  lay({ files, modes: rendered.modes }, root);
  return root;
}

const spoil =
  (path: string, from: string | RegExp, to: string) =>
  (files: Map<string, string>): void => {
    const before = files.get(path) ?? '';
    const after = before.replace(from, to);
    if (after === before) throw new Error(`nothing to spoil in ${path}`);
    files.set(path, after);
  };

describe.skipIf(skip)('what the module gives', () => {
  test.each(chains)('%s: metadata says who may come in and what the agent may write, and fits', (chain) => {
    const { userData, metadata } = of(standby, chain);
    expect({ ...metadata, 'user-data': '' }).toEqual({
      'user-data': '',
      'block-project-ssh-keys': 'TRUE',
      'enable-guest-attributes': 'TRUE',
      'enable-oslogin': 'TRUE',
      'serial-port-enable': 'FALSE',
    });
    expect(metadata['user-data']).toBe(userData);
    expect(userData).toMatch(/^#cloud-config\n/);
    expect(Buffer.byteLength(userData)).toBeLessThan(256 * 1024);
  });

  test.each(chains)('%s: the first boot makes users and starts the one target, and nothing else', (chain) => {
    for (const each of [of(standby, chain), of(drill, chain)]) {
      expect(each.commands).toEqual(firstBoot);
      expect(each.packages).toEqual(['ca-certificates', 'crun', 'curl', 'lz4', 'nftables', 'podman']);
    }
  });

  test.each(chains)('%s: only programs may be run', (chain) => {
    const rendered = of(standby, chain);
    const programs = [...rendered.modes].filter(([, mode]) => mode === '0755').map(([path]) => path);
    expect(programs).toContain('/usr/local/bin/watchdog-agent');
    expect(programs.filter((path) => !/^\/usr\/local\/s?bin\//.test(path))).toEqual([]);
  });

  test('the settings of Ethereum', () => {
    const rendered = of(standby, 'ethereum');
    const settings = fileOf(rendered, '/etc/watchdog/node.env').split('\n').slice(1, -1);
    expect(settings.sort()).toEqual(
      [
        'CHAIN="ethereum"',
        'NETWORK="mainnet"',
        `EXECUTION_IMAGE="docker.io/ethereum/client-go@${digest('a')}"`,
        `CONSENSUS_IMAGE="docker.io/sigp/lighthouse@${digest('b')}"`,
        `LOGS_IMAGE="docker.io/fluent/fluent-bit@${digest('c')}"`,
        'DATA_DEVICE="/dev/disk/by-id/google-chain"',
        'EXECUTION_ARGS=""',
        'CONSENSUS_ARGS=""',
        'WIPE_WHEN_SYNCED=""',
        'CHECKPOINT_URL="https://beacon.one.example.com"',
        'CHECKPOINT_SECOND_URL="https://beacon.two.example.org/eth"',
        'EXECUTION_CACHE_MB="4096"',
        'EXECUTION_HISTORY="postprague"',
        'WATCHDOG_GENESIS="0x4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95"',
      ].sort(),
    );
    expect(fileOf(rendered, '/etc/watchdog/agent.env')).toContain('\nWATCHDOG_CHAIN_ID=1\n');
    expect(of(standby, 'ethereum').machine).toEqual({
      type: 'n2-standard-8',
      boot_disk: {
        image: 'projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64',
        type: 'pd-balanced',
        size_gib: 30,
      },
      data_disk: { kind: 'network', type: 'pd-ssd', size_gib: 1000, device_name: 'chain' },
      p2p_ports: { tcp: [30_303, 9000], udp: [30_303, 9000, 9001] },
      is_drill: false,
    });
  });

  test('the settings of Berachain: seeds are added to what else is asked for, files are named with their digests', async () => {
    const seed = `${'ab'.repeat(20)}@192.0.2.1:26656`;
    const rendered = await render('berachain', {
      network: 'bepolia',
      seeds: [seed],
      consensus_args: ['--p2p.pex=true'],
      addresses: ['AB'.repeat(20)],
      data_disk: { kind: 'local-ssd', size_gib: 375 },
      snapshot_index_url: '',
      files: {
        base_url: 'https://files.example.com/net/',
        digests: {
          'app.toml': digest('1'),
          'config.toml': digest('2'),
          'genesis.json': 'md5:'.padEnd(36, '3'),
          'kzg-trusted-setup.json': digest('4'),
        },
      },
    });
    const settings = fileOf(rendered, '/etc/watchdog/node.env').split('\n');
    expect(settings).toEqual(
      expect.arrayContaining([
        'NETWORK="bepolia"',
        `CONSENSUS_ARGS="--p2p.seeds=${seed} --p2p.pex=true"`,
        `SEEDS="${seed}"`,
        'DATA_DEVICE="/dev/disk/by-id/google-local-nvme-ssd-0"',
        'SNAPSHOT_INDEX_URL=""',
        'FILES_BASE_URL="https://files.example.com/net"',
        `FILES="app.toml=${digest('1')} config.toml=${digest('2')} genesis.json=md5:${'3'.repeat(32)} kzg-trusted-setup.json=${digest('4')}"`,
      ]),
    );
    const agent = fileOf(rendered, '/etc/watchdog/agent.env');
    expect(agent).toContain('WATCHDOG_CHAIN_ID=80069\n');
    expect(agent).toContain('WATCHDOG_GENESIS=testnet-beacon-80069\n');
    expect(agent).toContain(`WATCHDOG_ADDRESSES=${'AB'.repeat(20)}\n`);
  });

  test.each(chains)('%s: the agent is told what docs/your-standby.md names, one word each', (chain) => {
    const settings = fileOf(of(standby, chain), '/etc/watchdog/agent.env').split('\n').slice(1, -1);
    for (const setting of settings) expect(setting).toMatch(/^WATCHDOG_[A-Z_]+=[^\s"'\\$]*$/);
    expect(settings).toContain('WATCHDOG_LOOK=/srv/chain/execution:/srv/chain/consensus');
    expect(settings).toContain('WATCHDOG_NOTE=/run/watchdog/note');
  });

  test.each(chains)('%s: what wipes lies only on drill nodes that are to be snapshotted', async (chain) => {
    const wiping = ({ files }: Rendered): string[] =>
      [...files].flatMap(([path, content]) => (/standby-wipe/.test(path + content) ? [path] : []));
    const onlyDrill = await render(chain, { drill: true });
    for (const each of [of(standby, chain), onlyDrill]) {
      // The shipper of logs names it in its filter, and the target does not.
      expect(
        wiping(each).filter((path) => path !== '/etc/watchdog/logs.conf' && !path.startsWith('/usr/local/')),
      ).toEqual([]);
      expect([...each.files.keys()].filter((path) => path.includes('wipe'))).toEqual([]);
      expect(fileOf(each, '/etc/watchdog/node.env')).toContain('WIPE_WHEN_SYNCED=""\n');
    }
    expect(onlyDrill.machine.is_drill).toBe(true);
    expect(fileOf(of(drill, chain), '/etc/watchdog/node.env')).toContain('WIPE_WHEN_SYNCED="yes"\n');
    expect(wiping(of(drill, chain))).toEqual(
      expect.arrayContaining([
        `${units}standby-wipe.service`,
        `${units}standby-wipe.timer`,
        `${units}standby.target.d/standby-wipe.conf`,
      ]),
    );
  });

  test.each(chains)('%s: the ports of the network are those of the firewall on the machine', (chain) => {
    const { machine, files } = of(standby, chain);
    const defined = (name: string): number[] =>
      (new RegExp(`define ${name} = \\{([^}]*)\\}`).exec(files.get('/etc/watchdog/p2p.nft') ?? '')?.[1] ?? '')
        .split(',')
        .map(Number);
    expect(machine.p2p_ports).toEqual({ tcp: defined('p2p_tcp'), udp: defined('p2p_udp') });
  });
});

describe.skipIf(skip || lacks('cloud-init'))('cloud-init', () => {
  const check = async (userData: string): Promise<Said> => {
    const file = join(folder, `user-data-${(count += 1)}.yaml`);
    writeFileSync(file, userData);
    return said(tool('cloud-init').path, 'schema', '--config-file', file);
  };

  test.each(chains)('takes the instructions for %s', async (chain) => {
    const { code, text } = await check(of(standby, chain).userData);
    expect({ code, text: text.replace(/:.*/s, '') }).toEqual({ code: 0, text: 'Valid cloud-config' });
  });

  test('would not take others', async () => {
    const config = z.record(z.string(), z.unknown()).parse(parse(of(standby, 'ethereum').userData));
    const { code, text } = await check(`#cloud-config\n${stringify({ ...config, runcmd: 'reboot' })}`);
    expect(code).toBe(1);
    expect(text).toContain('runcmd');
  });
});

describe.skipIf(skip || lacksPrograms('systemd-analyze'))('systemd', () => {
  const own = '/usr/lib/systemd/system';

  /** The verdict on all units in a root in which the programs are there, and systemd's own targets. */
  async function verify(root: string): Promise<Said> {
    const programs = [
      'bin/sh',
      'usr/bin/podman',
      'usr/bin/systemctl',
      'usr/bin/systemd-tmpfiles',
      'usr/sbin/nft',
      'usr/local/sbin/standby-boot',
      'usr/local/sbin/standby-wipe',
    ];
    for (const program of programs.filter((each) => !existsSync(join(root, each)))) {
      mkdirSync(join(root, dirname(program)), { recursive: true });
      writeFileSync(join(root, program), '#!/bin/true\n', { mode: 0o755 });
    }
    mkdirSync(join(root, own), { recursive: true });
    for (const file of readdirSync(own).filter(
      (name) => name.endsWith('.target') || name === 'systemd-tmpfiles-setup.service',
    )) {
      copyFileSync(join(own, file), join(root, own, file));
    }
    const ours = readdirSync(join(root, units)).filter((name) => /\.(service|timer|target)$/.test(name));
    expect(ours.length).toBeGreaterThan(8);
    return said('systemd-analyze', 'verify', `--root=${root}`, ...ours);
  }

  test.each(chains)(
    'has nothing to say about the units of %s, nor about those of its drill',
    async (chain) => {
      expect(await verify(laid(of(standby, chain)))).toEqual({ code: 0, text: '' });
      expect(await verify(laid(of(drill, chain)))).toEqual({ code: 0, text: '' });
    },
  );

  test.each([
    ['a setting that does not exist', `${units}geth.service`, 'MemoryMax', 'MemoryMost', 'MemoryMost'],
    [
      'a program that is not there',
      `${units}standby-disk.service`,
      'standby-boot',
      'standby-root',
      'standby-root',
    ],
    [
      'a unit that is not there',
      `${units}geth.service`,
      'Requires=standby-firewall',
      'Requires=standby-wall',
      'standby-wall',
    ],
  ])('would say so of %s', async (_, path, from, to, word) => {
    const { text } = await verify(laid(of(standby, 'ethereum'), spoil(path, from, to)));
    expect(text).toContain(word);
  });

  test.each(chains)(
    '%s: every unit of the target exists, and every one that exists is of the target',
    (chain) => {
      const rendered = of(drill, chain);
      const target = [...rendered.files].filter(([path]) => path.includes(`${units}standby.target`));
      const wanted = target.flatMap(([, content]) => wordsOf(content, 'Wants'));
      const timed = wanted
        .filter((name) => name.endsWith('.timer'))
        .map((name) => name.replace(/timer$/, 'service'));
      expect([...wanted, ...timed, 'standby.target'].sort()).toEqual(
        unitsOf(rendered)
          .map((path) => basename(path))
          .sort(),
      );
    },
  );

  test.each(chains)(
    '%s: the order is firewall, disk, images, chain, clients, and each step needs the one before',
    (chain) => {
      const rendered = of(standby, chain);
      const clients = chain === 'ethereum' ? ['geth', 'lighthouse'] : ['bera-reth', 'beacond'];
      const needs: readonly (readonly [string, string])[] = [
        ['standby-disk', 'standby-firewall'],
        ['standby-images', 'standby-disk'],
        ['standby-chain', 'standby-images'],
        ...clients.flatMap((client): [string, string][] => [
          [client, 'standby-chain'],
          [client, 'standby-firewall'],
        ]),
      ];
      for (const [unit, before] of needs) {
        const content = fileOf(rendered, `${units}${unit}.service`);
        expect(wordsOf(content, 'Requires'), unit).toContain(`${before}.service`);
        expect(wordsOf(content, 'After'), unit).toContain(`${before}.service`);
      }
    },
  );

  test.each(chains)(
    '%s: a step that failed is tried again each minute, and then asks for what waited for it',
    (chain) => {
      for (const step of ['firewall', 'disk', 'images', 'chain']) {
        const settings = settingsOf(fileOf(of(standby, chain), `${units}standby-${step}.service`));
        const value = (name: string): string[] =>
          settings.filter((each) => each.name === name).map((each) => each.value);
        expect(value('Restart')).toEqual(['on-failure']);
        expect(value('RestartSec')).toEqual(['60']);
        expect(value('StartLimitIntervalSec')).toEqual(['0']);
        expect(value('RemainAfterExit')).toEqual(['yes']);
        expect(value('ExecStartPost')).toEqual(['-/usr/bin/systemctl start --no-block standby.target']);
      }
    },
  );

  test.each(chains)('%s: a client has five minutes to end, and is not killed before them', (chain) => {
    for (const path of unitsOf(of(standby, chain)).filter((each) =>
      /geth|lighthouse|reth|beacond/.test(each),
    )) {
      const content = fileOf(of(standby, chain), path);
      const name = basename(path, '.service');
      expect(wordsOf(content, 'ExecStop').join(' ')).toBe(`/usr/bin/podman stop --ignore --time 300 ${name}`);
      expect(Number(wordsOf(content, 'TimeoutStopSec')[0])).toBeGreaterThan(300);
      expect(wordsOf(content, 'Restart')).toEqual(['always']);
      expect(containerOf(content).podman.join(' ')).toContain(`--rm --replace --name ${name} `);
      expect(wordsOf(content, 'ConditionPathExists')).toEqual(['!/var/lib/watchdog/wiped']);
    }
  });

  test('users have the numbers that firewall and containers know them by', async () => {
    const root = laid(of(standby, 'ethereum'));
    const { text } = await said('systemd-sysusers', '--dry-run', `--root=${root}`);
    for (const [name, uid] of [
      ['standby-execution', 2001],
      ['standby-consensus', 2002],
      ['watchdog-agent', 2003],
      ['standby-logs', 2004],
      ['standby-signer', 2005],
    ]) {
      expect(text).toMatch(new RegExp(`Creating user '${name}' .*with UID ${uid} and GID ${uid}`));
    }
    expect(text).toContain("Creating group 'standby-jwt' with GID 2000.");
  });
});

describe.skipIf(skip || lacks('nftables') || lacksPrograms('unshare'))('nft', () => {
  // In a user namespace of its own: it wants to be root, and looks at the rules that are there.
  const check = async (root: string): Promise<Said> =>
    said(
      'unshare',
      '--map-root-user',
      '--net',
      tool('nftables').path,
      '--check',
      '-I',
      join(root, 'etc'),
      '-f',
      join(root, 'etc/watchdog/firewall.nft'),
    );

  test.each(chains)('takes the firewall of %s', async (chain) => {
    expect(await check(laid(of(standby, chain)))).toEqual({ code: 0, text: '' });
  });

  test('would not take another', async () => {
    const path = '/etc/watchdog/firewall.nft';
    const { code, text } = await check(
      laid(of(standby, 'ethereum'), spoil(path, '2003, 2004, 2005', '2003, nobody-of-that-name')),
    );
    expect(code).toBe(1);
    expect(text).toContain('nobody-of-that-name');
  });

  test('leaves every table but its own alone', () => {
    for (const chain of chains) {
      const rules = fileOf(of(standby, chain), '/etc/watchdog/firewall.nft');
      expect(rules).not.toMatch(/flush/);
      expect(rules.match(/^(?:delete )?table .*$/gm)).toEqual([
        'table inet standby',
        'delete table inet standby',
        'table inet standby {',
      ]);
    }
  });
});

describe.skipIf(skip || lacks('geth'))('geth', () => {
  const config = async (network: string, history: string): Promise<string> => {
    const { client } = containerOf(fileOf(of(standby, 'ethereum'), `${units}geth.service`));
    const args = client
      .filter((word) => word !== '$EXECUTION_ARGS')
      .map((word) =>
        word
          .replace('${NETWORK}', network)
          .replace('${EXECUTION_CACHE_MB}', '1024')
          .replace('${EXECUTION_HISTORY}', history)
          .replace('/srv/chain', folder),
      );
    const { stdout } = await execute(tool('geth').path, [...args, 'dumpconfig']);
    return stdout;
  };

  test('knows every option of its unit, and offers what it offers on loopback', async () => {
    // The pinned geth knows postmerge, and not yet postprague.
    const dumped = await config('mainnet', 'postmerge');
    expect(dumped).toContain('NetworkId = 1\n');
    expect(dumped).toContain('SyncMode = "snap"');
    for (const line of [
      'HTTPHost = "127.0.0.1"',
      'AuthAddr = "127.0.0.1"',
      'HTTPModules = ["eth", "net", "web3"]',
      'ListenAddr = ":30303"',
    ]) {
      expect(dumped).toContain(line);
    }
    expect(dumped).toContain('WSHost = ""\n');
    expect(await config('hoodi', 'all')).toContain('NetworkId = 560048\n');
  });
});

describe.skipIf(skip || lacks('beacond'))('beacond', () => {
  test('knows every option of its unit', async () => {
    const { client } = containerOf(fileOf(of(standby, 'berachain'), `${units}beacond.service`));
    const { text } = await said(tool('beacond').path, 'start', '--help');
    const unknown = flagsOf(client).filter(
      ({ name }) => !new RegExp(`${name.replaceAll('.', '\\.')}\\s`).test(text),
    );
    expect(unknown).toEqual([]);
    expect(flagsOf(client).length).toBeGreaterThan(8);
  });
});

describe.skipIf(skip || lacks('shellcheck'))('shell', () => {
  test('there is none but lines in units, and those are clean', async () => {
    const scripts = [...of(drill, 'ethereum').files, ...of(drill, 'berachain').files].flatMap(
      ([path, content]) => {
        expect(content, path).not.toMatch(/^#!.*\b(ba|da)?sh\b/);
        return [...content.matchAll(/\/bin\/sh -c '([^']*)'/g)].map((match) => match[1] ?? '');
      },
    );
    expect(scripts).not.toHaveLength(0);
    for (const [place, script] of scripts.entries()) {
      const file = join(folder, `line-${place}.sh`);
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      expect(await said(tool('shellcheck').path, '--severity=style', file)).toEqual({ code: 0, text: '' });
    }
  });
});

describe.skipIf(skip)('what must never be on a standby', () => {
  test.each(chains)('is on none of %s', (chain) => {
    expect(breachesOf(of(standby, chain).files)).toEqual([]);
    expect(breachesOf(of(drill, chain).files)).toEqual([]);
  });

  const geth = `${units}geth.service`;
  const lighthouse = `${units}lighthouse.service`;
  const target = `${units}standby.target`;
  const settings = '/etc/watchdog/node.env';
  const addition =
    (path: string, line: string) =>
    (files: Map<string, string>): void => {
      files.set(path, `${files.get(path) ?? ''}${line}\n`);
    };
  const planted: readonly (readonly [string, (files: Map<string, string>) => void, string])[] = [
    ['a validator client', spoil(lighthouse, ' bn ', ' vc '), 'a validator client'],
    [
      'a unit for one',
      addition(`${units}lighthouse-vc.service`, '[Service]\nExecStart=/usr/bin/podman run x'),
      'a unit that nobody ordered',
    ],
    [
      'a fee recipient',
      spoil(lighthouse, '--http ', '--suggested-fee-recipient 0x00 --http '),
      'a fee recipient',
    ],
    ['a builder', spoil(lighthouse, '--http ', '--builder http://127.0.0.1:18550 --http '), 'a builder'],
    ['a keystore', addition('/srv/keystore-m_12381.json', '{}\nkeystore'), 'a keystore'],
    ['a mnemonic', addition(settings, 'MNEMONIC="abandon abandon"'), 'a mnemonic'],
    ['a private key', addition('/root/key.pem', '-----BEGIN EC PRIVATE KEY-----'), 'a private key'],
    ['32 bytes of hex', addition(settings, `JWT="${'0f'.repeat(32)}"`), 'what may be a secret'],
    ['a password', addition(settings, 'KEY_PASSWORD=x'), 'a password'],
    ['a key of an API', addition(settings, 'API_KEY=x'), 'an API key'],
    [
      'a key file of the log shipper',
      addition('/etc/watchdog/logs.conf', '    google_service_credentials /x'),
      'an API key',
    ],
    [
      'empty slashing protection',
      addition('/usr/local/sbin/standby-boot', 'x --init-slashing-protection'),
      'slashing protection begins empty',
    ],
    [
      'the API for everybody',
      spoil(geth, '--http.addr 127.0.0.1', '--http.addr 0.0.0.0'),
      '--http.addr is at 0.0.0.0',
    ],
    [
      'the API where the client likes',
      spoil(geth, '--http.addr 127.0.0.1', ''),
      '--http.addr is not on loopback',
    ],
    [
      'the API twice',
      spoil(geth, '--http.addr', '--http.addr 127.0.0.1 --http.addr'),
      '--http.addr is not on loopback',
    ],
    [
      'the API for IPv6',
      spoil(lighthouse, '--http-address 127.0.0.1', '--http-address ::'),
      '--http-address is at ::',
    ],
    [
      'the engine for everybody',
      spoil(geth, '--authrpc.addr 127.0.0.1', '--authrpc.addr=0.0.0.0'),
      '--authrpc.addr is at 0.0.0.0',
    ],
    [
      'more of the API',
      spoil(geth, 'eth,net,web3', 'eth,net,web3,admin'),
      '--http.api is eth,net,web3,admin',
    ],
    ['WebSockets', spoil(geth, '--http ', '--ws --http '), '--ws opens a door'],
    ['any host', spoil(geth, '--http.vhosts localhost,127.0.0.1', '--http.vhosts *'), '--http.vhosts is *'],
    [
      'an image by its tag',
      spoil(geth, '${EXECUTION_IMAGE}', 'docker.io/ethereum/client-go:latest'),
      'an image that nobody has chosen by its digest',
    ],
    ['a container that may write', spoil(geth, ' --read-only', ''), 'a container without --read-only'],
    ['a container with rights', spoil(geth, ' --cap-drop all', ''), 'a container without --cap-drop all'],
    ['a container as root', spoil(geth, '--user 2001:2001', '--user 0:0'), 'a container of another user'],
    [
      'a container with everything',
      spoil(geth, '--rm', '--rm --privileged'),
      'a container with more than it needs',
    ],
    [
      'a container before the firewall',
      spoil(geth, 'Requires=standby-firewall.service ', 'Requires='),
      'a container without the firewall',
    ],
    [
      'a unit that enables itself',
      addition(geth, '[Install]\nWantedBy=multi-user.target'),
      'is enabled by itself',
    ],
    [
      'a unit of others',
      spoil(target, 'watchdog-agent.timer', 'watchdog-agent.timer web3signer.service'),
      'pulls in web3signer.service',
    ],
    [
      'a unit beside ours',
      addition(`${units}multi-user.target.d/x.conf`, '[Unit]\nWants=validator.service'),
      'pulls in validator.service',
    ],
  ];
  test.each(planted)('the search notices %s', (_, plant, expected) => {
    const files = new Map(of(drill, 'ethereum').files);
    plant(files);
    expect(breachesOf(files).join('\n')).toContain(expected);
  });

  test('the search notices metrics of beacond for everybody', () => {
    const files = new Map(of(standby, 'berachain').files);
    spoil(`${units}beacond.service`, '_LISTEN_ADDR=127.0.0.1', '_LISTEN_ADDR=')(files);
    expect(breachesOf(files).join('\n')).toContain('beacond.service: metrics are not on loopback');
  });
});
