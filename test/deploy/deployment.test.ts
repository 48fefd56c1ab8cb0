// From a configuration to the value that Terraform and the commands read: what is in it, and what cannot be deployed.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import {
  deploymentFile,
  deploymentOf,
  deploymentSchema,
  isReserved,
  readDeployment,
  type Computed,
  type Deployment,
} from '../../cli/deploy/deployment.ts';
import { parseConfig } from '../../functions/config/config.ts';

const root = join(import.meta.dirname, '../..');
const files = {
  version: '0.1.0',
  bundle: { path: '.watchdog/functions.zip', sha256: 'a'.repeat(64) },
  config: { path: 'watchdog.yaml', sha256: 'b'.repeat(64) },
};

function computed(text: string): Computed {
  const parsed = parseConfig(text);
  if (!parsed.ok)
    throw new Error(parsed.problems.map(({ path, message }) => `${path} ${message}`).join('\n'));
  return deploymentOf(parsed.config, files);
}

function deploymentFrom(text: string): Deployment {
  const result = computed(text);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.deployment;
}

const example = (name: string): string => readFileSync(join(root, 'examples', name), 'utf8');

const minimum = {
  channels: [{ id: 'pager', channel: 'webhook', url: { env: 'PAGER_URL' } }],
  sites: [{ id: 'home', targets: [{ id: 'p2p', probe: 'tcp', address: 'vpn.example.net:30303' }] }],
};

