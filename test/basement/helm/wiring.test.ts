// The parts of a home find each other: names, ports and secrets that one part uses are made by another, and every wall on the way has its door.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { lacks } from '../../support/tools.ts';
import { render } from './container.ts';

const labels = z.record(z.string(), z.string());
const selector = z.object({
  matchLabels: labels.default({}),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }))
    .default([]),
});
const peer = z.object({ podSelector: selector.optional(), namespaceSelector: z.unknown().optional() });
const portOf = z.object({ port: z.union([z.string(), z.number()]), protocol: z.string() });
const wall = z.object({
  kind: z.literal('NetworkPolicy'),
  spec: z.object({
    podSelector: z.object({ matchLabels: labels }),
    ingress: z.array(z.object({ from: z.array(peer).optional(), ports: z.array(portOf) })),
    egress: z.array(z.object({ to: z.array(peer), ports: z.array(portOf).optional() })),
  }),
});
const service = z.object({
  kind: z.literal('Service'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: labels,
    publishNotReadyAddresses: z.boolean().default(false),
    ports: z.array(z.object({ port: z.number(), targetPort: z.union([z.string(), z.number()]) })),
  }),
});
const set = z.object({
  kind: z.literal('StatefulSet'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    serviceName: z.string(),
    template: z.object({
      metadata: z.object({ labels }),
      spec: z.object({
        containers: z.array(
          z.object({
            args: z.array(z.string()).default([]),
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
          }),
        ),
        volumes: z.array(
          z.object({
            name: z.string(),
            secret: z
              .object({ secretName: z.string(), items: z.array(z.object({ key: z.string() })).default([]) })
              .optional(),
            persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
          }),
        ),
      }),
    }),
  }),
});
const secret = z.object({
  kind: z.literal('Secret'),
  metadata: z.object({ name: z.string() }),
  data: labels,
});
const claim = z.object({
  kind: z.literal('PersistentVolumeClaim'),
  metadata: z.object({ name: z.string() }),
});

type Pod = z.infer<typeof set>;

const all = <T>(documents: readonly unknown[], schema: z.ZodType<T>): T[] =>
  documents.flatMap((each) => {
    const found = schema.safeParse(each);
    return found.success ? [found.data] : [];
  });

const fits = (wanted: Readonly<Record<string, string>>, has: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([name, value]) => has[name] === value);

type Home = {
  readonly documents: readonly unknown[];
  readonly pod: (component: string) => Pod;
  /** What comes behind a flag of its client. */
  readonly argument: (component: string, flag: string) => string;
  /** The container port behind an address of a Service of this release, and whether it answers before it is ready. */
  readonly behind: (
    address: string,
    component: string,
  ) => { readonly port: number; readonly isEarly: boolean };
  /** True when the walls of both let the one in to that port of the other. */
  readonly mayReach: (from: string, to: string, port: number) => boolean;
};

function homeOf(documents: readonly unknown[]): Home {
  const pod: Home['pod'] = (component) => {
    const [found, second] = all(documents, set).filter(
      (each) => each.spec.template.metadata.labels['app.kubernetes.io/component'] === component,
    );
    if (found === undefined || second !== undefined) throw new Error(`not one pod is ${component}`);
    return found;
  };

  const argument: Home['argument'] = (component, flag) => {
    const found = pod(component).spec.template.spec.containers[0]?.args.find((each) =>
      each.startsWith(`${flag}=`),
    );
    if (found === undefined) throw new Error(`${component} has no ${flag}`);
    return found.slice(flag.length + 1);
  };

  const behind: Home['behind'] = (address, component) => {
    const { hostname, port } = new URL(address);
    const found = all(documents, service).find((each) => each.metadata.name === hostname);
    if (found === undefined) throw new Error(`nothing is called ${hostname}`);
    const target = found.spec.ports.find((each) => each.port === Number(port))?.targetPort;
    const { metadata, spec } = pod(component).spec.template;
    if (!fits(found.spec.selector, metadata.labels)) throw new Error(`${hostname} is not ${component}`);
    const container = spec.containers[0]?.ports.find(
      (each) => each.name === target || each.containerPort === target,
    );
    if (container === undefined) throw new Error(`${address} leads to no port`);
    return { port: container.containerPort, isEarly: found.spec.publishNotReadyAddresses };
  };

  const mayReach: Home['mayReach'] = (from, to, port) => {
    const source = pod(from).spec.template.metadata.labels;
    const target = pod(to).spec.template;
    const name = target.spec.containers[0]?.ports.find((each) => each.containerPort === port)?.name;
    const isPort = (given: { readonly port: string | number }): boolean =>
      given.port === port || given.port === name;
    const isPeer = (given: z.infer<typeof peer>, is: Readonly<Record<string, string>>): boolean =>
      given.podSelector !== undefined &&
      given.namespaceSelector === undefined &&
      fits(given.podSelector.matchLabels, is) &&
      given.podSelector.matchExpressions.every((each) => each.values.includes(is[each.key] ?? ''));
    const walls = all(documents, wall);
    const out = walls
      .filter((each) => fits(each.spec.podSelector.matchLabels, source))
      .flatMap((each) => each.spec.egress)
      .some(
        (rule) =>
          rule.to.some((each) => isPeer(each, target.metadata.labels)) &&
          (rule.ports ?? []).some((given) => given.port === port),
      );
    const inward = walls
      .filter((each) => fits(each.spec.podSelector.matchLabels, target.metadata.labels))
      .flatMap((each) => each.spec.ingress)
      .some((rule) => (rule.from ?? []).some((each) => isPeer(each, source)) && rule.ports.some(isPort));
    return out && inward;
  };
  return { documents, pod, argument, behind, mayReach };
}

