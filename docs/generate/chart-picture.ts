// A picture in text of what a chart puts into a cluster: each workload with its containers, ports, volumes, and who may talk to it.
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const port = z.object({
  name: z.string().optional(),
  containerPort: z.number(),
  hostPort: z.number().optional(),
  protocol: z.string().default('TCP'),
});
const container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  ports: z.array(port).default([]),
});
const volume = z.object({
  name: z.string(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
  secret: z.object({ secretName: z.string() }).optional(),
  configMap: z.object({ name: z.string() }).optional(),
  hostPath: z.object({ path: z.string() }).optional(),
  projected: z
    .object({ sources: z.array(z.object({ secret: z.object({ name: z.string() }).optional() })) })
    .optional(),
});
const workload = z.object({
  kind: z.enum(['StatefulSet', 'Deployment', 'DaemonSet']),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.number().default(1),
    updateStrategy: z.object({ type: z.string() }).optional(),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        initContainers: z.array(container).default([]),
        containers: z.array(container),
        volumes: z.array(volume).default([]),
      }),
    }),
  }),
});
const selector = z.strictObject({ matchLabels: z.record(z.string(), z.string()).default({}) });
// A condition that the picture has no words for is refused: without it, the picture would say that more is let in than is.
const podsOfPeer = z.strictObject({
  matchLabels: z
    .strictObject({
      'app.kubernetes.io/name': z.string().optional(),
      'app.kubernetes.io/component': z.string().optional(),
      'app.kubernetes.io/instance': z.string().optional(),
      'k8s-app': z.string().optional(),
    })
    .default({}),
  matchExpressions: z
    .array(
      z.strictObject({
        key: z.literal('app.kubernetes.io/component'),
        operator: z.literal('In'),
        values: z.array(z.string()).min(1),
      }),
    )
    .max(1)
    .default([]),
});
const namespacesOfPeer = z.strictObject({
  matchLabels: z.strictObject({ 'kubernetes.io/metadata.name': z.string().optional() }).default({}),
});
const peer = z.strictObject({
  podSelector: podsOfPeer.optional(),
  namespaceSelector: namespacesOfPeer.optional(),
  ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
});
const ways = z.array(z.object({ port: z.union([z.number(), z.string()]).optional() })).default([]);
const policy = z.object({
  kind: z.literal('NetworkPolicy'),
  spec: z.object({
    podSelector: selector,
    ingress: z.array(z.object({ from: z.array(peer).optional(), ports: ways })).default([]),
    egress: z.array(z.object({ to: z.array(peer).optional(), ports: ways })).default([]),
  }),
});
const claim = z.object({
  kind: z.literal('PersistentVolumeClaim'),
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({
    storageClassName: z.string().optional(),
    resources: z.object({ requests: z.object({ storage: z.string() }) }),
  }),
});
const service = z.object({
  kind: z.literal('Service'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    type: z.string().default('ClusterIP'),
    clusterIP: z.string().optional(),
    selector: z.record(z.string(), z.string()).default({}),
    ports: z.array(z.object({ port: z.number(), name: z.string().optional() })),
  }),
});
const anything = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) });

type Workload = z.infer<typeof workload>;
type Claim = z.infer<typeof claim>;
type Peer = z.infer<typeof peer>;
type Labels = Readonly<Record<string, string>>;

const fits = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

const list = (words: readonly string[]): string => [...new Set(words)].join(', ');

/** Whoever is meant by a peer of a NetworkPolicy, in words. */
function whoIs({ podSelector, namespaceSelector, ipBlock }: Peer): string {
  if (ipBlock !== undefined) return ipBlock.except.length > 0 ? 'the world' : ipBlock.cidr;
  const name = podSelector?.matchLabels['app.kubernetes.io/name'];
  const component = podSelector?.matchLabels['app.kubernetes.io/component'];
  const either = podSelector?.matchExpressions.flatMap(({ values }) => values) ?? [];
  if (either.length > 0 && (name !== undefined || component !== undefined)) {
    throw new Error(
      `a peer is chosen by name or component, and by a list of components as well: ${either.join(', ')}`,
    );
  }
  const components = component === undefined ? either : [component];
  const namespace = namespaceSelector?.matchLabels['kubernetes.io/metadata.name'];
  const pods =
    name ?? (components.length === 0 ? undefined : list(components.map((each) => `the ${each} client`)));
  if (namespace === 'kube-system' && pods === undefined) return 'DNS';
  const instance = podSelector?.matchLabels['app.kubernetes.io/instance'];
  const within = namespace === undefined ? '' : ` in ${namespace}`;
  return `${pods ?? (instance === undefined ? 'every pod' : 'every pod of the release')}${within}`;
}

const waysOf = (ports: z.infer<typeof ways>): string =>
  ports.length === 0 ? 'any port' : list(ports.map((each) => String(each.port ?? 'any port')));

function portWords({ name, containerPort, hostPort, protocol }: z.infer<typeof port>): string {
  const number = `${containerPort}/${protocol.toLowerCase()}`;
  const outside = hostPort === undefined ? '' : `, on the node ${hostPort}`;
  return `${name ?? 'port'} ${number}${outside}`;
}

