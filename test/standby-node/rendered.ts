// What the module of Terraform makes of its variables: the first boot's instructions, taken apart into the files that they write.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { terraform } from '../support/terraform.ts';

const node = fileURLToPath(new URL('../../terraform/modules/standby/node', import.meta.url));

export type Chain = 'ethereum' | 'berachain';
export type Variables = Readonly<Record<string, unknown>>;

const cloudConfig = z.strictObject({
  ssh_pwauth: z.literal(false),
  package_update: z.literal(true),
  packages: z.array(z.string()),
  write_files: z.array(
    z.strictObject({
      path: z.string(),
      content: z.string(),
      owner: z.literal('root:root'),
      permissions: z.enum(['0644', '0755']),
    }),
  ),
  runcmd: z.array(z.array(z.string())),
});

const machine = z.strictObject({
  type: z.string(),
  boot_disk: z.strictObject({ image: z.string(), type: z.string(), size_gib: z.number() }),
  data_disk: z.strictObject({
    kind: z.string(),
    type: z.string(),
    size_gib: z.number(),
    device_name: z.string(),
  }),
  p2p_ports: z.strictObject({ tcp: z.array(z.number()), udp: z.array(z.number()) }),
  is_drill: z.boolean(),
});

const outputs = z.object({
  user_data: z.object({ value: z.string() }),
  metadata: z.object({ value: z.record(z.string(), z.string()) }),
  machine: z.object({ value: machine }),
});

export type Rendered = {
  readonly userData: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly machine: z.infer<typeof machine>;
  readonly packages: readonly string[];
  readonly commands: readonly (readonly string[])[];
  /** By path on the machine. */
  readonly files: ReadonlyMap<string, string>;
  readonly modes: ReadonlyMap<string, string>;
};

export const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

const images = {
  ethereum: {
    execution: `docker.io/ethereum/client-go@${digest('a')}`,
    consensus: `docker.io/sigp/lighthouse@${digest('b')}`,
    logs: `docker.io/fluent/fluent-bit@${digest('c')}`,
  },
  berachain: {
    execution: `ghcr.io/berachain/bera-reth@${digest('d')}`,
    consensus: `ghcr.io/berachain/beacon-kit@${digest('e')}`,
    logs: `docker.io/fluent/fluent-bit@${digest('c')}`,
  },
};
const least: Readonly<Record<Chain, Variables>> = {
  ethereum: {
    chain: 'ethereum',
    images: images.ethereum,
    checkpoint_urls: ['https://beacon.one.example.com', 'https://beacon.two.example.org/eth'],
  },
  berachain: { chain: 'berachain', images: images.berachain },
};

/** The module as a root module of its own calls it: with what it must have, and with `variables`. */
export async function render(chain: Chain, variables: Variables = {}): Promise<Rendered> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-standby-'));
  try {
    const names = ['user_data', 'metadata', 'machine'];
    const root = {
      module: { node: { source: node, ...least[chain], ...variables } },
      output: Object.fromEntries(names.map((name) => [name, { value: `\${module.node.${name}}` }])),
    };
    writeFileSync(join(folder, 'main.tf.json'), JSON.stringify(root));
    await terraform(folder, 'init', '-input=false', '-no-color');
    await terraform(folder, 'apply', '-auto-approve', '-input=false', '-no-color');
    const said = outputs.parse(JSON.parse(await terraform(folder, 'output', '-json')));
    const userData = said.user_data.value;
    const config = cloudConfig.parse(parse(userData));
    return {
      userData,
      metadata: said.metadata.value,
      machine: said.machine.value,
      packages: config.packages,
      commands: config.runcmd,
      files: new Map(config.write_files.map(({ path, content }) => [path, content])),
      modes: new Map(config.write_files.map(({ path, permissions }) => [path, permissions])),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the files below a folder as they would lie on the machine, programs as programs. */
export function lay({ files, modes }: Pick<Rendered, 'files' | 'modes'>, folder: string): void {
  for (const [path, content] of files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: modes.get(path) === '0755' ? 0o755 : 0o644 });
  }
}
