// How a changed exit reaches the cluster: what of the file becomes a ConfigMap, which StatefulSets are restarted for it and how often, and that no validator ever is.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { runDash, writeProgram, type Ran } from './dash.ts';

const script = fileURLToPath(new URL('../../basement/helm/advertise', import.meta.url));
const now = (): number => Math.floor(Date.now() / 1000);

type Port = {
  readonly name: string;
  readonly port: number | null;
  readonly validUntil: number | null;
};
type Exit = {
  readonly address: string | null;
  readonly address6: string | null;
  readonly ports: readonly Port[];
};

const exit: Exit = {
  address: '198.51.100.7',
  address6: null,
  ports: [
    { name: 'geth-p2p', port: 41_234, validUntil: null },
    { name: 'beacon', port: 9000, validUntil: null },
    { name: 'quic', port: 9001, validUntil: null },
  ],
};

const words = (text: string): string[] => text.split(' ');

/** The exit with another geth-p2p. */
const withGeth = (changes: Partial<Port>): Exit => ({
  ...exit,
  ports: exit.ports.map((each) => (each.name === 'geth-p2p' ? { ...each, ...changes } : each)),
});

type Cluster = {
  readonly at: (name: string) => string;
  readonly says: (document: unknown) => void;
  readonly run: (...args: readonly string[]) => Promise<Ran>;
  /** The usual call. */
  readonly advertise: () => Promise<Ran>;
  /** A StatefulSet: its update strategy, and all that would show a validator. */
  readonly has: (name: string, strategy?: string, about?: string) => void;
  /** The key and value pairs of the ConfigMap. */
  readonly map: () => readonly string[];
  /** Names of StatefulSets in the order of their restarts. */
  readonly restarts: () => readonly string[];
};

/** A server node with a kubectl that keeps a cluster in files. */
function cluster(): Cluster {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-advertise-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  writeProgram(
    at('kubectl'),
    `cd ${folder} || exit 1`,
    '[ ! -e away ] || { echo "Unable to connect to the server: dial tcp 127.0.0.1:6443: connect: connection refused" >&2; exit 1; }',
    'echo "$@" >>calls',
    '[ "$1 $2 $3" = "--request-timeout=10s --namespace eth" ] || exit 99',
    'shift 3',
    'case $1 in',
    // What is between --output json and the end of the line.
    '  create) shift 6; printf "%s\\n" "$@" ;;',
    '  apply) for file in "$@"; do :; done; cp "$file" map ;;',
    '  get)',
    '    [ -e "set-$3" ] || { echo "Error from server (NotFound): statefulsets.apps \\"$3\\" not found" >&2; exit 1; }',
    '    case $5 in',
    '      *updateStrategy*) printf "%s %s" "$(cat "set-$3")" "$(cat "started-$3" 2>/dev/null)" ;;',
    '      *) cat "about-$3" ;;',
    '    esac ;;',
    '  patch)',
    '    echo "$3" >>restarts',
    `    printf "%s" "$5" | sed 's/.*"basement-watchdog\\/advertised":"\\([0-9a-f]*\\)".*/\\1/' >"started-$3" ;;`,
    'esac',
  );
  const lines = (name: string): string[] =>
    existsSync(at(name)) ? readFileSync(at(name), 'utf8').split('\n').filter(Boolean) : [];
  const run: Cluster['run'] = async (...args) =>
    runDash([script, ...args], { PATH: process.env['PATH'], KUBECTL: at('kubectl'), TMPDIR: folder });
  const rest = ['--restart', 'eth-beacon=beacon,quic', at('advertised.json')];
  const made: Cluster = {
    at,
    says: (document) => {
      writeFileSync(
        at('advertised.json'),
        typeof document === 'string' ? document : JSON.stringify(document),
      );
    },
    run,
    advertise: async () =>
      run(...words('--namespace eth --config-map advertised --restart eth-geth=geth-p2p'), ...rest),
    has: (name, strategy = 'RollingUpdate', about = 'execution ["geth","--validator-monitor"] PATH') => {
      writeFileSync(at(`set-${name}`), strategy);
      writeFileSync(at(`about-${name}`), about);
    },
    map: () => lines('map').map((line) => line.replace('--from-literal=', '')),
    restarts: () => lines('restarts'),
  };
  made.says(exit);
  return made;
}

const all = ['address=198.51.100.7', 'geth-p2p=41234', 'beacon=9000', 'quic=9001'];

