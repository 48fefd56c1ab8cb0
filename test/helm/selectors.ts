// Looks for what selects nothing: a Service without pods, a budget of nobody, a wall around no one.
import { z } from 'zod';
import { called, workloads, type Manifest, type Workload } from './manifests.ts';

const labels = z.record(z.string(), z.string());
const port = z.looseObject({
  name: z.string().optional(),
  port: z.number(),
  targetPort: z.union([z.string(), z.number()]).optional(),
});

const service = z.looseObject({
  spec: z.looseObject({ selector: labels.default({}), ports: z.array(port).default([]) }),
});
const matching = z.looseObject({ matchLabels: labels.default({}) });
const budget = z.looseObject({ spec: z.looseObject({ selector: matching }) });
const wall = z.looseObject({ spec: z.looseObject({ podSelector: matching }) });
const monitor = z.looseObject({
  spec: z.looseObject({
    selector: matching,
    endpoints: z.array(z.looseObject({ port: z.string().optional() })),
  }),
});
const own = z.looseObject({ spec: z.looseObject({ selector: matching.optional() }) });

type Labels = z.infer<typeof labels>;

const finds = (selector: Labels, of: Labels): boolean =>
  Object.entries(selector).every(([name, value]) => of[name] === value);

/** Only what is meant for this release can be looked for in it. */
const isOf = (selector: Labels, release: string): boolean =>
  selector['app.kubernetes.io/instance'] === release;

const portsOf = ({ template }: Workload): string[] =>
  template.spec.containers.flatMap(({ ports }) => ports.flatMap(({ name }) => name ?? []));

/** In words, each selector of the manifests that finds nothing, and each named port that is not there. */
export function lostSelectors(manifests: readonly Manifest[], release: string): string[] {
  const started = workloads(manifests);
  const found = (selector: Labels): Workload[] =>
    started.filter(({ template }) => finds(selector, template.metadata.labels));
  const services = manifests.filter(({ kind }) => kind === 'Service');
  const lost: string[] = [];

  for (const { kind, name, template, manifest } of started) {
    const selector = own.safeParse(manifest);
    const wanted = selector.success ? (selector.data.spec.selector?.matchLabels ?? {}) : {};
    if (!finds(wanted, template.metadata.labels)) lost.push(`${kind}/${name} does not find its own pods`);
  }

  for (const manifest of services) {
    const { selector, ports } = service.parse(manifest).spec;
    if (!isOf(selector, release)) continue;
    const pods = found(selector);
    if (pods.length === 0) lost.push(`${called(manifest)} has no pods`);
    for (const { targetPort } of ports) {
      if (typeof targetPort !== 'string' || pods.some((pod) => portsOf(pod).includes(targetPort))) continue;
      lost.push(`${called(manifest)}: no port ${targetPort} in its pods`);
    }
  }

  for (const manifest of manifests) {
    const selector =
      manifest.kind === 'PodDisruptionBudget'
        ? budget.parse(manifest).spec.selector
        : manifest.kind === 'NetworkPolicy'
          ? wall.parse(manifest).spec.podSelector
          : undefined;
    if (selector === undefined || !isOf(selector.matchLabels, release)) continue;
    if (found(selector.matchLabels).length === 0) lost.push(`${called(manifest)} is for no pods`);
  }

  for (const manifest of manifests.filter(({ kind }) => kind === 'ServiceMonitor')) {
    const { selector, endpoints } = monitor.parse(manifest).spec;
    if (!isOf(selector.matchLabels, release)) continue;
    const scraped = services.filter(({ metadata }) => finds(selector.matchLabels, metadata.labels));
    if (scraped.length === 0) lost.push(`${called(manifest)} finds no Service`);
    const names = scraped.flatMap((each) => service.parse(each).spec.ports.flatMap(({ name }) => name ?? []));
    for (const { port: name } of endpoints) {
      if (name !== undefined && !names.includes(name)) lost.push(`${called(manifest)}: no port ${name}`);
    }
  }
  return lost;
}
