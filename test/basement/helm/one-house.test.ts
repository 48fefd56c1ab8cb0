// The examples are of one house: machine, exit, forwards and fence in the values of the charts are those of the inventory and of watchdog.yaml.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const forward = z.object({
  name: z.string(),
  node: z.string(),
  protocols: z.array(z.string()),
  exit_port: z.number(),
  node_port: z.number(),
});
const group = z.object({
  vpn_hub_address: z.string(),
  port_forwards: z.array(forward),
  preflight_forwards_needed: z.array(z.string()),
});
const hosts = z.object({
  all: z.object({
    children: z.object({ validators: z.object({ hosts: z.record(z.string(), z.unknown()) }) }),
  }),
});

/** An inventory; with what it leaves to be taken into use, its lines about Berachain. */
const inventory = (name: string) => {
  const folder = `basement/ansible/inventories/${name}`;
  const text = read(`${folder}/group_vars/all.yml`).replaceAll(/^#(?= {2}(?:- | {2}\w))/gm, '');
  return {
    ...group.parse(parse(text)),
    validators: Object.keys(hosts.parse(parse(read(`${folder}/hosts.yml`))).all.children.validators.hosts),
  };
};
const house = inventory('three-nodes');

const nodeSelector = z.object({ 'kubernetes.io/hostname': z.string() });
const port = z.object({
  containerPort: z.number().optional(),
  hostPort: z.number().optional(),
  advertisedPort: z.number().optional(),
});
const part = z.object({
  nodeSelector,
  p2p: z.object({
    tcp: port,
    udp: port.optional(),
    quic: port.optional(),
    advertised: z.object({
      address: z.string().optional(),
      file: z.record(z.string(), z.string()).optional(),
    }),
    service: z.object({ nodePorts: z.record(z.string(), z.number()) }).optional(),
  }),
});
const ethereum = z
  .object({
    geth: part,
    beacon: part,
    validator: z.object({ nodeSelector, fence: z.object({ signer: z.string() }) }),
  })
  .parse(parse(read('examples/helm/ethereum.yaml')));
const berachain = z
  .object({ node: z.object({ reth: part, beacond: part }) })
  .parse(parse(read('examples/helm/berachain.yaml'))).node;
const machine = ethereum.geth.nodeSelector['kubernetes.io/hostname'];

type Forward = z.infer<typeof forward>;

/** The forward by which a port of the node is reached. */
const to = (forwards: readonly Forward[], protocol: string, nodePort: number | undefined): string[] =>
  forwards
    .filter((each) => each.node_port === nodePort && each.protocols.includes(protocol))
    .map(({ name }) => name);

test('one machine has it all, and it is in group validators', () => {
  expect(house.validators).toEqual([machine]);
  const others = [ethereum.beacon, ethereum.validator, berachain.reth, berachain.beacond];
  expect(others.map((each) => each.nodeSelector['kubernetes.io/hostname'])).toEqual(
    others.map(() => machine),
  );
  expect(house.port_forwards.map(({ node }) => node)).toEqual(house.port_forwards.map(() => machine));
  for (const name of ['migrated-ethereum', 'migrated-berachain']) {
    expect(read(`examples/helm/${name}.yaml`)).toContain(`kubernetes.io/hostname: ${machine} }`);
  }
});

test('its fence is in watchdog.yaml, with the signer', () => {
  const signers = z
    .object({
      sites: z.array(
        z.object({
          signers: z.array(
            z.object({
              id: z.string(),
              fences: z.array(z.object({ id: z.string(), token: z.object({ env: z.string() }) })),
            }),
          ),
        }),
      ),
    })
    .parse(parse(read('examples/fence.yaml')))
    .sites.flatMap((site) => site.signers);
  const variable = `FENCE_${machine.toUpperCase()}_TOKEN`;
  expect(signers).toEqual([
    { id: ethereum.validator.fence.signer, fences: [{ id: machine, token: { env: variable } }] },
  ]);
  expect(read('docs/fence.md')).toContain(variable);
});

describe.each(['three-nodes', 'one-node'])('the forwards of %s', (name) => {
  const { port_forwards: forwards, preflight_forwards_needed: needed } = inventory(name);

  test('have each port of the Ethereum example under the name that it looks for', () => {
    const { geth, beacon } = ethereum;
    const file = beacon.p2p.advertised.file ?? {};
    expect(to(forwards, 'tcp', geth.p2p.tcp.hostPort)).toEqual(['geth-p2p']);
    expect(to(forwards, 'udp', geth.p2p.udp?.hostPort)).toEqual(['geth-p2p']);
    expect(to(forwards, 'tcp', beacon.p2p.tcp.hostPort)).toEqual([file['tcpName']]);
    expect(to(forwards, 'udp', beacon.p2p.udp?.hostPort)).toEqual([file['udpName']]);
    expect(to(forwards, 'udp', beacon.p2p.quic?.hostPort)).toEqual([file['quicName']]);
  });

  test('are missed by preflight when one of them is taken out', () => {
    expect(needed).toEqual(['geth-p2p', 'beacon-p2p', 'beacon-quic']);
    expect(forwards.map((each) => each.name)).toEqual(expect.arrayContaining(needed));
  });
});

test('Berachain is told to the world by the exit and the ports that lead to it', () => {
  const { reth, beacond } = berachain;
  const exit = (protocol: string, nodePort: number | undefined): number[] =>
    house.port_forwards
      .filter((each) => each.node_port === nodePort && each.protocols.includes(protocol))
      .map((each) => each.exit_port);
  expect(exit('tcp', reth.p2p.service?.nodePorts['tcp'])).toEqual([reth.p2p.tcp.containerPort]);
  expect(exit('udp', reth.p2p.service?.nodePorts['udp'])).toEqual([reth.p2p.udp?.containerPort]);
  expect(exit('tcp', beacond.p2p.service?.nodePorts['tcp'])).toEqual([beacond.p2p.tcp.advertisedPort]);
  expect([reth, beacond].map((each) => each.p2p.advertised.address)).toEqual([
    house.vpn_hub_address,
    house.vpn_hub_address,
  ]);
});

test('both chains have ports of their own, at the exit and on the machine', () => {
  const ports = house.port_forwards.flatMap(({ protocols, exit_port: exit, node_port: node }) =>
    protocols.flatMap((protocol) => [`exit ${exit}/${protocol}`, `node ${node}/${protocol}`]),
  );
  expect(house.port_forwards).toHaveLength(5);
  expect(new Set(ports).size).toBe(ports.length);
});

test.each([
  ['ethereum', 'privileged'],
  ['berachain', 'restricted'],
])('the namespace of %s is one that allows its pods: %s', (name, security) => {
  const asked = /^ {2}podSecurity: (?<level>\w+)$/m.exec(read(`examples/helm/${name}.yaml`))?.groups;
  expect(asked?.['level'] ?? 'restricted').toBe(security);
  expect(read('basement/ansible/inventories/three-nodes/group_vars/all.yml')).toContain(
    `- { name: ${name}, pod_security: ${security} }`,
  );
  expect(read(`examples/helm/${name}.yaml`)).not.toContain('--create-namespace');
});
