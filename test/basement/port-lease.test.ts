// Leased ports: what is asked of the provider's gateway, what becomes of its answers in rules, file and messages, and that no port outlives its lease.
import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { lacksPrograms } from '../support/tools.ts';

const files = fileURLToPath(new URL('../../basement/ansible/roles/port_forwards/files/', import.meta.url));

type Asked = {
  readonly operation: number;
  readonly inner: number;
  readonly wanted: number;
  readonly seconds: number;
};
type Given = { readonly result?: number; readonly port?: number; readonly seconds?: number };

/** A gateway of a provider: answers as it is told, and writes down what it was asked. */
type Gateway = {
  readonly asked: Asked[];
  readonly port: number;
  /** What it gives to whom; null for no answer. */
  give: (asked: Asked) => Given | null;
};

const outerAddress = [198, 51, 100, 77] as const;

async function gateway(): Promise<Gateway> {
  const socket: Socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => {
    socket.close();
  });
  const made: Gateway = {
    asked: [],
    port: socket.address().port,
    give: ({ wanted, seconds }) => ({ port: wanted, seconds }),
  };
  socket.on('message', (message, from) => {
    const operation = message.readUInt8(1);
    if (operation === 0) {
      const answer = Buffer.alloc(12);
      answer.writeUInt8(128, 1);
      answer.set(outerAddress, 8);
      socket.send(answer, from.port, from.address);
      return;
    }
    const asked = {
      operation,
      inner: message.readUInt16BE(4),
      wanted: message.readUInt16BE(6),
      seconds: message.readUInt32BE(8),
    };
    made.asked.push(asked);
    const given = made.give(asked);
    if (given === null) return;
    const answer = Buffer.alloc(16);
    answer.writeUInt8(128 + operation, 1);
    answer.writeUInt16BE(given.result ?? 0, 2);
    answer.writeUInt16BE(asked.inner, 8);
    answer.writeUInt16BE(given.port ?? 0, 10);
    answer.writeUInt32BE(given.seconds ?? 0, 12);
    socket.send(answer, from.port, from.address);
  });
  return made;
}

const document = z.object({
  address: z.string().nullable(),
  ports: z.array(
    z.object({ name: z.string(), port: z.number().nullable(), validUntil: z.number().nullable() }).loose(),
  ),
});
const report = z.object({
  at: z.number(),
  ports: z.array(z.object({ target: z.string(), port: z.number(), validUntil: z.number() })),
});

const forward = {
  name: 'geth-p2p',
  target: 'geth-p2p',
  node: 'mini2',
  protocols: ['udp', 'tcp'],
  exit_port: 30_303,
  node_port: 30_303,
  door: 30_303,
  via: 'mini1',
  here: true,
  mine: false,
  to: '10.77.0.12',
  to6: '',
};

const beacon = {
  ...forward,
  name: 'beacon',
  target: 'beacon',
  exit_port: 9000,
  node_port: 9000,
  door: 9000,
  to: '10.77.0.13',
};

type Node = {
  readonly gateway: Gateway;
  readonly run: (
    program: 'basement-port-lease' | 'basement-forwards',
    ...args: readonly string[]
  ) => Promise<{ readonly code: number; readonly stderr: string }>;
  readonly settings: (more?: object) => void;
  readonly advertised: () => z.infer<typeof document>;
  /** What was told so far. */
  readonly told: () => z.infer<typeof report>[];
  /** The rules that are loaded. */
  readonly rules: () => string;
  readonly hooks: () => string[];
  /** Changes what it remembers. */
  readonly keep: (more: object) => void;
  readonly at: (name: string) => string;
};

const lines = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];