describe.skipIf(lacksPrograms('dash', 'python3'))('the exit', () => {
  test('is a ConfigMap; what runs with something else is restarted once, however often it is called', async () => {
    const { advertise, has, map, restarts } = cluster();
    has('eth-geth');
    has('eth-beacon');
    expect(await advertise()).toMatchObject({ code: 0, stdout: '' });
    expect(map()).toEqual(all);
    expect(restarts()).toEqual(['eth-geth', 'eth-beacon']);
    const again = await advertise();
    expect([again.code, again.stderr, restarts().length]).toEqual([0, '', 2]);
  });

  test('restarts only whom the change is about: another port the one, another address all', async () => {
    const { advertise, has, says, restarts } = cluster();
    has('eth-geth');
    has('eth-beacon');
    await advertise();
    says(withGeth({ port: 52_345 }));
    const { stderr } = await advertise();
    expect(stderr).toBe('advertise: eth-geth is restarted for address=198.51.100.7 geth-p2p=52345\n');
    says({ ...withGeth({ port: 52_345 }), address: '203.0.113.9' });
    await advertise();
    expect(restarts().slice(2)).toEqual(['eth-geth', 'eth-geth', 'eth-beacon']);
  });

  test('whose lease is prolonged changes nothing; one that ended is out of the map, and nobody is restarted for it', async () => {
    const { advertise, has, says, map, restarts } = cluster();
    has('eth-geth');
    has('eth-beacon');
    says(withGeth({ validUntil: now() + 60 }));
    await advertise();
    says(withGeth({ validUntil: now() + 90 }));
    await advertise();
    for (const changes of [{ port: null }, { validUntil: now() - 1 }]) {
      says(withGeth(changes));
      expect(await advertise()).toMatchObject({ code: 0, stderr: '' });
      expect(map()).toEqual(all.filter((line) => !line.startsWith('geth')));
    }
    // The same port again: what runs was started with it.
    says(withGeth({}));
    await advertise();
    expect(map()).toEqual(all);
    expect(restarts()).toEqual(['eth-geth', 'eth-beacon']);
  });

  test('without IPv4 is its IPv6 address; without any the map has none, and nobody is restarted', async () => {
    const { advertise, has, says, map, restarts } = cluster();
    has('eth-geth');
    says({ ...exit, address: null });
    expect(await advertise()).toMatchObject({ code: 0 });
    expect(map()).toEqual(all.slice(1));
    expect(restarts()).toEqual([]);
    says({ ...exit, address: null, address6: '2001:DB8::7' });
    await advertise();
    expect(map()[0]).toBe('address=2001:db8::7');
    expect(restarts()).toEqual(['eth-geth']);
  });

  test('is told of all ports to a StatefulSet that names none', async () => {
    const { run, has, says, at, restarts } = cluster();
    has('eth-geth');
    const args = ['--namespace', 'eth', '--config-map', 'a', '--restart', 'eth-geth', at('advertised.json')];
    await run(...args);
    says({ ...exit, ports: exit.ports.map((each) => ({ ...each, port: (each.port ?? 0) + 1 })) });
    await run(...args);
    expect(restarts()).toEqual(['eth-geth', 'eth-geth']);
  });
});

