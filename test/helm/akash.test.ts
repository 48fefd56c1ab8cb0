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

  async function speakerOf(account: string): Promise<Ask> {
    const path = `/api/v1/namespaces/akash-services/serviceaccounts/${account}/token`;
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
      const service = (spec: Fields): Fields => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web' },
        spec: { ports: [{ port: 80 }], ...spec },
      });
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
    const deployment: Fields = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: asAkashMakesIt },
      },
    };

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
      expect(await ask('DELETE', '/apis/apps/v1/namespaces/lease-b/deployments/web')).toMatchObject({
        status: 200,
      });
      expect(await ask('DELETE', '/api/v1/namespaces/lease-b')).toMatchObject({ status: 200 });
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
      const account = { kind: 'ServiceAccount', name: 'operator-inventory', namespace: 'akash-services' };
      await made('/api/v1/namespaces/akash-services/serviceaccounts', {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: account.name },
      });
      await made('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'too-much' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [account],
      });
      await made('/api/v1/nodes', {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'mini3', labels: { [validators]: 'true' } },
        spec: { taints: [{ key: validators, value: 'true', effect: 'NoSchedule' }] },
      });
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
      expect(await ask('POST', path, pod({ nodeName: 'mini4', containers }))).toMatchObject({ status: 201 });
      const volumes = [{ name: 'node', hostPath: { path: '/' } }];
      for (const spec of [
        { containers },
        { nodeName: 'mini3', containers },
        { nodeName: 'mini4', containers, volumes },
      ]) {
        expect((await ask('POST', path, pod(spec))).message).toContain(
          "Akash's programs start pods on the tenants' nodes only",
        );
      }
    });

    test('changes nothing of the whole cluster, but may ask what it may', async () => {
      const volume = {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: 'node' },
        spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/' } },
      };
      const { message: said } = await ask('POST', '/api/v1/persistentvolumes', volume);
      expect(said).toContain("Akash's programs change nothing of the whole cluster");
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