function volumeWords(each: z.infer<typeof volume>, claims: readonly Claim[]): string | null {
  if (each.persistentVolumeClaim !== undefined) {
    const { claimName } = each.persistentVolumeClaim;
    const own = claims.find(({ metadata }) => metadata.name === claimName);
    if (own === undefined) return `${each.name}: claim ${claimName}, which a person made`;
    const { storageClassName, resources } = own.spec;
    const keeps =
      own.metadata.annotations['helm.sh/resource-policy'] === 'keep' ? ', stays when the release goes' : '';
    const kind = storageClassName === undefined ? '' : ` of ${storageClassName}`;
    return `${each.name}: claim ${claimName}, ${resources.requests.storage}${kind}${keeps}`;
  }
  if (each.secret !== undefined) return `${each.name}: secret ${each.secret.secretName}`;
  if (each.projected !== undefined) {
    const secrets = each.projected.sources.flatMap(({ secret }) =>
      secret === undefined ? [] : [secret.name],
    );
    return secrets.length === 0 ? null : `${each.name}: secret ${secrets.join(', ')}`;
  }
  if (each.hostPath !== undefined) return `${each.name}: ${each.hostPath.path} of the node`;
  return null;
}

function workloadLines(each: Workload, all: readonly unknown[]): readonly string[] {
  const { metadata, kind, spec } = each;
  const { labels } = spec.template.metadata;
  const pod = spec.template.spec;
  const of = <Shape>(shape: z.ZodType<Shape>): Shape[] =>
    all.flatMap((one) => {
      const parsed = shape.safeParse(one);
      return parsed.success ? [parsed.data] : [];
    });
  const byHand =
    spec.updateStrategy?.type === 'OnDelete' ? ', changed only when a person deletes its pod' : '';
  const claims = of(claim);
  const services = of(service).filter((one) => fits(labels, one.spec.selector));
  const policies = all
    .filter((one) => anything.safeParse(one).data?.kind === 'NetworkPolicy')
    .map((one) => policy.parse(one))
    .filter((one) => fits(labels, one.spec.podSelector.matchLabels));
  const containers = pod.containers.flatMap(({ name, image, command, ports }) => [
    `  runs ${name}: ${image}`,
    ...(command[0]?.endsWith('/fence') === true ? ['    under the fence'] : []),
    ...ports.map((one) => `    ${portWords(one)}`),
  ]);
  const before = pod.initContainers.map(({ name }) => name);
  const within = policies.flatMap((one) =>
    one.spec.ingress.map(
      ({ from, ports }) => `    ${waysOf(ports)}: ${from === undefined ? 'anybody' : list(from.map(whoIs))}`,
    ),
  );
  const out = policies.flatMap((one) =>
    one.spec.egress.map(
      ({ to, ports }) => `${to === undefined ? 'anybody' : list(to.map(whoIs))} (${waysOf(ports)})`,
    ),
  );
  return [
    `${kind} ${metadata.name}, ${spec.replicas} pod${spec.replicas === 1 ? '' : 's'}${byHand}`,
    ...(before.length > 0 ? [`  first: ${before.join(', ')}`] : []),
    ...containers,
    ...pod.volumes.flatMap((one) => {
      const words = volumeWords(one, claims);
      return words === null ? [] : [`  has ${words}`];
    }),
    ...services.map(({ metadata: { name }, spec: { type, clusterIP, ports } }) => {
      const how = clusterIP === 'None' ? 'headless' : type;
      return `  is reached as ${name} (${how}): ${ports.map((one) => one.port).join(', ')}`;
    }),
    ...(policies.length > 0 ? ['  lets in', ...(within.length > 0 ? within : ['    nobody'])] : []),
    ...(policies.length > 0 ? [`  calls ${out.length > 0 ? out.join(' · ') : 'nobody'}`] : []),
  ];
}

/** What a rendered release is, as lines of text. */
export function picture(manifests: string): string {
  const all = parseAllDocuments(manifests).flatMap((document): unknown[] => {
    const value: unknown = document.toJS();
    return value === null ? [] : [value];
  });
  const workloads = all.flatMap((one) => {
    const parsed = workload.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
  const shown = new Set([
    'StatefulSet',
    'Deployment',
    'DaemonSet',
    'NetworkPolicy',
    'PersistentVolumeClaim',
    'Service',
    'Pod',
  ]);
  const others = new Map<string, string[]>();
  for (const one of all) {
    const parsed = anything.safeParse(one);
    if (!parsed.success || shown.has(parsed.data.kind)) continue;
    const { kind, metadata } = parsed.data;
    others.set(kind, [...(others.get(kind) ?? []), metadata.name]);
  }
  const beside = [...others].map(([kind, of]) => `  ${kind}: ${of.join(', ')}`);
  const parts = workloads.map((one) => workloadLines(one, all).join('\n'));
  return [...parts, ...(beside.length > 0 ? [['Beside them', ...beside].join('\n')] : [])].join('\n\n');
}