async function node(): Promise<Node> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-forwards-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  for (const each of ['bin', 'etc/ports-changed.d', 'metrics']) mkdirSync(at(each), { recursive: true });
  const script = (path: string, ...content: readonly string[]): void => {
    writeFileSync(at(path), ['#!/bin/sh', ...content, ''].join('\n'), { mode: 0o755 });
  };
  script('bin/nft', `case $1 in -f) cat >${at('rules')} ;; *) test -e ${at('rules')} ;; esac`);
  script('bin/sysctl', ':');
  script(
    'bin/tell',
    `[ ! -e ${at('deaf')} ] || exit 1`,
    `tr -d '\\n' <"\${4#@}" >>${at('told')}; echo >>${at('told')}`,
    `echo '{}'`,
  );
  script(
    'etc/ports-changed.d/restart',
    `grep -o '"port": [0-9a-z]*' "$1" | tr '\\n' ' ' >>${at('hooks')}; echo >>${at('hooks')}`,
  );
  const made = await gateway();
  const settings: Node['settings'] = (more = {}) => {
    writeFileSync(
      at('etc/forwards.json'),
      JSON.stringify({
        interface: 'wg-exit',
        address: '',
        address6: '',
        lease: { gateway: '127.0.0.1', seconds: 60 },
        from: '',
        source: 'ports',
        metrics: at('metrics'),
        sysctl: [],
        forwards: [forward],
        ...more,
      }),
    );
  };
  settings();
  const env = {
    PATH: `${at('bin')}:${process.env['PATH'] ?? ''}`,
    BASEMENT_FOLDER: at('etc'),
    BASEMENT_STATE: at('state'),
    BASEMENT_TELL: at('bin/tell'),
    BASEMENT_FORWARDS: join(files, 'basement-forwards'),
    BASEMENT_NATPMP_PORT: String(made.port),
  };
  return {
    gateway: made,
    settings,
    at,
    run: (program, ...args) =>
      new Promise((resolve) => {
        execFile(
          'python3',
          ['-B', join(files, program), ...args],
          { env, timeout: 60_000 },
          (error, _, stderr) => {
            resolve({ code: error === null ? 0 : Number(error.code ?? -1), stderr });
          },
        );
      }),
    advertised: () => document.parse(JSON.parse(readFileSync(at('etc/advertised.json'), 'utf8'))),
    told: () => lines(at('told')).map((line) => report.parse(JSON.parse(line))),
    rules: () => readFileSync(at('rules'), 'utf8'),
    hooks: () => lines(at('hooks')),
    keep: (more) => {
      const state = z
        .object({})
        .loose()
        .parse(JSON.parse(readFileSync(at('state/leases.json'), 'utf8')));
      writeFileSync(at('state/leases.json'), JSON.stringify({ ...state, ...more }));
    },
  };
}

const seconds = (): number => Math.floor(Date.now() / 1000);

