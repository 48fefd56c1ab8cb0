// What the chart of Berachain knows of its networks is what the standby in the cloud knows of them.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const file = z.object({ url: z.string(), checksum: z.string() });
const networks = z.record(
  z.string(),
  z.strictObject({
    chainId: z.string(),
    cometChainId: z.string(),
    chainSpec: z.string(),
    genesis: file,
    kzg: file,
    seeds: z.array(z.string().regex(/^[0-9a-f]{40}@[0-9.]+:26656$/)).min(3),
  }),
);
const known = networks.parse(parse(read('basement/helm/berachain-node/files/networks.yaml')));
const terraform = read('terraform/modules/standby/node/main.tf');

describe.each(Object.entries(known))('%s', (name, network) => {
  test('has the chain ids of the standby', () => {
    expect(terraform).toContain(
      `${name} = { chain_id = ${network.chainId}, genesis = "${network.cometChainId}" }`,
    );
  });

  test('has the files of the standby, from the same commit', () => {
    expect(terraform).toContain(`"genesis.json"           = "${network.genesis.checksum}"`);
    expect(terraform).toContain(`"kzg-trusted-setup.json" = "${network.kzg.checksum}"`);
    const base = /base_url = "(https:[^"]+)\/\$\{local\.network\.chain_id\}"/.exec(terraform)?.[1];
    expect(network.genesis.url).toBe(`${base}/${network.chainId}/genesis.json`);
    expect(network.kzg.url).toBe(`${base}/${network.chainId}/kzg-trusted-setup.json`);
  });

  test('names no seed twice', () => {
    expect(new Set(network.seeds).size).toBe(network.seeds.length);
  });
});

test('there are mainnet and bepolia', () => {
  expect(Object.keys(known)).toEqual(['mainnet', 'bepolia']);
});
