// A Berachain standby begins with files that are what was configured and with the newest snapshot, and with nothing of whoever published it.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findTool, lacks, lacksPrograms } from '../support/tools.ts';
import {
  isRoot,
  prepareMachine,
  serveFiles,
  type Ended,
  type Files,
  type Order,
  type Prepared,
} from './prepared.ts';

const skip = lacksPrograms('python3');
const skipReal = lacks('lz4') || lacksPrograms('python3', 'curl', 'tar');
const unpacker = findTool('lz4');
const hash = (algorithm: string, content: Buffer): string =>
  createHash(algorithm).update(content).digest('hex');

let machine: Prepared;
let server: Files;
const genesis = Buffer.from('{"chain_id":"mainnet-beacon-80094"}');
beforeEach(async () => {
  machine = prepareMachine();
  server = await serveFiles();
  // Users of clients may not look into the folder of who runs the tests.
  if (unpacker !== null) cpSync(unpacker.folder, machine.path('lz4'), { recursive: true });
  machine.fake('lz4', 'exec lz4/bin/lz4 "$@"');
  server.answers.set('/files/genesis.json', genesis);
  for (const name of ['consensus', 'execution']) mkdirSync(join(machine.root, name), { mode: 0o755 });
  if (isRoot) {
    // As the step before this one makes them.
    execFileSync('chown', ['2001:2001', join(machine.root, 'execution')]);
    execFileSync('chown', ['2002:2002', join(machine.root, 'consensus')]);
  }
});
afterEach(async () => {
  machine.close();
  await server.close();
});

const settings = (): Record<string, string> => ({
  CHAIN: 'berachain',
  FILES_BASE_URL: `${server.url}/files/`,
  FILES: `genesis.json=sha256:${hash('sha256', genesis)}`,
});
const chain = (order: Order = {}): Promise<Ended> =>
  machine.boot('chain', {
    ...order,
    settings: { ...settings(), ...order.settings },
    replace: { CALL_SECONDS: 2, FILE_SECONDS: 2, TRIES: 2, ...order.replace },
  });
const fetched = (): readonly string[] => server.asked.splice(0);

describe.skipIf(skip)('the files', () => {
  test('lie where the clients look for them, each by its checksum, and are fetched once', async () => {
    const spec = Buffer.from('{}');
    server.answers.set('/files/eth-genesis.json', spec);
    const both = { FILES: `${settings()['FILES']} eth-genesis.json=md5:${hash('md5', spec)}` };
    expect(await chain({ settings: both })).toMatchObject({ code: 0, note: 'the clients start' });
    expect(machine.read('chain/consensus/config/genesis.json')).toBe(genesis.toString());
    expect(machine.read('chain/execution/eth-genesis.json')).toBe('{}');
    expect(fetched()).toEqual(['/files/genesis.json', '/files/eth-genesis.json']);
    const { uid } = statSync(join(machine.root, 'consensus/config/genesis.json'));
    expect(isRoot ? uid : 2002).toBe(2002);
    expect(await chain({ settings: both })).toMatchObject({ code: 0 });
    expect(fetched()).toEqual([]);
    // What was changed meanwhile is put right.
    machine.put('chain/consensus/config/genesis.json', '{}');
    expect(await chain({ settings: both })).toMatchObject({ code: 0 });
    expect(fetched()).toEqual(['/files/genesis.json']);
  });

  test.each([
    ['sha256', Buffer.from('{}')],
    ['md5', Buffer.from('')],
  ])('with another checksum (%s) are not put in place', async (algorithm, content) => {
    server.answers.set('/files/genesis.json', content);
    const { code, note } = await chain({
      settings: { FILES: `genesis.json=${algorithm}:${hash(algorithm, genesis)}` },
    });
    expect({ code, note }).toEqual({
      code: 1,
      note: 'failed: genesis.json has another checksum than configured',
    });
    expect(readdirSync(join(machine.root, 'consensus/config'))).toEqual([]);
  });

  test.each([
    ['are not there', 404, 'answers with status 404'],
    ['are elsewhere', 302, 'answers with status 302'],
    ['break off', { cut: genesis }, 'broke off its answer'],
    ['never end', { stall: genesis }, 'does not answer in time'],
    ['are too large', Buffer.alloc(2_000), 'answers too much'],
  ] as const)('that %s cannot be fetched', async (_, answer, words) => {
    server.answers.set('/files/genesis.json', answer);
    const { code, note } = await chain({ replace: { MOST_FILE_BYTES: 1_000 } });
    expect({ code, note }).toEqual({
      code: 1,
      note: `failed: genesis.json cannot be fetched: the server ${words}`,
    });
  });

  test.each([
    ['../genesis.json', 'FILES has an entry'],
    ['/etc/passwd', 'FILES has an entry'],
    ['.hidden', 'FILES has an entry'],
    ['a/b', 'FILES has an entry'],
    ['priv_validator_key.json', 'FILES names priv_validator_key.json: a standby makes its own'],
    ['node_key.json', 'FILES names node_key.json'],
  ])('called %s are not fetched at all', async (name, words) => {
    const { code, note } = await chain({ settings: { FILES: `${name}=sha256:${hash('sha256', genesis)}` } });
    expect({ code, note }).toEqual({ code: 1, note: expect.stringContaining(words) });
    expect(fetched()).toEqual([]);
  });

  test.each([
    'genesis.json',
    'genesis.json=sha256:12',
    'genesis.json=sha1:12',
    `genesis.json=sha256:${'g'.repeat(64)}`,
  ])('%s is no entry', async (entry) => {
    expect((await chain({ settings: { FILES: entry } })).note).toMatch(
      /^failed: FILES has an entry that is not/,
    );
  });

  test('of a chain that nobody knows are none', async () => {
    expect((await chain({ settings: { CHAIN: 'bitcoin' } })).note).toBe(
      'failed: CHAIN is neither ethereum nor berachain',
    );
  });
});

