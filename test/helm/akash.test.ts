// The walls of the door to Akash on a real API server: what a tenant gets and is refused, what Akash's own programs may touch, and that nobody else notices.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { until } from '../live/nets/wait.ts';
import { lacks } from '../support/tools.ts';
import { json, startApiServer, type Answer, type ApiServer } from './api-server.ts';
import { chart, valuesOf } from './charts.ts';
import { helmSays, release } from './helm.ts';

type Fields = Readonly<Record<string, unknown>>;
type Ask = (
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: Fields,
  type?: string,
) => Promise<Answer>;

const lease = 'akash.network/lease.id.owner';
const tenants = 'basement-watchdog/tenants';
const validators = 'basement-watchdog/validators';

const namespace = (name: string, labels: Fields): Fields => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

const leaseLabels = (name: string): Fields => ({
  'akash.network': 'true',
  'akash.network/namespace': name,
  [lease]: 'akash1abc',
});

const container: Fields = {
  name: 'web',
  image: 'nginx:1.29',
  ports: [{ containerPort: 80 }],
  securityContext: { runAsNonRoot: false, privileged: false, allowPrivilegeEscalation: false },
  resources: { limits: { cpu: '500m', memory: '128Mi', 'ephemeral-storage': '1Gi' } },
};

/** As the provider makes them (its cluster/kube/builder). */
const asAkashMakesIt: Fields = {
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: false },
  affinity: affinityFor({ matchExpressions: [{ key: 'akash.network', operator: 'In', values: ['true'] }] }),
  containers: [container],
};

/** The same after it was given its place. */
const placed: Fields = {
  ...asAkashMakesIt,
  priorityClassName: 'basement-tenant',
  nodeSelector: { [tenants]: 'true' },
  tolerations: [{ key: tenants, operator: 'Equal', value: 'true', effect: 'NoSchedule' }],
  securityContext: { runAsNonRoot: false, seccompProfile: { type: 'RuntimeDefault' } },
};

function affinityFor(term: Fields): Fields {
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
}

const pod = (spec: Fields, name = 'web'): Fields => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec,
});

const withContainer = (fields: Fields): Fields => ({ ...placed, containers: [{ ...container, ...fields }] });

const withSecurity = (fields: Fields): Fields =>
  withContainer({ securityContext: { allowPrivilegeEscalation: false, ...fields } });

const service = (spec: Fields): Fields => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { ports: [{ port: 80 }], ...spec },
});

const withTemplate: Fields = {
  selector: { matchLabels: { a: 'b' } },
  template: { metadata: { labels: { a: 'b' } }, spec: asAkashMakesIt },
};

const workload = (kind: string, spec: Fields, apiVersion = 'apps/v1'): Fields => ({
  apiVersion,
  kind,
  metadata: { name: 'web' },
  spec,
});

const job: Fields = {
  template: { ...pod({ ...asAkashMakesIt, restartPolicy: 'Never' }), apiVersion: undefined, kind: undefined },
};

const account = (name: string): Fields => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });

const nothingElse =
  "Akash's programs start, ask and remove pods of discovery in akash-services, keep records in lease, and change nothing else there";
const ofALease = "Akash's programs change in a lease what leases are made of, and run commands in its pods";

const message = z.looseObject({ message: z.string().default('') });
const token = z.object({ status: z.looseObject({ token: z.string() }) });
const labelled = z.looseObject({ metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }) });
const named = z.looseObject({
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })),
});