describe('a deployment', () => {
  test('of the smallest configuration has the five functions that every one needs', () => {
    expect(deploymentFrom(example('minimum.yaml'))).toEqual({
      ...files,
      functions: {
        watch: { secrets: [] },
        witness: { secrets: [] },
        deliver: { secrets: ['PAGER_URL'] },
        status: { secrets: ['STATUS_TOKEN'] },
        daily: { secrets: [] },
      },
      sites: ['home'],
      signers: [],
      urls: { acknowledge: null, gate: null },
      heartbeats: [],
      fences: [],
      gate_public_keys: [],
      standbys: null,
    });
  });

  test('has the gate with its fences, and says by which secret each of them asks', () => {
    const { functions, fences, heartbeats, signers, urls, gate_public_keys } = deploymentFrom(
      example('fence.yaml'),
    );
    expect(functions.gate).toEqual({ secrets: ['FENCE_MINI3_TOKEN', 'GATE_KEY'] });
    expect(functions.heartbeat).toEqual({ secrets: ['FENCE_REPORT_TOKEN'] });
    expect(fences).toEqual([{ signer: 'eth-1', fence: 'mini3', secret: 'FENCE_MINI3_TOKEN' }]);
    expect(heartbeats).toEqual([{ site: 'home', source: 'fence', secret: 'FENCE_REPORT_TOKEN' }]);
    expect({ signers, urls, gate_public_keys }).toEqual({
      signers: ['eth-1'],
      urls: { acknowledge: null, gate: 'https://gate-abc123-ew.a.run.app' },
      gate_public_keys: ['3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
    });
  });

  test('has provision with standbys, and each template of the configuration once, drills marked', () => {
    const { functions, standbys } = deploymentFrom(example('standbys.yaml'));
    expect(functions.provision).toEqual({ secrets: [] });
    const zones = (region: string, names: string): string[] =>
      names.split('').map((zone) => `${region}-${zone}`);
    const common = {
      chain: 'ethereum',
      machine: 'n2-standard-8',
      disk: { type: 'pd-ssd', gib: 1030 },
    };
    const [near, far] = ['europe-west3', 'europe-west1'];
    expect(standbys).toEqual({
      project: 'my-standbys',
      prefix: 'bw',
      max_standbys: 2,
      drill_hours: 36,
      templates: [
        {
          ...common,
          region: near,
          zones: zones(near, 'abc'),
          name: 'bw-ethereum-europe-west3',
          is_drill: false,
        },
        {
          ...common,
          region: near,
          zones: zones(near, 'abc'),
          name: 'bw-ethereum-drill-europe-west3',
          is_drill: true,
        },
        {
          ...common,
          region: far,
          zones: zones(far, 'bcd'),
          name: 'bw-ethereum-europe-west1',
          is_drill: false,
        },
      ],
    });
  });

  test('gives the house the token of now while one is being changed, and the function both', () => {
    const token = { token: { env: 'NOW' }, previousToken: { env: 'BEFORE' } };
    const [site] = minimum.sites;
    const text = stringify({ ...minimum, sites: [{ ...site, heartbeats: [{ source: 'ups', ...token }] }] });
    const { functions, heartbeats } = deploymentFrom(text);
    expect(heartbeats).toEqual([{ site: 'home', source: 'ups', secret: 'NOW' }]);
    expect(functions.heartbeat).toEqual({ secrets: ['BEFORE', 'NOW'] });
  });

  test.each(['minimum.yaml', 'ethereum.yaml', 'berachain.yaml', 'fence.yaml', 'standbys.yaml'])(
    'of examples/%s is what its schema takes',
    (name) => {
      const value = { deployment: deploymentFrom(example(name)) };
      expect(deploymentSchema.parse(JSON.parse(JSON.stringify(value)))).toEqual(value);
    },
  );
});

const secretAt = (reference: object): readonly (readonly [where: string, config: object])[] => {
  const [site] = minimum.sites;
  const sources = ['one', 'two'].map((operator) => ({
    id: operator,
    role: 'chain',
    chain: 'ethereum',
    operator,
    probe: 'beacon',
    url: `https://${operator}.example.net`,
  }));
  const http = { id: 'web', probe: 'http', url: 'https://vpn.example.net/health' };
  const withSite = (more: object): object => ({ ...minimum, sites: [{ ...site, ...more }] });
  const fenced = { id: 'eth-1', chain: 'ethereum', keys: [1], fences: [{ id: 'mini1', token: reference }] };
  const gate = {
    url: 'https://gate.example.net',
    key: { env: 'GATE_KEY' },
    publicKeys: ['3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  };
  const acknowledge = { url: 'https://ack.example.net', key: { env: 'ACK_KEY' } };
  return [
    ['channel pager', { ...minimum, channels: [{ id: 'pager', channel: 'webhook', url: reference }] }],
    ['target web of site home', withSite({ targets: [{ ...http, auth: { bearer: reference } }] })],
    ['target web of site home', withSite({ targets: [{ ...http, headers: { env: reference } }] })],
    ['target web of site home', withSite({ targets: [{ ...http, tls: { ca: reference } }] })],
    [
      'target two of site home',
      withSite({ targets: [http, ...sources.slice(0, 1), { ...sources[1], pathSecret: reference }] }),
    ],
    ['heartbeat ups of site home', withSite({ heartbeats: [{ source: 'ups', token: reference }] })],
    ['fence eth-1/mini1', { ...withSite({ targets: sources, signers: [fenced] }), gate }],
    ['gate', { ...minimum, gate: { ...gate, previousKey: reference } }],
    ['acknowledge', { ...minimum, acknowledge: { ...acknowledge, token: reference } }],
    ['status', { ...minimum, status: { access: 'token', token: reference } }],
    ['selfWatch', { ...minimum, selfWatch: { ping: reference } }],
  ];
};

describe('a configuration that is good elsewhere', () => {
  test.each(secretAt({ file: '/run/secrets/x' }))(
    'cannot be deployed with a secret in a file: %s',
    (where, config) => {
      expect(computed(stringify(config))).toEqual({
        ok: false,
        problems: [
          {
            path: where,
            message:
              'has its secret in the file /run/secrets/x; in the cloud secrets are by name: write {env: NAME}, and give its value with `watchdog secrets set`',
          },
        ],
      });
    },
  );

  test.each(secretAt({ env: 'WATCH_URL' }))(
    'nor with one of a name that means something else: %s',
    (where, config) => {
      expect(computed(stringify(config))).toEqual({
        ok: false,
        problems: [
          {
            path: where,
            message:
              'has its secret in the variable WATCH_URL, which the platform or the watchdog uses itself; give it another name',
          },
        ],
      });
    },
  );

  test('is told of with all its problems at once', () => {
    const result = computed(
      stringify({
        ...minimum,
        selfWatch: { ping: { file: 'a' } },
        status: { access: 'token', token: { file: 'b' } },
      }),
    );
    expect(result.ok ? [] : result.problems.map(({ path }) => path)).toEqual(['status', 'selfWatch']);
  });
});

test('no secret can have the name of a setting that a function reads', () => {
  const settings = readdirSync(join(root, 'functions'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(join(root, 'functions', name), 'utf8').matchAll(
        /(?:variables|env)(?:\(\))?(?:\[|, )'([A-Z_]+)'|\{ ([A-Z_]+): \w+ \} = variables/g,
      ),
    ])
    .map(([, name, other]) => name ?? other ?? '');
  expect(settings.length).toBeGreaterThan(15);
  // Read before any configuration is, so that somebody outside is told; it is the name that the configuration asks for.
  expect([...new Set(settings)].filter((name) => !isReserved(name))).toEqual(['DEADMAN_URL']);
  expect(['TELEGRAM_TOKEN', 'DEADMAN_URL', 'PAGER_URL', 'GATE_KEY', 'Key'].filter(isReserved)).toEqual([]);
});

describe('a prepared folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-deployment-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const path = join(folder, deploymentFile);

  test('that was never prepared says what to do', () => {
    expect(readDeployment(folder)).toEqual({
      ok: false,
      message: `there is no ${path}; run \`watchdog deploy prepare ${folder}\` first`,
    });
  });

  test('is read back as it was written', () => {
    const deployment = deploymentFrom(example('standbys.yaml'));
    writeFileSync(path, JSON.stringify({ deployment }));
    expect(readDeployment(folder)).toEqual({ ok: true, deployment });
  });

  test.each([
    ['{"deployment":', 'is not JSON; run `watchdog deploy prepare` again'],
    ['{}', 'is not as this version writes it (deployment: '],
    ['{"deployment":{"version":1}}', 'is not as this version writes it (deployment.version: '],
  ])('%s is refused', (text, words) => {
    writeFileSync(path, text);
    expect(readDeployment(folder)).toEqual({
      ok: false,
      message: expect.stringContaining(`${path} ${words}`),
    });
  });
});