/** A tarball of these files, as publishers make them. */
function tarOf(files: Readonly<Record<string, string | Buffer>>, more: readonly string[] = []): Buffer {
  const folder = machine.path(`tar-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  symlinkSync('/etc', join(folder, '.link'));
  const members = more.length === 0 ? ['--exclude=./.link', '.'] : more;
  return execFileSync('tar', ['-C', folder, '-cP', ...members], {
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
const pack = (tar: Buffer): Buffer =>
  execFileSync(unpacker?.path ?? 'lz4', ['-c'], {
    input: tar,
    maxBuffer: 2 ** 30,
    stdio: ['pipe', 'pipe', 'ignore'],
  });

describe.skipIf(skipReal)('the snapshot', () => {
  const from = (): Record<string, string> => ({ SNAPSHOT_INDEX_URL: `${server.url}/index.csv` });
  const restore = (order: Order = {}): Promise<Ended> =>
    chain({ ...order, settings: { ...from(), ...order.settings } });
  /** An index with the newest entries at these addresses, and older ones that are not there. */
  const index = (more = '', columns = 'url,url_s3,type,size_bytes,created_at,sha256'): void => {
    const row = (kind: string, path: string, at: string, size = '', digest = ''): string => {
      const values: Record<string, string> = {
        url: `${server.url}${path}`,
        url_s3: 's3://x',
        type: kind,
        size_bytes: size,
        created_at: at,
        sha256: digest,
      };
      return columns
        .split(',')
        .map((name) => values[name] ?? '')
        .join(',');
    };
    const rows = [
      row('beacon-kit-pruned', '/old', '2026-11-01T00:00:00Z'),
      row('reth-pruned', '/el', '2026-11-21T00:00:00Z', '1000'),
      row('beacon-kit-pruned', '/cl', '2026-11-21T00:00:00Z', '1000'),
      row('reth-pruned', '/old', '2026-11-20T23:59:59Z'),
      row('beacon-kit-archive', '/old', '2026-11-25T00:00:00Z'),
      row('reth-pruned', '/old', 'yesterday'),
    ];
    server.answers.set('/index.csv', Buffer.from(`${columns}\n${rows.join('\n')}\n${more}`));
  };
  beforeEach(() => {
    index();
    server.answers.set('/cl', pack(tarOf({ 'state.db/1': 'cl', 'blockstore.db/1': 'blocks' })));
    server.answers.set('/el', pack(tarOf({ 'db/mdbx.dat': 'el', 'static_files/1': 'x' })));
  });

  test('is the newest of each client, and is restored once', async () => {
    const { code, errors, note } = await restore();
    expect({ code, note }).toEqual({ code: 0, note: 'the clients start' });
    expect(errors).toContain('restoring beacon-kit-pruned, 0 of 0 GiB');
    expect(machine.read('chain/consensus/data/state.db/1')).toBe('cl');
    expect(machine.read('chain/execution/db/mdbx.dat')).toBe('el');
    const owners = ['consensus/data/state.db/1', 'execution/db/mdbx.dat'].map(
      (name) => statSync(join(machine.root, name)).uid,
    );
    expect(isRoot ? owners : [2002, 2001]).toEqual([2002, 2001]);
    expect(fetched()).toEqual(['/files/genesis.json', '/index.csv', '/cl', '/el']);
    expect(await restore()).toMatchObject({ code: 0 });
    expect(fetched()).toEqual([]);
  });

  test('is found in whatever order the columns are, and without those that are not needed', async () => {
    index('', 'created_at,type,url');
    expect(await restore()).toMatchObject({ code: 0 });
    expect(machine.read('chain/execution/db/mdbx.dat')).toBe('el');
  });

  test('is not needed without an index, or with a database', async () => {
    expect(await chain()).toMatchObject({ code: 0 });
    machine.put('chain/execution/db/mdbx.dat', 'mine');
    machine.put('chain/consensus/data/state.db/1', 'mine');
    expect(await restore()).toMatchObject({ code: 0 });
    expect(machine.read('chain/execution/db/mdbx.dat')).toBe('mine');
    expect(fetched()).toEqual(['/files/genesis.json']);
  });

  test('with its directory in it lies in the same place', async () => {
    server.answers.set('/cl', pack(tarOf({ 'data/state.db/1': 'cl' })));
    expect(await restore()).toMatchObject({ code: 0 });
    expect(machine.read('chain/consensus/data/state.db/1')).toBe('cl');
    expect(readdirSync(join(machine.root, 'consensus/data'))).toEqual(['state.db']);
  });

  test('brings nothing of the identity of its publisher', async () => {
    const foreign = [
      'priv_validator_state.json',
      'node_key.json',
      'config/priv_validator_key.json',
      'jwt.hex',
      'deep/er/addrbook.json',
    ];
    server.answers.set(
      '/cl',
      pack(tarOf({ 'state.db/1': 'cl', ...Object.fromEntries(foreign.map((name) => [name, 'theirs'])) })),
    );
    server.answers.set(
      '/el',
      pack(
        tarOf({
          'db/1': 'el',
          'discovery-secret': 'x',
          'geth/nodekey': 'x',
          'known-peers.json': 'x',
          'keystore/UTC--1': 'x',
        }),
      ),
    );
    expect(await restore()).toMatchObject({ code: 0 });
    const names = ['consensus', 'execution'].flatMap((name) =>
      readdirSync(join(machine.root, name), { recursive: true }).map(String),
    );
    for (const name of [...foreign, 'discovery-secret', 'nodekey', 'known-peers.json', 'keystore']) {
      expect(names.filter((each) => each.split('/').includes(name.split('/').at(-1) ?? ''))).toEqual([]);
    }
    expect(names).toContain('db/1');
  });

  const hostile: readonly (readonly [string, () => Buffer, string])[] = [
    [
      'leads out of its directory',
      () => pack(tarOf({ 'state.db/1': 'x' }, ['--transform=s,state.db,../../out,', 'state.db'])),
      'cannot be unpacked: tar: ',
    ],
    [
      'holds a link',
      () => pack(tarOf({ 'state.db/1': 'x' }, ['state.db', '.link'])),
      'neither file nor directory: .link',
    ],
    [
      'writes through a link',
      () =>
        pack(tarOf({ 'state.db/1': 'x', evil: 'x' }, ['.link', '--transform=s,^evil,.link/evil,', 'evil'])),
      '',
    ],
    ['holds nothing', () => pack(tarOf({}, ['--files-from=/dev/null'])), 'has nothing in it'],
    ['is nothing', () => Buffer.alloc(0), ''],
    ['is no tarball', () => pack(randomBytes(100_000)), 'cannot be unpacked: tar: '],
    ['is not compressed', () => tarOf({ 'state.db/1': 'x' }), 'cannot be unpacked: '],
    [
      'was cut short before it was published',
      () => pack(tarOf({ 'state.db/1': randomBytes(1_000_000) })).subarray(0, 500_000),
      'cannot be unpacked: ',
    ],
  ];
  test.each(hostile)('that %s is refused', async (_, make, words) => {
    server.answers.set('/cl', make());
    const { code, note } = await restore();
    expect({ code, note }).toEqual({
      code: 1,
      note: expect.stringMatching(/^failed: beacon-kit-pruned (cannot|has)/),
    });
    expect(note).toContain(words);
    // Nothing is outside, and it is begun anew when it is whole.
    expect(readdirSync(machine.root).toSorted()).toEqual(['.beacon-kit-pruned', 'consensus', 'execution']);
    expect(readdirSync(join(machine.root, 'consensus')).toSorted()).toEqual(['config', 'data']);
    expect(existsSync('/etc/evil')).toBe(false);
    server.answers.set('/cl', pack(tarOf({ 'state.db/2': 'cl' })));
    expect(await restore()).toMatchObject({ code: 0 });
    expect(readdirSync(join(machine.root, 'consensus/data'), { recursive: true })).toEqual([
      'state.db',
      'state.db/2',
    ]);
  });

  test('that lies at an absolute path lies in its directory', async () => {
    const outside = machine.put('outside/state.db/1', 'cl');
    server.answers.set('/cl', pack(tarOf({}, [outside])));
    rmSync(outside);
    expect(await restore()).toMatchObject({ code: 0 });
    expect(existsSync(outside)).toBe(false);
    expect(machine.read(`chain/consensus/data${outside}`)).toBe('cl');
  });

  test.each([
    ['is not there', 404, /broke off: curl: \(22\)/],
    ['breaks off', { cut: Buffer.from('half') }, /broke off: curl: \(18\)/],
    ['stalls', { stall: Buffer.from('half') }, /broke off: curl: \(28\)/],
  ] as const)('whose download %s is begun anew', async (_, answer, words) => {
    server.answers.set('/el', answer);
    const { code, note } = await restore({ replace: { STALL_SECONDS: 1 } });
    expect({ code, note }).toEqual({
      code: 1,
      note: expect.stringMatching(/^failed: the download of reth-pruned /),
    });
    expect(note).toMatch(words);
    server.answers.set('/el', pack(tarOf({ 'db/mdbx.dat': 'el' })));
    fetched();
    expect(await restore()).toMatchObject({ code: 0 });
    // What was whole stays.
    expect(fetched()).toEqual(['/index.csv', '/el']);
  });

  test('that was interrupted is wiped and begun anew, and says how far it is', async () => {
    const whole = pack(tarOf({ 'db/1': randomBytes(3_000_000), 'db/2': 'x' }));
    server.answers.set('/el', { stall: whole.subarray(0, 2_000_000) });
    const partial = join(machine.root, 'execution/db/1');
    const { code } = await restore({
      replace: { NOTE_SECONDS: 0 },
      until: () => existsSync(partial) && lstatSync(partial).size > 1_000_000,
    });
    expect(code).not.toBe(0);
    expect(machine.read('run/note')).toMatch(/^restoring reth-pruned, 0 of 0 GiB$/m);
    machine.put('chain/execution/left', 'over');
    server.answers.set('/el', pack(tarOf({ 'db/3': 'x' })));
    expect(await restore()).toMatchObject({ code: 0 });
    expect(readdirSync(join(machine.root, 'execution'), { recursive: true })).toEqual(['db', 'db/3']);
  });

  test('that fills the disk is a reason for a larger one, and is not downloaded again for the same', async () => {
    machine.fake(
      'tar',
      'head -c 100 >/dev/null\necho "tar: db/1: Cannot write: No space left on device" >&2\nexit 2',
    );
    server.answers.set('/cl', pack(tarOf({ 'state.db/1': randomBytes(3_000_000) })));
    const expected = 'failed: the disk is full while restoring beacon-kit-pruned: take a larger one';
    expect(await restore()).toMatchObject({ code: 1, note: expected });
    expect(fetched()).toContain('/cl');
    expect(await restore()).toMatchObject({ code: 1, note: expected });
    expect(fetched()).not.toContain('/cl');
    machine.put('chain/.beacon-kit-pruned', 'full 1000');
    machine.fake('tar', 'exec /bin/tar "$@"');
    expect(await restore()).toMatchObject({ code: 0 });
  });

  test('that is larger than what is free is not begun', async () => {
    const size = 900_000 * 2 ** 30;
    index(`${server.url}/el,,reth-pruned,${size},2026-11-22T00:00:00Z,\n`);
    const { code, note } = await restore();
    expect(code).toBe(1);
    expect(note).toMatch(
      /^failed: the disk is too small for reth-pruned: 900000 GiB compressed, and more unpacked; \d+ GiB are free$/,
    );
    expect(fetched()).not.toContain('/el');
  });

  test('with another checksum than its index says is refused, and with the same is taken', async () => {
    const content = pack(tarOf({ 'db/mdbx.dat': 'el' }));
    server.answers.set('/el', content);
    const entry = (digest: string): void =>
      index(`${server.url}/el,,reth-pruned,10,2026-11-22T00:00:00Z,${digest}\n`);
    entry(hash('sha256', Buffer.from('other')));
    expect(await restore()).toMatchObject({
      code: 1,
      note: 'failed: reth-pruned has another checksum than the snapshot index says',
    });
    entry(hash('sha256', content));
    expect(await restore()).toMatchObject({ code: 0 });
  });

  test.each([
    ['has no entry', 'url,type,size_bytes,created_at\n', 'has no beacon-kit-pruned entry'],
    [
      'has entries of one client only',
      'url,type,created_at\nhttps://a.test/x,beacon-kit-pruned,2026-11-22T00:00:00Z\n',
      'has no reth-pruned entry',
    ],
    ['is a page', '<html>\u0000<b>,"', 'has no beacon-kit-pruned entry'],
    ['is empty', '', 'has no beacon-kit-pruned entry'],
    ['has a field without end', `url,type\n"${'x'.repeat(200_000)}`, 'cannot be read: it is not CSV'],
    [
      'names http',
      'url,type,created_at\nhttp://a.test/x,reth-pruned,2026-11-22T00:00:00Z\n',
      'the address of reth-pruned in the snapshot index is not an https address',
    ],
    [
      'names a file',
      'url,type,created_at\nfile:///etc/shadow,reth-pruned,2026-11-22T00:00:00Z\n',
      'the address of reth-pruned in the snapshot index is not an https address',
    ],
    [
      'names an option',
      'url,type,created_at\n--output=/etc/x,reth-pruned,2026-11-22T00:00:00Z\n',
      'the address of reth-pruned in the snapshot index is not an https address',
    ],
  ])('is none when the index %s', async (_, content, words) => {
    server.answers.set('/index.csv', Buffer.from(content));
    const { code, note } = await restore();
    expect({ code, note }).toEqual({ code: 1, note: expect.stringContaining(words) });
    expect(note).toMatch(/^failed: the (snapshot index|address)/);
  });

  test.each([
    ['is not there', 404, 'answers with status 404'],
    ['is too large', Buffer.alloc(1_100_000), 'answers too much'],
    ['never ends', { stall: Buffer.from('url') }, 'does not answer in time'],
  ] as const)('is none when the index %s', async (_, answer, words) => {
    server.answers.set('/index.csv', answer);
    expect(await restore()).toMatchObject({
      code: 1,
      note: `failed: the snapshot index cannot be fetched: the server ${words}`,
    });
  });
});
