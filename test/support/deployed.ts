// A deployment as Terraform leaves it: its outputs, its folder on disk, and a Google that holds everything as it should be.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { type Deployment, deploymentOf } from '../../cli/deploy/deployment.ts';
import type { Outputs } from '../../cli/deploy/outputs.ts';
import { formatProblems, parseConfig } from '../../functions/config/config.ts';

export const project = 'my-watchdog';
export const number = '210987654321';
const region = 'europe-west3';
export const keeper = 'user:maria@example.com';

const accountOf = (name: string): string => `watchdog-${name}@${project}.iam.gserviceaccount.com`;

/** Functions with the secrets that they read. */
export const functions = {
  watch: ['DEADMAN_URL'],
  witness: [],
  deliver: ['ACK_KEY', 'PAGER_URL'],
  provision: [],
  heartbeat: ['HEARTBEAT_TOKEN'],
  gate: ['FENCE_TOKEN', 'GATE_KEY'],
  ack: ['ACK_KEY'],
  status: ['STATUS_TOKEN'],
  daily: [],
} as const;
const publicFunctions = ['heartbeat', 'gate', 'ack', 'status'];

type Change = { readonly [Field in keyof Outputs]?: Outputs[Field] };

/** What `terraform output` says of a whole deployment. */
export function outputsOf(change: Change = {}): Outputs {
  const urlOf = (name: string): string => `https://watchdog-${name}-${number}.${region}.run.app`;
  const databaseOf = (id: string): Outputs['databases']['keys'] => ({ project, id, location: region });
  return {
    name: 'watchdog',
    version: manifest.version,
    project,
    project_number: number,
    region,
    keys_project: project,
    functions: Object.fromEntries(
      Object.keys(functions).map((name) => [
        name,
        {
          name: `watchdog-${name}`,
          project,
          region: name === 'witness' ? 'us-central1' : region,
          url: urlOf(name),
          service_account: accountOf(name),
          is_public: publicFunctions.includes(name),
          memory: '512Mi',
          timeout_seconds: 60,
        },
      ]),
    ),
    scheduler_service_account: accountOf('scheduler'),
    build_service_account: accountOf('build'),
    databases: {
      default: databaseOf('(default)'),
      inbox: databaseOf('inbox'),
      keys: databaseOf('keys'),
    },
    jobs: Object.fromEntries(
      ['watch', 'provision', 'daily'].map((name) => [name, { project, region, name: `watchdog-${name}` }]),
    ),
    secrets: Object.fromEntries(
      Object.entries(functions).flatMap(([name, needs]) =>
        needs.length === 0 ? [] : [[name, { project, id: `watchdog-${name}`, version: 1 }]],
      ),
    ),
    standbys: {
      project: 'my-standbys',
      prefix: 'bw',
      node_service_account: 'watchdog-node@my-standbys.iam.gserviceaccount.com',
      templates: [
        { region, name: 'bw-ethereum-europe-west3', is_drill: false },
        { region, name: 'bw-ethereum-drill-europe-west3', is_drill: true },
      ],
    },
    monitoring: {
      project,
      policies: { ticks: 'watchdog: no ticks', errors: 'watchdog: a function fails' },
      channels: [`projects/${project}/notificationChannels/1`],
    },
    keepers: [keeper],
    ...change,
  };
}

/** A configuration that goes with `functions`. */
export const configText = `channels:
  - { id: pager, channel: webhook, url: { env: PAGER_URL } }
sites:
  - id: home
    targets:
      - { id: p2p, probe: tcp, address: "vpn.example.net:30303" }
      - { id: beacon-one, role: chain, chain: ethereum, operator: one, probe: beacon, url: "https://beacon.one.example.com" }
      - { id: beacon-two, role: chain, chain: ethereum, operator: two, probe: beacon, url: "https://beacon.two.example.org" }
    signers:
      - id: eth-1
        chain: ethereum
        keys: [123456]
        fences:
          - { id: mini1, token: { env: FENCE_TOKEN } }
    heartbeats:
      - { source: alertmanager, token: { env: HEARTBEAT_TOKEN } }
acknowledge:
  url: https://watchdog-ack-${number}.${region}.run.app
  key: { env: ACK_KEY }
gate:
  url: https://watchdog-gate-${number}.${region}.run.app
  key: { env: GATE_KEY }
  publicKeys: ["11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]
selfWatch:
  ping: { env: DEADMAN_URL }
standbys:
  project: my-standbys
  nodes:
    ethereum:
      machine: e2-standard-4
      disk: { type: pd-balanced, gib: 2000 }
      places:
        - { region: ${region}, zones: [${region}-a], template: bw-ethereum-${region}, drillTemplate: bw-ethereum-drill-${region} }
  prices:
    asOf: 2026-11-20
    machineHour: { e2-standard-4: 0.173 }
    diskGibMonth: { pd-balanced: 0.12 }
`;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function prepared(): Deployment {
  const parsed = parseConfig(configText);
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems, 'watchdog.yaml'));
  const computed = deploymentOf(parsed.config, {
    version: manifest.version,
    bundle: { path: '.watchdog/functions.zip', sha256: sha256('zip') },
    config: { path: 'watchdog.yaml', sha256: sha256(configText) },
  });
  if (!computed.ok) throw new Error(formatProblems(computed.problems, 'watchdog.yaml'));
  return computed.deployment;
}

/** What `deploy prepare` writes of that configuration. */
export const deployment: Deployment = prepared();

export type DeployedFolder = {
  readonly path: string;
  /** `terraform output -json`, kept in a file. */
  readonly outputs: string;
  readonly write: (name: string, content: unknown) => void;
  readonly remove: () => void;
};

/** A folder after the first apply: prepared, with places for secrets and none of them set. */
export function deployedFolder(outputs: Outputs = outputsOf()): DeployedFolder {
  const path = mkdtempSync(join(tmpdir(), 'watchdog-deployed-'));
  const write = (name: string, content: unknown): void => {
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  mkdirSync(join(path, '.watchdog'));
  write('.watchdog/functions.zip', 'zip');
  write('watchdog.yaml', configText);
  write('deployment.auto.tfvars.json', { deployment });
  write('secrets.auto.tfvars.json', { secret_versions: {} });
  write('outputs.json', { watchdog: { sensitive: false, value: outputs } });
  return {
    path,
    outputs: join(path, 'outputs.json'),
    write,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
