// Upgrades that change what Kubernetes does not change in place, on a real API server: ports of TCP and UDP with one number, and the key under which a JWT lies.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacks } from '../support/tools.ts';
import { json, startApiServer, type ApiServer } from './api-server.ts';
import { chart, valuesOf } from './charts.ts';
import { helm, helmSays, release } from './helm.ts';
import type { KubernetesObject } from './manifests.ts';

const statefulSet = z.looseObject({
  metadata: z.looseObject({ uid: z.string() }),
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z
          .array(
            z.looseObject({
              ports: z.array(
                z.looseObject({
                  name: z.string(),
                  containerPort: z.number(),
                  hostPort: z.number().optional(),
                  protocol: z.string(),
                }),
              ),
            }),
          )
          .min(1),
      }),
    }),
  }),
});
const service = z.looseObject({
  spec: z.looseObject({
    ports: z.array(
      z.looseObject({ name: z.string(), protocol: z.string(), nodePort: z.number().optional() }),
    ),
  }),
});
const secret = z.looseObject({ data: z.record(z.string(), z.string()) });

type Row = {
  readonly name: string;
  /** Before a key of p2p, as a person writes it. */
  readonly path: string;
  readonly set: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly ports: readonly (readonly [string, string, number])[];
};

const rows: readonly Row[] = [
  {
    name: 'geth',
    path: '',
    set: 'home-geth',
    values: {},
    ports: [
      ['p2p-tcp', 'TCP', 30_303],
      ['p2p-udp', 'UDP', 30_303],
    ],
  },
  {
    name: 'lighthouse-beacon',
    path: '',
    set: 'home-lighthouse-beacon',
    values: {},
    ports: [
      ['p2p-tcp', 'TCP', 9000],
      ['p2p-udp', 'UDP', 9000],
    ],
  },
  {
    name: 'berachain-node',
    path: 'reth.',
    set: 'home-bera-reth',
    values: {},
    ports: [
      ['p2p-tcp', 'TCP', 30_303],
      ['p2p-udp', 'UDP', 30_303],
    ],
  },
];

