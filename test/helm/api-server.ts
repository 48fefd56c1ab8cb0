// A real Kubernetes API with nothing behind it: it stores, checks and admits, and no pod ever starts.
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { flags, freePorts, net, type Closable } from '../live/nets/net.ts';
import { until } from '../live/nets/wait.ts';
import { tool } from '../support/tools.ts';
import type { PodSecurity } from './charts.ts';
import type { KubernetesObject } from './manifests.ts';

export type Answer = {
  readonly status: number;
  readonly body: unknown;
  /** Why it did not, in its own words. */
  readonly message: string;
  readonly warnings: readonly string[];
};

type Sent = { readonly type: string; readonly text: string };

export type ApiServer = Closable & {
  /** For helm's environment. */
  readonly helm: Readonly<Record<string, string>>;
  readonly ask: (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, sent?: Sent) => Promise<Answer>;
  /** Where objects of this kind are, or this one if it has a name. Rejects when the server does not know the kind. */
  readonly pathOf: (kind: Kind, namespace: string, name?: string) => Promise<string>;
  /** Creates what the text says, every field of which must be known. */
  readonly create: (kind: Kind, sent: Sent, where: Where) => Promise<Answer>;
  /** The object as it is stored, or null. */
  readonly stored: (of: KubernetesObject, namespace: string) => Promise<unknown>;
  readonly addNamespace: (name: string, podSecurity: PodSecurity) => Promise<void>;
  /** The kinds of a group that is not Kubernetes' own, by that group's domain. */
  readonly addKinds: (group: string) => Promise<void>;
};

export type Kind = { readonly apiVersion: string; readonly kind: string };
export type Where = { readonly namespace: string; readonly isTry?: boolean };

const status = z.looseObject({ kind: z.literal('Status'), message: z.string().default('') });
const resources = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});
const established = z.looseObject({
  status: z.looseObject({
    conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
  }),
});

export const json = (value: unknown): Sent => ({ type: 'application/json', text: JSON.stringify(value) });
export const yaml = (text: string): Sent => ({ type: 'application/yaml', text });

