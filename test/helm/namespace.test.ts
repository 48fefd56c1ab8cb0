// Pods that need a privileged namespace are not promised to one that takes none of them: on a real API server, which would take the StatefulSet and say nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/tools.ts';
import { json, startApiServer, type ApiServer } from './api-server.ts';
import { applications, type PodSecurity } from './charts.ts';
import { release } from './helm.ts';

const label = 'pod-security.kubernetes.io/enforce';
const kind = { apiVersion: 'v1', kind: 'Namespace' };

/** Charts of ours that run on ports or folders of the machine, each with values for it. */
const privileged = applications.flatMap((chart) => {
  const values = chart.values.find(({ podSecurity }) => podSecurity === 'privileged');
  return values === undefined || chart.isOnce || chart.name === 'monitoring' ? [] : [{ chart, values }];
});

describe.skipIf(lacks('helm', 'kubeconform', 'kube-apiserver'))('podSecurity: privileged', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
    await server.addKinds('monitoring.coreos.com');
  });
  afterAll(() => server.close());

  const labelled = async (name: string, level: PodSecurity | 'baseline'): Promise<void> => {
    const at = await server.pathOf(kind, '', name);
    const { text } = json({ metadata: { labels: { [label]: level } } });
    const { status } = await server.ask('PATCH', at, { type: 'application/merge-patch+json', text });
    expect(status).toBe(200);
  };

  test('is wanted by values of several charts', () => {
    expect(privileged.length).toBeGreaterThan(3);
  });

  test.for(privileged)('$chart.name', async ({ chart, values }) => {
    const namespace = `walls-${chart.name}`;
    await server.addNamespace(namespace, 'restricted');
    const install = (): Promise<string> =>
      release('install', chart, { release: 'home', namespace, files: [values.path] }, server);
    const refused = (level: string): RegExp =>
      new RegExp(
        `podSecurity: is privileged, and namespace ${namespace} takes only ${level} pods, .*kubectl label namespace ${namespace} ${label}=privileged --overwrite`,
      );

    await expect(install()).rejects.toThrow(refused('restricted'));
    await labelled(namespace, 'baseline');
    await expect(install()).rejects.toThrow(refused('baseline'));
    await labelled(namespace, 'privileged');
    expect(await install()).toContain('STATUS: deployed');
  });
});