const least: unknown = parse(
  readFileSync(
    new URL('../../../basement/helm/ethereum-validator/tests/values/least.yaml', import.meta.url),
    'utf8',
  ),
);
const values = z.record(z.string(), z.unknown()).parse(least);

describe.skipIf(lacks('helm'))('a home of ethereum-validator', () => {
  test.each(['eth', 'a-release-whose-name-is-as-long-as-helm-lets-it-be-53'])(
    'as release %s',
    async (release) => {
      const home = homeOf(await render('ethereum-validator', values, release));

      const engine = home.behind(home.argument('consensus', '--execution-endpoint'), 'execution');
      expect(engine).toEqual({ port: Number(home.argument('execution', '--authrpc.port')), isEarly: true });
      expect(home.mayReach('consensus', 'execution', engine.port)).toBe(true);

      const beacon = home.behind(home.argument('validator', '--beacon-nodes'), 'consensus');
      // It judges by itself whether the node is synced: in a chain with empty slots it must still be there.
      expect(beacon).toEqual({ port: Number(home.argument('consensus', '--http-port')), isEarly: true });
      expect(home.mayReach('validator', 'consensus', beacon.port)).toBe(true);

      // And nobody else than these two.
      expect(home.mayReach('validator', 'execution', engine.port)).toBe(false);
      expect(home.mayReach('execution', 'consensus', beacon.port)).toBe(false);
      expect(home.mayReach('consensus', 'validator', 5064)).toBe(false);
    },
  );

  describe('its volumes and secrets', () => {
    let home: Home;
    beforeAll(async () => {
      home = homeOf(await render('ethereum-validator', values));
    });

    test('geth and the beacon node read the same key of the Secret that is made', () => {
      const [made, second] = all(home.documents, secret);
      expect(second).toBeUndefined();
      for (const component of ['execution', 'consensus']) {
        const volume = home.pod(component).spec.template.spec.volumes.find((each) => each.name === 'jwt');
        expect(volume?.secret?.secretName, component).toBe(made?.metadata.name);
        expect(
          volume?.secret?.items.map(({ key }) => key),
          component,
        ).toEqual(Object.keys(made?.data ?? {}));
      }
    });

    test('every claim that a pod mounts is made, and no two pods share one', () => {
      const made = all(home.documents, claim).map((each) => each.metadata.name);
      const mounted = all(home.documents, set).flatMap((each) =>
        each.spec.template.spec.volumes.flatMap((volume) =>
          volume.persistentVolumeClaim === undefined ? [] : [volume.persistentVolumeClaim.claimName],
        ),
      );
      expect(mounted.toSorted()).toEqual(made.toSorted());
      expect(new Set(mounted).size).toBe(mounted.length);
    });

    test('every StatefulSet has its Service, which selects its pods and no others', () => {
      const services = all(home.documents, service);
      const pods = all(home.documents, set);
      for (const each of pods) {
        const own = services.find(({ metadata }) => metadata.name === each.spec.serviceName);
        const chosen = pods.filter((pod) =>
          fits(own?.spec.selector ?? {}, pod.spec.template.metadata.labels),
        );
        expect(chosen, each.metadata.name).toEqual([each]);
      }
    });
  });

  test('without a validator it is a node, and nothing of a validator is left', async () => {
    const home = homeOf(await render('ethereum-validator', { ...values, validator: { enabled: false } }));
    const engine = home.behind(home.argument('consensus', '--execution-endpoint'), 'execution');
    expect(home.mayReach('consensus', 'execution', engine.port)).toBe(true);
    expect(JSON.stringify(home.documents)).not.toContain('fence');
    expect(all(home.documents, set)).toHaveLength(2);
  });
});
