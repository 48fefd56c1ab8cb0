// A signer that a person scaled to zero stays there, on a real API server: neither an upgrade nor a rollback starts it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacks } from '../support/tools.ts';
import { json, startApiServer, type ApiServer } from './api-server.ts';
import { chart, valuesOf } from './charts.ts';
import { helmSays, release } from './helm.ts';

const set = z.looseObject({
  spec: z.looseObject({
    replicas: z.number(),
    template: z.looseObject({
      metadata: z.looseObject({ annotations: z.record(z.string(), z.string()) }),
    }),
  }),
});
const kind = { apiVersion: 'apps/v1', kind: 'StatefulSet' };

describe.skipIf(lacks('helm', 'kubeconform', 'kube-apiserver'))('a signer that a person stopped', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  });
  afterAll(() => server.close());

  test.each([
    ['lighthouse-validator', valuesOf('lighthouse-validator'), 'home-lighthouse-validator', 'podAnnotations'],
    ['berachain-node', valuesOf('berachain-node', 'validator'), 'home-validator', 'beacond.podAnnotations'],
  ])('%s', async (name, values, signer, annotations) => {
    const namespace = `stopped-${name}`;
    await server.addNamespace(namespace, values.podSecurity);
    const at = await server.pathOf(kind, namespace, signer);
    const now = async (): Promise<{ readonly replicas: number; readonly is: string | undefined }> => {
      const { replicas, template } = set.parse((await server.ask('GET', at)).body).spec;
      return { replicas, is: template.metadata.annotations['is'] };
    };
    const scale = async (replicas: number): Promise<void> => {
      const { text } = json({ spec: { replicas } });
      const { status } = await server.ask('PATCH', at, { type: 'application/merge-patch+json', text });
      expect(status).toBe(200);
    };
    const does = async (verb: 'install' | 'upgrade', is: string): Promise<void> => {
      const rendering = { release: 'home', namespace, files: [values.path] };
      await release(verb, chart(name), { ...rendering, set: { [annotations]: { is } } }, server);
    };

    await does('install', 'first');
    expect(await now()).toEqual({ replicas: 1, is: 'first' });
    await scale(0);
    await does('upgrade', 'second');
    expect(await now()).toEqual({ replicas: 0, is: 'second' });
    await helmSays(['rollback', 'home', '1', `--namespace=${namespace}`], server);
    expect(await now()).toEqual({ replicas: 0, is: 'first' });
    await scale(1);
    await does('upgrade', 'third');
    expect(await now()).toEqual({ replicas: 1, is: 'third' });
  });
});
