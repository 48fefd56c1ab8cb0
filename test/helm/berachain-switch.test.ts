// The switch from node to validator and back in a release that runs, on a real API server: there is one StatefulSet of beacond at each time, with one volume of the chain, and what
// was signed is never lost.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacks } from '../support/tools.ts';
import { startApiServer, type ApiServer } from './api-server.ts';
import { chart, valuesOf } from './charts.ts';
import { helmSays, release } from './helm.ts';
import { called, manifestsIn, type Manifest } from './manifests.ts';

const namespace = 'switched';
const claims = z.looseObject({ metadata: z.looseObject({ uid: z.string() }) });
const pod = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        volumes: z.array(
          z.looseObject({
            name: z.string(),
            persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
          }),
        ),
      }),
    }),
  }),
});

describe.skipIf(lacks('helm', 'kubeconform', 'kube-apiserver'))('the switch validator.enabled', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
    await server.addNamespace(namespace, 'restricted');
  });
  afterAll(() => server.close());

  const berachain = chart('berachain-node');
  const files = [valuesOf('berachain-node', 'validator').path];

  /** Everything of the release as Helm sees it. */
  const objects = async (): Promise<Manifest[]> =>
    manifestsIn(await helmSays(['get', 'manifest', 'home', `--namespace=${namespace}`], server));

  const set = async (verb: 'install' | 'upgrade', enabled: boolean): Promise<Manifest[]> => {
    await release(
      verb,
      berachain,
      { release: 'home', namespace, files, set: { 'validator.enabled': enabled } },
      server,
    );
    return objects();
  };

  const beaconds = (found: readonly Manifest[]): string[] =>
    found
      .filter(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name !== 'home-bera-reth')
      .map(called);

  /** The claims of beacond's pod, by the name of their volume. */
  const volumesOf = async (found: readonly Manifest[], name: string): Promise<Record<string, string>> => {
    const one = found.find((each) => called(each) === `StatefulSet/${name}`);
    if (one === undefined) throw new Error(`there is no StatefulSet ${name}`);
    const { volumes } = pod.parse(await server.stored(one, namespace)).spec.template.spec;
    return Object.fromEntries(
      volumes.flatMap(({ name: volume, persistentVolumeClaim: claim }) =>
        claim === undefined ? [] : [[volume, claim.claimName]],
      ),
    );
  };

  const uidOf = async (found: readonly Manifest[], name: string): Promise<string> => {
    const one = found.find((each) => called(each) === `PersistentVolumeClaim/${name}`);
    if (one === undefined) throw new Error(`there is no claim ${name}`);
    return claims.parse(await server.stored(one, namespace)).metadata.uid;
  };

  test('makes one of the two, takes the other away, and keeps every volume', async () => {
    const before = await set('install', false);
    expect(beaconds(before)).toEqual(['StatefulSet/home-beacond']);
    const chainOfNode = await uidOf(before, 'home-beacond-data');
    expect(await volumesOf(before, 'home-beacond')).toEqual({ data: 'home-beacond-data' });
    const [nodeSet] = before.filter((each) => called(each) === 'StatefulSet/home-beacond');
    if (nodeSet === undefined) throw new Error('there is no node');

    const on = await set('upgrade', true);
    expect(beaconds(on)).toEqual(['StatefulSet/home-validator']);
    expect(await server.stored(nodeSet, namespace)).toBe(null);
    expect(await volumesOf(on, 'home-validator')).toEqual({
      data: 'home-beacond-data',
      signing: 'home-validator-signing',
      'fence-state': 'home-validator-fence',
    });
    expect(await uidOf(on, 'home-beacond-data')).toBe(chainOfNode);
    const signing = await uidOf(on, 'home-validator-signing');
    const [signer] = on.filter((each) => called(each) === 'StatefulSet/home-validator');
    if (signer === undefined) throw new Error('there is no validator');

    const off = await set('upgrade', false);
    expect(beaconds(off)).toEqual(['StatefulSet/home-beacond']);
    expect(await server.stored(signer, namespace)).toBe(null);
    expect(await volumesOf(off, 'home-beacond')).toEqual({ data: 'home-beacond-data' });
    // The chart names it no longer, and it is there all the same.
    const kept = on.find((each) => called(each) === 'PersistentVolumeClaim/home-validator-signing');
    if (kept === undefined) throw new Error('there is no claim for signing');
    expect(claims.parse(await server.stored(kept, namespace)).metadata.uid).toBe(signing);

    const again = await set('upgrade', true);
    expect(await uidOf(again, 'home-validator-signing')).toBe(signing);
    expect(await uidOf(again, 'home-beacond-data')).toBe(chainOfNode);
  });
});