describe.skipIf(lacks('helm', 'kubeconform', 'kube-apiserver'))('the door to Akash', () => {
  let server: ApiServer;
  const agents: Agent[] = [];
  const door = chart('akash');
  const rendering = { release: 'door', namespace: 'basement-akash', files: [valuesOf('akash').path] };

  /** Speaks with this token, or as the administrator. */
  function speaker(bearer: string): Ask {
    const origin = server.helm['HELM_KUBEAPISERVER'] ?? '';
    const agent = new Agent({ connect: { ca: readFileSync(server.helm['HELM_KUBECAFILE'] ?? '') } });
    agents.push(agent);
    return async (method, path, sent, type = 'application/json') => {
      const { statusCode, body } = await request(`${origin}${path}`, {
        method,
        dispatcher: agent,
        headers: {
          authorization: `Bearer ${bearer}`,
          ...(sent === undefined ? {} : { 'content-type': type }),
        },
        body: sent === undefined ? null : JSON.stringify(sent),
      });
      const text = await body.text();
      const answer: unknown = text.startsWith('{') ? JSON.parse(text) : {};
      return { status: statusCode, body: answer, message: message.parse(answer).message, warnings: [] };
    };
  }

  async function speakerOf(account: string, where = 'akash-services'): Promise<Ask> {
    const path = `/api/v1/namespaces/${where}/serviceaccounts/${account}/token`;
    const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { body } = await server.ask('POST', path, json(asked));
    return speaker(token.parse(body).status.token);
  }

  const made = async (path: string, body: Fields): Promise<void> => {
    const { status, message: why } = await server.ask('POST', path, json(body));
    if (status !== 201) throw new Error(`${path}: ${status} ${why}`);
  };

  /** What is said of such an object; nothing is stored. */
  const saidOf = (resource: string, where: string, body: Fields): Promise<Answer> =>
    server.ask(
      'POST',
      `/api/v1/namespaces/${where}/${resource}?dryRun=All&fieldValidation=Strict`,
      json(body),
    );

  /** The server takes a moment to hear of a policy. */
  const untilSaid = (
    what: string,
    where: string,
    spec: Fields,
    isSaid: (answer: Answer) => boolean,
  ): Promise<true> =>
    until(what, async () => (isSaid(await saidOf('pods', where, pod(spec))) ? true : null), {
      limitMs: 30_000,
    });

  beforeAll(async () => {
    server = await startApiServer();
    await server.addKinds('crd.projectcalico.org');
    await server.addNamespace('basement-akash', 'restricted');
    await server.addNamespace('ethereum', 'privileged');
    await release('install', door, rendering, server);
    const broken = { ...placed, tolerations: [{ operator: 'Exists' }] };
    await until('a lease', async () => {
      const { body } = await server.ask(
        'POST',
        '/api/v1/namespaces?dryRun=All',
        json(namespace('try', leaseLabels('try'))),
      );
      return 'pod-security.kubernetes.io/enforce' in labelled.parse(body).metadata.labels ? true : null;
    });
    await made('/api/v1/namespaces', namespace('lease-a', leaseLabels('lease-a')));
    await untilSaid("the rules of the provider's pods", 'akash-services', broken, ({ message: said }) =>
      said.includes('spec.tolerations'),
    );
    await untilSaid('the rules of pods', 'lease-a', broken, ({ message: said }) =>
      said.includes('spec.tolerations'),
    );
    await until('the rules of the provider', async () => {
      const ask = await speakerOf('basement-akash-provider');
      const { status } = await ask('POST', '/api/v1/namespaces?dryRun=All', namespace('try', {}));
      return status === 422 ? true : null;
    });
  });
  afterAll(async () => {
    await Promise.all(agents.map((agent) => agent.destroy()));
    await server.close();
  });

  describe('a tenant', () => {
    test('has a namespace that takes its pods, and none with anything of the node', async () => {
      const { body } = await server.ask('GET', '/api/v1/namespaces/lease-a');
      expect(labelled.parse(body).metadata.labels).toMatchObject({
        'pod-security.kubernetes.io/enforce': 'baseline',
      });
      const { message: said } = await saidOf(
        'pods',
        'lease-a',
        pod({ ...asAkashMakesIt, hostNetwork: true }),
      );
      expect(said).toContain('violates PodSecurity "baseline:latest"');
    });

    test('is lowest, on the nodes for tenants, within its bandwidth, whatever it says of that', async () => {
      for (const spec of [
        asAkashMakesIt,
        { ...asAkashMakesIt, priorityClassName: 'basement-validator' },
        placed,
      ]) {
        const { status, body, message: said } = await saidOf('pods', 'lease-a', pod(spec));
        expect(status, said).toBe(201);
        expect(body).toMatchObject({
          metadata: {
            annotations: {
              'kubernetes.io/egress-bandwidth': '20M',
              'kubernetes.io/ingress-bandwidth': '50M',
            },
          },
          spec: {
            priorityClassName: 'basement-tenant',
            priority: -1000,
            preemptionPolicy: 'Never',
            nodeSelector: { [tenants]: 'true' },
            securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
          },
        });
        expect(body).toHaveProperty(
          'spec.tolerations',
          expect.arrayContaining([{ key: tenants, operator: 'Equal', value: 'true', effect: 'NoSchedule' }]),
        );
      }
    });

    test('has no volumes', async () => {
      const claim = (fields: Fields): Fields => ({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...fields },
      });
      for (const fields of [{}, { storageClassName: 'chain-data' }, { storageClassName: 'beta3' }]) {
        const { message: said } = await saidOf('persistentvolumeclaims', 'lease-a', claim(fields));
        expect(said).toContain('spec.storageClassName: there are no volumes for tenants');
      }
      const { status } = await saidOf(
        'persistentvolumeclaims',
        'ethereum',
        claim({ storageClassName: 'chain-data' }),
      );
      expect(status).toBe(201);
    });

    test('has services within the cluster only', async () => {
      const said = async (where: string, spec: Fields): Promise<string> =>
        (await saidOf('services', where, service(spec))).message;
      expect(await said('lease-a', {})).toBe('');
      for (const type of ['NodePort', 'LoadBalancer']) {
        expect(await said('lease-a', { type })).toContain(
          "spec.type: a tenant's service is of type ClusterIP",
        );
        expect(await said('ethereum', { type })).toBe('');
      }
      const elsewhere = { type: 'ExternalName', externalName: 'router.home.example' };
      expect(await said('lease-a', elsewhere)).toContain(
        "spec.type: a tenant's service is of type ClusterIP",
      );
      expect(await said('lease-a', { externalIPs: ['192.168.10.50'] })).toContain('spec.externalIPs: ');
    });
  });

  describe('others', () => {
    const likeAValidator: Fields = {
      hostNetwork: true,
      tolerations: [{ operator: 'Exists' }],
      volumes: [{ name: 'node', hostPath: { path: '/var/lib' } }],
      containers: [{ name: 'geth', image: 'geth:1', ports: [{ containerPort: 30303, hostPort: 30303 }] }],
    };

    test('a validator is above everything, and under none of these rules', async () => {
      const { status, body } = await saidOf(
        'pods',
        'ethereum',
        pod({ ...likeAValidator, priorityClassName: 'basement-validator' }),
      );
      expect(status).toBe(201);
      expect(body).toMatchObject({ spec: { priority: 1_000_000, preemptionPolicy: 'PreemptLowerPriority' } });
      expect(body).not.toHaveProperty('spec.nodeSelector');
      expect(body).not.toHaveProperty('metadata.annotations');
    });

    test('a pod without a class is above tenants', async () => {
      const { body } = await saidOf('pods', 'ethereum', pod(likeAValidator));
      expect(body).toMatchObject({ spec: { priority: 0 } });
    });

    test('a namespace that is no lease gets no label', async () => {
      const { body } = await server.ask(
        'POST',
        '/api/v1/namespaces?dryRun=All',
        json(namespace('akash-like', { 'akash.network': 'true' })),
      );
      expect(labelled.parse(body).metadata.labels).not.toHaveProperty('pod-security.kubernetes.io/enforce');
    });
  });

  describe('the provider', () => {
    let ask: Ask;
    const deployment = workload('Deployment', withTemplate);

    beforeAll(async () => {
      ask = await speakerOf('basement-akash-provider');
      await made(
        '/api/v1/namespaces/ethereum/pods',
        pod({ containers: [{ name: 'geth', image: 'geth:1' }] }, 'validator'),
      );
      await made('/apis/apps/v1/namespaces/ethereum/deployments', deployment);
    });

    const outside = "Akash's programs change nothing outside of akash-services, lease and the leases";
    const onlyLeases =
      "Akash's programs make, change and remove only namespaces that are leases, and leave them their label";

    test('makes leases, and what is in them', async () => {
      const { status, body } = await ask(
        'POST',
        '/api/v1/namespaces',
        namespace('lease-b', leaseLabels('lease-b')),
      );
      expect(status).toBe(201);
      expect(labelled.parse(body).metadata.labels).toMatchObject({
        'pod-security.kubernetes.io/enforce': 'baseline',
      });
      expect(await ask('POST', '/apis/apps/v1/namespaces/lease-b/deployments', deployment)).toMatchObject({
        status: 201,
      });
      const policy = workload('NetworkPolicy', { podSelector: {} }, 'networking.k8s.io/v1');
      for (const [path, made] of [
        ['/api/v1/namespaces/lease-b/services', service({})],
        ['/apis/networking.k8s.io/v1/namespaces/lease-b/networkpolicies', policy],
        ['/apis/apps/v1/namespaces/lease-b/statefulsets', workload('StatefulSet', withTemplate)],
      ] as const) {
        expect(await ask('POST', path, made), path).toMatchObject({ status: 201 });
      }
      expect(await ask('PUT', '/api/v1/namespaces/lease-b', z.looseObject({}).parse(body))).toMatchObject({
        status: 200,
      });
      const shell = '/api/v1/namespaces/lease-b/pods/web/exec?command=sh&stdout=true';
      expect((await ask('POST', shell)).message).not.toContain("Akash's programs");
      expect(await ask('DELETE', '/apis/apps/v1/namespaces/lease-b/deployments/web')).toMatchObject({
        status: 200,
      });
      expect(await ask('DELETE', '/api/v1/namespaces/lease-b')).toMatchObject({ status: 200 });
    });

    test('speaks for nobody else', async () => {
      const question = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'impersonate', resource: 'users' } },
      };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      expect(await ask('POST', path, question)).toMatchObject({ body: { status: { allowed: false } } });
    });

    test('reads no secret anywhere', async () => {
      for (const path of [
        '/api/v1/secrets',
        '/api/v1/namespaces/ethereum/secrets',
        '/api/v1/namespaces/lease-a/secrets/one',
      ]) {
        expect(await ask('GET', path), path).toMatchObject({ status: 403 });
      }
    });

    test('touches nothing of a validator', async () => {
      const tries = [
        await ask('POST', '/apis/apps/v1/namespaces/ethereum/deployments', {
          ...deployment,
          metadata: { name: 'other' },
        }),
        await ask('DELETE', '/apis/apps/v1/namespaces/ethereum/deployments/web'),
        await ask('DELETE', '/apis/apps/v1/namespaces/ethereum/deployments'),
        await ask('POST', '/api/v1/namespaces/ethereum/pods/validator/exec?command=sh&stdout=true'),
      ];
      expect(tries.map(({ message: said }) => said.includes(outside))).toEqual([true, true, true, true]);
    });

    test('has no controller make pods for it where Pod Security refuses nothing, or where its records are', async () => {
      for (const where of ['akash-services', 'lease']) {
        for (const kind of ['deployments', 'statefulsets']) {
          const path = `/apis/apps/v1/namespaces/${where}/${kind}`;
          const body = kind === 'deployments' ? deployment : workload('StatefulSet', withTemplate);
          expect((await ask('POST', path, body)).message, path).toContain(nothingElse);
        }
      }
      const refused = [
        await ask(
          'DELETE',
          '/apis/networking.k8s.io/v1/namespaces/akash-services/networkpolicies/basement-akash',
        ),
        await ask(
          'POST',
          '/api/v1/namespaces/akash-services/services',
          service({ externalIPs: ['192.168.10.1'] }),
        ),
        await ask(
          'POST',
          '/api/v1/namespaces/akash-services/pods/akash-provider-0/exec?command=sh&stdout=true',
        ),
      ];
      expect(refused.map(({ message: said }) => said.includes(nothingElse))).toEqual([true, true, true]);
    });

    test('lets no lease have more of the node', async () => {
      const more = [
        { 'pod-security.kubernetes.io/enforce-version': 'v1.0' },
        { 'pod-security.kubernetes.io/audit': 'privileged' },
      ];
      for (const labels of more) {
        const body = namespace('lease-d', { ...leaseLabels('lease-d'), ...labels });
        expect((await ask('POST', '/api/v1/namespaces?dryRun=All', body)).message).toContain(
          "Akash's programs give a lease no more of the node",
        );
      }
      const strict = { 'pod-security.kubernetes.io/audit': 'restricted', ...leaseLabels('lease-d') };
      expect(await ask('POST', '/api/v1/namespaces?dryRun=All', namespace('lease-d', strict))).toMatchObject({
        status: 201,
      });
    });

    test('turns no namespace into a lease, and no lease into something else', async () => {
      const { body: home } = await ask('GET', '/api/v1/namespaces/ethereum');
      const { body: rented } = await ask('GET', '/api/v1/namespaces/lease-a');
      const withLabels = (body: unknown, labels: Fields): Fields => {
        const found = labelled.parse(body);
        return { ...found, metadata: { ...found.metadata, labels } };
      };
      const tries = [
        await ask('POST', '/api/v1/namespaces', namespace('mine', {})),
        await ask('PUT', '/api/v1/namespaces/ethereum', withLabels(home, leaseLabels('ethereum'))),
        await ask('DELETE', '/api/v1/namespaces/ethereum'),
        await ask('PUT', '/api/v1/namespaces/lease-a', withLabels(rented, {})),
      ];
      expect(tries.map(({ message: said }) => said.includes(onlyLeases))).toEqual([true, true, true, true]);
    });
  });

  describe('an operator that its chart made an administrator', () => {
    let ask: Ask;
    beforeAll(async () => {
      const operator = { kind: 'ServiceAccount', name: 'operator-inventory', namespace: 'akash-services' };
      await made('/api/v1/namespaces/akash-services/serviceaccounts', account(operator.name));
      await made('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'too-much' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [operator],
      });
      await made('/api/v1/nodes', {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'mini3', labels: { [validators]: 'true' } },
        spec: { taints: [{ key: validators, value: 'true', effect: 'NoSchedule' }] },
      });
      for (const where of ['akash-services', 'lease', 'lease-a']) {
        await made(`/api/v1/namespaces/${where}/serviceaccounts`, account('default'));
      }
      ask = await speakerOf('operator-inventory');
    });

    const patched = (patch: Fields): Promise<Answer> =>
      ask('PATCH', '/api/v1/nodes/mini3', patch, 'application/merge-patch+json');

    test('writes its own labels on nodes', async () => {
      const { status } = await patched({
        metadata: { labels: { 'akash.network/capabilities.storage.class.beta3': '1' } },
      });
      expect(status).toBe(200);
    });

    test.for<[string, Fields]>([
      ['a label', { metadata: { labels: { [tenants]: 'true' } } }],
      ['the label of validators', { metadata: { labels: { [validators]: null } } }],
      [
        'an annotation, by which Canal is led',
        { metadata: { annotations: { 'flannel.alpha.coreos.com/public-ip': '203.0.113.9' } } },
      ],
      ['the taints', { spec: { taints: [] } }],
      [
        'the owner',
        { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'none', uid: '1' }] } },
      ],
    ])('leaves alone %s', async ([, patch]) => {
      expect((await patched(patch)).message).toContain("Akash's programs change nothing of a node but");
    });

    test('starts its pods on the nodes of tenants only, with nothing of the node', async () => {
      const path = '/api/v1/namespaces/akash-services/pods?dryRun=All';
      const containers = [{ name: 'psutil', image: 'provider:1' }];
      const name = 'operator-inventory-hardware-discovery-mini4';
      const serviceAccountName = 'operator-inventory-hardware-discovery';
      const spec = { nodeName: 'mini4', serviceAccountName, containers };
      expect(await ask('POST', path, pod(spec, name))).toMatchObject({ status: 201 });
      for (const nodeName of ['', 'mini3']) {
        expect((await ask('POST', path, pod({ ...spec, nodeName }, name))).message).toMatch(
          /Akash's programs start pods on the tenants' nodes only|spec\.nodeSelector: /,
        );
      }
      for (const other of [
        { volumes: [{ name: 'own', hostPath: { path: '/root/.akash/k8s-config' } }] },
        { volumes: [{ name: 'wallet', secret: { secretName: 'akash-provider-keys' } }] },
        { serviceAccountName: 'basement-akash-provider' },
      ]) {
        expect((await ask('POST', path, pod({ ...spec, ...other }, name))).message).toContain(
          "Akash's programs start pods on the tenants' nodes only",
        );
      }
      expect((await ask('POST', path, pod(spec, 'akash-provider-0'))).message).toContain(nothingElse);
      const proxied = (of: string): Promise<Answer> =>
        ask('GET', `/api/v1/namespaces/akash-services/pods/${of}:8081/proxy/cpu`);
      expect((await proxied(name)).message).not.toContain("Akash's programs");
      expect((await proxied('akash-provider-0')).message).toContain(nothingElse);
    });

    test.for<[string, string, Fields]>([
      ['DaemonSet', '/apis/apps/v1/namespaces/NS/daemonsets', workload('DaemonSet', withTemplate)],
      ['ReplicaSet', '/apis/apps/v1/namespaces/NS/replicasets', workload('ReplicaSet', withTemplate)],
      [
        'ReplicationController',
        '/api/v1/namespaces/NS/replicationcontrollers',
        workload('ReplicationController', { ...withTemplate, selector: { a: 'b' } }, 'v1'),
      ],
      ['Job', '/apis/batch/v1/namespaces/NS/jobs', workload('Job', job, 'batch/v1')],
      [
        'CronJob',
        '/apis/batch/v1/namespaces/NS/cronjobs',
        workload('CronJob', { schedule: '* * * * *', jobTemplate: { spec: job } }, 'batch/v1'),
      ],
      [
        'account',
        '/api/v1/namespaces/NS/serviceaccounts',
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web' } },
      ],
      [
        'role, by which somebody else takes the label of the namespace away',
        '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings',
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: { name: 'web' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
          subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'lease-a' }],
        },
      ],
      [
        'token of an account',
        '/api/v1/namespaces/NS/serviceaccounts/default/token',
        { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      ],
      [
        'way into the LAN',
        '/apis/discovery.k8s.io/v1/namespaces/NS/endpointslices',
        {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: { name: 'web' },
          addressType: 'IPv4',
          endpoints: [{ addresses: ['192.168.10.1'] }],
        },
      ],
      [
        'larger quota',
        '/api/v1/namespaces/NS/resourcequotas',
        { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'web' }, spec: {} },
      ],
    ])('makes no %s in any namespace that it may write to', async ([, path, body]) => {
      for (const where of ['akash-services', 'lease', 'lease-a']) {
        const at = `${path.replace('NS', where)}?dryRun=All`;
        expect((await ask('POST', at, body)).message, at).toContain(
          where === 'lease-a' ? ofALease : nothingElse,
        );
      }
    });

    test('gives no pod a node, a container or an image, and speaks to none through the API server', async () => {
      const running = {
        containers: [{ name: 'web', image: 'provider:1' }],
        nodeSelector: { [tenants]: 'true' },
      };
      await made('/api/v1/namespaces/akash-services/pods', pod(running, 'other'));
      await made('/api/v1/namespaces/lease-a/pods', pod(asAkashMakesIt, 'other'));
      await made('/api/v1/namespaces/lease-a/services', service({}));
      const binding = (name: string): Fields => ({
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name },
        target: { apiVersion: 'v1', kind: 'Node', name: 'mini3' },
      });
      for (const [where, sentence] of [
        ['akash-services', nothingElse],
        ['lease-a', ofALease],
      ] as const) {
        const at = `/api/v1/namespaces/${where}`;
        const debug = { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox:1' }] } };
        const image = { spec: { containers: [{ name: 'web', image: 'busybox:1' }] } };
        const strategic = 'application/strategic-merge-patch+json';
        const tries = [
          await ask('POST', `${at}/pods/other/binding`, binding('other')),
          await ask('POST', `${at}/bindings`, binding('other')),
          await ask('PATCH', `${at}/pods/other/ephemeralcontainers`, debug, strategic),
          await ask('PATCH', `${at}/pods/other`, image, strategic),
          await ask('POST', `${at}/pods/other/attach?stdout=true`),
          await ask('POST', `${at}/services/web/proxy/`),
        ];
        expect(
          tries.map(({ message: said }) => said.includes(sentence)),
          where,
        ).toEqual(tries.map(() => true));
      }
      for (const where of ['akash-services', 'lease-a']) {
        await server.ask('DELETE', `/api/v1/namespaces/${where}/pods/other?gracePeriodSeconds=0`);
      }
    });

    test('has no claim take a volume that is there', async () => {
      const claims = '/api/v1/namespaces/akash-services/persistentvolumeclaims';
      const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
      const claim = workload('PersistentVolumeClaim', { ...spec, storageClassName: 'scratch' }, 'v1');
      await made(claims, claim);
      const patch = { spec: { volumeName: 'of-a-validator' } };
      const tries = [
        await ask('POST', `${claims}?dryRun=All`, claim),
        await ask('PATCH', `${claims}/web?dryRun=All`, patch, 'application/merge-patch+json'),
      ];
      expect(tries.map(({ message: said }) => said.includes(nothingElse))).toEqual([true, true]);
    });

    test('takes no namespace away before what is in it', async () => {
      const { body } = await ask('GET', '/api/v1/namespaces/lease-a');
      const path = '/api/v1/namespaces/lease-a/finalize?dryRun=All';
      expect((await ask('PUT', path, z.looseObject({}).parse(body))).message).toContain(
        "Akash's programs make, change and remove only namespaces that are leases",
      );
    });

    test('changes nothing of the whole cluster, but may ask what it may', async () => {
      const nodeAffinity = {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: validators, operator: 'Exists' }] }] },
      };
      for (const source of [{ hostPath: { path: '/' } }, { local: { path: '/' }, nodeAffinity }]) {
        const volume = {
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: { name: 'node' },
          spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...source },
        };
        expect((await ask('POST', '/api/v1/persistentvolumes', volume)).message).toContain(
          "Akash's programs change nothing of the whole cluster",
        );
      }
      const question = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'list', resource: 'pods' } },
      };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      expect(await ask('POST', path, question)).toMatchObject({
        status: 201,
        body: { status: { allowed: true } },
      });
    });
  });

  describe("pods of Akash's own namespaces, which controllers make", () => {
    let ask: Ask;
    const path = '/api/v1/namespaces/akash-services/pods?dryRun=All';
    const own = { name: 'provider', image: 'provider:1' };
    /** As the public charts make them with provider.values.yaml. */
    const likeTheProvider: Fields = {
      nodeSelector: { [tenants]: 'true' },
      tolerations: [{ key: tenants, operator: 'Equal', value: 'true', effect: 'NoSchedule' }],
      containers: [own],
      volumes: [
        { name: 'scripts', configMap: { name: 'akash-provider-script' } },
        { name: 'keys', secret: { secretName: 'akash-provider-keys' } },
        { name: 'home', persistentVolumeClaim: { claimName: 'akash-provider-home' } },
        { name: 'config', hostPath: { path: '/root/.akash/k8s-config', type: 'DirectoryOrCreate' } },
      ],
    };

    beforeAll(async () => {
      const name = 'replicaset-controller';
      await made('/api/v1/namespaces/kube-system/serviceaccounts', account(name));
      ask = await speakerOf(name, 'kube-system');
    });

    test('are those of the public charts', async () => {
      const { status, message: said } = await ask('POST', path, pod(likeTheProvider));
      expect(status, said).toBe(201);
    });

    test.for<[string, Fields, string]>([
      ['no nodes for tenants', { nodeSelector: {} }, 'spec.nodeSelector: '],
      ['nodes of validators', { nodeSelector: { [validators]: 'true' } }, 'spec.nodeSelector: '],
      ['a node of validators', { nodeName: 'mini3' }, 'spec.nodeSelector: '],
      ['every taint tolerated', { tolerations: [{ operator: 'Exists' }] }, 'spec.tolerations: '],
      [
        'the taint of validators',
        { tolerations: [{ key: validators, operator: 'Exists' }] },
        'spec.tolerations: ',
      ],
      ["the node's network", { hostNetwork: true }, 'spec.hostNetwork, hostPID, hostIPC: '],
      ["the node's processes", { hostPID: true }, 'spec.hostNetwork, hostPID, hostIPC: '],
      ["the node's IPC", { hostIPC: true }, 'spec.hostNetwork, hostPID, hostIPC: '],
      ["the node's disk", { volumes: [{ name: 'node', hostPath: { path: '/' } }] }, 'spec.volumes: '],
      [
        'a folder beside its own',
        { volumes: [{ name: 'node', hostPath: { path: '/root/.akash' } }] },
        'spec.volumes: ',
      ],
      [
        'a claim that a controller makes',
        {
          volumes: [
            {
              name: 'data',
              ephemeral: {
                volumeClaimTemplate: {
                  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
                },
              },
            },
          ],
        },
        'spec.volumes: ',
      ],
      [
        'a share of the LAN',
        { volumes: [{ name: 'nas', nfs: { server: '192.168.10.9', path: '/' } }] },
        'spec.volumes: ',
      ],
      [
        'privileges',
        { containers: [{ ...own, securityContext: { privileged: true } }] },
        'spec.containers: ',
      ],
      [
        'privileges before it starts',
        { initContainers: [{ ...own, name: 'first', securityContext: { privileged: true } }] },
        'spec.containers: ',
      ],
      [
        'a capability',
        { containers: [{ ...own, securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }] },
        'spec.containers: ',
      ],
      [
        'an open /proc',
        { hostUsers: false, containers: [{ ...own, securityContext: { procMount: 'Unmasked' } }] },
        'spec.containers: ',
      ],
      [
        'a port of the node',
        { containers: [{ ...own, ports: [{ containerPort: 80, hostPort: 80 }] }] },
        'spec.containers: ',
      ],
    ])('are refused with %s', async ([, fields, sentence]) => {
      const { status, message: said } = await ask('POST', path, pod({ ...likeTheProvider, ...fields }));
      expect(said).toContain(sentence);
      expect(status).toBe(422);
    });

    test('get no privileges while they run', async () => {
      await made('/api/v1/namespaces/akash-services/pods', pod(likeTheProvider, 'running'));
      const at = '/api/v1/namespaces/akash-services/pods/running';
      const patched = (where: string, body: Fields): Promise<Answer> =>
        server.ask('PATCH', where, {
          type: 'application/strategic-merge-patch+json',
          text: JSON.stringify(body),
        });
      const debug = { name: 'debug', image: 'busybox:1', securityContext: { privileged: true } };
      expect(
        (await patched(`${at}/ephemeralcontainers`, { spec: { ephemeralContainers: [debug] } })).message,
      ).toContain('spec.containers: ');
      const every = { spec: { tolerations: [{ operator: 'Exists' }] } };
      expect((await patched(at, every)).message).toContain('spec.tolerations: ');
      expect(await patched(at, { metadata: { labels: { a: 'b' } } })).toMatchObject({ status: 200 });
    });
  });

  test('a tenant runs in a sandbox where that is wanted, with what the sandbox takes', async () => {
    await made('/apis/node.k8s.io/v1/runtimeclasses', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'gvisor' },
      handler: 'runsc',
      overhead: { podFixed: { memory: '64Mi' } },
    });
    const set = { 'tenants.userNamespaces': true, 'tenants.runtimeClass': 'gvisor' };
    await release('upgrade', door, { ...rendering, set }, server);
    const inSandbox = {
      hostUsers: false,
      runtimeClassName: 'gvisor',
      overhead: { memory: '64Mi' },
      priority: -1000,
    };
    const spec = await until('the sandbox', async () => {
      const { status, body } = await saidOf('pods', 'lease-a', pod(asAkashMakesIt));
      const found = z.object({ spec: z.looseObject({ hostUsers: z.boolean().optional() }) }).safeParse(body);
      return status === 201 && found.success && found.data.spec.hostUsers === false ? found.data.spec : null;
    });
    expect(spec).toMatchObject(inSandbox);
  });

  describe('the rules alone, where nothing gives a pod its place', () => {
    beforeAll(async () => {
      await release('upgrade', door, { ...rendering, set: { 'tenants.placement.enabled': false } }, server);
      await untilSaid('no placement', 'lease-a', asAkashMakesIt, ({ status }) => status !== 201);
      const everything = {
        'pod-security.kubernetes.io/enforce': 'privileged',
        'pod-security.kubernetes.io/warn': 'privileged',
      };
      await made('/api/v1/namespaces', namespace('lease-c', { ...leaseLabels('lease-c'), ...everything }));
      await untilSaid('the namespace', 'lease-c', asAkashMakesIt, ({ status }) => status === 422);
      await untilSaid('no sandbox', 'lease-c', placed, ({ status }) => status === 201);
    });

    test('let a pod in that asks for nothing else', async () => {
      const { status, message: said } = await saidOf('pods', 'lease-c', pod(placed));
      expect(status, said).toBe(201);
    });

    test.for<[string, Fields, string]>([
      ['no class', { ...placed, priorityClassName: '' }, 'spec.priorityClassName: '],
      [
        'the class of validators',
        { ...placed, priorityClassName: 'basement-validator' },
        'spec.priorityClassName: ',
      ],
      [
        'a class of the cluster',
        { ...placed, priorityClassName: 'system-node-critical' },
        'spec.priorityClassName: ',
      ],
      ['every taint tolerated', { ...placed, tolerations: [{ operator: 'Exists' }] }, 'spec.tolerations: '],
      [
        'the taint of validators',
        { ...placed, tolerations: [{ key: validators, operator: 'Exists' }] },
        'spec.tolerations: ',
      ],
      [
        'the taint of servers',
        { ...placed, tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }] },
        'spec.tolerations: ',
      ],
      ['a node', { ...placed, nodeName: 'mini3' }, 'spec.nodeName: '],
      [
        'no nodes for tenants',
        { ...placed, nodeSelector: {} },
        `spec.nodeSelector: a tenant's pod asks for ${tenants}=true`,
      ],
      [
        'nodes of validators as well',
        { ...placed, nodeSelector: { [tenants]: 'true', [validators]: 'true' } },
        'spec.nodeSelector: ',
      ],
      [
        'the control plane as well',
        { ...placed, nodeSelector: { [tenants]: 'true', 'node-role.kubernetes.io/control-plane': 'true' } },
        'spec.nodeSelector: ',
      ],
      [
        'an affinity for validators',
        { ...placed, affinity: affinityFor({ matchExpressions: [{ key: validators, operator: 'Exists' }] }) },
        'spec.affinity: ',
      ],
      [
        'an affinity for a node by name',
        {
          ...placed,
          affinity: affinityFor({
            matchFields: [{ key: 'metadata.name', operator: 'In', values: ['mini3'] }],
          }),
        },
        'spec.affinity: ',
      ],
      [
        'a liking for validators',
        {
          ...placed,
          affinity: {
            nodeAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 1, preference: { matchExpressions: [{ key: validators, operator: 'Exists' }] } },
              ],
            },
          },
        },
        'spec.affinity: ',
      ],
      ["the node's network", { ...placed, hostNetwork: true }, 'spec.hostNetwork, hostPID, hostIPC: '],
      ["the node's processes", { ...placed, hostPID: true }, 'spec.hostNetwork, hostPID, hostIPC: '],
      ["the node's IPC", { ...placed, hostIPC: true }, 'spec.hostNetwork, hostPID, hostIPC: '],
      [
        "the node's folders",
        { ...placed, volumes: [{ name: 'node', hostPath: { path: '/' } }] },
        'spec.volumes: ',
      ],
      [
        'a share of the LAN',
        { ...placed, volumes: [{ name: 'nas', nfs: { server: '192.168.10.9', path: '/' } }] },
        'spec.volumes: ',
      ],
      [
        'a port of the node',
        withContainer({ ports: [{ containerPort: 80, hostPort: 80 }] }),
        'spec.containers: hostPort',
      ],
      [
        'a privileged container',
        { ...placed, containers: [{ ...container, securityContext: { privileged: true } }] },
        'spec.containers: privileged',
      ],
      [
        'more privileges later',
        withContainer({ securityContext: {} }),
        'spec.containers: allowPrivilegeEscalation',
      ],
      ['a capability', withSecurity({ capabilities: { add: ['NET_ADMIN'] } }), 'spec.containers: a tenant'],
      ['no seccomp profile', { ...placed, securityContext: {} }, 'spec.securityContext.seccompProfile: '],
      [
        'a container without one',
        withSecurity({ seccompProfile: { type: 'Unconfined' } }),
        'spec.securityContext.seccompProfile: ',
      ],
      [
        'no limit of memory',
        withContainer({ resources: { limits: { cpu: '1', 'ephemeral-storage': '1Gi' } } }),
        'spec.containers: each needs limits',
      ],
      [
        'no limit of the disk',
        withContainer({ resources: { limits: { cpu: '1', memory: '1Gi' } } }),
        'spec.containers: each needs limits',
      ],
      [
        'no limit of the processor',
        withContainer({ resources: { limits: { memory: '1Gi', 'ephemeral-storage': '1Gi' } } }),
        'spec.containers: each needs limits',
      ],
      [
        'an init container without limits',
        { ...placed, initContainers: [{ ...container, name: 'first', resources: {} }] },
        'spec.containers: each needs limits',
      ],
      [
        'a token of the cluster',
        { ...placed, automountServiceAccountToken: true },
        'spec.automountServiceAccountToken: ',
      ],
      [
        'a token in a volume',
        {
          ...placed,
          serviceAccountName: 'web',
          volumes: [{ name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
        },
        'spec.automountServiceAccountToken: ',
      ],
    ])('refuse %s', async ([, spec, sentence]) => {
      const { status, message: said } = await saidOf('pods', 'lease-c', pod(spec));
      expect(said).toContain(sentence);
      expect(status).toBe(422);
    });

    test('refuse a container for debugging in a pod that runs', async () => {
      await made('/api/v1/namespaces/lease-c/pods', pod(placed));
      const spec = { ephemeralContainers: [{ name: 'debug', image: 'busybox:1' }] };
      const path = '/api/v1/namespaces/lease-c/pods/web/ephemeralcontainers';
      const { message: said } = await server.ask('PATCH', path, {
        type: 'application/strategic-merge-patch+json',
        text: JSON.stringify({ spec }),
      });
      expect(said).toContain('spec.ephemeralContainers: ');
    });
  });

  test('removed, it leaves what validators and leases need, and nothing else', async () => {
    await helmSays(['uninstall', 'door', '--namespace=basement-akash'], server);
    const namesAt = async (path: string): Promise<string[]> =>
      named
        .parse((await server.ask('GET', path)).body)
        .items.map(({ metadata }) => metadata.name)
        .filter((name) => name.startsWith('basement-') || name === 'akash-services' || name === 'lease');
    expect(await namesAt('/apis/scheduling.k8s.io/v1/priorityclasses')).toEqual(['basement-validator']);
    expect(await namesAt('/api/v1/namespaces')).toEqual(['akash-services', 'basement-akash', 'lease']);
    expect(await namesAt('/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies')).toEqual([]);
    expect(await namesAt('/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies')).toEqual([]);
    expect(await namesAt('/apis/rbac.authorization.k8s.io/v1/clusterroles')).toEqual([]);
  });
});
