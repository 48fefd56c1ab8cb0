// Finds the tools that `.ci/tools/install` keeps outside the checkout, and says what is missing and how to get it.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** This machine, as Go and Terraform call it. */
const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** Where each tool's program is within its folder. */
const programs = {
  node: 'node_modules/node/bin/node',
  anvil: 'node_modules/.bin/anvil',
  lodestar: 'node_modules/.bin/lodestar',
  cometbft: 'cometbft',
  geth: 'geth',
  beacond: 'beacond',
  discovery: 'compute.v1.json',
  machine: 'root/usr/bin/systemd-nspawn',
  shellcheck: 'bin/shellcheck',
  nut: 'bin/upsd',
  alertmanager: 'bin/prometheus-alertmanager',
  prometheus: 'bin/promtool',
  nftables: 'bin/nft',
  checkpolicy: 'bin/checkmodule',
  'cloud-init': 'bin/cloud-init',
  lz4: 'bin/lz4',
  'google-stand-in': `mirror/registry.terraform.io/hashicorp/google/7.45.0/${platform}/terraform-provider-google_v7.45.0`,
  tflint: 'tflint',
  checkov: 'bin/checkov',
  ansible: 'bin/ansible-playbook',
  'mini-pc': 'packages/Packages',
  helm: 'helm',
  'helm-unittest': 'helm-unittest',
  kubeconform: 'kubeconform',
  'helm-docs': 'helm-docs',
  haproxy: 'bin/haproxy',
  chromium: 'bin/chromium',
  'kube-apiserver': 'kube-apiserver',
} as const;

export type ToolName = keyof typeof programs;

export type Tool = {
  readonly name: ToolName;
  readonly version: string;
  /** The folder with everything that came with it. */
  readonly folder: string;
  /** Its program; a script of Node for `lodestar`, a document for `discovery`. */
  readonly path: string;
};

const pinned = new Map(
  readFileSync(new URL('../../.ci/tools/versions', import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [name, version] = line.split(' ');
      return name === undefined || version === undefined ? [] : [[name, version] as const];
    }),
);

function place(name: ToolName): Tool {
  const version = pinned.get(name);
  if (version === undefined) throw new Error(`.ci/tools/versions does not name ${name}`);
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'basement-watchdog', `${name}-${version}`);
  return { name, version, folder, path: join(folder, programs[name]) };
}

/** The tool in the pinned version, or null when it is not installed. */
export function findTool(name: ToolName): Tool | null {
  const found = place(name);
  return existsSync(found.path) ? found : null;
}

const howTo = (names: readonly ToolName[]): string =>
  `${names.map((name) => `${name} ${place(name).version}`).join(', ')} not installed: run .ci/tools/install`;

/** The tool, or an error that says how to get it. */
export function tool(name: ToolName): Tool {
  const found = findTool(name);
  if (found === null) throw new Error(howTo([name]));
  return found;
}

function skip(why: string): true {
  if (process.env['REQUIRE_TOOLS'] === '1') throw new Error(why);
  process.stderr.write(`skipped: ${why}\n`);
  return true;
}

/** True, with the reason printed, when one of them is missing: for `describe.skipIf`. Throws instead where tools are required. */
export function lacks(...names: readonly ToolName[]): boolean {
  const missing = names.filter((name) => findTool(name) === null);
  return missing.length > 0 && skip(howTo(missing));
}

/** The same for programs of the system, which nothing here installs. */
export function lacksPrograms(...names: readonly string[]): boolean {
  const folders = (process.env['PATH'] ?? '').split(':');
  const missing = names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return (
    missing.length > 0 &&
    skip(`${missing.join(', ')} not found on PATH: install it with the system's packages`)
  );
}

/** The same when whoever runs the tests is not root. */
export const lacksRoot = (): boolean => process.getuid?.() !== 0 && skip('this takes root: run it with sudo');
