// What starts a client with the address and ports that the exit gives: the client's own process, arguments and environment, and what keeps it from starting.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildFence, lacksFence } from '../../support/fence-program.ts';
import { pathWith, writeProgram } from '../dash.ts';
import { runProgram, type Ended } from './run-program.ts';

const now = (): number => Math.floor(Date.now() / 1000);

const document = (changes: object = {}) => ({
  address: '198.51.100.7',
  address6: null,
  ports: [
    {
      name: 'geth-p2p',
      target: 'geth-p2p',
      node: 'mini2',
      protocols: ['tcp', 'udp'],
      port: 41_234,
      validUntil: null,
    },
    { name: 'quic', target: 'quic', node: 'mini2', protocols: ['udp'], port: 9001, validUntil: now() + 60 },
  ],
  ...changes,
});

const withPort = (changes: object) => document({ ports: [{ ...document().ports[0], ...changes }] });

type Place = {
  readonly file: string;
  /** Starts a command with what is advertised, by all three options unless others are named. */
  readonly start: (
    command: readonly string[],
    options?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<Ended>;
  readonly at: (name: string) => string;
};

function place(advertised: unknown): Place {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  const file = at('advertised.json');
  writeFileSync(file, typeof advertised === 'string' ? advertised : JSON.stringify(advertised));
  const allThree = ['--tcp', 'geth-p2p', '--udp', 'geth-p2p', '--quic', 'quic'];
  return {
    file,
    at,
    start: async (command, options = allThree, env = {}) =>
      runProgram('start', ['--advertised', file, ...options, '--', ...command], {
        PATH: pathWith(folder),
        ...env,
      }),
  };
}

/** Prints its process, its arguments and what it was given of the basement. */
const client = ['sh', '-c', 'echo $$; printf "%s\\n" "$0" "$@"; env | grep ^P2P_ | sort'];

describe.skipIf(lacksFence())('a client', () => {
  test('takes the place of the one that starts it, with everything in its arguments and environment', async () => {
    const { start } = place(document());
    const args = [
      '--nat=extip:$(P2P_ADDRESS)',
      '--port=$(P2P_TCP_PORT)',
      '$(P2P_ADDRESS):$(P2P_UDP_PORT)',
      '$(P2P_QUIC_PORT)',
    ];
    const { code, stdout, stderr, pid } = await start([...client, ...args], undefined, {
      P2P_ADDRESS: 'an old one',
      FENCE_SIGNER: 'eth-1',
    });
    expect({ code, stderr, lines: stdout.trimEnd().split('\n') }).toEqual({
      code: 0,
      stderr: '',
      lines: [
        String(pid),
        '--nat=extip:198.51.100.7',
        '--port=41234',
        '198.51.100.7:41234',
        '9001',
        'P2P_ADDRESS=198.51.100.7',
        'P2P_QUIC_PORT=9001',
        'P2P_TCP_PORT=41234',
        'P2P_UDP_PORT=41234',
      ],
    });
  });

  test('gets an IPv6 address where there is no other, in brackets before a port', async () => {
    const { start } = place(document({ address: null, address6: '2001:db8::7' }));
    const { stdout } = await start([...client, '$(P2P_ADDRESS)', '$(P2P_ADDRESS):$(P2P_TCP_PORT)']);
    expect(stdout.split('\n').slice(1, 3)).toEqual(['2001:db8::7', '[2001:db8::7]:41234']);
  });

  test('ends as it ends: its code, its signal', async () => {
    const { start } = place(document());
    expect((await start(['sh', '-c', 'exit 7'])).code).toBe(7);
    expect((await start(['sh', '-c', 'kill -TERM $$'])).code).toBe('SIGTERM');
  });

  test('may be a fence, which is started by no shell either', async () => {
    const { start } = place(document());
    const { code, stderr } = await start([await buildFence('fence'), '--', 'beacond', 'start']);
    expect(code).toBe(78);
    expect(stderr).toContain('FENCE_SIGNER must be');
  });

  test('keeps what belongs to others: a dollar, a bracket, a variable of another name', async () => {
    const { start } = place(document());
    const given = ['$(HOME)', '$P2P_ADDRESS', '(P2P_ADDRESS)', 'a b', ''];
    const { stdout } = await start([...client, ...given], []);
    expect(stdout.split('\n').slice(1, 6)).toEqual(given);
  });
});

describe.skipIf(lacksFence())('what is not known now', () => {
  const told = ['--nat=extip:$(P2P_ADDRESS)', '--port', '$(P2P_TCP_PORT)', '--quiet'];
  const stale = { P2P_ADDRESS: 'an old one', P2P_TCP_PORT: '1', P2P_OTHER: 'kept' };

  test('a lease that has ended, or is none yet: it starts, and says neither port nor address', async () => {
    for (const [changes, why] of [
      [{ port: null }, 'the forward geth-p2p has no port now: its lease has ended, or there was none yet'],
      [{ validUntil: now() - 30 }, "port 41234 is nobody's, or already somebody else's"],
    ] as const) {
      const { start } = place(withPort(changes));
      const { code, stdout, stderr, pid } = await start([...client, ...told], ['--tcp', 'geth-p2p'], stale);
      expect([code, stdout.trimEnd().split('\n')]).toEqual([0, [String(pid), '--quiet', 'P2P_OTHER=kept']]);
      expect(stderr).toContain(why);
      expect(stderr).toMatch(/^[^\n]+; sh starts without an address or a port for the world\n$/);
    }
  });

  test('the address', async () => {
    const { start } = place(document({ address: null }));
    const { code, stdout, stderr } = await start([...client, ...told], ['--tcp', 'geth-p2p']);
    expect([code, stdout.trimEnd().split('\n').slice(1)]).toEqual([0, ['--quiet']]);
    expect(stderr).toContain('it has no address now');
  });

  test('all of it: a file that is missing, half written, of somebody else or far too long', async () => {
    const missing = place(document());
    rmSync(missing.file);
    const all = [
      missing,
      place('{"address": "198.51.'),
      place(document({ address: 'node.example.net' })),
      place(document({ address: '127.0.0.1' })),
      place(document({ ports: [] })),
      place(withPort({ protocols: ['udp'] })),
      place(withPort({ port: '41234' })),
      place(JSON.stringify(document()).padEnd(70_000)),
      place(document({ 'x\n\u001B[31m': 1, ports: 'none\n' })),
    ];
    for (const { start } of all) {
      const { code, stdout, stderr } = await start([...client, ...told], ['--tcp', 'geth-p2p']);
      expect([code, stdout.trimEnd().split('\n').slice(1)]).toEqual([0, ['--quiet']]);
      expect(stderr).toMatch(/^start: [\u0020-\u007E…]+\n$/);
    }
  });
});

describe.skipIf(lacksFence())('what keeps it from starting', () => {
  test('an argument for which nobody has a value', async () => {
    const { start } = place(document());
    for (const left of ['$(P2P_QUIC_PORT)', 'x$(P2P_ADRESS)y', '$(P2P_']) {
      const { code, stderr } = await start([...client, left], ['--tcp', 'geth-p2p']);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining(`nothing is known for what stands in "${left}"`),
      ]);
    }
  });

  test('a program that is not there, or is none', async () => {
    const { start, at } = place(document());
    expect(await start(['no-such-client'])).toMatchObject({
      code: 127,
      stderr: 'start: there is no program "no-such-client" here: write its whole path behind `--`\n',
    });
    writeProgram(at('no-client'), 'exit 0');
    writeFileSync(at('no-client'), '#!/no/such/shell\n');
    expect((await start([at('no-client')])).code).toBe(127);
    writeFileSync(at('no-client'), Buffer.from([0x7f, 0x45, 0x4c, 0x46]));
    expect((await start([at('no-client')])).code).toBe(126);
  });

  test('a wrong word, with what would be right', async () => {
    const said = await runProgram('start', ['--advertised', '/a', '--port', 'x', '--', 'geth']);
    expect([said.code, said.stdout]).toEqual([2, '']);
    expect(said.stderr).toContain('"--port" is no option of mine');
    expect(said.stderr).toContain('start --advertised FILE [--tcp NAME]');
    expect((await runProgram('start', [])).code).toBe(2);
    expect((await runProgram('start', ['--help'])).code).toBe(0);
  });
});