/** `299 - "text"`, several of them with commas between. */
const warningsIn = (header: string | string[] | undefined): string[] =>
  [header ?? []]
    .flat()
    .flatMap((one) => [...one.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((found) => found[1] ?? ''));

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const groupPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

const token = 'of-the-tests';

export async function startApiServer(): Promise<ApiServer> {
  const { folder: programs, path } = tool('kube-apiserver');
  const agents: Agent[] = [];
  const server = await net('kubernetes', async ({ folder, launch }) => {
    const [client = 0, peer = 0, secure = 0] = await freePorts(3);
    const key = join(folder, 'accounts.pem');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(join(folder, 'tokens.csv'), `${token},admin,1,system:masters\n`);
    const etcd = launch({
      name: 'etcd',
      path: join(programs, 'etcd'),
      args: flags({
        'data-dir': join(folder, 'etcd'),
        'listen-client-urls': `http://127.0.0.1:${client}`,
        'advertise-client-urls': `http://127.0.0.1:${client}`,
        'listen-peer-urls': `http://127.0.0.1:${peer}`,
        'initial-advertise-peer-urls': `http://127.0.0.1:${peer}`,
        'initial-cluster': `default=http://127.0.0.1:${peer}`,
        'unsafe-no-fsync': true,
      }),
    });
    const api = launch({
      name: 'kube-apiserver',
      path,
      args: flags({
        'etcd-servers': `http://127.0.0.1:${client}`,
        'bind-address': '127.0.0.1',
        'advertise-address': '127.0.0.1',
        'secure-port': secure,
        'cert-dir': join(folder, 'certificates'),
        // It refuses to tell a cluster that it is on loopback.
        'endpoint-reconciler-type': 'none',
        'service-cluster-ip-range': '10.0.0.0/24',
        'service-account-issuer': 'https://kubernetes.default.svc',
        'service-account-key-file': key,
        'service-account-signing-key-file': key,
        'token-auth-file': join(folder, 'tokens.csv'),
        'authorization-mode': 'RBAC',
        // As every distribution has it; what may be privileged is for others to say.
        'allow-privileged': true,
        // Nobody makes the account `default` of a namespace here.
        'disable-admission-plugins': 'ServiceAccount',
      }),
    });
    const authority = join(folder, 'certificates/apiserver.crt');
    const origin = `https://127.0.0.1:${secure}`;
    const agent = await until(
      'the API server',
      async () => {
        const made = new Agent({ connect: { ca: readFileSync(authority) }, connections: 8 });
        const ready = await request(`${origin}/readyz`, {
          dispatcher: made,
          headers: { authorization: `Bearer ${token}` },
        }).catch(() => null);
        await ready?.body.dump();
        if (ready?.statusCode === 200) return made;
        await made.close();
        return null;
      },
      { processes: [etcd, api], limitMs: 60_000 },
    );
    agents.push(agent);

    const ask: ApiServer['ask'] = async (method, at, sent) => {
      const { statusCode, headers, body } = await request(`${origin}${at}`, {
        method,
        dispatcher: agent,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(sent === undefined ? {} : { 'content-type': sent.type }),
        },
        body: sent?.text ?? null,
      });
      const answer = bodyOf(await body.text());
      const { success, data } = status.safeParse(answer);
      return {
        status: statusCode,
        body: answer,
        message: success ? data.message : '',
        warnings: warningsIn(headers['warning']),
      };
    };

    const known = new Map<string, z.infer<typeof resources>['resources']>();
    const resourcesOf = async (apiVersion: string): Promise<z.infer<typeof resources>['resources']> => {
      const before = known.get(apiVersion);
      if (before !== undefined) return before;
      const { status: code, body, message } = await ask('GET', groupPath(apiVersion));
      if (code !== 200) throw new Error(`the API server does not know ${apiVersion}: ${message}`);
      const found = resources.parse(body).resources.filter(({ name }) => !name.includes('/'));
      known.set(apiVersion, found);
      return found;
    };

    const pathOf: ApiServer['pathOf'] = async ({ apiVersion, kind }, namespace, name) => {
      const found = (await resourcesOf(apiVersion)).find((each) => each.kind === kind);
      if (found === undefined) throw new Error(`the API server does not know ${apiVersion} ${kind}`);
      const within = found.namespaced ? `/namespaces/${namespace}` : '';
      return `${groupPath(apiVersion)}${within}/${found.name}${name === undefined ? '' : `/${name}`}`;
    };

    const create: ApiServer['create'] = async (kind, sent, { namespace, isTry = false }) => {
      const at = await pathOf(kind, namespace);
      return ask('POST', `${at}?fieldValidation=Strict${isTry ? '&dryRun=All' : ''}`, sent);
    };

    const made = async (kind: Kind, sent: Sent, name: string): Promise<void> => {
      const { status: code, message } = await create(kind, sent, { namespace: '' });
      if (code !== 201 && code !== 409) throw new Error(`${kind.kind} ${name} was not made: ${message}`);
    };

    const addKinds = async (group: string): Promise<void> => {
      const kind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
      const definitions = join(tool('kubeconform').folder, 'crds');
      const files = readdirSync(definitions).filter((file) => file.endsWith(`.${group}.json`));
      for (const file of files) {
        await made(
          kind,
          { type: 'application/json', text: readFileSync(join(definitions, file), 'utf8') },
          file,
        );
      }
      const at = await pathOf(kind, '');
      for (const file of files) {
        const one = `${at}/${basename(file, '.json')}`;
        await until(one, async () => {
          const { conditions } = established.parse((await ask('GET', one)).body).status;
          return conditions.some(({ type, status: is }) => type === 'Established' && is === 'True')
            ? true
            : null;
        });
      }
    };

    return {
      helm: { HELM_KUBEAPISERVER: origin, HELM_KUBECAFILE: authority, HELM_KUBETOKEN: token },
      ask,
      pathOf,
      create,
      addKinds,
      stored: async (of: KubernetesObject, namespace: string): Promise<unknown> => {
        const { apiVersion, kind, metadata } = of;
        const at = await pathOf({ apiVersion, kind }, metadata.namespace ?? namespace, metadata.name);
        const { status: code, body, message } = await ask('GET', at);
        if (code === 404) return null;
        if (code !== 200) throw new Error(`${at}: ${code} ${message}`);
        return body;
      },
      addNamespace: async (name: string, podSecurity: PodSecurity): Promise<void> => {
        const labels = Object.fromEntries(
          ['enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, podSecurity]),
        );
        const kind = { apiVersion: 'v1', kind: 'Namespace' };
        await made(kind, json({ ...kind, metadata: { name, labels } }), name);
      },
    };
  });
  return {
    ...server,
    close: async () => {
      await Promise.all(agents.map((agent) => agent.destroy()));
      await server.close();
    },
  };
}
