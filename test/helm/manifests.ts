// What Kubernetes is told, read from what helm prints.
import { parse } from 'yaml';
import { z } from 'zod';

const names = z.record(z.string(), z.string());

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: names.default({}),
  annotations: names.default({}),
});

const object = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata });

export type KubernetesObject = z.infer<typeof object>;

/** A manifest, and its text as helm printed it. */
export type Manifest = KubernetesObject & { readonly text: string };

const securityContext = z.looseObject({
  readOnlyRootFilesystem: z.unknown().optional(),
  allowPrivilegeEscalation: z.unknown().optional(),
  runAsNonRoot: z.unknown().optional(),
});

const probe = z.looseObject({
  exec: z.object({ command: z.array(z.string()) }).optional(),
  tcpSocket: z.unknown().optional(),
  httpGet: z.unknown().optional(),
  periodSeconds: z.number().default(10),
  failureThreshold: z.number().default(3),
});

const quantity = z.union([z.string(), z.number()]);

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
  ports: z
    .array(
      z.looseObject({
        name: z.string().optional(),
        containerPort: z.number(),
        hostPort: z.number().optional(),
        protocol: z.string().default('TCP'),
      }),
    )
    .default([]),
  volumeMounts: z
    .array(
      z.looseObject({
        name: z.string(),
        mountPath: z.string(),
        subPath: z.string().optional(),
        readOnly: z.boolean().default(false),
      }),
    )
    .default([]),
  resources: z
    .looseObject({
      requests: z.record(z.string(), quantity).default({}),
      limits: z.record(z.string(), quantity).default({}),
    })
    .default({ requests: {}, limits: {} }),
  securityContext: securityContext.optional(),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
});

export type Container = z.infer<typeof container>;

const volume = z.looseObject({
  name: z.string(),
  persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
  emptyDir: z.unknown().optional(),
  secret: z.unknown().optional(),
  configMap: z.unknown().optional(),
  projected: z.unknown().optional(),
  hostPath: z.unknown().optional(),
});

const podSpec = z.looseObject({
  containers: z.array(container),
  initContainers: z.array(container).default([]),
  volumes: z.array(volume).default([]),
  securityContext: z.looseObject({}).default({}),
  hostNetwork: z.boolean().default(false),
  terminationGracePeriodSeconds: z.number().default(30),
  automountServiceAccountToken: z.boolean().optional(),
});

const podTemplate = z.looseObject({
  metadata: z.looseObject({ labels: names.default({}), annotations: names.default({}) }),
  spec: podSpec,
});

export type PodTemplate = z.infer<typeof podTemplate>;

/** Whatever starts pods, with the template of them. */
export type Workload = {
  readonly kind: string;
  readonly name: string;
  readonly template: PodTemplate;
  readonly manifest: Manifest;
  readonly spec: unknown;
};

/** Read as Kubernetes does: YAML 1.1, in which 0440 is octal and `yes` is true. */
const read = (text: string): unknown => parse(text, { version: '1.1' });

export const manifestsIn = (text: string): Manifest[] =>
  text
    .split(/^---(?:[ \t].*)?$/m)
    .filter((part) => part.split('\n').some((line) => /^[^#\s]/.test(line)))
    .map((part) => ({ ...object.parse(read(part)), text: part }));

const started = z.looseObject({ spec: z.looseObject({ template: podTemplate }) });
const scheduled = z.looseObject({ spec: z.looseObject({ jobTemplate: started }) });
const single = z.looseObject({ metadata, spec: podSpec });

const withTemplate = new Set(['StatefulSet', 'Deployment', 'DaemonSet', 'Job']);

/** Everything among them that starts pods; pods of `helm test` are those of kind Pod. */
export function workloads(manifests: readonly Manifest[]): Workload[] {
  return manifests.flatMap((manifest): Workload[] => {
    const { kind, text } = manifest;
    const about = { kind, name: manifest.metadata.name, manifest };
    if (withTemplate.has(kind)) {
      const { spec } = started.parse(read(text));
      return [{ ...about, template: spec.template, spec }];
    }
    if (kind === 'CronJob') {
      const { spec } = scheduled.parse(read(text)).spec.jobTemplate;
      return [{ ...about, template: spec.template, spec }];
    }
    if (kind === 'Pod') {
      const { metadata: of, spec } = single.parse(read(text));
      return [{ ...about, template: { metadata: of, spec }, spec }];
    }
    return [];
  });
}

export const allContainers = ({ template }: Workload): Container[] => [
  ...template.spec.initContainers,
  ...template.spec.containers,
];

/** Whether its pods take something of the machine that they run on. */
export const usesHost = (workload: Workload): boolean =>
  workload.template.spec.hostNetwork ||
  workload.template.spec.volumes.some(({ hostPath }) => hostPath !== undefined) ||
  allContainers(workload).some(({ ports }) => ports.some(({ hostPort }) => hostPort !== undefined));

export const called = ({ kind, metadata: { name, namespace } }: KubernetesObject): string =>
  [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
