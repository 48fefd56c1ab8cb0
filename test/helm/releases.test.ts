// Real releases on a real API server: nothing changes by itself, what must outlive a release does, and two of them stand beside each other.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacks } from '../support/tools.ts';
import { startApiServer, type ApiServer } from './api-server.ts';
import { applications, valuesOf, type Chart } from './charts.ts';
import { helmSays, manifests, release } from './helm.ts';
import { called, manifestsIn, type Manifest } from './manifests.ts';

const live = z.looseObject({
  metadata: z.looseObject({
    uid: z.string(),
    resourceVersion: z.string(),
    deletionTimestamp: z.string().optional(),
  }),
});

const keep = 'helm.sh/resource-policy';
const operator = 'monitoring.coreos.com';

describe.skipIf(lacks('helm', 'kubeconform', 'kube-apiserver'))('releases', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
    // Of the network that the clusters of the basement have.
    await server.addKinds('crd.projectcalico.org');
  });
  afterAll(() => server.close());

  const told = async (name: string, namespace: string): Promise<string> =>
    helmSays(['get', 'manifest', name, `--namespace=${namespace}`], server);

  /** Every object of them as it is stored now, by name; null for those that are not. */
  async function storedNow(some: readonly Manifest[], namespace: string): Promise<Record<string, unknown>> {
    const found = await Promise.all(
      some.map(async (one) => [called(one), await server.stored(one, namespace)] as const),
    );
    return Object.fromEntries(found);
  }

  const identity = (stored: unknown): { readonly uid: string; readonly isLeaving: boolean } => {
    const { uid, deletionTimestamp } = live.parse(stored).metadata;
    return { uid, isLeaving: deletionTimestamp !== undefined };
  };

  const identities = (stored: Readonly<Record<string, unknown>>): unknown =>
    Object.entries(stored).map(([name, one]) => ({
      name,
      ...(one === null ? { uid: null } : identity(one)),
    }));

  function hasItsLife(chart: Chart): void {
    const namespace = `of-${chart.name}`;
    const values = valuesOf(chart.name);
    const rendering = { release: 'home', namespace, files: [values.path] };

    test('an upgrade without a change changes nothing', async () => {
      await server.addNamespace(namespace, values.podSecurity);
      await release('install', chart, rendering, server);
      const first = await told('home', namespace);
      const installed = await storedNow(manifestsIn(first), namespace);
      expect(Object.entries(installed).filter(([, stored]) => stored === null)).toEqual([]);
      await release('upgrade', chart, rendering, server);
      expect(await told('home', namespace)).toBe(first);
      await release('upgrade', chart, rendering, server);
      expect(await told('home', namespace)).toBe(first);
      expect(await storedNow(manifestsIn(first), namespace)).toEqual(installed);
    });

    test('what must outlive the release does, and the next one takes it over', async () => {
      const objects = manifestsIn(await told('home', namespace));
      const kept = objects.filter(({ metadata }) => metadata.annotations[keep] === 'keep');
      const claims = objects.filter(({ kind }) => kind === 'PersistentVolumeClaim');
      expect(claims.filter((claim) => !kept.includes(claim)).map(called)).toEqual([]);
      const before = await storedNow(kept, namespace);
      await helmSays(['uninstall', 'home', `--namespace=${namespace}`], server);
      expect(identities(await storedNow(kept, namespace))).toEqual(identities(before));
      const gone = objects.filter((one) => !kept.includes(one) && one.kind !== 'Namespace');
      expect(Object.values(await storedNow(gone, namespace)).filter((one) => one !== null)).toEqual([]);
      await release('install', chart, rendering, server);
      expect(identities(await storedNow(kept, namespace))).toEqual(identities(before));
      const data = z.looseObject({ data: z.unknown().optional() });
      const secrets = (stored: Readonly<Record<string, unknown>>): unknown =>
        Object.entries(stored).map(([name, one]) => ({ name, data: data.parse(one).data }));
      expect(secrets(await storedNow(kept, namespace))).toEqual(secrets(before));
    });
  }

  function standsBesideAnother(chart: Chart): void {
    const namespace = `of-${chart.name}`;
    const rendering = { release: 'home', namespace, files: [valuesOf(chart.name).path] };

    test('a second release stands beside the first', async () => {
      const beside = { ...rendering, release: 'other' };
      const [first, second] = await Promise.all([manifests(chart, rendering), manifests(chart, beside)]);
      const names = first.map(called);
      expect(second.map(called).filter((name) => names.includes(name))).toEqual([]);
      await release('install', chart, beside, server);
      const objects = manifestsIn(await told('other', namespace));
      const stored = await storedNow(objects, namespace);
      expect(Object.entries(stored).filter(([, one]) => one === null)).toEqual([]);
    });
  }

  const needsOperator = async (chart: Chart): Promise<boolean> =>
    (await manifests(chart, { files: [valuesOf(chart.name).path] })).some(({ apiVersion }) =>
      apiVersion.startsWith(`${operator}/`),
    );

  describe.for(applications.filter(({ name }) => name !== 'monitoring'))('$name', (chart) => {
    test('needs nothing of the Prometheus operator', async () => {
      expect(await needsOperator(chart)).toBe(false);
    });

    hasItsLife(chart);
  });

  describe.for(applications.filter(({ name }) => name === 'monitoring'))('$name', (chart) => {
    test('needs the Prometheus operator', async () => {
      await server.addKinds(operator);
      expect(await needsOperator(chart)).toBe(true);
    });

    hasItsLife(chart);
  });

  describe.for(applications.filter(({ isOnce }) => !isOnce))('two of $name', (chart) => {
    standsBesideAnother(chart);
  });
});
