// Faults that charts of these clients had before. Each has the test that would have caught it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacks } from '../support/tools.ts';
import { startApiServer, type ApiServer } from './api-server.ts';
import { applications, chart, charts, valuesOf, type Chart, type Values } from './charts.ts';
import { helmSays, manifests, refusal, release, rendered } from './helm.ts';
import {
  allContainers,
  called,
  manifestsIn,
  workloads,
  type Container,
  type Manifest,
  type Workload,
} from './manifests.ts';

type Rendered = {
  readonly chart: Chart;
  readonly values: Values;
  readonly manifests: readonly Manifest[];
  readonly workloads: readonly Workload[];
};

/** Charts of clients, which is what the earlier ones were. */
const clients = ['geth', 'lighthouse-beacon', 'lighthouse-validator', 'berachain-node'];
const homes = ['ethereum-validator', 'berachain-validator'];
/** Names of StatefulSets, by the label, whose database may be huge. */
const withDatabase = ['geth', 'lighthouse-beacon', 'bera-reth', 'beacond'];

const label = 'app.kubernetes.io/name';
const nameIn = ({ template }: Workload): string => template.metadata.labels[label] ?? '';
const isClient = ({ kind }: Workload): boolean => kind === 'StatefulSet';
const say = ({ chart: { name }, values }: Rendered, what: string): string =>
  `${name} with ${values.name}: ${what}`;

const words = ({ command, args }: Container): string[] => [...command, ...args];

/** One line for each container of any rendering for which the answer is yes. */
const containersWhere = (
  all: readonly Rendered[],
  ask: (one: Container, of: Workload) => boolean,
): string[] =>
  all.flatMap((one) =>
    one.workloads.flatMap((workload) =>
      allContainers(workload)
        .filter((container) => ask(container, workload))
        .map((container) => say(one, `${workload.kind}/${workload.name} ${container.name}`)),
    ),
  );

/** Some at a time: each is a process that takes a core. */
async function eachOf<One>(some: readonly One[], act: (one: One) => Promise<void>): Promise<void> {
  const waiting = [...some];
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await act(one);
  };
  await Promise.all([next(), next(), next()]);
}

function bytes(quantity: string | number | undefined): number {
  const found = /^(\d+(?:\.\d+)?)([KMGT]i?)?$/.exec(String(quantity));
  if (found === null) return Number.NaN;
  const power = ['', 'K', 'M', 'G', 'T'].indexOf(found[2]?.[0] ?? '');
  return Number(found[1]) * (found[2]?.endsWith('i') === true ? 1024 : 1000) ** power;
}

/** In thousandths of a core. */
const cores = (quantity: string | number | undefined): number => {
  const text = String(quantity);
  return text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1000;
};

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(path) : entry.isFile() ? [path] : [];
  });
}

/** Lines of templates for which the answer is yes, with their place. */
const templateLines = (ask: (line: string) => boolean): string[] =>
  charts.flatMap(({ folder, name }) =>
    filesOf(join(folder, 'templates')).flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter(ask)
        .map((line) => `${name}${path.slice(folder.length)}: ${line.trim()}`),
    ),
  );

