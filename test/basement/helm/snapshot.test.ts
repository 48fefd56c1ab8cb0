// The restore of a Berachain snapshot, with real curl, lz4 and tar: what is whole and harmless comes into an empty directory in one step, and nothing else ever does.
import { execFileSync, spawn } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../support/server.ts';
import { findTool, lacks, lacksPrograms } from '../../support/tools.ts';
import { pathWith, runDash } from '../dash.ts';

const script = fileURLToPath(
  new URL('../../../basement/helm/berachain-node/files/snapshot-restore.sh', import.meta.url),
);
const lz4 = findTool('lz4')?.path ?? 'lz4';
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
  folders.push(folder);
  return folder;
}

/** Bytes that do not compress, the same each time. */
const noise = (bytes: number): Buffer =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(bytes));

/** A snapshot of what `fill` puts into a folder; `args` are tar's, and may name what lies elsewhere. */
function archive(fill: (folder: string) => void, args: readonly string[] = ['.']): Buffer {
  const folder = scratch();
  fill(folder);
  const packed = execFileSync('tar', ['--create', '--file', '-', '--directory', folder, ...args], {
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return execFileSync(lz4, ['-c'], { input: packed, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'ignore'] });
}

const blocks = noise(3_000_000);

function chain(folder: string): void {
  mkdirSync(join(folder, 'blockstore.db'));
  mkdirSync(join(folder, 'state.db'));
  writeFileSync(join(folder, 'blockstore.db', '000001.sst'), blocks);
  writeFileSync(join(folder, 'state.db', 'name with spaces'), 'state');
}

const good = archive(chain);
const sha256 = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

type Serving = {
  readonly url: string;
  /** `Range` of each request. */
  readonly ranges: (string | undefined)[];
};

/** Serves one file. Each number of `breaks` is after how many bytes one answer breaks off; then they are whole. */
async function serve(
  content: Buffer,
  breaks: readonly number[] = [],
  others: { readonly status?: number; readonly ignoresRanges?: boolean } = {},
): Promise<Serving> {
  const left = [...breaks];
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const { range } = request.headers;
    ranges.push(range);
    if (others.status !== undefined) {
      response.writeHead(others.status).end();
      return;
    }
    const from = others.ignoresRanges === true ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const rest = content.subarray(from);
    response.writeHead(from === 0 ? 200 : 206, {
      'content-length': rest.length,
      ...(from === 0 ? {} : { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    const until = left.shift();
    if (until === undefined) response.end(rest);
    else response.write(rest.subarray(0, until), () => response.socket?.destroySoon());
  });
  const { address, close } = await listen(server);
  onTestFinished(close);
  return { url: `http://${address}/beacon-kit-pruned-1.tar.lz4`, ranges };
}

type Volume = {
  readonly folder: string;
  readonly target: string;
  readonly env: (url: string, more?: Readonly<Record<string, string>>) => Record<string, string>;
  readonly restore: (url: string, more?: Readonly<Record<string, string>>) => ReturnType<typeof runDash>;
};

/** A home of beacond without a chain, as beacond-home.sh leaves it. */
function volume(): Volume {
  const folder = join(scratch(), 'beacond');
  const target = join(folder, 'data');
  mkdirSync(join(folder, 'config'), { recursive: true });
  mkdirSync(target);
  writeFileSync(join(folder, 'config', 'node_key.json'), 'ours');
  const temporary = scratch();
  const env: Volume['env'] = (url, more) => ({
    PATH: pathWith(dirname(lz4)),
    TMPDIR: temporary,
    HTTP_ON_LOOPBACK: 'yes',
    SNAPSHOT_TARGET: target,
    SNAPSHOT_URL: url,
    SNAPSHOT_PAUSE: '0',
    SNAPSHOT_TRIES: '3',
    SNAPSHOT_CHECKSUM: sha256(good),
    ...more,
  });
  return { folder, target, env, restore: (url, more) => runDash([script], env(url, more)) };
}

/** What a refused restore must leave: nothing but what was there, and what is wrong with the file. */
function expectNothing({ folder, target }: Volume, remembered: readonly string[] = []): void {
  expect(existsSync(target) ? readdirSync(target) : []).toEqual([]);
  expect(readdirSync(folder).filter((name) => name !== 'data')).toEqual([...remembered, 'config']);
  expect(readFileSync(join(folder, 'config', 'node_key.json'), 'utf8')).toBe('ours');
}

describe.skipIf(lacks('lz4') || lacksPrograms('dash', 'curl', 'tar', 'awk'))(
  'the restore of a snapshot',
  () => {
    test('brings the chain into an empty directory, and says what it was', async () => {
      const at = volume();
      const { url } = await serve(good);
      const { code, stderr } = await at.restore(url);
      expect(stderr).toContain(`restored ${at.target}`);
      expect(code).toBe(0);
      expect(readFileSync(join(at.target, 'blockstore.db', '000001.sst')).equals(blocks)).toBe(true);
      expect(readFileSync(join(at.target, 'state.db', 'name with spaces'), 'utf8')).toBe('state');
      expect(readFileSync(join(at.folder, '.restored-data'), 'utf8')).toBe(`${url} ${sha256(good)}\n`);
      expect(readdirSync(at.folder).toSorted()).toEqual(['.restored-data', 'config', 'data']);
    });

    test('takes what is in a folder data for the directory itself', async () => {
      const at = volume();
      const content = archive(
        (folder) => {
          mkdirSync(join(folder, 'data'));
          chain(join(folder, 'data'));
        },
        ['data'],
      );
      const { url } = await serve(content);
      const { code } = await at.restore(url, { SNAPSHOT_CHECKSUM: sha256(content) });
      expect(code).toBe(0);
      expect(readdirSync(at.target).toSorted()).toEqual(['blockstore.db', 'state.db']);
    });

    test('asks nobody when there is a chain already, restored or synced', async () => {
      const at = volume();
      const { url, ranges } = await serve(good);
      await at.restore(url);
      const again = await at.restore(url);
      expect(again.code).toBe(0);
      expect(again.stderr).toContain('was restored before');
      rmSync(join(at.folder, '.restored-data'));
      const own = await at.restore(url);
      expect(own.code).toBe(0);
      expect(own.stderr).toContain('holds a chain already');
      expect(ranges).toHaveLength(1);
    });

    test('goes on where a download broke off, and the checksum is that of the whole', async () => {
      const at = volume();
      const { url, ranges } = await serve(good, [1_000_000, 500_000]);
      const { code, stderr } = await at.restore(url);
      expect(stderr).toContain('broke off after 1000000 bytes');
      expect(code).toBe(0);
      expect(ranges).toEqual([undefined, 'bytes=1000000-', 'bytes=1500000-']);
      expect(readFileSync(join(at.target, 'blockstore.db', '000001.sst')).equals(blocks)).toBe(true);
    });

    test('gives up when nothing comes any more, and leaves nothing', async () => {
      const at = volume();
      const { url } = await serve(good, [1_000_000, 0, 0, 0, 0, 0, 0]);
      const { code, stderr } = await at.restore(url);
      expect(code).toBe(1);
      expect(stderr).toContain('refused: the download of the snapshot failed: curl: ');
      expectNothing(at);
    });

    test('does not take the beginning twice from a server that cannot go on', async () => {
      const at = volume();
      const { url } = await serve(good, [1_000_000], { ignoresRanges: true });
      const { code, stderr } = await at.restore(url);
      expect(code).toBe(1);
      expect(stderr).toContain('the server does not go on with a download that broke off');
      expectNothing(at);
    });

    test('an address that is gone is said, and not asked again', async () => {
      const at = volume();
      const { url, ranges } = await serve(good, [], { status: 404 });
      const { code, stderr } = await at.restore(url);
      expect(code).toBe(1);
      expect(stderr).toContain('404');
      expect(ranges).toHaveLength(1);
      expectNothing(at);
    });

    test.each([
      ['sha256', `sha256:${'0'.repeat(64)}`],
      ['md5', `md5:${'0'.repeat(32)}`],
    ])('another %s than the one that was named', async (_name, wrong) => {
      const at = volume();
      const { url } = await serve(good);
      const { code, stderr } = await at.restore(url, { SNAPSHOT_CHECKSUM: wrong });
      expect(code).toBe(1);
      expect(stderr).toContain('not the one in snapshot.checksum');
      expectNothing(at, ['.refused-data']);
    });

    test('an md5 that is right', async () => {
      const at = volume();
      const { url } = await serve(good);
      const md5 = createHash('md5').update(good).digest('hex');
      const { code } = await at.restore(url, { SNAPSHOT_CHECKSUM: `md5:${md5}` });
      expect(code).toBe(0);
    });

    test.each([
      ['neither checksum nor reason', { SNAPSHOT_CHECKSUM: '' }, 'neither a checksum nor a reason'],
      [
        'a reason that is none',
        { SNAPSHOT_CHECKSUM: '', SNAPSHOT_CHECKSUM_POLICY: 'none-because ' },
        'neither a checksum nor a reason',
      ],
      ['an unknown kind', { SNAPSHOT_CHECKSUM: 'crc32:00000000' }, 'must be sha256:HEX or md5:HEX'],
      ['one that is too short', { SNAPSHOT_CHECKSUM: 'sha256:abcd' }, 'must have 64 hex digits'],
      [
        'one with letters that are no digits',
        { SNAPSHOT_CHECKSUM: `md5:${'g'.repeat(32)}` },
        'small hex digits',
      ],
    ])('refuses %s before it asks anybody', async (_name, more, words) => {
      const at = volume();
      const { url, ranges } = await serve(good);
      const { code, stderr } = await at.restore(url, more);
      expect(code).toBe(1);
      expect(stderr).toContain(words);
      expect(ranges).toEqual([]);
      expectNothing(at);
    });

    test('goes without a checksum for a reason, and keeps the reason', async () => {
      const at = volume();
      const { url } = await serve(good);
      const { code } = await at.restore(url, {
        SNAPSHOT_CHECKSUM: '',
        SNAPSHOT_CHECKSUM_POLICY: 'none-because the publisher gives none',
      });
      expect(code).toBe(0);
      expect(readFileSync(join(at.folder, '.restored-data'), 'utf8')).toContain(
        'none-because the publisher gives none',
      );
    });

    test('asks nobody without encryption', async () => {
      const at = volume();
      const { url, ranges } = await serve(good);
      const { code, stderr } = await at.restore(url, { HTTP_ON_LOOPBACK: 'no' });
      expect(code).toBe(1);
      expect(stderr).toMatch(/Protocol .*http.* (not supported|disabled)/u);
      expect(ranges).toEqual([]);
      expectNothing(at);
    });

    /** Put between an outer and an inner folder, so that what leads out can be seen there. */
    const hostile: readonly (readonly [string, () => Buffer, string])[] = [
      [
        'a path that is absolute',
        () =>
          archive(chain, [
            '--absolute-names',
            '--transform',
            's,^blockstore,/tmp/snapshot-escaped,',
            'blockstore.db',
          ]),
        'an absolute path',
      ],
      [
        'a path that leads out',
        () =>
          archive(chain, [
            '--absolute-names',
            '--transform',
            's,^state.db,../escaped,',
            'blockstore.db',
            'state.db',
          ]),
        'leads out of its folder',
      ],
      [
        'a link that leads out',
        () =>
          archive((folder) => {
            chain(folder);
            symlinkSync('/etc', join(folder, 'etc'));
          }),
        'it has a link in it',
      ],
      [
        'a link within',
        () =>
          archive((folder) => {
            chain(folder);
            symlinkSync('state.db', join(folder, 'other.db'));
          }),
        'it has a link in it',
      ],
      [
        'a hard link',
        () =>
          archive((folder) => {
            chain(folder);
            linkSync(join(folder, 'blockstore.db', '000001.sst'), join(folder, 'zz'));
          }),
        'it has a link in it',
      ],
      [
        'a pipe',
        () =>
          archive((folder) => {
            chain(folder);
            execFileSync('mkfifo', [join(folder, 'pipe')]);
          }),
        'neither file nor directory',
      ],
      [
        'the key of a validator',
        () =>
          archive((folder) => {
            chain(folder);
            writeFileSync(join(folder, 'state.db', 'priv_validator_key.json'), '{}');
          }),
        'files of a validator',
      ],
      [
        'what a validator has signed',
        () =>
          archive((folder) => {
            chain(folder);
            writeFileSync(join(folder, 'priv_validator_state.json'), '{"height":"0","round":0,"step":0}');
          }),
        'files of a validator',
      ],
      ['nothing', () => archive(() => undefined), 'has nothing in it'],
    ];
    test.each(hostile)('refuses a snapshot with %s', async (_name, make, words) => {
      const at = volume();
      const content = make();
      const { url } = await serve(content);
      const { code, stderr } = await at.restore(url, { SNAPSHOT_CHECKSUM: sha256(content) });
      expect(stderr).toContain(words);
      expect(code).toBe(1);
      expect(existsSync('/tmp/snapshot-escaped.db')).toBe(false);
      expect(existsSync(join(at.folder, 'escaped'))).toBe(false);
      expectNothing(at, ['.refused-data']);
    });

    test('leaves out what makes a node the one that it is, and settings', async () => {
      const at = volume();
      const content = archive((folder) => {
        chain(folder);
        for (const name of [
          'discovery-secret',
          'known-peers.json',
          'reth.toml',
          'jwt.hex',
          'node_key.json',
          'addrbook.json',
        ]) {
          writeFileSync(join(folder, name), 'theirs');
        }
      });
      const { url } = await serve(content);
      const { code } = await at.restore(url, { SNAPSHOT_CHECKSUM: sha256(content) });
      expect(code).toBe(0);
      expect(readdirSync(at.target).toSorted()).toEqual(['blockstore.db', 'state.db']);
    });

    test.each([
      ['is no lz4', noise(200_000), 'cannot be unpacked'],
      [
        'is lz4 and no tar',
        execFileSync(lz4, ['-c'], { input: noise(200_000), stdio: ['pipe', 'pipe', 'ignore'] }),
        'cannot be unpacked',
      ],
      ['ends early', good.subarray(0, good.length - 100_000), 'cannot be unpacked'],
      [
        'has a bit turned',
        Buffer.concat([
          good.subarray(0, 900_000),
          Buffer.from([255 - (good[900_000] ?? 0)]),
          good.subarray(900_001),
        ]),
        'cannot be unpacked',
      ],
    ])('refuses a file that %s, also without a checksum', async (_name, content, words) => {
      const at = volume();
      const { url } = await serve(content);
      const { code, stderr } = await at.restore(url, {
        SNAPSHOT_CHECKSUM: '',
        SNAPSHOT_CHECKSUM_POLICY: 'none-because of this test',
      });
      expect(code).toBe(1);
      expect(stderr).toContain(words);
      expectNothing(at, ['.refused-data']);
    });

    test('a file that was refused is not fetched again, until another one is named', async () => {
      const at = volume();
      const wrong = sha256(Buffer.from('another file'));
      const { url, ranges } = await serve(good);
      await at.restore(url, { SNAPSHOT_CHECKSUM: wrong });
      const again = await at.restore(url, { SNAPSHOT_CHECKSUM: wrong });
      expect(again.code).toBe(1);
      expect(again.stderr).toContain('was refused before, and is not fetched again');
      expect(again.stderr).toContain(`the snapshot has the checksum ${sha256(good)}`);
      expect(ranges).toHaveLength(1);
      expectNothing(at, ['.refused-data']);
      expect(await at.restore(url)).toMatchObject({ code: 0 });
      expect(existsSync(join(at.folder, '.refused-data'))).toBe(false);
    });

    test('a download that failed is tried again', async () => {
      const at = volume();
      const { url, ranges } = await serve(good, [1_000_000, 0, 0, 0]);
      expect(await at.restore(url)).toMatchObject({ code: 1 });
      expectNothing(at);
      expect(await at.restore(url)).toMatchObject({ code: 0 });
      expect(ranges.length).toBeGreaterThan(2);
    });

    test('killed in the middle, it leaves no chain; the next start takes away what it left and does it anew', async () => {
      const at = volume();
      // It sends the half and then nothing, and keeps the line open.
      const stuck = createServer((_request, response) => {
        response.writeHead(200, { 'content-length': good.length });
        response.write(good.subarray(0, good.length / 2));
      });
      const { address, close } = await listen(stuck);
      onTestFinished(close);
      const child = spawn('dash', [script], {
        env: at.env(`http://${address}/a.tar.lz4`),
        detached: true,
        stdio: ['ignore', 'ignore', 'ignore'],
      });
      const staged = join(at.folder, '.restore-data', 'blockstore.db');
      await expect.poll(() => existsSync(staged)).toBe(true);
      if (child.pid === undefined) throw new Error('it did not start');
      process.kill(-child.pid, 'SIGKILL');
      await once(child, 'close');
      expect(readdirSync(at.target)).toEqual([]);
      expect(existsSync(join(at.folder, '.restore-data'))).toBe(true);
      const { url } = await serve(good);
      const { code, stderr } = await at.restore(url);
      expect(stderr).toContain('an earlier restore was cut off');
      expect(code).toBe(0);
      expect(readFileSync(join(at.target, 'blockstore.db', '000001.sst')).equals(blocks)).toBe(true);
    });

    test('cut off between the last two steps, it is a chain all the same', async () => {
      const at = volume();
      const { url, ranges } = await serve(good);
      await at.restore(url);
      rmSync(join(at.folder, '.restored-data'));
      mkdirSync(join(at.folder, '.restore-data'));
      const { code } = await at.restore(url);
      expect(code).toBe(0);
      expect(existsSync(join(at.folder, '.restore-data'))).toBe(false);
      expect(ranges).toHaveLength(1);
    });

    test('a volume that was too small is not filled again before it is larger', async () => {
      const at = volume();
      const size = execFileSync('df', ['-P', '-k', at.folder], { encoding: 'utf8' })
        .split('\n')[1]
        ?.split(/ +/)[1];
      writeFileSync(join(at.folder, '.full-data'), `${size}\n`);
      const { url, ranges } = await serve(good);
      const { code, stderr } = await at.restore(url);
      expect(code).toBe(1);
      expect(stderr).toContain('was too small for this snapshot and is no larger now');
      expect(ranges).toEqual([]);
      writeFileSync(join(at.folder, '.full-data'), '1\n');
      expect(await at.restore(url)).toMatchObject({ code: 0 });
      expect(existsSync(join(at.folder, '.full-data'))).toBe(false);
    });

    test.each(['data', '.restore-data'])('restores through no link in the place of %s', async (name) => {
      const at = volume();
      const elsewhere = scratch();
      rmSync(join(at.folder, name), { recursive: true, force: true });
      symlinkSync(elsewhere, join(at.folder, name));
      const { url, ranges } = await serve(good);
      const { code, stderr } = await at.restore(url);
      expect(code).toBe(1);
      expect(stderr).toContain('is a link');
      expect(ranges).toEqual([]);
      expect(readdirSync(elsewhere)).toEqual([]);
    });
  },
);
