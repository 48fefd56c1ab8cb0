// Asks the cluster of the house, on one of its servers.
import { z } from 'zod';
import type { HouseMachine } from './house/machines.ts';

const listed = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
      spec: z.object({ unschedulable: z.boolean().default(false) }).default({ unschedulable: false }),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
        nodeInfo: z.object({ kubeletVersion: z.string() }),
      }),
    }),
  ),
});

export type ClusterNode = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cordoned: boolean;
  readonly ready: boolean;
  readonly version: string;
};

export type Cluster = { readonly nodes: readonly ClusterNode[] };

export const kubectl = (server: HouseMachine, ...words: readonly string[]): Promise<string> =>
  server.run(
    '/var/lib/rancher/rke2/bin/kubectl',
    '--kubeconfig=/etc/rancher/rke2/rke2.yaml',
    '--request-timeout=10s',
    ...words,
  );

/** Its nodes, by name. */
export async function clusterOf(server: HouseMachine): Promise<Cluster> {
  const { items } = listed.parse(JSON.parse(await kubectl(server, 'get', 'nodes', '--output=json')));
  const nodes = items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    labels: metadata.labels,
    cordoned: spec.unschedulable,
    ready: status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    version: status.nodeInfo.kubeletVersion,
  }));
  return { nodes: nodes.toSorted((one, other) => one.name.localeCompare(other.name)) };
}