describe.skipIf(lacksPrograms('python3'))('a leased port', () => {
  test('is asked for by each protocol, led to its node, advertised, and told with the end of its lease', async () => {
    const { gateway: provider, run, advertised, told, rules, hooks } = await node();
    provider.give = ({ seconds: long }) => ({ port: 41_234, seconds: long });
    const before = seconds();
    expect(await run('basement-port-lease')).toEqual({ code: 0, stderr: '' });
    expect(provider.asked).toEqual([
      { operation: 1, inner: 30_303, wanted: 30_303, seconds: 60 },
      { operation: 2, inner: 30_303, wanted: 41_234, seconds: 60 },
    ]);
    const said = advertised();
    expect(said).toMatchObject({ address: '198.51.100.77', ports: [{ name: 'geth-p2p', port: 41_234 }] });
    expect(said.ports[0]?.validUntil).toBeGreaterThanOrEqual(before + 60);
    expect(said.ports[0]?.validUntil).toBeLessThanOrEqual(seconds() + 60);
    expect(rules()).toContain('udp dport 41234 counter dnat ip to 10.77.0.12:30303');
    expect(rules()).toContain('tcp dport 41234 counter dnat ip to 10.77.0.12:30303');
    // A provider that keeps to the standard sends it to the port that was named.
    expect(rules()).toContain('udp dport 30303 counter dnat ip to 10.77.0.12:30303');
    expect(told().map(({ ports }) => ports)).toEqual([
      [{ target: 'geth-p2p', port: 41_234, validUntil: said.ports[0]?.validUntil }],
    ]);
    expect(hooks()).toEqual(['"port": 41234 ']);
  });

  test('that stays is prolonged by its number; nothing is told as long as the watchdog knows it for long enough', async () => {
    const { gateway: provider, run, told, hooks, keep } = await node();
    provider.give = ({ seconds: long }) => ({ port: 41_234, seconds: long });
    await run('basement-port-lease');
    await run('basement-port-lease');
    expect(provider.asked.slice(2)).toEqual([
      { operation: 1, inner: 30_303, wanted: 41_234, seconds: 60 },
      { operation: 2, inner: 30_303, wanted: 41_234, seconds: 60 },
    ]);
    expect(told()).toHaveLength(1);
    expect(hooks()).toHaveLength(1);
    // Less than half of the lease is left of what was told.
    keep({ told: { 'geth-p2p': { port: 41_234, validUntil: seconds() + 29 } } });
    await run('basement-port-lease');
    expect(told()).toHaveLength(2);
  });

  test('that becomes another one is led, advertised and told anew, and whoever wants to know is called once', async () => {
    const { gateway: provider, run, advertised, told, rules, hooks } = await node();
    provider.give = ({ seconds: long }) => ({ port: 41_234, seconds: long });
    await run('basement-port-lease');
    provider.give = ({ seconds: long }) => ({ port: 52_345, seconds: long });
    await run('basement-port-lease');
    expect(advertised().ports[0]).toMatchObject({ port: 52_345 });
    expect(rules()).not.toContain('41234');
    expect(rules()).toContain('udp dport 52345');
    expect(told().map(({ ports }) => ports[0]?.port)).toEqual([41_234, 52_345]);
    expect(hooks()).toEqual(['"port": 41234 ', '"port": 52345 ']);
  });

  test('is told again when the watchdog did not take it', async () => {
    const { run, told, at } = await node();
    writeFileSync(at('deaf'), '');
    await run('basement-port-lease');
    expect(told()).toEqual([]);
    rmSync(at('deaf'));
    await run('basement-port-lease');
    expect(told()).toHaveLength(1);
  });

  test('is kept while the gateway is silent, and is nobody’s when its lease ends', async () => {
    const { gateway: provider, run, advertised, rules, hooks, told, keep } = await node();
    provider.give = ({ seconds: long }) => ({ port: 41_234, seconds: long });
    await run('basement-port-lease');
    provider.give = () => null;
    const ended = await run('basement-port-lease');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('127.0.0.1 does not answer for a lease');
    // Asked with growing pauses, and by one protocol only.
    expect(provider.asked.slice(2).map(({ operation }) => operation)).toEqual([1, 1, 1, 1, 1]);
    expect(advertised().ports[0]).toMatchObject({ port: 41_234 });

    keep({ leases: { 'geth-p2p': { port: 41_234, validUntil: seconds() } } });
    expect(await run('basement-forwards', 'apply')).toMatchObject({ code: 0 });
    expect(advertised().ports[0]).toMatchObject({ port: null, validUntil: null });
    expect(rules()).not.toContain('dnat');
    expect(hooks()).toEqual(['"port": 41234 ', '"port": null ']);
    expect(told()).toHaveLength(1);
  });

  test('that is refused is said to be, and why; an answer for another port is none', async () => {
    const { gateway: provider, run, advertised } = await node();
    provider.give = () => ({ result: 2 });
    expect(await run('basement-port-lease')).toEqual({
      code: 1,
      stderr:
        'basement-port-lease: 127.0.0.1 gives no lease: it refuses: no forwards with this account, or switched off\n',
    });
    expect(advertised().ports[0]).toMatchObject({ port: null });
    provider.give = () => ({ port: 0, seconds: 60 });
    expect((await run('basement-port-lease')).stderr).toBe('basement-port-lease: 127.0.0.1 gives no port\n');
  });

  test('must be one for all protocols: it is asked once more for that of the other one, and not taken if it differs', async () => {
    const { gateway: provider, run, advertised, rules } = await node();
    provider.give = ({ operation, wanted, seconds: long }) =>
      operation === 1 && wanted !== 50_002
        ? { port: 50_001, seconds: long }
        : { port: 50_002, seconds: long };
    expect(await run('basement-port-lease')).toMatchObject({ code: 0 });
    expect(advertised().ports[0]).toMatchObject({ port: 50_002 });

    provider.give = ({ operation, seconds: long }) => ({ port: 50_010 + operation, seconds: long });
    const ended = await run('basement-port-lease');
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toContain(
      'geth-p2p: 127.0.0.1 gives 50011, 50012 for udp, tcp; all must have one port',
    );
    // What is still had is still used.
    expect(advertised().ports[0]).toMatchObject({ port: 50_002 });
    expect(rules()).toContain('50002');
  });

  test('of several: each has its own, and a leased number goes before the one that another was asked for by', async () => {
    const { gateway: provider, run, settings, advertised, rules } = await node();
    settings({ forwards: [forward, beacon] });
    provider.give = ({ inner, seconds: long }) => ({ port: inner === 9000 ? 30_303 : 41_234, seconds: long });
    await run('basement-port-lease');
    expect(advertised().ports.map(({ port }) => port)).toEqual([41_234, 30_303]);
    expect(rules()).toContain('udp dport 30303 counter dnat ip to 10.77.0.13:9000 comment "beacon"');
    expect(rules()).not.toContain('udp dport 30303 counter dnat ip to 10.77.0.12');
  });

  test('that another forward has already is not taken a second time', async () => {
    const { gateway: provider, run, settings, advertised } = await node();
    settings({ forwards: [forward, beacon] });
    provider.give = ({ seconds: long }) => ({ port: 41_234, seconds: long });
    const ended = await run('basement-port-lease');
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toContain('beacon is given 41234, which is the port of geth-p2p');
    expect(advertised().ports.map(({ port }) => port)).toEqual([41_234, null]);
  });

  test('of the machine itself is led to the port of its client', async () => {
    const { gateway: provider, run, settings, rules } = await node();
    settings({ forwards: [{ ...forward, mine: true }] });
    provider.give = ({ seconds: long }) => ({ port: 41_234, seconds: long });
    await run('basement-port-lease');
    expect(rules()).toContain('udp dport 41234 counter redirect to :30303');
    expect(rules()).not.toContain('dport 30303 counter');
  });
});

