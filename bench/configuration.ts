// Writes a configuration for what a benchmark watches; everything that is not written here has the product's default.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type WrittenConfiguration = { readonly path: string; readonly remove: () => Promise<void> };

const numbered = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Where the endpoint of that number is. */
export const endpointUrl = (endpoint: number, addresses: readonly string[]): string =>
  `http://${addresses[endpoint % addresses.length]}/endpoint/${endpoint}`;

/** HTTP endpoints over addresses `host:port`, dealt out to sites as evenly as can be. */
export function sitesOf(endpoints: number, sites: number, addresses: readonly string[]): object[] {
  return numbered(sites).map((site) => ({
    id: `site-${site}`,
    allowAddresses: ['127.0.0.0/8'],
    heartbeats: [{ source: 'cluster', token: { env: 'HEARTBEAT_TOKEN' } }],
    targets: numbered(endpoints)
      .filter((endpoint) => endpoint % sites === site)
      .map((endpoint) => ({
        id: `endpoint-${endpoint}`,
        probe: 'http',
        url: endpointUrl(endpoint, addresses),
      })),
  }));
}

/** Two references of two operators, by TCP as those that a configuration has that names none. */
export const referencesAt = (addresses: readonly string[]): object[] =>
  addresses.slice(0, 2).map((address, index) => ({
    id: `reference-${index}`,
    operator: `operator-${index}`,
    probe: 'tcp',
    address,
  }));

/** JSON is YAML. The file lies in a folder of its own until it is removed. */
export async function writeConfiguration(configuration: object): Promise<WrittenConfiguration> {
  const folder = await mkdtemp(join(tmpdir(), 'watchdog-bench-'));
  const path = join(folder, 'watchdog.yaml');
  await writeFile(path, JSON.stringify(configuration, null, 2));
  return { path, remove: () => rm(folder, { recursive: true }) };
}
