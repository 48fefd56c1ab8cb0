// A real API server takes every manifest as it is, and pods only where they are allowed to be.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/tools.ts';
import { json, startApiServer, yaml, type ApiServer } from './api-server.ts';
import { applications, type PodSecurity } from './charts.ts';
import { manifests } from './helm.ts';
import { called, usesHost, workloads, type Manifest, type Workload } from './manifests.ts';

type Taken = {
  readonly name: string;
  readonly isTaken: boolean;
  readonly message: string;
  readonly warnings: readonly string[];
};

const kindOfPod = { apiVersion: 'v1', kind: 'Pod' };

describe.skipIf(lacks('helm', 'kubeconform', 'kube-apiserver'))('the API server', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
    await Promise.all([
      server.addNamespace('restricted', 'restricted'),
      server.addNamespace('privileged', 'privileged'),
      server.addKinds('monitoring.coreos.com'),
      server.addKinds('crd.projectcalico.org'),
    ]);
  });
  afterAll(() => server.close());

  /** What is said of a pod like those of the workload in that namespace: nothing when it may be there. */
  async function saidOfPod({ kind, name, template }: Workload, namespace: PodSecurity): Promise<string> {
    const { labels, annotations } = template.metadata;
    // The class that a home gives them is not there.
    const { priorityClassName: _, ...spec } = template.spec;
    const pod = { ...kindOfPod, metadata: { name, labels, annotations }, spec };
    const { status, message } = await server.create(kindOfPod, json(pod), { namespace, isTry: true });
    return status === 201 ? '' : `${kind}/${name}: ${message}`;
  }

  describe.for(applications)('$name', (chart) => {
    test.for(chart.values)('is taken field by field, with $name', async (values) => {
      const found = await manifests(chart, { files: [values.path], namespace: values.podSecurity });
      const isPlace = ({ kind }: Manifest): boolean => kind === 'Namespace';
      const isTaken = async (manifest: Manifest): Promise<Taken> => {
        const { apiVersion, kind, metadata, text } = manifest;
        const where = { namespace: metadata.namespace ?? values.podSecurity, isTry: true };
        const { status, message, warnings } = await server.create({ apiVersion, kind }, yaml(text), where);
        // Another set of values may have brought this namespace already.
        return {
          name: called(manifest),
          isTaken: status === 201 || (isPlace(manifest) && status === 409),
          message,
          warnings,
        };
      };
      const places = await Promise.all(found.filter(isPlace).map(isTaken));
      for (const { metadata } of found.filter(isPlace))
        await server.addNamespace(metadata.name, 'privileged');
      const others = await Promise.all(found.filter((one) => !isPlace(one)).map(isTaken));
      const answers = [...places, ...others];
      expect(answers.length).toBeGreaterThan(0);
      expect(answers.filter((one) => !one.isTaken || one.warnings.length > 0)).toEqual([]);
    });

    test.for(chart.values)('its pods may be only where they are allowed, with $name', async (values) => {
      const found = workloads(
        await manifests(chart, { files: [values.path], namespace: values.podSecurity }),
      );
      const saidIn = (namespace: PodSecurity, some: readonly Workload[]): Promise<string[]> =>
        Promise.all(some.map((one) => saidOfPod(one, namespace)));
      const onHost = found.filter(usesHost);
      const others = found.filter((one) => !usesHost(one));
      expect(onHost.length > 0).toBe(values.podSecurity === 'privileged');
      expect((await saidIn('restricted', others)).filter((said) => said !== '')).toEqual([]);
      expect((await saidIn('privileged', found)).filter((said) => said !== '')).toEqual([]);
      const refused = await saidIn('restricted', onHost);
      expect(refused.filter((said) => !said.includes('violates PodSecurity "restricted:latest"'))).toEqual(
        [],
      );
    });
  });

  test('says no to what it does not know', async () => {
    const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
    const where = { namespace: 'restricted', isTry: true };
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\ndatas: {}\n';
    const { status, message } = await server.create(kind, yaml(text), where);
    expect(status).toBe(400);
    expect(message).toContain('unknown field "datas"');
  });
});