describe.skipIf(lacksPrograms('dash', 'python3'))('what is not restarted', () => {
  test.each([
    ['by its name', 'home-validator', 'geth'],
    ['by its component', 'eth-signer', 'validator ["lighthouse"] PATH'],
    ['by the fence in its command', 'eth-signer', 'consensus ["/fence/fence","--","beacond","start"] PATH'],
    ['by the settings of a fence', 'eth-signer', ' ["/own"] PATH FENCE_SIGNER'],
  ])('a validator, %s: a person does it', async (_, name, about) => {
    const { run, has, at, restarts } = cluster();
    has(name, 'RollingUpdate', about);
    const args = ['--namespace', 'eth', '--config-map', 'a', '--restart', name, at('advertised.json')];
    const { code, stderr } = await run(...args);
    expect([code, restarts()]).toEqual([1, []]);
    expect(stderr).toContain(`${name} belongs to a validator and is not restarted: delete its pod`);
  });

  test('but a node is, of a release that is called after its validator', async () => {
    const { run, has, at, restarts } = cluster();
    has('my-validator-geth');
    const args = ['--namespace', 'eth', '--config-map', 'a', '--restart', 'my-validator-geth'];
    expect((await run(...args, at('advertised.json'))).code).toBe(0);
    expect(restarts()).toEqual(['my-validator-geth']);
  });

  test('what is updated by hand only, what is not there, and what names a forward that is none; the others are', async () => {
    const { run, has, at, restarts, map } = cluster();
    has('eth-old', 'OnDelete');
    has('eth-wrong');
    has('eth-geth');
    const sets = ['eth-old', 'eth-wrong=bera-p2p', 'eth-none', 'eth-geth'];
    const args = ['--namespace', 'eth', '--config-map', 'a', ...sets.flatMap((each) => ['--restart', each])];
    const { code, stderr } = await run(...args, at('advertised.json'));
    expect([code, restarts(), map()]).toEqual([1, ['eth-geth'], all]);
    expect(stderr).toContain('eth-old is updated by hand only and is not restarted');
    expect(stderr).toContain('eth-wrong is not restarted: the basement has no forward named bera-p2p');
    expect(stderr).not.toContain('eth-none');
  });

  test('anything while the API server is away; the next call makes up for it', async () => {
    const { advertise, has, at, restarts } = cluster();
    has('eth-geth');
    writeFileSync(at('away'), '');
    const { code, stderr } = await advertise();
    expect([code, stderr]).toEqual([1, expect.stringContaining('the ConfigMap advertised was not written')]);
    rmSync(at('away'));
    await advertise();
    expect(restarts()).toEqual(['eth-geth']);
  });
});

describe.skipIf(lacksPrograms('dash', 'python3'))('what is not taken', () => {
  test.each([
    ['half of a file', '{"address": "198.51.'],
    ['a list', '[]'],
    ['a name instead of an address', { ...exit, address: 'exit.example.net' }],
    ['a port that is a text', JSON.stringify(exit).replace('41234', '"41234"')],
    ['a port too great', withGeth({ port: 65_536 })],
    ['a name with a comma', withGeth({ name: 'geth,p2p' })],
    ['a name that is the address', withGeth({ name: 'address' })],
    ['a name twice', withGeth({ name: 'beacon' })],
    ['no ports', { address: '198.51.100.7' }],
  ])('%s: nothing is written', async (_, document) => {
    const { advertise, has, says, at, map, restarts } = cluster();
    has('eth-geth');
    says(document);
    const { code, stderr } = await advertise();
    expect([code, map(), restarts()]).toEqual([1, [], []]);
    expect(stderr).toContain(`advertise: ${at('advertised.json')} cannot be read`);
  });

  test('its help names what the example names', async () => {
    const example = readFileSync(new URL('../../examples/helm/ethereum.yaml', import.meta.url), 'utf8');
    const { run } = cluster();
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    const shown = /advertise (?<args>--namespace ethereum [^\n]*)/.exec(stdout)?.groups?.['args'] ?? '';
    const ports = [...shown.matchAll(/--restart eth-lighthouse-beacon=(?<ports>\S+)/g)].flatMap(
      ({ groups }) => (groups?.['ports'] ?? '').split(','),
    );
    expect(ports).toEqual(['beacon-p2p', 'beacon-quic']);
    expect(ports.filter((port) => !example.includes(port))).toEqual([]);
    expect(example).toContain('--namespace ethereum ');
    const page = readFileSync(new URL('../../basement/helm/README.md', import.meta.url), 'utf8');
    expect(page).toContain(`\nexec /usr/local/sbin/advertise ${shown}\n`);
  });

  test.each([
    [[], 'say in which namespace'],
    [['--namespace', 'Eth'], 'say in which namespace'],
    [['--namespace', 'eth'], 'say which ConfigMap'],
    [['--namespace', 'eth', '--config-map', '-x'], 'say which ConfigMap'],
    [['--namespace', 'eth', '--config-map', 'a'], 'say which file'],
    [['--namespace', 'eth', '--config-map', 'a', 'f', 'g'], 'more than one file'],
    [['--namespace'], '--namespace needs a word'],
    [['--restart', 'a b'], 'is no name of a StatefulSet'],
    [['--restart', 'a=b;c'], '--restart must be like'],
    [['--restart', 'a='], '--restart must be like'],
    [['--restart', 'a=b,,c'], '--restart must be like'],
    [['--force'], 'there is no --force'],
  ])('%j is wrong usage', async (args, why) => {
    const { run } = cluster();
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
  });
});