const role = z.looseObject({
  rules: z
    .array(
      z.looseObject({
        apiGroups: z.array(z.string()).default([]),
        resources: z.array(z.string()).default([]),
        verbs: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});

const wall = z.looseObject({
  spec: z.looseObject({
    ingress: z
      .array(
        z.looseObject({
          from: z.array(z.unknown()).default([]),
          ports: z.array(z.looseObject({ port: z.union([z.string(), z.number()]) })).default([]),
        }),
      )
      .default([]),
  }),
});

const settings = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });

describe.skipIf(lacks('helm', 'kubeconform', 'kube-apiserver'))('faults of the earlier charts', () => {
  let all: readonly Rendered[];
  let server: ApiServer;

  beforeAll(async () => {
    server = await startApiServer();
    await server.addNamespace('home', 'restricted');
  });
  afterAll(() => server.close());

  beforeAll(async () => {
    const cases = applications.flatMap((each) => each.values.map((values) => ({ chart: each, values })));
    const done: Rendered[] = [];
    await eachOf(cases, async (one) => {
      const found = await manifests(one.chart, { files: [one.values.path] });
      done.push({ ...one, manifests: found, workloads: workloads(found) });
    });
    all = done;
  });

  const of = (name: string, values = 'default'): Rendered => {
    const found = all.find((one) => one.chart.name === name && one.values.name === values);
    if (found === undefined) throw new Error(`${name} has no values ${values}`);
    return found;
  };

  /** StatefulSets of that name in any rendering. */
  const named = (
    ...names: readonly string[]
  ): readonly { readonly of: Rendered; readonly workload: Workload }[] =>
    all.flatMap((one) =>
      one.workloads
        .filter((workload) => isClient(workload) && names.includes(nameIn(workload)))
        .map((workload) => ({ of: one, workload })),
    );

  /** The container that is the client itself. */
  const clientOf = ({ template }: Workload): Container => {
    const [first] = template.spec.containers;
    if (first === undefined) throw new Error('a pod without containers');
    return first;
  };

  const withValues = (name: string, set: Readonly<Record<string, unknown>>): Promise<readonly Manifest[]> =>
    manifests(chart(name), { files: [valuesOf(name).path], set });

  const refused = (name: string, set: Readonly<Record<string, unknown>>): Promise<string> =>
    refusal(chart(name), { files: [valuesOf(name).path], set });

  test('every client is among what is looked at', () => {
    const seen = new Set(all.flatMap((one) => one.workloads.filter(isClient).map(nameIn)));
    expect([...seen]).toEqual(expect.arrayContaining([...withDatabase, 'lighthouse-validator']));
  });

  describe('1: with the validator off, half of the pod was not rendered', () => {
    test('what is mounted is there', () => {
      const lost = containersWhere(all, ({ volumeMounts }, { template }) => {
        const volumes = template.spec.volumes.map(({ name }) => name);
        return volumeMounts.some(({ name }) => !volumes.includes(name));
      });
      expect(lost).toEqual([]);
    });

    test.for(['ethereum-validator', 'berachain-node'])('%s without a validator is whole', async (name) => {
      const found = await withValues(name, { 'validator.enabled': false });
      const started = workloads(found).filter(isClient);
      expect(started.length).toBe(2);
      for (const { template } of started) {
        expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true });
        expect(template.spec.volumes.length).toBeGreaterThan(1);
        expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(300);
      }
    });
  });

  describe('2: in the mode for tests nothing was started', () => {
    test('every client says what it runs', () => {
      expect(
        containersWhere(all, ({ command }, workload) => isClient(workload) && command.length === 0),
      ).toEqual([]);
      const idle = all.flatMap((one) =>
        one.workloads
          .filter((workload) => isClient(workload) && clientOf(workload).args.length === 0)
          .map(({ name }) => say(one, name)),
      );
      expect(idle).toEqual([]);
    });

    test.for(clients)('%s has no such mode', async (name) => {
      expect(await refused(name, { testMode: true })).toContain('testMode');
    });
  });

  describe('3: a read-only root that was none', () => {
    test('it is a boolean of each container', () => {
      // Those that somebody adds are as they are.
      const own = all.filter(({ values }) => !/extra(?:Init)?Containers:/.test(values.text));
      expect(
        containersWhere(own, ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true),
      ).toEqual([]);
    });

    test('and not a field of the pod, which has none of that name', () => {
      const wrong = all.flatMap((one) =>
        one.workloads
          .filter(({ template }) => 'readOnlyRootFilesystem' in template.spec.securityContext)
          .map(({ name }) => say(one, name)),
      );
      expect(wrong).toEqual([]);
    });
  });

  describe('4 and 5: secrets and roles that came and went with each upgrade', () => {
    test('the secret between two clients is made once, and is the same after upgrades that change something', async () => {
      const name = 'geth';
      const set = { network: 'hoodi', 'jwt.generate': true, 'jwt.existingSecret': '' };
      const secrets = async (): Promise<unknown[]> => {
        const objects = manifestsIn(await helmSays(['get', 'manifest', 'eth', '--namespace=home'], server));
        const found = objects.filter(({ kind }) => kind === 'Secret');
        const stored = await Promise.all(found.map((one) => server.stored(one, 'home')));
        return stored.map((one) => z.looseObject({ data: z.record(z.string(), z.string()) }).parse(one).data);
      };
      const rendering = { release: 'eth', namespace: 'home' };
      await release('install', chart(name), { ...rendering, set }, server);
      const made = await secrets();
      expect(made).toEqual([{ 'jwt.hex': expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) }]);
      await release('upgrade', chart(name), { ...rendering, set: { ...set, maxPeers: 40 } }, server);
      await release('upgrade', chart(name), { ...rendering, set: { ...set, maxPeers: 41 } }, server);
      expect(await secrets()).toEqual(made);
    });

    test('its 32 bytes are hex', async () => {
      const found = await manifests(chart('geth'), { set: { network: 'hoodi', 'jwt.generate': true } });
      const secret = found.find(({ kind }) => kind === 'Secret');
      const { data } = settings.parse(secret);
      expect(Buffer.from(data['jwt.hex'] ?? '', 'base64').toString()).toMatch(/^(0x)?[0-9a-f]{64}$/);
      expect(secret?.metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
    });

    test('it is never a value, and has no default', async () => {
      const set = { 'execution.jwt.existingSecret': '' };
      expect(await refused('lighthouse-beacon', set)).toContain('execution.jwt.existingSecret');
      expect(await refused('geth', { jwt: { existingSecret: '', generate: false } })).toContain('jwt');
    });

    test('nothing is rendered only because it is not there yet', () => {
      expect(templateLines((line) => /\{\{-?\s*(?:if|with|else if)\b[^}]*\blookup\b/.test(line))).toEqual([]);
    });

    test('a client has no role at all', () => {
      const roles = all
        .filter((one) => clients.includes(one.chart.name) || homes.includes(one.chart.name))
        .flatMap((one) =>
          one.manifests.filter(({ kind }) => /Role/.test(kind)).map((each) => say(one, called(each))),
        );
      expect(roles).toEqual([]);
    });
  });

  describe('6: fixed names', () => {
    test.for(applications.filter(({ isOnce }) => !isOnce))(
      '$name in two releases of one namespace has no name twice',
      async (each) => {
        for (const { path } of each.values.filter(({ text }) => !text.includes('fullnameOverride:'))) {
          const [first, second] = await Promise.all([
            manifests(each, { files: [path] }),
            manifests(each, { release: 'other', files: [path] }),
          ]);
          const names = first.map(called);
          expect(second.map(called).filter((name) => names.includes(name))).toEqual([]);
        }
      },
    );

    test('nobody may do everything, and no rule is for nothing', () => {
      const rules = all.flatMap((one) =>
        one.manifests
          .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
          .flatMap((each) => role.parse(each).rules.map((rule) => ({ of: say(one, called(each)), rule }))),
      );
      const wrong = rules.filter(
        ({ rule: { apiGroups, resources, verbs } }) =>
          [apiGroups, resources, verbs].some((list) => list.length === 0) ||
          apiGroups.includes('*') ||
          verbs.includes('*'),
      );
      expect(wrong).toEqual([]);
      expect(rules.filter(({ rule }) => rule.resources.every((name) => name === ''))).toEqual([]);
    });
  });

  describe('7: quotes in the graffiti', () => {
    test('it is what was written', async () => {
      const found = workloads(await withValues('lighthouse-validator', { graffiti: 'my home: "1"' }));
      expect(found.flatMap(({ template }) => template.spec.containers.flatMap(words))).toContain(
        '--graffiti=my home: "1"',
      );
    });

    test('no argument of a client has a quoted value', () => {
      expect(
        containersWhere(
          all,
          (one, workload) => isClient(workload) && one.args.some((arg) => /=["'].*["']$/.test(arg)),
        ),
      ).toEqual([]);
    });
  });

  describe('8: probes that tested nothing, and killed a database that was being moved', () => {
    const probes = ({ startupProbe, readinessProbe, livenessProbe }: Container): string[] =>
      [startupProbe, readinessProbe, livenessProbe].map((probe) => JSON.stringify(probe ?? null));

    test('none looks at a port of peers, or at a file', () => {
      const wrong = containersWhere(
        all,
        (one, workload) =>
          isClient(workload) &&
          probes(one).some((text) => /"tcpSocket"|"(?:cat|ls|test)"|enr\.dat|\/chaindata/.test(text)),
      );
      expect(wrong).toEqual([]);
    });

    test('ready is something else than alive', () => {
      const same = named(...withDatabase).filter(({ workload }) => {
        const { readinessProbe, livenessProbe } = clientOf(workload);
        if (readinessProbe === undefined) return false;
        const ready = JSON.stringify(readinessProbe.exec ?? null);
        return !ready.includes('/tools/synced') || ready === JSON.stringify(livenessProbe?.exec ?? null);
      });
      expect(same.map(({ of: one, workload }) => say(one, workload.name))).toEqual([]);
    });

    test('a start may take hours, and a database that is busy is not killed for minutes', () => {
      const hasty = named(...withDatabase).filter(({ workload }) => {
        const { startupProbe, livenessProbe } = clientOf(workload);
        const seconds = (probe: typeof startupProbe): number =>
          probe === undefined ? Number.POSITIVE_INFINITY : probe.periodSeconds * probe.failureThreshold;
        return seconds(startupProbe) < 3600 || seconds(livenessProbe) < 600;
      });
      expect(hasty.map(({ of: one, workload }) => say(one, workload.name))).toEqual([]);
    });
  });

  describe('9: QUIC did not reach the beacon node', () => {
    test('its port is there, over UDP', () => {
      const ports = named('lighthouse-beacon').map(({ workload }) => clientOf(workload).ports);
      expect(ports.length).toBeGreaterThan(0);
      expect(
        ports.filter((some) => !some.some(({ name, protocol }) => name === 'quic' && protocol === 'UDP')),
      ).toEqual([]);
    });

    test('peers hear of it, and the wall lets it in', async () => {
      const found = await withValues('lighthouse-beacon', { 'p2p.advertised.address': '203.0.113.7' });
      const args = workloads(found).flatMap(({ template }) => template.spec.containers.flatMap(words));
      expect(args).toContain('--enr-quic-port=$(P2P_QUIC_PORT)');
      const open = found
        .filter(({ kind }) => kind === 'NetworkPolicy')
        .flatMap((one) => wall.parse(one).spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port)));
      expect(open.filter((port) => port === 'quic' || port === 9001).length).toBeGreaterThan(0);
    });
  });

  describe('10: a value that wiped the database at each start; much that a home needs was missing', () => {
    test.for(['purgeDb', 'purgeDbForce'])('%s is no value', async (name) => {
      expect(await refused('lighthouse-beacon', { [name]: true })).toContain(name);
    });

    test.for(['--purge-db', '--purge-db-force'])('%s is no argument either', async (name) => {
      expect(await refused('lighthouse-beacon', { extraArgs: [name] })).toContain('extraArgs');
    });

    test.for(clients)('%s refuses what it does not know, at any depth', async (name) => {
      const block = name === 'berachain-node' ? 'beacond.' : '';
      expect(await refused(name, { unknownKey: 1 })).toContain('unknownKey');
      expect(await refused(name, { [`${block}persistence.unknownKey`]: 1 })).toContain('unknownKey');
    });

    test('every client has a budget of disruption and a wall', () => {
      const bare = all
        .filter(
          ({ values, chart: { name } }) => values.name === 'default' && [...clients, ...homes].includes(name),
        )
        .flatMap((one) => {
          const count = (kind: string): number => one.manifests.filter((each) => each.kind === kind).length;
          const wanted = one.workloads.filter(isClient).length;
          const few = ['PodDisruptionBudget', 'NetworkPolicy'].filter((kind) => count(kind) < wanted);
          return few.map((kind) => say(one, kind));
        });
      expect(bare).toEqual([]);
    });

    const placed = {
      nodeSelector: { 'kubernetes.io/hostname': 'mini1' },
      tolerations: [{ key: 'validator', operator: 'Exists', effect: 'NoSchedule' }],
      priorityClassName: 'validators',
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
      ],
    };

    test.for(clients)('%s goes where it is told, with what is added', async (name) => {
      const blocks = name === 'berachain-node' ? ['beacond.', 'reth.'] : [''];
      const added = {
        ...placed,
        extraEnv: [{ name: 'ADDED', value: 'yes' }],
        extraVolumes: [{ name: 'added', emptyDir: {} }],
        extraVolumeMounts: [{ name: 'added', mountPath: '/added' }],
      };
      const set = blocks.flatMap((block) =>
        Object.entries(added).map(([key, value]) => [block + key, value] as const),
      );
      const started = workloads(await withValues(name, Object.fromEntries(set))).filter(isClient);
      expect(started.length).toBe(blocks.length);
      for (const workload of started) {
        expect(workload.template.spec).toMatchObject(placed);
        const { env, volumeMounts } = clientOf(workload);
        expect(env).toContainEqual({ name: 'ADDED', value: 'yes' });
        expect(volumeMounts.map(({ mountPath }) => mountPath)).toContain('/added');
        expect(workload.template.spec.volumes.map((volume) => volume.name)).toContain('added');
      }
    });

    test.for(clients)(
      'who scrapes %s is found by labels of the values, and by none of the chart',
      async (name) => {
        const monitor = { enabled: true, labels: { 'looked-for': 'here' } };
        const blocks = name === 'berachain-node' ? ['beacond.', 'reth.'] : [''];
        const set = Object.fromEntries(
          blocks.map((block) => [`${block}metrics.serviceMonitor`, monitor] as const),
        );
        const monitors = (await withValues(name, set)).filter(({ kind }) => kind === 'ServiceMonitor');
        expect(monitors.length).toBe(blocks.length);
        for (const { metadata } of monitors) {
          expect(metadata.labels).toMatchObject({ 'looked-for': 'here' });
          expect(Object.keys(metadata.labels)).not.toContain('release');
        }
      },
    );

    test.for([...clients, ...homes])('%s says what to do next, in names that are there', async (name) => {
      const args = [
        'install',
        'eth-home',
        chart(name).folder,
        '--dry-run=server',
        '--namespace=home',
        `--values=${valuesOf(name).path}`,
      ];
      const [, notes = ''] = (await helmSays(args, server)).split('\nNOTES:\n');
      const names = await manifests(chart(name), { release: 'eth-home', files: [valuesOf(name).path] });
      expect(names.filter(({ metadata }) => notes.includes(metadata.name)).map(called)).not.toEqual([]);
    });
  });

  describe('11: APIs for everybody', () => {
    test('no host and no origin is allowed by a star', () => {
      const open = /(?:vhosts|corsdomain|cors|allow-origin|allowed-origins?)[^=]*=\s*\[?\s*["']?\*/i;
      expect(containersWhere(all, (one) => words(one).some((word) => open.test(word)))).toEqual([]);
      const inSettings = all.flatMap((one) =>
        one.manifests
          .filter(({ kind }) => kind === 'ConfigMap')
          .filter((each) => Object.values(settings.parse(each).data).some((text) => open.test(text)))
          .map((each) => say(one, called(each))),
      );
      expect(inSettings).toEqual([]);
    });

    test('nothing is offered by an Ingress', () => {
      const offered = all.flatMap((one) =>
        one.manifests.filter(({ kind }) => kind === 'Ingress').map((each) => say(one, called(each))),
      );
      expect(offered).toEqual([]);
    });

    test('only a consensus client reaches the engine', () => {
      const walls = all
        .filter(({ chart: { name } }) => [...clients, ...homes].includes(name))
        .flatMap((one) =>
          one.manifests
            .filter(({ kind }) => kind === 'NetworkPolicy')
            .flatMap((each) =>
              wall.parse(each).spec.ingress.map((entry) => ({ of: say(one, called(each)), entry })),
            ),
        );
      const engines = walls.filter(({ entry }) =>
        entry.ports.some(({ port }) => port === 'engine' || port === 8551),
      );
      expect(engines.length).toBeGreaterThan(0);
      expect(engines.filter(({ entry }) => entry.from.length === 0)).toEqual([]);
      expect(walls.filter(({ entry }) => entry.ports.length === 0)).toEqual([]);
    });

    test('geth offers nothing that changes it', async () => {
      const { workloads: started } = of('geth');
      const apis = started.flatMap(({ template }) => template.spec.containers.flatMap(words)).join(' ');
      expect(apis).toMatch(/--http\.api[= ]\S+/);
      expect(apis).not.toMatch(/--http\.api[= ]\S*(?:admin|debug|personal|miner)/);
      expect(await refused('geth', { 'http.apis': ['eth', 'admin'] })).toContain('http.apis');
    });
  });

  describe('12: Berachain could sign twice, and was another peer after each restart', () => {
    const signers = (): readonly { readonly of: Rendered; readonly workload: Workload }[] =>
      named('beacond', 'lighthouse-validator').filter(
        ({ workload }) => workload.template.metadata.labels['app.kubernetes.io/component'] === 'validator',
      );

    test('nothing that is rendered knows what day it is', () => {
      expect(
        templateLines((line) => /\{\{.*\b(?:now|ago|htmlDate|dateModify|unixEpoch)\b/.test(line)),
      ).toEqual([]);
      const today = new Date().toISOString().slice(0, 10);
      const dated = all.flatMap((one) =>
        one.manifests.filter(({ text }) => text.includes(today)).map((each) => say(one, called(each))),
      );
      expect(dated).toEqual([]);
    });

    test('what is random is kept: each rendering without a secret of its own is like the one before', async () => {
      const rest = (some: readonly Manifest[]): string =>
        some
          .filter(
            ({ kind, metadata }) =>
              kind !== 'Secret' || metadata.annotations['helm.sh/resource-policy'] !== 'keep',
          )
          .map(({ text }) => text)
          .join('---\n');
      await eachOf(all, async (one) => {
        const again = manifestsIn(await rendered(one.chart, { files: [one.values.path] }));
        expect(rest(again)).toBe(rest(one.manifests));
      });
    });

    test('the home of beacond, with its node key, is on a claim', () => {
      const lost = named('beacond').filter(({ workload }) => {
        const home =
          words(clientOf(workload))
            .join(' ')
            .match(/--home[= ](\S+)/)?.[1] ?? '';
        const mount = clientOf(workload)
          .volumeMounts.filter(({ mountPath }) => home !== '' && `${home}/`.startsWith(`${mountPath}/`))
          .toSorted((one, other) => other.mountPath.length - one.mountPath.length)[0];
        const below = clientOf(workload).volumeMounts.filter(({ mountPath }) =>
          mountPath.startsWith(`${home}/config`),
        );
        const volume = workload.template.spec.volumes.find(({ name }) => name === mount?.name);
        return volume?.persistentVolumeClaim === undefined || below.length > 0;
      });
      expect(lost.map(({ of: one, workload }) => say(one, workload.name))).toEqual([]);
    });

    test('what was signed is on a claim of its own that can be written, never from a Secret or a ConfigMap', () => {
      const found = signers().map(({ of: one, workload }) => {
        const [claims, others] = [true, false].map((isClaim) =>
          workload.template.spec.volumes
            .filter(({ persistentVolumeClaim }) => (persistentVolumeClaim !== undefined) === isClaim)
            .map(({ name }) => name),
        );
        const { volumeMounts } = clientOf(workload);
        const where = nameIn(workload) === 'beacond' ? '/signing' : '/data';
        const mount = volumeMounts.find(({ mountPath }) => mountPath === where);
        const isKept = mount !== undefined && claims?.includes(mount.name) === true && !mount.readOnly;
        const isShadowed = volumeMounts.some(
          ({ name, mountPath }) =>
            others?.includes(name) === true && /priv_validator_state|slashing_protection/.test(mountPath),
        );
        return { name: say(one, workload.name), isKept, isShadowed };
      });
      expect(found.length).toBeGreaterThan(1);
      expect(found.filter(({ isKept, isShadowed }) => !isKept || isShadowed)).toEqual([]);
    });

    test('no key and nothing that was signed is in what is rendered', () => {
      const secret = /priv_key|priv_validator_state\.json: *[|>{]|"crypto":|BEGIN [A-Z ]*PRIVATE KEY/;
      const held = all.flatMap((one) =>
        one.manifests
          .filter(({ kind, text }) => (kind === 'Secret' || kind === 'ConfigMap') && secret.test(text))
          .filter(({ metadata }) => metadata.annotations['helm.sh/resource-policy'] !== 'keep')
          .filter(({ text }) => !/jq .*priv_key/.test(text))
          .map((each) => say(one, called(each))),
      );
      expect(held).toEqual([]);
    });

    test('a single file that is mounted is a file, and not a folder of that name', () => {
      const folders = containersWhere(all, ({ volumeMounts }, { template }) =>
        volumeMounts.some(({ name, mountPath, subPath }) => {
          const volume = template.spec.volumes.find((each) => each.name === name);
          const isOfFiles = volume?.secret !== undefined || volume?.configMap !== undefined;
          return isOfFiles && subPath === undefined && /\.(?:json|toml|hex|ya?ml|sh|txt)$/.test(mountPath);
        }),
      );
      expect(folders).toEqual([]);
    });

    test('a Secret or ConfigMap of the chart has the key that is asked of it', () => {
      const asked = z.looseObject({
        name: z.string().optional(),
        secretName: z.string().optional(),
        items: z.array(z.looseObject({ key: z.string() })).default([]),
      });
      const made = z.looseObject({
        data: z.record(z.string(), z.unknown()).default({}),
        stringData: z.record(z.string(), z.unknown()).default({}),
        binaryData: z.record(z.string(), z.unknown()).default({}),
      });
      const lost = all.flatMap((one) => {
        const keysOf = (kind: string, name: string | undefined): string[] | null => {
          const source = one.manifests.find((each) => each.kind === kind && each.metadata.name === name);
          if (source === undefined) return null;
          const { data, stringData, binaryData } = made.parse(source);
          return Object.keys({ ...data, ...stringData, ...binaryData });
        };
        return one.workloads.flatMap(({ name, template }) =>
          template.spec.volumes.flatMap(({ secret, configMap }) => {
            const from = asked.safeParse(secret ?? configMap);
            if (!from.success) return [];
            const kind = secret === undefined ? 'ConfigMap' : 'Secret';
            const keys = keysOf(kind, from.data.secretName ?? from.data.name);
            const missing = from.data.items.filter(({ key }) => keys !== null && !keys.includes(key));
            return missing.map(({ key }) => say(one, `${name}: ${kind} without ${key}`));
          }),
        );
      });
      expect(lost).toEqual([]);
    });

    test('a port of the machine that is a value is one of the pod', async () => {
      const set = {
        podSecurity: 'privileged',
        'beacond.p2p.tcp.hostPort': 26656,
        'reth.p2p.tcp.hostPort': 30303,
      };
      const started = workloads(await withValues('berachain-node', set)).filter(isClient);
      const ports = started.flatMap(({ template }) =>
        template.spec.containers.flatMap((one) => one.ports.flatMap(({ hostPort }) => hostPort ?? [])),
      );
      expect(ports.toSorted((one, other) => one - other)).toEqual([26656, 30303]);
    });

    test('genesis has a checksum', async () => {
      const { workloads: started } = of('berachain-node');
      const env = started.flatMap((workload) => allContainers(workload).flatMap((one) => one.env));
      expect(env.find(({ name }) => name === 'GENESIS_CHECKSUM')?.value).toMatch(
        /^sha256:[0-9a-f]{64}$|^md5:[0-9a-f]{32}$/,
      );
    });

    test('no profiler listens for others', () => {
      const open = /pprof[._-](?:l?addr|address|listen)[^=]*=\s*["']?(?:tcp:\/\/)?(?:0\.0\.0\.0|:|\[::\])/i;
      const texts = all.flatMap((one) => [
        ...one.manifests
          .filter(({ kind }) => kind === 'ConfigMap')
          .flatMap((each) => Object.values(settings.parse(each).data).map((text) => ({ one, text }))),
        ...one.workloads.flatMap((each) =>
          allContainers(each).map((each2) => ({ one, text: words(each2).join(' ') })),
        ),
      ]);
      expect(texts.some(({ text }) => text.includes('pprof_laddr'))).toBe(true);
      expect(
        texts
          .filter(({ text }) => open.test(text) || /--pprof(?:\s|$)/.test(text))
          .map(({ one }) => say(one, 'pprof')),
      ).toEqual([]);
    });

    test('there is time to end', () => {
      const hasty = all.flatMap((one) =>
        one.workloads
          .filter(
            (workload) => isClient(workload) && workload.template.spec.terminationGracePeriodSeconds < 300,
          )
          .map(({ name }) => say(one, name)),
      );
      expect(hasty).toEqual([]);
    });

    test('CometBFT has no UDP', () => {
      const ports = named('beacond').flatMap(({ workload }) => clientOf(workload).ports);
      expect(ports.map(({ name }) => name)).toContain('p2p-tcp');
      expect(ports.filter(({ protocol }) => protocol !== 'TCP')).toEqual([]);
    });

    test('every image is one version', () => {
      const loose = containersWhere(all, ({ image }) => {
        const [, tag = ''] = /^(?:[^/]+\/)*[^/:@]+:([^@]+)/.exec(image) ?? [];
        return !/@sha256:[0-9a-f]{64}$/.test(image) && !/\d+\.\d+/.test(tag);
      });
      expect(loose).toEqual([]);
    });
  });

  describe('13: resources upside down', () => {
    test('each container asks for some, has an end of memory, and that is not below what it asks for', () => {
      const plain = all.filter(({ values }) => values.name === 'default');
      const wrong = containersWhere(plain, ({ resources: { requests, limits } }, workload) => {
        if (!isClient(workload)) return false;
        const isMissing = requests['memory'] === undefined || requests['cpu'] === undefined;
        const isBelow =
          bytes(limits['memory']) < bytes(requests['memory']) ||
          cores(limits['cpu']) < cores(requests['cpu']);
        return isMissing || isBelow || Number.isNaN(bytes(limits['memory']));
      });
      expect(wrong).toEqual([]);
    });

    test('a node with a database asks for gigabytes', () => {
      const small = named(...withDatabase).filter(
        ({ workload }) => bytes(clientOf(workload).resources.requests['memory']) < 2 * 1024 ** 3,
      );
      expect(small.map(({ of: one, workload }) => say(one, workload.name))).toEqual([]);
    });
  });
});