describe.skipIf(lacks('helm', 'kubeconform', 'kube-apiserver'))('an upgrade', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  });
  afterAll(() => server.close());

  const object = (apiVersion: string, kind: string, name: string): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, labels: {}, annotations: {} },
  });

  const stored = async <T>(schema: z.ZodType<T>, of: KubernetesObject, namespace: string): Promise<T> =>
    schema.parse(await server.stored(of, namespace));

  const remove = async (of: KubernetesObject, namespace: string): Promise<void> => {
    const path = await server.pathOf(of, namespace, of.metadata.name);
    const { status, message } = await server.ask('DELETE', path, json({ propagationPolicy: 'Background' }));
    expect(status, message).toBe(200);
  };

  /** The same release with other values: null, or why it was refused. */
  const upgraded = async (name: string, namespace: string, set: object): Promise<string | null> => {
    const { code, stderr } = await helm(
      [
        'upgrade',
        'home',
        chart(name).folder,
        `--namespace=${namespace}`,
        `--values=${valuesOf(name).path}`,
        ...Object.entries(set).map(([path, value]) => `--set-json=${path}=${JSON.stringify(value)}`),
      ],
      server,
    );
    return code === 0 ? null : stderr;
  };

  describe.for(rows)('of $name with ports of the machine', ({ name, path, set, values, ports }) => {
    const namespace = `ports-of-${name}`;
    const pods = object('apps/v1', 'StatefulSet', set);
    const peers = object('v1', 'Service', `${set}-p2p`);
    const host = {
      ...values,
      podSecurity: 'privileged',
      ...Object.fromEntries(
        ['tcp', 'udp'].map((kind, at) => [`${path}p2p.${kind}.hostPort`, ports[at]?.[2]]),
      ),
    };
    const node = {
      ...values,
      [`${path}p2p.service.enabled`]: true,
      [`${path}p2p.service.type`]: 'NodePort',
    };
    const chosen = {
      ...node,
      [`${path}p2p.service.nodePorts`]: { tcp: 30_777, udp: 30_777 },
    };
    const portsNow = async (): Promise<unknown> => {
      const found = await stored(statefulSet, pods, namespace);
      return found.spec.template.spec.containers
        .flatMap((each) => each.ports)
        .filter(({ name: each }) => each.startsWith('p2p-'))
        .toSorted((one, other) => one.name.localeCompare(other.name))
        .map(({ name: each, protocol, hostPort }) => [each, protocol, hostPort]);
    };

    test('is refused while one of two with one number would be lost, and goes on with both when they are made anew', async () => {
      await server.addNamespace(namespace, 'privileged');
      const rendering = { release: 'home', namespace, files: [valuesOf(name).path], set: values };
      await release('install', chart(name), rendering, server);
      const before = await stored(statefulSet, pods, namespace);

      expect(await upgraded(name, namespace, host)).toContain(
        `${path}p2p: ports of TCP and UDP with one number are not changed in place, one of them would be lost; first \`kubectl -n ${namespace} delete statefulset ${set} --cascade=orphan\``,
      );
      expect(await stored(statefulSet, pods, namespace)).toEqual(before);

      await remove(pods, namespace);
      expect(await upgraded(name, namespace, host)).toBe(null);
      expect(await portsNow()).toEqual(ports);
      expect(await upgraded(name, namespace, host)).toBe(null);
      expect(await portsNow()).toEqual(ports);

      // And back.
      expect(await upgraded(name, namespace, values)).toContain('--cascade=orphan');
      await remove(pods, namespace);
      expect(await upgraded(name, namespace, values)).toBe(null);
      expect(await portsNow()).toEqual(ports.map(([each, protocol]) => [each, protocol, undefined]));
    });

    test('and so with ports of a Service', async () => {
      const portsOfPeers = async (): Promise<readonly (number | undefined)[]> => {
        const found = await stored(service, peers, namespace);
        return found.spec.ports
          .filter(({ name: each }) => each.startsWith('p2p-'))
          .toSorted((one, other) => one.name.localeCompare(other.name))
          .map(({ nodePort }) => nodePort);
      };
      expect(await upgraded(name, namespace, node)).toBe(null);
      const given = await portsOfPeers();
      expect(given.filter((each) => each !== undefined)).toHaveLength(2);
      // What the cluster has chosen is no change.
      expect(await upgraded(name, namespace, node)).toBe(null);
      expect(await portsOfPeers()).toEqual(given);

      expect(await upgraded(name, namespace, chosen)).toContain(
        `${path}p2p.service: ports of TCP and UDP with one number are not changed in place, one of them would be lost; first \`kubectl -n ${namespace} delete service ${set}-p2p\``,
      );
      expect(await portsOfPeers()).toEqual(given);
      await remove(peers, namespace);
      expect(await upgraded(name, namespace, chosen)).toBe(null);
      expect(await portsOfPeers()).toEqual([30_777, 30_777]);
      await helmSays(['uninstall', 'home', `--namespace=${namespace}`], server);
    });
  });

  test('of ports that differ in their numbers is made in place', async () => {
    const namespace = 'ports-apart';
    await server.addNamespace(namespace, 'privileged');
    const apart = { 'p2p.udp.containerPort': 30_304 };
    const rendering = { release: 'home', namespace, files: [valuesOf('geth').path], set: apart };
    await release('install', chart('geth'), rendering, server);
    const pods = object('apps/v1', 'StatefulSet', 'home-geth');
    const { uid } = (await stored(statefulSet, pods, namespace)).metadata;
    const host = {
      ...apart,
      podSecurity: 'privileged',
      'p2p.tcp.hostPort': 30_303,
      'p2p.udp.hostPort': 30_304,
    };
    expect(await upgraded('geth', namespace, host)).toBe(null);
    const { metadata, spec } = await stored(statefulSet, pods, namespace);
    expect(metadata.uid).toBe(uid);
    const hostPorts = spec.template.spec.containers.flatMap(({ ports }) =>
      ports.map(({ hostPort }) => hostPort),
    );
    expect(hostPorts.filter((each) => each !== undefined)).toEqual([30_303, 30_304]);
  });

  test('that names another key for the JWT keeps the JWT', async () => {
    const namespace = 'jwt-of-another-key';
    await server.addNamespace(namespace, 'restricted');
    const rendering = { release: 'home', namespace, files: [valuesOf('geth').path] };
    await release('install', chart('geth'), rendering, server);
    const jwt = object('v1', 'Secret', 'home-geth-jwt');
    const { data } = await stored(secret, jwt, namespace);
    expect(Object.keys(data)).toEqual(['jwt.hex']);
    expect(await upgraded('geth', namespace, { 'jwt.key': 'engine' })).toBe(null);
    expect((await stored(secret, jwt, namespace)).data).toEqual({ engine: data['jwt.hex'] });

    const path = await server.pathOf(jwt, namespace, jwt.metadata.name);
    const { status } = await server.ask('PATCH', path, {
      type: 'application/merge-patch+json',
      text: JSON.stringify({ data: { other: data['jwt.hex'] } }),
    });
    expect(status).toBe(200);
    expect(await upgraded('geth', namespace, { 'jwt.key': 'third' })).toContain(
      'jwt.key: Secret home-geth-jwt is there with other keys (engine, other), and which of them is the JWT is not known; give one of these',
    );
  });
});