describe.skipIf(lacksPrograms('python3'))('a port that stays', () => {
  test('needs no lease: it is led to its node in both families, and advertised without an end', async () => {
    const { run, settings, advertised, rules, gateway: provider } = await node();
    settings({
      lease: null,
      address: '198.51.100.7',
      forwards: [{ ...forward, node_port: 30_304, to6: 'fd00::12' }],
    });
    expect(await run('basement-forwards', 'apply')).toEqual({ code: 0, stderr: '' });
    expect(provider.asked).toEqual([]);
    expect(advertised()).toMatchObject({
      address: '198.51.100.7',
      ports: [{ port: 30_303, validUntil: null }],
    });
    expect(rules()).toContain('meta nfproto ipv4 udp dport 30303 counter dnat ip to 10.77.0.12:30304');
    expect(rules()).toContain('meta nfproto ipv6 tcp dport 30303 counter dnat ip6 to [fd00::12]:30304');
    expect((await run('basement-port-lease')).stderr).toContain('knows no gateway that leases ports');
  });

  test('of another machine is advertised here and led nowhere', async () => {
    const { run, settings, rules } = await node();
    settings({ lease: null, address: '198.51.100.7', forwards: [{ ...forward, here: false }] });
    await run('basement-forwards', 'apply');
    expect(rules()).not.toContain('dport');
  });
});
