// Where a Berachain standby begins: files that are what they should be, and the newest snapshot of each kind, without anybody's identity.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listen } from '../support/server.ts';
import { lacksPrograms } from '../support/tools.ts';
import { bootMachine, type BootMachine } from './boot-machine.ts';

const sha256 = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const genesis = '{"chain_id":"test"}';

/** A tarball as they are published, of these files; a value that is a list is a link to its only element. */
function tarball(files: Readonly<Record<string, string | readonly [string]>>): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-tar-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      const full = join(folder, 'in', path);
      mkdirSync(dirname(full), { recursive: true });
      if (typeof content === 'string') writeFileSync(full, content);
      else symlinkSync(content[0], full);
    }
    const packed = join(folder, 'out.tar');
    execFileSync('tar', ['--create', '--file', packed, '--directory', join(folder, 'in'), '.']);
    execFileSync('lz4', ['-q', packed, `${packed}.lz4`]);
    return readFileSync(`${packed}.lz4`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.skipIf(lacksPrograms('python3', 'curl', 'lz4', 'tar'))('a Berachain standby', () => {
  let machine: BootMachine;
  let server: Awaited<ReturnType<typeof listen>>;
  const served = new Map<string, string | Buffer | 'cut'>();
  const asked: string[] = [];
  const url = (path: string): string => `http://${server.address}${path}`;
  const entry = (type: string, path: string, day: number, more = ''): string =>
    `${type},${url(path)},1000,2026-11-0${day}T00:00:00Z${more}`;
  const index = (...lines: string[]): string => ['type,url,size_bytes,created_at', ...lines, ''].join('\n');

  beforeEach(async () => {
    machine = bootMachine();
    served.clear();
    asked.splice(0);
    server = await listen(
      createServer((request, response) => {
        const path = request.url ?? '';
        asked.push(path);
        const content = served.get(path);
        if (content === undefined) response.writeHead(404).end();
        else if (content === 'cut') {
          response.writeHead(200, { 'content-length': '100000' });
          response.write(tarball({ 'application.db/1': 'half' }).subarray(0, 60));
          setImmediate(() => response.destroy());
        } else response.end(content);
      }),
    );
    served.set('/genesis.json', genesis);
    served.set(
      '/index.csv',
      index(entry('beacon-kit-pruned', '/cl.tar.lz4', 2), entry('reth-pruned', '/el.tar.lz4', 2)),
    );
    served.set(
      '/cl.tar.lz4',
      tarball({ 'data/application.db/1.sst': 'state', 'data/blockstore.db/1.sst': 'blocks' }),
    );
    served.set('/el.tar.lz4', tarball({ 'db/mdbx.dat': 'reth', 'static_files/1': 'old' }));
  });
  afterEach(async () => {
    machine.close();
    await server.close();
  });

  const chain = (settings: Record<string, string> = {}, changes: Record<string, unknown> = {}) =>
    machine.run('standby-boot', ['chain'], {
      settings: {
        CHAIN: 'berachain',
        FILES_BASE_URL: url(''),
        FILES: `genesis.json=${sha256(genesis)}`,
        SNAPSHOT_INDEX_URL: url('/index.csv'),
        ...settings,
      },
      changes: { TRIES: 2, ...changes },
    });

  test('begins with files whose checksums are right, and with the snapshots of both clients', async () => {
    expect(await chain()).toMatchObject({ code: 0 });
    const { '.beacon-kit-pruned': one, '.reth-pruned': two, ...files } = machine.files();
    expect(files).toEqual({
      'consensus/config/genesis.json': genesis,
      'consensus/data/application.db/1.sst': 'state',
      'consensus/data/blockstore.db/1.sst': 'blocks',
      'execution/db/mdbx.dat': 'reth',
      'execution/static_files/1': 'old',
    });
    expect(one).toMatch(/^restored http/);
    expect(two).toMatch(/^restored http/);
    expect(machine.note()).toBe('the clients start');
  });

  test('begins with the newest of each, whatever else is listed and in whichever order', async () => {
    const wrong = tarball({ wrong: 'wrong' });
    for (const path of ['/old.tar.lz4', '/archive.tar.lz4', '/undated.tar.lz4']) served.set(path, wrong);
    served.set(
      '/index.csv',
      [
        'created_at,size_bytes,type,note,url',
        `2026-11-01T00:00:00Z,1,reth-pruned,,${url('/old.tar.lz4')}`,
        `2026-11-09T00:00:00Z,1,reth-archive,,${url('/archive.tar.lz4')}`,
        `2026-11-03T00:00:00Z,1,reth-pruned,,${url('/el.tar.lz4')}`,
        `someday,1,reth-pruned,,${url('/undated.tar.lz4')}`,
        `2026-11-03T00:00:00Z,1,beacon-kit-pruned,,${url('/cl.tar.lz4')}`,
      ].join('\n'),
    );
    expect(await chain()).toMatchObject({ code: 0 });
    expect(machine.read('execution/db/mdbx.dat')).toBe('reth');
    expect(Object.keys(machine.files())).not.toContain('execution/wrong');
  });

  test('takes over nothing of the publisher: neither keys nor what it is known by', async () => {
    served.set(
      '/cl.tar.lz4',
      tarball({
        'data/application.db/1.sst': 'state',
        'data/priv_validator_state.json': '{}',
        'config/priv_validator_key.json': 'key',
        'config/node_key.json': 'key',
        'config/addrbook.json': 'peers',
      }),
    );
    served.set(
      '/el.tar.lz4',
      tarball({ 'db/mdbx.dat': 'reth', 'discovery-secret': 's', 'known-peers.json': 'p', 'jwt.hex': 'j' }),
    );
    expect(await chain()).toMatchObject({ code: 0 });
    const names = Object.keys(machine.files()).join('\n');
    expect(names).not.toMatch(/priv_validator|node_key|addrbook|discovery-secret|known-peers|jwt/);
    expect(names).toContain('execution/db/mdbx.dat');
  });

  test('does each of it once, and again what was cut off', async () => {
    expect(await chain()).toMatchObject({ code: 0 });
    const before = asked.length;
    expect(await chain()).toMatchObject({ code: 0 });
    expect(asked.length).toBe(before);
    machine.put('.reth-pruned', 'restoring');
    machine.put('execution/db/half', 'x');
    expect(await chain()).toMatchObject({ code: 0 });
    expect(Object.keys(machine.files())).not.toContain('execution/db/half');
    expect(asked.filter((path) => path === '/cl.tar.lz4')).toHaveLength(1);
    expect(asked.filter((path) => path === '/el.tar.lz4')).toHaveLength(2);
  });

  test('leaves alone what a client has made itself, and asks for nothing without an index', async () => {
    machine.put('execution/db/mdbx.dat', 'own');
    machine.put('consensus/data/application.db/1.sst', 'own');
    expect(await chain()).toMatchObject({ code: 0 });
    expect(machine.read('execution/db/mdbx.dat')).toBe('own');
    expect(asked).toEqual(['/genesis.json']);
    expect(await chain({ SNAPSHOT_INDEX_URL: '' })).toMatchObject({ code: 0 });
  });

  test.each<[string, () => void, Record<string, string>, RegExp]>([
    [
      'a file has another checksum',
      () => served.set('/genesis.json', 'else'),
      {},
      /^failed: genesis\.json has another checksum than configured$/,
    ],
    [
      'a file is missing',
      () => served.delete('/genesis.json'),
      {},
      /^failed: genesis\.json cannot be fetched: the server answers with status 404$/,
    ],
    [
      'a checksum is none',
      () => {},
      { FILES: 'genesis.json=sha256:abc' },
      /^failed: FILES has an entry that is not NAME=/,
    ],
    [
      'a name leads elsewhere',
      () => {},
      { FILES: `../genesis.json=${sha256(genesis)}` },
      /FILES has an entry that is not/,
    ],
    [
      'a key is to be fetched',
      () => {},
      { FILES: `priv_validator_key.json=${sha256(genesis)}` },
      /a standby makes its own$/,
    ],
    [
      'the index is missing',
      () => served.delete('/index.csv'),
      {},
      /^failed: the snapshot index cannot be fetched/,
    ],
    [
      'the index is empty',
      () => served.set('/index.csv', index()),
      {},
      /^failed: the snapshot index has no beacon-kit-pruned entry$/,
    ],
    [
      'the index lacks one',
      () => served.set('/index.csv', index(entry('beacon-kit-pruned', '/cl.tar.lz4', 1))),
      {},
      /^failed: the snapshot index has no reth-pruned entry$/,
    ],
    [
      'the index is a page',
      () => served.set('/index.csv', '<html></html>'),
      {},
      /has no beacon-kit-pruned entry$/,
    ],
    [
      'the index leads to plain http elsewhere',
      () =>
        served.set(
          '/index.csv',
          index('beacon-kit-pruned,http://snapshots.example/x,1,2026-11-01T00:00:00Z'),
        ),
      {},
      /is not an https address$/,
    ],
    [
      'a snapshot is missing',
      () => served.delete('/cl.tar.lz4'),
      {},
      /^failed: the download of beacon-kit-pruned broke off: .*404/,
    ],
    [
      'a download breaks off',
      () => served.set('/cl.tar.lz4', 'cut'),
      {},
      /^failed: (the download of beacon-kit-pruned broke off|beacon-kit-pruned cannot be unpacked)/,
    ],
    [
      'a snapshot is something else',
      () => served.set('/cl.tar.lz4', 'no archive at all'),
      {},
      /^failed: beacon-kit-pruned cannot be unpacked/,
    ],
    [
      'a snapshot holds nothing',
      () => served.set('/cl.tar.lz4', tarball({ 'node_key.json': 'x' })),
      {},
      /^failed: beacon-kit-pruned has nothing in it$/,
    ],
    [
      'a snapshot holds a link',
      () => served.set('/cl.tar.lz4', tarball({ 'data/1': 'x', 'data/2': ['/etc/passwd'] })),
      {},
      /neither file nor directory/,
    ],
    [
      'a snapshot is larger than the disk',
      () =>
        served.set(
          '/index.csv',
          `type,url,size_bytes,created_at\nbeacon-kit-pruned,${url('/cl.tar.lz4')},99999999999999,2026-11-01T00:00:00Z\nreth-pruned,${url('/el.tar.lz4')},1,2026-11-01T00:00:00Z\n`,
        ),
      {},
      /^failed: the disk is too small for beacon-kit-pruned: \d+ GiB compressed/,
    ],
  ])('says so when %s, and begins nothing', async (_, prepare, settings, words) => {
    prepare();
    expect(await chain(settings)).toMatchObject({ code: 1 });
    expect(machine.note()).toMatch(words);
    expect(machine.files()['.beacon-kit-pruned'] ?? '').not.toMatch(/^restored/);
  });

  test('whose snapshot was cut off gets it whole the next time', async () => {
    const whole = served.get('/cl.tar.lz4') ?? '';
    served.set('/cl.tar.lz4', 'cut');
    expect(await chain()).toMatchObject({ code: 1 });
    served.set('/cl.tar.lz4', whole);
    expect(await chain()).toMatchObject({ code: 0 });
    expect(machine.read('consensus/data/application.db/1.sst')).toBe('state');
  });

  test('whose disk is full says so, and does not download for that again', async () => {
    // Stands in for the real one on a full disk.
    machine.program(
      'tar',
      'echo "tar: x: Cannot write: No space left on device" >&2; cat >/dev/null; exit 2',
    );
    expect(await chain()).toMatchObject({ code: 1 });
    expect(machine.note()).toBe(
      'failed: the disk is full while restoring beacon-kit-pruned: take a larger one',
    );
    const before = asked.length;
    expect(await chain()).toMatchObject({ code: 1 });
    expect(asked.slice(before)).toEqual(['/index.csv']);
    expect(machine.note()).toBe(
      'failed: the disk is full while restoring beacon-kit-pruned: take a larger one',
    );
  });
});
