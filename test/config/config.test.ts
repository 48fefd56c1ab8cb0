// What a valid configuration becomes, and how problems of an invalid one are told.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest';
import { type Config, formatProblems, loadConfig, parseConfig } from '../../functions/config/config.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { defaultPolicy } from '../support/site.ts';

const examples = join(import.meta.dirname, '../../examples');
const example = (name: string): string => readFileSync(join(examples, name), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'watchdog-config-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

function parsed(text: string, allow: readonly string[] = []): Config {
  const result = parseConfig(text, { allow });
  if (!result.ok) throw new Error(formatProblems(result.problems, 'test'));
  return result.config;
}

function problemsOf(text: string): string[] {
  const result = parseConfig(text);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

function thrownBy(path: string): WatchdogError {
  try {
    loadConfig(path);
  } catch (error) {
    if (error instanceof WatchdogError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

function written(name: string, content: string | Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

const channel = 'channels: [{ id: pager, channel: console }]\n';
const site = 'sites: [{ id: home, targets: [{ id: p2p, probe: tcp, address: "vpn.example.net:30303" }] }]\n';

describe('examples', () => {
  test.each(readdirSync(examples).filter((name) => name.endsWith('.yaml')))('%s is valid', (name) => {
    expect(problemsOf(example(name))).toEqual([]);
  });

  test('the minimum has five lines', () => {
    expect(example('minimum.yaml').trimEnd().split('\n')).toHaveLength(5);
  });

  test('both.yaml resolves policies, time zones, channels and maintenance for each site', () => {
    const [home, cabin] = parsed(example('both.yaml')).sites;
    expect(home?.rules).toMatchObject({
      notify: [{ afterMs: 0, channels: ['pager', 'chat'], minSeverity: 'info' }],
      timezone: 'Europe/Berlin',
      reportsSelf: true,
    });
    expect(home?.rules.policy).toMatchObject({ recoverMs: 180_000, dark: { confirmTicks: 1 } });
    expect(home?.rules.maintenance).toEqual([
      {
        subject: 'eth-2',
        from: Date.UTC(2026, 11, 5, 19),
        until: Date.UTC(2026, 11, 5, 21),
        why: 'update of the client',
      },
    ]);
    expect(cabin?.rules).toMatchObject({
      notify: [{ channels: ['chat'] }],
      timezone: 'Europe/Helsinki',
      reportsSelf: false,
    });
    expect(cabin?.rules.heartbeats).toEqual([
      { source: 'alertmanager', freshMs: 420_000, lateMs: 420_000, silence: null, severity: 'warning' },
    ]);
    expect(cabin?.rules.policy).toMatchObject({
      recoverMs: 600_000,
      dark: { confirmTicks: 2 },
      inboundLost: { confirmTicks: 2 },
      probe: { timeoutMs: 8000, burst: 3, burstGapMs: 2000 },
      quietHours: { from: '22:30', to: '07:00' },
    });
    expect(cabin?.rules.maintenance[0]?.subject).toBeNull();
    expect(cabin?.allowAddresses).toEqual(['100.64.0.0/10']);
  });
});

describe('the value', () => {
  test('the rules are what domain takes', () => {
    expectTypeOf<Config['sites'][number]['rules']>().toEqualTypeOf<SiteRules>();
    expectTypeOf<
      Extract<Config['sites'][number]['targets'][number], { probe: 'tcp' }>['address']
    >().toEqualTypeOf<string>();
    expectTypeOf<Extract<Config['channels'][number], { channel: 'webhook' }>['id']>().toEqualTypeOf<string>();
  });

  test('the minimum has all defaults, and the references as targets of every site', () => {
    const config = parsed(example('minimum.yaml'));
    const rules: SiteRules = {
      id: 'home',
      name: 'home',
      timezone: 'UTC',
      policy: defaultPolicy,
      targets: [
        { id: 'geth-p2p', role: 'inbound', severity: 'warning', lease: null },
        { id: 'cloudflare', role: 'reference', severity: 'warning', lease: null },
        { id: 'quad9', role: 'reference', severity: 'warning', lease: null },
      ],
      signers: [],
      heartbeats: [],
      maintenance: [],
      notify: [{ afterMs: 0, channels: ['pager'], minSeverity: 'info' }],
      reportsSelf: true,
      standby: null,
      drills: null,
    };
    expect(config.sites.map((each) => each.rules)).toEqual([rules]);
    expect(config.sites[0]?.targets.map(({ id }) => id)).toEqual(['geth-p2p']);
    expect(config.references.map(({ id }) => id)).toEqual(['cloudflare', 'quad9']);
    expect(config.channels).toEqual([{ id: 'pager', channel: 'webhook', url: { env: 'PAGER_URL' } }]);
    expect(config.status).toEqual({
      access: 'token',
      token: { env: 'STATUS_TOKEN' },
      badge: 'private',
    });
  });

  test('it is frozen throughout', () => {
    const pending: unknown[] = [parsed(example('both.yaml'))];
    let count = 0;
    for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
      if (typeof value !== 'object' || value === null) continue;
      count++;
      expect(Object.isFrozen(value), JSON.stringify(value)).toBe(true);
      pending.push(...Object.values(value).filter((inner) => inner !== undefined));
    }
    expect(count).toBeGreaterThan(50);
  });

  test('a named policy is laid over the default field by field, and can take the quiet hours back', () => {
    const policies =
      'policies: { default: { recover: 5m, probe: { burst: 1 }, quietHours: { from: "22:00", to: "07:00" } }, loud: { probe: { timeout: 2s }, quietHours: null } }\n';
    const [home] = parsed(`${channel}${policies}${site.replace('id: home', 'id: home, policy: loud')}`).sites;
    expect(home?.rules.policy).toMatchObject({
      recoverMs: 300_000,
      probe: { timeoutMs: 2000, burst: 1, burstGapMs: 2000 },
      quietHours: null,
    });
  });

  test('public keys of every known form are taken, in one spelling', () => {
    const bls = 'AB'.repeat(48);
    const base64 = Buffer.alloc(96, 7).toString('base64');
    const addressOf = (hex: string): string =>
      createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex').slice(0, 40);
    const sources = `targets: [${[
      'chain: ethereum, probe: beacon',
      'chain: berachain, probe: cometbft, network: mainnet-beacon-80094',
    ]
      .flatMap((kind, index) =>
        ['one', 'two'].map(
          (operator) =>
            `{ id: ${operator}-${index}, role: chain, operator: ${operator}, ${kind}, url: "https://${operator}.example.net" }`,
        ),
      )
      .join(', ')}]`;
    const signers = `signers: [{ id: eth, chain: ethereum, keys: [17, "0018", "0x${bls}"] }, { id: bera, chain: berachain, keys: ["0x${'Cd'.repeat(20)}", "${bls}", "${'12'.repeat(96)}", "${base64}"] }]`;
    const [home] = parsed(`${channel}sites: [{ id: home, ${signers}, ${sources} }]\n`).sites;
    expect(home?.rules.signers.map(({ keys }) => keys)).toEqual([
      ['17', '18', `0x${bls.toLowerCase()}`],
      ['cd'.repeat(20), bls.toLowerCase(), addressOf('12'.repeat(96)), addressOf('07'.repeat(96))],
    ]);
  });

  test('an address that is not public is taken when the site names its network, or the lab does', () => {
    const inside = site.replace('vpn.example.net', '10.1.2.3');
    expect(problemsOf(channel + inside)).toHaveLength(1);
    expect(
      problemsOf(channel + inside.replace('id: home', 'id: home, allowAddresses: [10.1.0.0/16]')),
    ).toEqual([]);
    expect(parsed(channel + inside, ['10.0.0.0/8']).sites).toHaveLength(1);
  });

  test('a metadata server is taken only when it is named as one address', () => {
    const inside = site.replace('vpn.example.net', '169.254.169.254');
    const allowing = (cidr: string): string =>
      channel + inside.replace('id: home', `id: home, allowAddresses: [${cidr}]`);
    expect(problemsOf(allowing('169.254.0.0/16'))).toHaveLength(1);
    expect(problemsOf(allowing('169.254.169.254/32'))).toEqual([]);
  });
});

describe('telling of problems', () => {
  test('all of them are told together, in the order of the file, whatever else is broken', () => {
    const text = [
      'timezone: Mars',
      'sites:',
      '  - id: Home',
      '    policy: night',
      '    targets:',
      '      - { id: a, probe: icmp }',
      '      - { id: a, probe: tcp, address: "127.0.0.1:1", colour: red }',
      '      - 17',
      '    signers:',
      `      - { id: s, chain: ethereum, keys: [5, "${'1f'.repeat(32)}", 5] }`,
      '  - nothing',
      'channels: 5',
      'references: []',
      'policies: { default: { recover: 3 } }',
    ].join('\n');
    const result = parseConfig(text);
    const places = result.ok ? [] : result.problems.map(({ path, line }) => `${line} ${path}`);
    expect(places).toEqual([
      '1 timezone',
      '3 sites[0].id',
      '4 sites[0].policy',
      '6 sites[0].targets[0].probe',
      '7 sites[0].targets[1].colour',
      '7 sites[0].targets[1].id',
      '8 sites[0].targets[2]',
      '10 sites[0].signers[0]',
      '10 sites[0].signers[0].keys[1]',
      '10 sites[0].signers[0].keys[2]',
      '11 sites[1]',
      '11 sites[1]',
      '12 channels',
      '13 references',
      '14 policies.default.recover',
    ]);
  });

  test('they are printed with file and line, so that an editor finds them', () => {
    const result = parseConfig(`${channel}${site}colour: red\n`);
    expect(result.ok ? '' : formatProblems(result.problems, 'home.yaml')).toBe(
      'home.yaml has 1 problem:\n  home.yaml:3: colour: is not known; known here: timezone, sites, channels, references, policies, maintenance, status, links, acknowledge, gate, selfWatch, standbys',
    );
  });

  test('an option that its probe does not have is told with those that it has', () => {
    const [problem] = problemsOf(channel + site.replace('probe: tcp', 'probe: tcp, port: 1'));
    expect(problem).toMatch(/^sites\[0\]\.targets\[0\]\.port: is not known; known here: .*address.*severity/);
  });

  test('a doubled key and a strange tag hide nothing of the rest', () => {
    expect(problemsOf(`${channel}${channel}${site}colour: !red x\n`)).toHaveLength(3);
  });

  test('a place inside of an alias has the line of its anchor', () => {
    const result = parseConfig(
      `${channel}sites:\n  - &a { id: home, policy: night, heartbeats: [{ source: am, token: { env: AM_TOKEN } }] }\n  - *a\n`,
    );
    const lines = result.ok ? [] : result.problems.map(({ path, line }) => `${line} ${path}`);
    expect(lines.toSorted()).toEqual(['3 sites[0].policy', '3 sites[1].id', '3 sites[1].policy']);
  });

  test('a byte order mark does not matter', () => {
    expect(problemsOf(`\uFEFF${channel}${site}`)).toEqual([]);
  });

  test('text that is far too long, or no text, is refused before it is read', () => {
    expect(problemsOf(`${channel}${site}#${'x'.repeat(1_000_000)}`)).toEqual([
      expect.stringContaining('at most 1000000 are read'),
    ]);
    expect(problemsOf('sites:\0')).toEqual([': is not text; save it as UTF-8']);
    expect(problemsOf(`${'- '.repeat(5000)}x`)).toEqual([expect.stringContaining('levels deep')]);
  });
});

describe('loading a file', () => {
  test('a good file becomes its value', () => {
    expect(loadConfig(join(examples, 'minimum.yaml')).sites[0]?.rules.id).toBe('home');
  });

  test('a bad one throws ERR_CONFIG with every problem and without the folders above it', () => {
    const error = thrownBy(written('bad.yaml', 'channels: []\nsites: []\n'));
    expect(error.code).toBe('ERR_CONFIG');
    expect(error.message).toBe(
      'bad.yaml has 2 problems:\n  bad.yaml:1: channels: is empty; write at least one entry\n  bad.yaml:2: sites: is empty; write at least one entry',
    );
  });

  test('a file that is missing, over a megabyte, or not UTF-8 is named with its reason', () => {
    expect(thrownBy(join(scratch, 'none.yaml')).message).toBe('there is no file none.yaml');
    expect(thrownBy(written('big.yaml', 'x'.repeat(1_000_001))).message).toContain(
      'big.yaml is over 1000000 bytes',
    );
    expect(thrownBy(written('latin1.yaml', Buffer.from([0x61, 0xe4, 0x0a]))).message).toContain(
      'is not UTF-8 text',
    );
    expect(thrownBy(written('utf16.yaml', Buffer.from('\uFEFFsites:', 'utf16le'))).message).toMatch(/UTF-8/);
  });
});
